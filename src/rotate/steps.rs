//! The order of the steps. Whatever happens between two of them, the store keeps a secret that the
//! registry accepts, but for one window of providers that end the old secret before they answer.
//!
//! A provider of class A sets a secret that is kept before it is sent. One of class B makes a second
//! one, which is kept before the first is ended. One of class C ends the first and answers with the
//! second: kept the moment it is known; where the answer is lost, nothing that is kept may work.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::ending::{About, Ending, State, Stop};
use super::journal::{self, Claim, Running, Step};
use super::plan::{Method, Need, Plan, Remembered};
use super::provider::{Class, Facts, Failure, Issued, Provider};
use super::recover::{self, Settled};
use super::{retire, supplied};
use crate::credential::Credential;
use crate::ledger::{Expiry, Ledger};
use crate::registry::verdict::{Finding, Verdict};
use crate::server::{Reserved, ServerKey};
use crate::store::{self, Error, ErrorKind, Store};

/// A new secret that ends sooner is not put in the place of an old one.
const SHORTEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a new secret is tried to be kept whose predecessor may be dead already.
const TRIES: u32 = 3;

/// The user name of what is kept to see whether the store can keep anything; no registry knows it.
pub(super) const CANARY: &str = "imgsec-internal://canary";

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
    /// Until when a secret works, where it says so itself.
    pub expiry: &'a dyn Fn(&Credential) -> Option<Expiry>,
    /// The provider of a method, for a credential; nothing where the method has none here.
    pub provider: &'a dyn Fn(&Method, &ServerKey, &str) -> Option<Box<dyn Provider + 'a>>,
    /// Whether the program of a command is there.
    pub is_program: &'a dyn Fn(&str) -> bool,
    /// Gets what commands say.
    pub tell: &'a dyn Fn(&str),
    /// Waits.
    pub pause: &'a dyn Fn(Duration),
    /// How long to wait for another process that rotates the same credential.
    pub wait_lock: Duration,
}

/// One rotation.
pub(super) struct Run<'r, 'c> {
    pub(super) cx: &'r Context<'c>,
    pub(super) server: &'r ServerKey,
    pub(super) claim: Claim,
    pub(super) about: About,
}

