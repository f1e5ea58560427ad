//! The order of the steps. Whatever happens between two of them, the store keeps a secret that the
//! registry accepts, but for one window of providers that end the old secret before they answer.
//!
//! A provider of class A sets a secret that is kept before it is sent. One of class B makes a second
//! one, which is kept before the first is ended. One of class C ends the first and answers with the
//! second: kept the moment it is known; where the answer is lost, nothing that is kept may work.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::create::{self, Made};
use super::ending::{Ending, State, Stop};
use super::journal::{self, Running, Step};
use super::plan::{Method, Need, Plan, Remembered};
use super::provider::{Facts, Provider};
use super::recover::{self, Settled};
use super::run::{Run, alone};
use super::{k8s, retire, supplied};
use crate::credential::Credential;
use crate::ledger::{Expiry, Ledger};
use crate::registry::verdict::{Finding, Verdict};
use crate::server::ServerKey;
use crate::store::{Error, Store};
use crate::tokens;

/// The provider of a method, for the credential of a server and a user name.
pub type FindProvider<'a> =
    dyn Fn(&Method, &ServerKey, &str) -> Result<Box<dyn Provider + 'a>, Error> + 'a;

/// What every rotation uses.
pub struct Context<'a> {
    /// Where the credentials are.
    pub store: &'a dyn Store,
    /// What is known of them.
    pub ledger: &'a Ledger,
    /// Our folder of state, where the journal is.
    pub state: &'a Path,
    /// Asks the registry.
    pub verify: &'a dyn Fn(&Credential) -> Finding,
    /// Until when a secret works, where the provider does not say it.
    pub expiry: &'a dyn Fn(&Credential) -> Option<Expiry>,
    /// The provider of a method, for a credential; nothing where the method has none here.
    pub provider: &'a FindProvider<'a>,
    /// Whether the program of a command is there.
    pub is_program: &'a dyn Fn(&str) -> bool,
    /// Gets what commands that fail say, without secrets.
    pub tell: &'a dyn Fn(&str),
    /// Waits.
    pub pause: &'a dyn Fn(Duration),
    /// How long to wait for another process that rotates the same credential.
    pub wait_lock: Duration,
    /// The hooks are left out this time: a person said so.
    pub skips_hooks: bool,
}

/// Rotates one credential by `provider`, after clearing up what an interrupted rotation left.
#[must_use]
pub fn rotate(cx: &Context, server: &ServerKey, plan: &Plan, provider: &dyn Provider) -> Ending {
    alone(cx, server, |run| {
        if let Some(stop) = settle_earlier(run, plan)? {
            return Ok(stop);
        }
        retire::due(run, false);
        begin(run, plan, provider, false)
    })
}

/// What a rotation would do: looks at everything, changes nothing, and asks the provider for nothing.
#[must_use]
pub fn preview(cx: &Context, server: &ServerKey, plan: &Plan, provider: &dyn Provider) -> Ending {
    alone(cx, server, |run| {
        if let Some(running) = run.claim.journal().running.clone() {
            run.about.take(&running);
            let words = format!("a rotation that began at {} is not through", running.started_at);
            let hint = format!("imgsec-cred rotate {} --resume", run.server);
            return Err(Stop::new(State::Staged, words).with_hint(hint));
        }
        let old = run.current()?.ok_or_else(|| run.absent())?;
        run.about.username = old.open_username().to_owned();
        provider.name().clone_into(&mut run.about.provider);
        run.about.class = Some(provider.class());
        preflight(run, plan, provider, &old, false)?;
        Ok(Stop::new(State::Planned, "could be rotated; nothing was changed"))
    })
}

/// Completes or clears up an interrupted rotation, and retires what is due.
#[must_use]
pub fn resume(cx: &Context, server: &ServerKey, need: Option<Need>) -> Ending {
    alone(cx, server, |run| {
        let stop = match recover::settle(run, need)? {
            None => Stop::new(State::Nothing, "there is no rotation to resume"),
            Some(Settled::Promoted(stop)) => stop,
            Some(Settled::Back(words)) => Stop::new(State::RolledBack, words),
        };
        retire::due(run, false);
        Ok(stop)
    })
}

/// Settles what an interrupted rotation left. Returns the end of all where that was the rotation.
fn settle_earlier(run: &mut Run, plan: &Plan) -> Result<Option<Stop>, Stop> {
    let is_supplied = supplied::is_supplied(&plan.method);
    let need = (plan.verify == Need::Skip).then_some(Need::Skip);
    match recover::settle(run, need) {
        Ok(Some(Settled::Promoted(stop))) if !is_supplied => Ok(Some(stop)),
        Ok(_) => Ok(None),
        // The way out: an owner made a new secret.
        Err(stop) if is_supplied && [State::LockedOut, State::Unknown].contains(&stop.state) => {
            run.claim.change(|journal| journal.running = None)?;
            Ok(None)
        }
        Err(stop) => Err(stop),
    }
}

