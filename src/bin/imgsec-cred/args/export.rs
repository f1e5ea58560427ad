//! The arguments of `export`, and which words they take.

use clap::{ArgGroup, Args};
use imgsec_cred::export::kubernetes::{self, Format};

#[derive(Args)]
#[command(group = ArgGroup::new("what").required(true).args(["k8s", "docker_config"]))]
#[command(
    after_help = "imgsec-cred export ghcr.io --k8s regcred -n prod | kubectl apply --server-side -f -
Without --server-side, kubectl apply copies the secret into an annotation of the object."
)]
pub(crate) struct Export {
    /// The registries; without any, all that have a credential
    pub(crate) registry: Vec<String>,

    /// A Kubernetes Secret of this name, as `kubectl create secret docker-registry` makes it
    #[arg(long, value_name = "NAME", value_parser = k8s_name)]
    pub(crate) k8s: Option<String>,

    /// The namespace of the Secret
    #[arg(long, short, value_name = "NS", conflicts_with = "docker_config", value_parser = k8s_namespace)]
    pub(crate) namespace: Option<String>,

    /// How the Secret is written [default: yaml, or json with --json]
    #[arg(long, value_name = "yaml|json", conflicts_with = "docker_config", value_parser = format)]
    pub(crate) format: Option<Format>,

    /// A label of the Secret; may be repeated
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "docker_config", value_parser = k8s_label)]
    pub(crate) label: Vec<(String, String)>,

    /// The name gets a hash behind it, and the Secret is immutable: each generation of the
    /// credentials is a Secret of its own
    ///
    /// A generation begins when the store takes a secret, by login, rotate, migrate, setup or docker
    /// login. The hash is made from that time (to the second) and from a random number that our own
    /// verbs note with it; never from a secret. With --pod: the lines for the name that the same
    /// words give the Secret now.
    #[arg(long, conflicts_with = "docker_config")]
    pub(crate) immutable_suffix: bool,

    /// The annotations imgsec.dev/generation and, where it is known, imgsec.dev/expires-at: when the
    /// first of the credentials ends
    #[arg(long, conflicts_with_all = ["docker_config", "pod"])]
    pub(crate) annotate_expiry: bool,

    /// Instead of the Secret, the imagePullSecrets lines to paste into a pod; holds no secret
    #[arg(long, conflicts_with_all = ["docker_config", "label"])]
    pub(crate) pod: bool,

    /// A config.json with the credentials in plain text, for programs that know no helper
    #[arg(long)]
    pub(crate) docker_config: bool,

    /// Under this key instead of the registry's own: host, host:port or host/path, also with *
    #[arg(long, value_name = "KEY", value_parser = auths_key)]
    pub(crate) r#as: Option<String>,

    /// Also onto a terminal
    #[arg(long)]
    pub(crate) reveal: bool,
}

impl Export {
    /// Whether it must be known which generation of the credentials this is.
    pub(crate) fn needs_generation(&self) -> bool {
        self.immutable_suffix || self.annotate_expiry
    }

    /// How a manifest is written.
    pub(crate) fn format(&self, is_json: bool) -> Format {
        self.format.unwrap_or(if is_json { Format::Json } else { Format::Yaml })
    }
}

fn k8s_name(text: &str) -> Result<String, String> {
    let is_good = kubernetes::is_name(text);
    let why = "up to 253 lower-case letters, digits, - and ., with a letter or digit at each end of \
               a part (RFC 1123)";
    if is_good { Ok(text.to_owned()) } else { Err(why.to_owned()) }
}

fn k8s_namespace(text: &str) -> Result<String, String> {
    let is_good = kubernetes::is_namespace(text);
    let why =
        "up to 63 lower-case letters, digits and -, with a letter or digit at both ends (RFC 1123)";
    if is_good { Ok(text.to_owned()) } else { Err(why.to_owned()) }
}

fn k8s_label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("KEY=VALUE")?;
    if kubernetes::is_label_key(key) && kubernetes::is_label_value(value) {
        Ok((key.to_owned(), value.to_owned()))
    } else {
        Err("a key [DOMAIN/]NAME and a value of up to 63 letters, digits, - _ .".to_owned())
    }
}

fn format(word: &str) -> Result<Format, String> {
    match word {
        "yaml" => Ok(Format::Yaml),
        "json" => Ok(Format::Json),
        _ => Err("yaml or json".to_owned()),
    }
}

fn auths_key(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("host, host:port or host/path".to_owned());
    }
    Ok(text.to_owned())
}