/// Does `work` while no other process rotates this credential.
pub(super) fn alone(
    cx: &Context,
    server: &ServerKey,
    work: impl FnOnce(&mut Run) -> Result<Stop, Stop>,
) -> Ending {
    let claim = match Claim::take(cx.state, server, cx.wait_lock) {
        Ok(Some(claim)) => claim,
        Ok(None) => {
            let stop = Stop::new(State::Busy, "another process rotates this credential");
            return Ending {
                stop: stop.with_hint("--wait-lock 30s waits"),
                about: About::default(),
            };
        }
        Err(why) => return Ending { stop: why.into(), about: About::default() },
    };
    let mut run = Run { cx, server, claim, about: About::default() };
    let mut stop = work(&mut run).unwrap_or_else(|stop| stop);
    if let Some(running) = &run.claim.journal().running
        && running.step < Step::Promoted
    {
        run.about.is_staged = running.step > Step::Intended || stop.state == State::Staged;
        if matches!(stop.state, State::Failed | State::StoreLocked) && stop.hint.is_none() {
            stop = stop.with_hint(format!("imgsec-cred rotate {server} --resume"));
        }
    }
    Ending { stop, about: run.about }
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
        run.about.username.clone_from(&old.username);
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
    let remembered = remembered.filter(|_| known.username == old.username);
    let running = Running {
        operation: journal::new_operation()?,
        username: old.username.clone(),
        plan: plan.clone(),
        class: provider.class(),
        step: Step::Intended,
        started_at: journal::later(SystemTime::now(), Duration::ZERO),
        old: facts.handle.or_else(|| remembered?.handle),
        new: None,
        expires: None,
        is_undo,
    };
    run.about.take(&running);
    run.claim.change(|journal| journal.running = Some(running))?;
    let new = match create(run, provider, &old)? {
        Made::New(new) => new,
        Made::Ended(stop) => return Ok(stop),
    };
    let old_expires = facts.expires.or(known.expires).filter(|_| known.username == old.username);
    accept(run, &old, &new, old_expires.map(|e| e.at))?;
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
    let command = &plan.method.command;
    let exec = (!command.is_empty() && !is_undo).then_some(command);
    for words in plan.hooks.iter().chain(exec) {
        let program = words.first().map_or("", String::as_str);
        if !(run.cx.is_program)(program) {
            let words = format!("there is no program {program}; nothing was changed");
            return Err(Stop::new(State::Refused, words));
        }
    }
    if plan.verify != Need::Skip {
        let finding = run.check(old);
        // A secret that is there already may well take the place of a dead one.
        let is_made = is_undo || supplied::is_supplied(&plan.method);
        let is_dead = finding.verdict == Verdict::Rejected;
        if !finding.verdict.is_verified() && !(is_dead && is_made) {
            return Err(unusable(run.server, &finding));
        }
    }
    let facts = provider.preflight(old)?;
    run.about.warnings.extend(facts.warnings.iter().cloned());
    Ok(facts)
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

/// What came of asking the provider.
enum Made {
    New(Credential),
    Ended(Stop),
}

/// Asks the provider once, and keeps what it answers before anything else.
fn create(run: &mut Run, provider: &dyn Provider, old: &Credential) -> Result<Made, Stop> {
    let operation = run.about.operation.clone().unwrap_or_default();
    let chosen = match provider.choose() {
        Ok(chosen) => chosen,
        Err(why) => return Err(run.abandon(why)),
    };
    if let Some(chosen) = &chosen {
        let new = Credential::new(run.server.clone(), old.username.clone(), chosen.clone());
        if let Err(why) = run.keep(Reserved::Pending, &new) {
            return Err(run.abandon(why));
        }
    }
    let issued = match provider.create(&operation, old, chosen.as_ref()) {
        Ok(issued) => issued,
        Err(Failure::Unchanged(why)) => return Err(run.abandon(why)),
        Err(Failure::Unknown(why)) => return unknown(run, &why),
    };
    let username = issued.username.clone().unwrap_or_else(|| old.username.clone());
    let new = Credential::new(run.server.clone(), username, issued.secret.clone());
    if supplied::is_supplied(&run.method()) && old.same_login(&new) {
        run.claim.change(|journal| journal.running = None)?;
        let words = format!("the new secret for {} is the one in use", run.server);
        return Ok(Made::Ended(Stop::new(State::Unchanged, words)));
    }
    let class = provider.class();
    if !chosen.is_some_and(|chosen| new.has_secret(&chosen)) {
        keep_new(run, provider, class, &new, &issued)?;
    }
    let expires = issued.expires.or_else(|| (run.cx.expiry)(&new));
    staged(run, class, issued.handle, expires);
    Ok(Made::New(new))
}

/// The answer was lost: the registry says what is so.
fn unknown(run: &mut Run, why: &Error) -> Result<Made, Stop> {
    match recover::settle(run, None) {
        Ok(Some(Settled::Promoted(stop))) => Ok(Made::Ended(stop)),
        Ok(_) => Err(Stop::new(State::Failed, format!("{why}; nothing was changed"))),
        Err(stop) => Err(Stop { words: format!("{why}; {}", stop.words), ..stop }),
    }
}

/// Keeps a new secret; of class C the old one may be dead, so it is tried again.
fn keep_new(
    run: &mut Run,
    provider: &dyn Provider,
    class: Class,
    new: &Credential,
    issued: &Issued,
) -> Result<(), Stop> {
    let mut tries = if class == Class::Destructive { TRIES } else { 1 };
    let why = loop {
        match run.keep(Reserved::Pending, new) {
            Ok(()) => return Ok(()),
            Err(why) if tries <= 1 => break why,
            Err(_) => (run.cx.pause)(Duration::from_secs(1)),
        }
        tries -= 1;
    };
    if class == Class::Destructive {
        return Err(recover::locked_out(run.server, &format!("the new secret is lost: {why}")));
    }
    // Where it cannot be ended now, the journal says what to look for.
    if supplied::is_supplied(&run.method())
        || issued.handle.as_deref().is_some_and(|handle| provider.revoke(handle).is_ok())
    {
        return Err(run.abandon(why));
    }
    Err(why.into())
}

/// Notes what the provider answered. That it cannot be noted stops nothing: what is pending says it.
fn staged(run: &mut Run, class: Class, handle: Option<String>, expires: Option<Expiry>) {
    run.about.class = Some(class);
    run.about.expires.clone_from(&expires);
    let noted = run.claim.step(|running| {
        running.step = Step::Staged;
        running.class = class;
        running.new = handle;
        running.expires = expires;
        running.plan.method.is_additive =
            class == Class::Additive && running.plan.method.provider == super::exec::NAME;
    });
    if let Err(why) = noted {
        run.about.warnings.push(why.to_string());
    }
}

/// Whether the new secret may take the place of the old one, before the registry is asked. Where
/// the old one is dead already, it must.
fn accept(
    run: &mut Run,
    old: &Credential,
    new: &Credential,
    old_expires: Option<String>,
) -> Result<(), Stop> {
    let mut wrong = Vec::new();
    if new.username != old.username {
        wrong
            .push(format!("the new secret is for the user {}, not {}", new.username, old.username));
    }
    let class = run.about.class.unwrap_or(Class::Destructive);
    if let Some(expires) = run.about.expires.as_ref().filter(|_| class != Class::Minted) {
        let now = SystemTime::now();
        let ends_soon = journal::has_come(&expires.at, now + SHORTEST_LIFE);
        let is_over = journal::has_come(&expires.at, now);
        // Who brings a secret for some hours has a reason.
        if is_over || ends_soon && !supplied::is_supplied(&run.method()) {
            wrong.push(format!("the new secret ends within a day: {}", expires.at));
        } else if ends_soon {
            run.about.warnings.push(format!("the new secret ends within a day: {}", expires.at));
        } else if old_expires.is_some_and(|old| expires.at < old) {
            run.about
                .warnings
                .push(format!("the new secret ends before the old one: {}", expires.at));
        }
    }
    let Some(why) = wrong.first() else { return Ok(()) };
    if class != Class::Additive {
        run.about.warnings.append(&mut wrong);
        return Ok(());
    }
    recover::back(run)?;
    Err(Stop::new(State::Refused, format!("{why}; the old one stays in use")))
}

impl Run<'_, '_> {
    pub(super) fn method(&self) -> Method {
        let running = self.claim.journal().running.as_ref();
        running.map(|running| running.plan.method.clone()).unwrap_or_default()
    }

    /// The secret in use; nothing where none is kept.
    pub(super) fn current(&self) -> Result<Option<Credential>, Error> {
        found(self.cx.store.get(self.server))
    }

    /// What is kept beside it, as a credential of the registry.
    pub(super) fn beside(&self, what: Reserved) -> Result<Option<Credential>, Error> {
        let kept = found(self.cx.store.get(&self.server.reserved(what)))?;
        Ok(kept.map(|kept| Credential { server: self.server.clone(), ..kept }))
    }

    /// Keeps a credential beside the one in use, reads it back and compares.
    pub(super) fn keep(&self, what: Reserved, credential: &Credential) -> Result<(), Error> {
        let key = self.server.reserved(what);
        let (username, secret) = (credential.username.clone(), credential.secret.clone());
        store::copy(self.cx.store, &Credential::new(key, username, secret))
    }

    pub(super) fn drop_beside(&self, what: Reserved) -> Result<(), Error> {
        self.cx.store.remove(&self.server.reserved(what))
    }

    /// Asks the registry.
    pub(super) fn check(&mut self, credential: &Credential) -> Finding {
        let finding = (self.cx.verify)(credential);
        self.about.finding = Some(finding.clone());
        finding
    }

    pub(super) fn absent(&self) -> Stop {
        let words = format!("no credential is kept for {}", self.server);
        Stop::new(State::Absent, words).with_hint(format!("docker login {}", self.server))
    }

    /// Whether the store can keep a new secret: one that means nothing is kept, read and removed.
    fn try_store(&self) -> Result<(), Error> {
        let canary = journal::new_operation()?.into();
        let canary = Credential::new(self.server.clone(), CANARY.to_owned(), canary);
        self.keep(Reserved::Pending, &canary)?;
        self.drop_beside(Reserved::Pending)
    }

    /// Nothing was changed at the provider: clears up, as well as that goes.
    fn abandon(&mut self, why: Error) -> Stop {
        let cleared = self
            .drop_beside(Reserved::Pending)
            .and_then(|()| self.claim.change(|journal| journal.running = None));
        if let Err(why) = cleared {
            self.about.warnings.push(why.to_string());
        }
        why.into()
    }
}

fn found(answer: Result<Credential, Error>) -> Result<Option<Credential>, Error> {
    match answer {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}
