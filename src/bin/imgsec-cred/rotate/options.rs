//! What `rotate` takes on the command line, and the plan that it makes.

use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};
use imgsec_cred::ledger::{self, Expiry};
use imgsec_cred::rotate::k8s::Place;
use imgsec_cred::rotate::plan::{Method, Need, Plan};
use imgsec_cred::rotate::{exec, supplied};
use serde_json::{Map, Value};

use crate::Refusal;
use crate::args::Asking;
use crate::secrets::words;

/// The word for not at all.
const NONE: &str = "none";

/// How one credential is rotated, and what to do.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("how").args(["password_stdin", "from_command", "exec", "provider"]))]
#[command(group = clap::ArgGroup::new("what").args(["undo", "resume", "retire_previous"]).conflicts_with_all(["how", "all"]))]
pub(crate) struct Rotate {
    /// The registry, such as ghcr.io or docker.io
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(super) registry: Option<String>,

    /// The new secret is on standard input
    #[arg(long)]
    pub(super) password_stdin: bool,

    /// The new secret is what this command prints; words as in a shell, but none is run
    #[arg(long, value_name = "CMD")]
    pub(super) from_command: Option<String>,

    /// This command makes the new secret and says so in JSON; the last option, all behind it is the
    /// command's
    #[arg(long, value_name = "CMD", num_args = 1.., allow_hyphen_values = true)]
    pub(super) exec: Vec<String>,

    /// The registry's own API makes the new secret
    #[arg(long, value_name = "NAME")]
    pub(super) provider: Option<String>,

    /// Something the provider has to be told, as KEY=VALUE; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "provider")]
    pub(super) settings: Vec<String>,

    /// With --exec: the command is told the secret in use, on standard input
    #[arg(long, requires = "exec", conflicts_with_all = ["password_stdin", "from_command", "provider"])]
    pub(super) pass_current: bool,

    /// With --exec: the command answers with the bare secret instead of JSON; the old one is taken
    /// to be dead from then on
    #[arg(long, requires = "exec", conflicts_with_all = ["password_stdin", "from_command", "provider"])]
    pub(super) exec_raw: bool,

    /// Every credential that was rotated by a command or a provider before, in the same way
    #[arg(long, conflicts_with_all = ["how", "expires_at"])]
    pub(super) all: bool,

    /// Only what is due: too old, or about to end
    #[arg(long)]
    pub(super) if_due: bool,

    /// Due when older than this [default: 60d]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(super) older_than: Option<Duration>,

    /// Due when it ends within this [default: 14d]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(super) expires_within: Option<Duration>,

    /// Wait for some time below this first, by chance
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(super) jitter: Option<Duration>,

    /// Look at everything, change nothing
    #[arg(long, conflicts_with = "what")]
    pub(super) dry_run: bool,

    /// Put the previous secret in use again, once the registry has accepted it
    #[arg(long)]
    pub(super) undo: bool,

    /// Complete an interrupted rotation, or clear it away
    #[arg(long)]
    pub(super) resume: bool,

    /// Revoke the previous secret now and forget it
    #[arg(long)]
    pub(super) retire_previous: bool,

    /// How long the store keeps the old secret, or none [default: 24h]
    #[arg(long, value_name = "TIME|none", value_parser = span_or_none)]
    pub(super) keep_previous: Option<Duration>,

    /// How long the old secret goes on working, where it can be revoked [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(super) grace: Option<Duration>,

    /// What the registry must say of the new secret [default: weak]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(super) verify: Option<Verify>,

