//! The arguments of `rotate`, and which words they take.

use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};
use imgsec_cred::rotate::k8s::Place;
use imgsec_cred::rotate::plan::Need;
use imgsec_cred::rotate::providers::{TABLE, entry};

use super::{Asking, span};

/// The word for not at all.
const NONE: &str = "none";

/// How one credential is rotated, and what to do.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("how").args(["password_stdin", "from_command", "exec", "provider"]))]
#[command(group = clap::ArgGroup::new("what").args(["undo", "resume", "retire_previous"]).conflicts_with_all(["how", "all"]))]
pub(crate) struct Rotate {
    /// The registry, such as ghcr.io or docker.io
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) registry: Option<String>,

    /// The new secret is on standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,

    /// The new secret is what this command prints; words as in a shell, but none is run
    #[arg(long, value_name = "CMD")]
    pub(crate) from_command: Option<String>,

    /// This command makes the new secret and says so in JSON; the last option, all behind it is the
    /// command's
    #[arg(long, value_name = "CMD", num_args = 1.., allow_hyphen_values = true)]
    pub(crate) exec: Vec<String>,

    /// The registry's own API makes the new secret
    #[arg(long, value_name = "NAME", value_parser = provider)]
    pub(crate) provider: Option<String>,

    /// Something the provider has to be told, as KEY=VALUE; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "provider")]
    pub(crate) settings: Vec<String>,

    /// With --exec: the command is told the secret in use, on standard input
    #[arg(long, requires = "exec", conflicts_with_all = ["password_stdin", "from_command", "provider"])]
    pub(crate) pass_current: bool,

    /// With --exec: the command answers with the bare secret instead of JSON; the old one is taken
    /// to be dead from then on
    #[arg(long, requires = "exec", conflicts_with_all = ["password_stdin", "from_command", "provider"])]
    pub(crate) exec_raw: bool,

    /// Every credential that was rotated by a command or a provider before, in the same way
    #[arg(long, conflicts_with_all = ["how", "expires_at"])]
    pub(crate) all: bool,

    /// Only what is due: too old, or about to end
    #[arg(long)]
    pub(crate) if_due: bool,

    /// Due when older than this [default: 60d]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) older_than: Option<Duration>,

    /// Due when it ends within this [default: 14d]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) expires_within: Option<Duration>,

    /// Wait for some time below this first, by chance
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) jitter: Option<Duration>,

    /// Look at everything, change nothing
    #[arg(long, conflicts_with = "what")]
    pub(crate) dry_run: bool,

    /// Put the previous secret in use again, once the registry has accepted it
    #[arg(long)]
    pub(crate) undo: bool,

    /// Complete an interrupted rotation, or clear it away
    #[arg(long)]
    pub(crate) resume: bool,

    /// Revoke the previous secret now and forget it
    #[arg(long)]
    pub(crate) retire_previous: bool,

    /// How long the store keeps the old secret, or none [default: 24h]
    #[arg(long, value_name = "TIME|none", value_parser = span_or_none)]
    pub(crate) keep_previous: Option<Duration>,

    /// How long the old secret goes on working, where it can be revoked [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) grace: Option<Duration>,

    /// What the registry must say of the new secret [default: weak]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) verify: Option<Verify>,

    /// Until when the new secret works: a day or a time
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) expires_at: Option<SystemTime>,

    /// How long to wait for another process that rotates the same credential
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = span)]
    pub(crate) wait_lock: Duration,

    /// Run this once the new secret is in use, before the old one is retired; may be repeated, and is
    /// remembered until others are named, or none
    #[arg(long, value_name = "CMD|none", conflicts_with = "what")]
    pub(crate) hook: Vec<String>,

    /// Put the new secret into a Secret of this cluster by kubectl, before the hooks; may be repeated,
    /// and is remembered until others are named, or none
    ///
    /// CONTEXT is one of kubectl's own. The Secret is for this registry alone: whatever else it holds
    /// is gone. Before anything is changed, the cluster is asked whether it would take it. If it
    /// fails, the old secret is not retired.
    #[arg(long, value_name = "CONTEXT/NAMESPACE/NAME|none", value_parser = place, conflicts_with = "what")]
    pub(crate) hook_k8s: Vec<Option<Place>>,

    /// The hooks are told the new secret, on standard input
    #[arg(long, conflicts_with = "what")]
    pub(crate) hooks_need_secret: bool,

    /// Do without the hooks this time, as where one goes on failing
    ///
    /// The old secret is retired as if they had run, and its time begins now. Whatever the hooks
    /// serve has to be told of the secret in use otherwise.
    #[arg(long, conflicts_with_all = ["all", "hook", "hook_k8s", "hooks_need_secret"])]
    pub(crate) skip_hooks: bool,

    /// Do it without asking
    #[arg(long, short)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) asking: Asking,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verify {
    /// Accepted with the secret, refused without
    Strong,
    /// Accepted with the secret
    Weak,
    /// The registry is not asked
    Skip,
}

impl From<Verify> for Need {
    fn from(verify: Verify) -> Self {
        match verify {
            Verify::Strong => Self::Strong,
            Verify::Weak => Self::Weak,
            Verify::Skip => Self::Skip,
        }
    }
}

impl Rotate {
    pub(crate) fn need(&self) -> Option<Need> {
        self.verify.map(Need::from)
    }

    /// Not a rotation, but what follows one.
    pub(crate) fn is_action(&self) -> bool {
        self.undo || self.resume || self.retire_previous
    }

    /// The hooks, where they are said; none, where that is said.
    pub(crate) fn hooks(&self) -> Option<Vec<&str>> {
        let named = self.hook.iter().map(String::as_str).filter(|hook| *hook != NONE);
        (!self.hook.is_empty()).then(|| named.collect())
    }

    /// The places in clusters, likewise.
    pub(crate) fn places(&self) -> Option<Vec<Place>> {
        let named = self.hook_k8s.iter().flatten().cloned();
        (!self.hook_k8s.is_empty()).then(|| named.collect())
    }
}

fn span_or_none(text: &str) -> Result<Duration, String> {
    if text == NONE { Ok(Duration::ZERO) } else { span(text) }
}

fn place(text: &str) -> Result<Option<Place>, String> {
    let place = Place::parse(text);
    if place.is_some() || text == NONE {
        return Ok(place);
    }
    Err("CONTEXT/NAMESPACE/NAME, of a Secret".to_owned())
}

fn provider(name: &str) -> Result<String, String> {
    let names = || TABLE.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
    entry(name).map(|_| name.to_owned()).ok_or_else(|| format!("one of {}", names()))
}

/// A day is its last moment.
fn date(text: &str) -> Result<SystemTime, String> {
    let is_day = text.len() == 10;
    let time = if is_day { format!("{text}T23:59:59Z") } else { text.to_owned() };
    humantime::parse_rfc3339_weak(&time)
        .map_err(|_| "a day such as 2027-01-31, or an RFC 3339 time".to_owned())
}