/// From the first look at the old secret to the end.
pub(super) fn begin(
    run: &mut Run,
    plan: &Plan,
    provider: &dyn Provider,
    is_undo: bool,
) -> Result<Stop, Stop> {
    let old = run.current()?.ok_or_else(|| run.absent())?;
    let known = run.cx.ledger.of(run.server).unwrap_or_default();
    let facts = preflight(run, plan, provider, &old, is_undo)?;
    run.try_store()?;
    let remembered = Remembered::read(known.rotation.as_ref());
    let remembered = remembered.filter(|_| known.username == old.open_username());
    let before = run.claim.journal().running.clone().map(Box::new);
    let known_handle = || before.as_ref().and_then(|before| before.new.clone());
    let running = Running {
        operation: journal::new_operation()?,
        username: old.open_username().to_owned(),
        plan: plan.clone(),
        class: provider.class(),
        step: Step::Intended,
        started_at: journal::later(SystemTime::now(), Duration::ZERO),
        old: facts.handle.or_else(known_handle).or_else(|| remembered?.handle),
        trace: facts.trace,
        new: None,
        expires: None,
        is_undo,
        before,
    };
    run.about.take(&running);
    run.claim.change(|journal| journal.running = Some(running))?;
    let new = match create::create(run, provider, &old)? {
        Made::New(new) => new,
        Made::Ended(stop) => return Ok(stop),
    };
    let old_expires =
        facts.expires.or(known.expires).filter(|_| known.username == old.open_username());
    create::accept(run, &old, &new, old_expires.map(|e| e.at))?;
    recover::decide(run, &old, &new, plan.verify)
}

/// Everything that can be known before anything is changed.
fn preflight(
    run: &mut Run,
    plan: &Plan,
    provider: &dyn Provider,
    old: &Credential,
    is_undo: bool,
) -> Result<Facts, Stop> {
    // What is to be undone may be what a hook does not work with.
    let has_hooks = !is_undo && !run.cx.skips_hooks;
    if !is_undo {
        no_token(plan)?;
        programs(run.cx, plan, has_hooks)?;
    }
    if plan.verify != Need::Skip {
        let finding = run.check(old);
        // A secret that is there already may well take the place of a dead one.
        let is_made = is_undo || supplied::is_supplied(&plan.method);
        let is_dead = finding.verdict == Verdict::Rejected;
        if !(finding.verdict.is_verified() || is_dead && is_made) {
            return Err(unusable(run.server, &finding));
        }
    }
    for place in plan.k8s.iter().filter(|_| has_hooks) {
        place.try_out(old, run.cx.tell).map_err(|why| Stop::refused(&why))?;
    }
    let facts = provider.preflight(old)?;
    run.about.warnings.extend(facts.warnings.iter().cloned());
    Ok(facts)
}

/// The ledger and the journal keep a command as it is, in plain text.
fn no_token(plan: &Plan) -> Result<(), Stop> {
    let options = plan.method.options.values().filter_map(Value::as_str);
    let words = plan.method.command.iter().chain(plan.hooks.iter().flatten());
    let Some(kind) = words.map(String::as_str).chain(options).find_map(tokens::within) else {
        return Ok(());
    };
    let words = format!(
        "the command line holds a token ({kind}), and rotate remembers it in plain text; \
         nothing was changed"
    );
    let hint = "let the command read the token from a file or a variable; then revoke this one";
    Err(Stop::new(State::Refused, words).with_hint(hint))
}

/// Whether the programs are there that make the new secret and, where they are to run, the hooks.
fn programs(cx: &Context, plan: &Plan, has_hooks: bool) -> Result<(), Stop> {
    let absent = |program: &str| {
        let words = format!("there is no program {program}; nothing was changed");
        (!(cx.is_program)(program)).then(|| Stop::new(State::Refused, words))
    };
    let first = |words: &[String]| absent(words.first().map_or("", String::as_str));
    let command = Some(&plan.method.command).filter(|command| !command.is_empty());
    if let Some(stop) = command.and_then(|command| first(command)) {
        return Err(stop);
    }
    let kubectl = || plan.k8s.first().and_then(|_| absent(k8s::PROGRAM));
    let hook = || plan.hooks.iter().find_map(|hook| first(hook));
    let Some(stop) = has_hooks.then(|| hook().or_else(kubectl)).flatten() else { return Ok(()) };
    let hint =
        "--skip-hooks does without the hooks this time; --hook none and --hook-k8s none for good";
    Err(stop.with_hint(hint))
}

/// The secret in use cannot be shown to work.
fn unusable(server: &ServerKey, finding: &Finding) -> Stop {
    let words = format!("{server}: the secret in use is not accepted: {}", finding.words);
    match finding.verdict {
        Verdict::Rejected => Stop::new(State::Rejected, words)
            .with_hint(format!("imgsec-cred rotate {server} --password-stdin takes a new one")),
        Verdict::Refused => {
            let stop = Stop::new(State::Refused, format!("{server}: {}", finding.words));
            Stop { hint: finding.hint.clone(), ..stop }
        }
        _ => {
            let words = format!("{server} gave no verdict: {}; nothing was changed", finding.words);
            let hint = finding.hint.clone().unwrap_or_else(|| "--verify skip does not ask".into());
            Stop::new(State::NoVerdict, words).with_hint(hint)
        }
    }
}
