//! The arguments of the verbs that ask registries: `login` and `verify`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use imgsec_cred::registry::access::Action;

/// How registries are asked.
#[derive(Args, Clone)]
pub(crate) struct Asking {
    /// How long a registry may take
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = super::stores::time)]
    pub(crate) timeout: Duration,

    /// Trust the authorities in this file as well
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// The token server of the registry may be on this host; may be repeated
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) allow_realm: Vec<String>,

    /// Send the secret without encryption, which everybody on the way can read
    #[arg(long)]
    pub(crate) insecure_http: bool,

    /// See that the registry refuses a wrong password (it counts as a failed login there)
    #[arg(long)]
    pub(crate) negative_control: bool,
}

impl Default for Asking {
    /// As without options.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            ca_file: None,
            allow_realm: Vec::new(),
            insecure_http: false,
            negative_control: false,
        }
    }
}

#[derive(Args)]
pub(crate) struct Login {
    /// The registry, such as ghcr.io
    #[arg(default_value = "docker.io")]
    pub(crate) registry: String,

    /// The user name
    #[arg(long, short, value_name = "NAME")]
    pub(crate) username: Option<String>,

    /// Read the password or token from standard input
    #[arg(long, conflicts_with = "from_command")]
    pub(crate) password_stdin: bool,

    /// Run this command and take what it prints, such as 'op read op://ci/registry/token'
    #[arg(long, value_name = "COMMAND")]
    pub(crate) from_command: Option<String>,

    /// Store it without asking the registry
    #[arg(long, conflicts_with = "negative_control")]
    pub(crate) no_verify: bool,

    /// Keep it as the login with which `rotate` makes new secrets; Docker never sees it
    #[arg(long)]
    pub(crate) admin: bool,

    #[command(flatten)]
    pub(crate) asking: Asking,

    /// There is no such option: everybody on this machine can read what is on a command line
    #[arg(long, short, hide = true, value_parser = no_password)]
    pub(crate) password: Option<String>,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The registries, such as ghcr.io or docker.io
    #[arg(required_unless_present_any = ["all", "image"], conflicts_with = "all")]
    pub(crate) registries: Vec<String>,

    /// Every registry that has a credential
    #[arg(long)]
    pub(crate) all: bool,

    /// Say what the credential may do with this image
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["all", "registries"])]
    pub(crate) image: Option<String>,

    /// With --image: of pull, push and delete
    #[arg(long, value_name = "ACTION,…", requires = "image", value_delimiter = ',',
        default_value = "pull", value_parser = action)]
    pub(crate) actions: Vec<Action>,

    #[command(flatten)]
    pub(crate) asking: Asking,
}

fn no_password(_: &str) -> Result<String, String> {
    Err("everybody on this machine can read a command line; use --password-stdin".to_owned())
}

fn action(word: &str) -> Result<Action, String> {
    Action::parse(word).ok_or_else(|| "one of pull, push, delete".to_owned())
}