    /// Until when the new secret works: a day or a time
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) expires_at: Option<SystemTime>,

    /// How long to wait for another process that rotates the same credential
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = span)]
    pub(super) wait_lock: Duration,

    /// Run this once the new secret is in use, before the old one is retired; may be repeated, and is
    /// remembered until others are named, or none
    #[arg(long, value_name = "CMD|none", conflicts_with = "what")]
    pub(super) hook: Vec<String>,

    /// Put the new secret into a Secret of this cluster by kubectl, before the hooks; may be repeated,
    /// and is remembered until others are named, or none
    ///
    /// CONTEXT is one of kubectl's own. The Secret is for this registry alone: whatever else it holds
    /// is gone. Before anything is changed, the cluster is asked whether it would take it. If it
    /// fails, the old secret is not retired.
    #[arg(long, value_name = "CONTEXT/NAMESPACE/NAME|none", value_parser = place, conflicts_with = "what")]
    pub(super) hook_k8s: Vec<Option<Place>>,

    /// The hooks are told the new secret, on standard input
    #[arg(long, conflicts_with = "what")]
    pub(super) hooks_need_secret: bool,

    /// Do without the hooks this time, as where one goes on failing
    ///
    /// The old secret is retired as if they had run, and its time begins now. Whatever the hooks
    /// serve has to be told of the secret in use otherwise.
    #[arg(long, conflicts_with_all = ["all", "hook", "hook_k8s", "hooks_need_secret"])]
    pub(super) skip_hooks: bool,

    /// Do it without asking
    #[arg(long, short)]
    pub(super) yes: bool,

    #[command(flatten)]
    pub(super) asking: Asking,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Verify {
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
    pub(super) fn need(&self) -> Option<Need> {
        self.verify.map(Need::from)
    }

    /// Not a rotation, but what follows one.
    pub(super) fn is_action(&self) -> bool {
        self.undo || self.resume || self.retire_previous
    }

    pub(super) fn expires(&self) -> Option<Expiry> {
        let at = self.expires_at?;
        Some(Expiry { at: ledger::time(at), source: "given".to_owned() })
    }

    /// The plan: what is said now, else what is remembered, else what is usual.
    pub(super) fn plan(&self, remembered: Option<Plan>) -> anyhow::Result<Plan> {
        let mut plan = remembered.unwrap_or_default();
        if let Some(method) = self.method()? {
            // A command that is the same again is known to be additive.
            let is_same =
                method.command == plan.method.command && method.is_raw == plan.method.is_raw;
            let is_additive = plan.method.is_additive && is_same;
            plan.method = Method { is_additive, ..method };
        }
        plan.verify = self.need().unwrap_or(plan.verify);
        for (said, field) in [
            (self.keep_previous, &mut plan.keep_previous),
            (self.grace, &mut plan.grace),
            (self.older_than, &mut plan.older_than),
            (self.expires_within, &mut plan.expires_within),
        ] {
            *field = said.map_or(*field, |said| said.as_secs());
        }
        if !self.hook.is_empty() {
            let named = self.hook.iter().filter(|hook| *hook != NONE);
            plan.hooks = named.map(|hook| words(hook)).collect::<Result<_, _>>()?;
            plan.hooks_need_secret = self.hooks_need_secret;
        }
        if !self.hook_k8s.is_empty() {
            plan.k8s = self.hook_k8s.iter().flatten().cloned().collect();
        }
        Ok(plan)
    }

    /// How the new secret is made, where it is said.
    fn method(&self) -> anyhow::Result<Option<Method>> {
        let named = |provider: &str| Method { provider: provider.to_owned(), ..Method::default() };
        if self.password_stdin {
            return Ok(Some(named(supplied::STDIN)));
        }
        if let Some(command) = &self.from_command {
            return Ok(Some(Method { command: words(command)?, ..named(supplied::COMMAND) }));
        }
        if !self.exec.is_empty() {
            let command = self.exec.iter().skip_while(|word| *word == "--").cloned().collect();
            let (pass_current, is_raw) = (self.pass_current, self.exec_raw);
            return Ok(Some(Method { command, pass_current, is_raw, ..named(exec::NAME) }));
        }
        let Some(provider) = &self.provider else { return Ok(None) };
        let mut options = Map::new();
        for setting in &self.settings {
            let (key, value) = setting
                .split_once('=')
                .ok_or_else(|| Refusal::new(format!("{setting} is not KEY=VALUE"), None))?;
            options.insert(key.to_owned(), Value::from(value));
        }
        Ok(Some(Method { options, ..named(provider) }))
    }
}

fn span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).map_err(|e| e.to_string())?;
    if span.as_secs() > 100 * 31_536_000 { Err("at most 100y".to_owned()) } else { Ok(span) }
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

/// A day is its last moment.
fn date(text: &str) -> Result<SystemTime, String> {
    let is_day = text.len() == 10;
    let time = if is_day { format!("{text}T23:59:59Z") } else { text.to_owned() };
    humantime::parse_rfc3339_weak(&time)
        .map_err(|_| "a day such as 2027-01-31, or an RFC 3339 time".to_owned())
}
