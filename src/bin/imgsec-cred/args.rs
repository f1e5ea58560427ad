//! The command line: clap's types and nothing else.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use imgsec_cred::audit::finding::Severity;
use imgsec_cred::settings::StoreKind;

mod export;
mod registries;
mod show;

pub(crate) use self::export::Export;
pub(crate) use self::registries::{Asking, Login, Verify};
pub(crate) use self::show::{Field, Show};

/// Keep container-registry credentials out of plain text.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 done, 1 something needs attention, 2 usage, 3 could not finish,
4 the store is locked or unavailable, 5 the registry or the network gave no verdict, 6 refused (needs --yes or a terminal), 130 interrupted.
Undo the last change of setup, migrate or rotate with: imgsec-cred VERB --undo"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,

    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// What every verb takes.
#[derive(Args, Clone)]
pub(crate) struct Shared {
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Never ask; refuse instead
    #[arg(long, global = true)]
    pub(crate) no_input: bool,

    /// No hints, only errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make Docker keep its passwords here, and move those that lie in plain text
    Setup(Setup),
    /// Show what is in use and why, and what to fix
    #[command(visible_alias = "doctor")]
    Status,
    /// Find registry credentials that lie open, on this machine or in the paths named
    Audit(Audit),
    /// Move credentials out of files and other helpers into the store
    #[command(visible_alias = "import")]
    Migrate(Migrate),
    /// Store a credential after the registry has accepted it
    Login(Login),
    /// Remove the credential for a registry
    Logout(Logout),
    /// Show which registries have a credential (never the secret)
    #[command(visible_alias = "ls")]
    List(List),
    /// Show one credential; the secret itself only with --reveal
    #[command(visible_alias = "get")]
    Show(Show),
    /// Show which credential docker, podman, crane and Kubernetes would use for an image, and why
    Which(Which),
    /// Ask registries whether their credentials still work
    Verify(Verify),
    /// Replace a credential: check the new one, keep the old one a while
    Rotate(Box<crate::rotate::Rotate>),
    /// Write a Kubernetes Secret or a Docker auth file with credentials of the store
    Export(Export),
    /// Open the sealed store for some hours
    Unlock(Unlock),
    /// Close the sealed store now
    Lock,
}

#[derive(Args)]
pub(crate) struct Setup {
    /// Use this store instead of the best one here
    #[arg(long, value_name = "keychain|sealed|session", value_parser = store_kind)]
    pub(crate) store: Option<StoreKind>,

    /// Only for this registry (Docker's credHelpers); may be repeated
    #[arg(long, value_name = "HOST")]
    pub(crate) registry: Vec<String>,

    /// Open the sealed store with the key in this file; made if it is missing
    #[arg(long, value_name = "PATH", conflicts_with = "passphrase_fd")]
    pub(crate) key_file: Option<PathBuf>,

    /// Read the sealed store's passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    pub(crate) passphrase_fd: Option<i32>,

    /// How long the sealed store stays open
    #[arg(long = "for", value_name = "TIME", default_value = "8h", value_parser = time)]
    pub(crate) time: Duration,

    /// Put the passwords of Docker's file in the place of others that are already kept
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Do it without asking
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Put Docker's settings back as they were before
    #[arg(long, conflicts_with_all = ["store", "registry", "key_file", "passphrase_fd", "overwrite"])]
    pub(crate) undo: bool,

    /// With --undo: also put the passwords back into the file, in plain text
    #[arg(long, requires = "undo")]
    pub(crate) insecure_plaintext: bool,
}

#[derive(Args)]
pub(crate) struct List {
    /// Only secrets that are older than this, or of unknown age
    #[arg(long, value_name = "TIME", value_parser = long_time)]
    pub(crate) older_than: Option<Duration>,

    /// Only secrets that end within this time, or have ended
    #[arg(long, value_name = "TIME", value_parser = long_time)]
    pub(crate) expires_within: Option<Duration>,

    /// Exit with 1 where something is shown
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Args)]
pub(crate) struct Audit {
    /// Files, and folders with all that is in them; without any, the places where container tools
    /// keep credentials
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Look into the known places of all users (as root)
    #[arg(long, conflicts_with = "paths")]
    pub(crate) all_users: bool,

    /// Ask the registries whether what is found still works: each secret goes to its own registry,
    /// over https
    #[arg(long)]
    pub(crate) verify: bool,

