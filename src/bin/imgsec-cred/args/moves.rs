//! What lies elsewhere and belongs in the store: `audit` finds it, `migrate` moves it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use imgsec_cred::audit::finding::Severity;

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

    /// With --fix: only the logins for this registry, also in files that none of your clients
    /// reads; may be repeated
    #[arg(long, value_name = "HOST", requires = "fix")]
    pub(crate) registry: Vec<String>,

    /// With --fix: replace another login that the store keeps for the registry, by one from a file
    /// that a client of yours reads
    #[arg(long, requires = "fix")]
    pub(crate) overwrite: bool,

    /// With --fix: copy, and leave the files as they are
    #[arg(long, requires = "fix")]
    pub(crate) keep_source: bool,

    /// With --fix: show what would be done, and do nothing
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,

    /// With --fix: do it without asking, for files that your clients read
    #[arg(long, short, requires = "fix")]
    pub(crate) yes: bool,

    /// With --fix: take back what the last --fix or migrate changed
    #[arg(long, requires = "fix", conflicts_with_all = ["paths", "registry", "overwrite", "keep_source", "delete_leftovers"])]
    pub(crate) undo: bool,

    #[command(flatten)]
    pub(crate) back: Back,
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

    /// Take back what the last migrate or audit --fix changed
    #[arg(long, conflicts_with_all = ["from", "registry", "keep_source", "remove_from_helper", "overwrite"])]
    pub(crate) undo: bool,

    #[command(flatten)]
    pub(crate) back: Back,
}

/// What goes with an undo.
#[derive(Args)]
pub(crate) struct Back {
    /// With --undo: put the passwords back into the files, in plain text
    #[arg(long, requires = "undo")]
    pub(crate) insecure_plaintext: bool,

    /// With --undo: go on although clients are then logged out
    #[arg(long, requires = "undo", conflicts_with = "insecure_plaintext")]
    pub(crate) logged_out: bool,
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::ALL
        .into_iter()
        .find(|severity| severity.name() == word)
        .ok_or_else(|| "one of info, low, medium, high, critical".to_owned())
}