    /// Answer in SARIF 2.1.0, for code scanning
    #[arg(long, conflicts_with = "json")]
    pub(crate) sarif: bool,

    /// Write the answer into this file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Leave out the findings that this file accepts
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Accept all that is found, in the baseline
    #[arg(long, requires = "baseline")]
    pub(crate) update_baseline: bool,

    /// Exit with 1 only for findings at least as bad as this
    #[arg(long, value_name = "info|low|medium|high|critical", default_value = "low", value_parser = severity)]
    pub(crate) fail_on: Severity,

    /// Exit with 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// Move what is found into the store, where the program that reads the file can ask a helper
    #[arg(long, conflicts_with_all = ["sarif", "output", "update_baseline", "exit_zero", "all_users"])]
    pub(crate) fix: bool,

    /// With --fix: also delete copies and leftovers of which the store keeps every secret
    #[arg(long, requires = "fix")]
    pub(crate) delete_leftovers: bool,

    /// With --fix: replace another login that the store keeps for the registry
    #[arg(long, requires = "fix")]
    pub(crate) overwrite: bool,

    /// With --fix: copy, and leave the files as they are
    #[arg(long, requires = "fix")]
    pub(crate) keep_source: bool,

    /// With --fix: show what would be done, and do nothing
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,

    /// With --fix: do it without asking
    #[arg(long, short, requires = "fix")]
    pub(crate) yes: bool,

    /// With --fix: put back what the last --fix or migrate moved
    #[arg(long, requires = "fix", conflicts_with_all = ["paths", "overwrite", "keep_source", "delete_leftovers"])]
    pub(crate) undo: bool,
}

#[derive(Args)]
pub(crate) struct Migrate {
    /// A file of Docker's format, or another helper: secretservice, pass, osxkeychain, wincred,
    /// desktop, the name of any other, or all; may be repeated [default: the files of Docker,
    /// Podman and Helm]
    #[arg(long, value_name = "PATH|HELPER|all")]
    pub(crate) from: Vec<OsString>,

    /// Only for this registry; may be repeated
    #[arg(long, value_name = "HOST")]
    pub(crate) registry: Vec<String>,

    /// Copy, and leave the files as they are
    #[arg(long)]
    pub(crate) keep_source: bool,

    /// Remove what was copied from the other helper, too
    #[arg(long, conflicts_with = "keep_source")]
    pub(crate) remove_from_helper: bool,

    /// Replace another login that the store keeps for the registry
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Do it without asking
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Put back what the last migrate or audit --fix moved, in plain text where it was
    #[arg(long, conflicts_with_all = ["from", "registry", "keep_source", "remove_from_helper", "overwrite"])]
    pub(crate) undo: bool,
}

#[derive(Args)]
pub(crate) struct Unlock {
    /// How long the store stays open
    #[arg(long = "for", value_name = "TIME", default_value = "8h", value_parser = time)]
    pub(crate) time: Duration,

    /// Read the passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    pub(crate) passphrase_fd: Option<i32>,
}

#[derive(Args)]
pub(crate) struct Logout {
    /// The registry, such as ghcr.io or docker.io
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) registry: Option<String>,

    /// Every registry; needs --confirm=all
    #[arg(long, requires = "confirm")]
    pub(crate) all: bool,

    /// The word `all`
    #[arg(long, value_name = "WORD", value_parser = ["all"])]
    pub(crate) confirm: Option<String>,

    /// Only the login with which `rotate` makes new secrets (`login --admin`)
    #[arg(long, conflicts_with = "all")]
    pub(crate) admin: bool,
}

#[derive(Args)]
pub(crate) struct Which {
    /// An image as you would pull it, such as nginx or ghcr.io/acme/app:1.2
    #[arg(value_name = "IMAGE")]
    pub(crate) image: String,
}

fn long_time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|e| e.to_string())
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::ALL
        .into_iter()
        .find(|severity| severity.name() == word)
        .ok_or_else(|| "one of info, low, medium, high, critical".to_owned())
}

fn store_kind(word: &str) -> Result<StoreKind, String> {
    word.parse().map_err(|e: imgsec_cred::store::Error| e.to_string())
}

fn time(text: &str) -> Result<Duration, String> {
    let time: Duration = humantime::parse_duration(text).map_err(|e| e.to_string())?;
    match time.as_secs() {
        0 => Err("at least a second".to_owned()),
        1..=31_536_000 => Ok(time),
        _ => Err("at most a year".to_owned()),
    }
}
