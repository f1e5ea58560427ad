//! Asking the provider for a new secret, once, and keeping what it answers before anything else.

use std::time::{Duration, SystemTime};

use super::ending::{State, Stop};
use super::journal::{self, Journal, Step};
use super::provider::{Class, Failure, Issued, Provider};
use super::recover::{self, Settled};
use super::run::Run;
use super::{clear, supplied};
use crate::credential::Credential;
use crate::ledger::Expiry;
use crate::server::Reserved;
use crate::store::Error;

/// A new secret that ends sooner is not put in the place of an old one.
const SHORTEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a new secret is tried to be kept whose predecessor may be dead already.
const TRIES: u32 = 3;

/// What came of asking the provider.
pub(super) enum Made {
    New(Credential),
    Ended(Stop),
}

/// Asks the provider once, and keeps what it answers before anything else.
pub(super) fn create(
    run: &mut Run,
    provider: &dyn Provider,
    old: &Credential,
) -> Result<Made, Stop> {
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
        run.claim.change(Journal::end_running)?;
        let words = format!("the new secret for {} is the one in use", run.server);
        return Ok(Made::Ended(Stop::new(State::Unchanged, words)));
    }
    let class = provider.class();
    if !chosen.is_some_and(|chosen| new.has_secret(&chosen)) {
        keep_new(run, provider, class, &new, &issued)?;
    }
    // A secret ends when it says so itself, whatever else was said. Of RFC 3339 in UTC.
    let all = [issued.expires, (run.cx.expiry)(&new)].into_iter().flatten();
    let expires = all.min_by(|one, other| one.at.cmp(&other.at));
    staged(run, class, issued.handle, expires);
    Ok(Made::New(new))
}

/// The answer was lost: the registry says what is so.
fn unknown(run: &mut Run, why: &Error) -> Result<Made, Stop> {
    match recover::settle(run, None) {
        Ok(Some(Settled::Promoted(stop))) => Ok(Made::Ended(stop)),
        Ok(_) => Err(Stop::new(State::Failed, format!("{why}; the old secret stays in use"))),
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
        return Err(clear::locked_out(run.server, &format!("the new secret is lost: {why}")));
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
        if !running.is_undo {
            running.plan.method.is_additive =
                class == Class::Additive && running.plan.method.provider == super::exec::NAME;
        }
    });
    if let Err(why) = noted {
        run.about.warnings.push(why.to_string());
    }
}

/// Whether the new secret may take the place of the old one, before the registry is asked. Where
/// the old one is dead already, it must.
pub(super) fn accept(
    run: &mut Run,
    old: &Credential,
    new: &Credential,
    old_expires: Option<String>,
) -> Result<(), Stop> {
    let mut wrong = Vec::new();
    if new.username != old.username {
        wrong.push(format!(
            "the new secret is for the user {}, not {}",
            new.open_username(),
            old.open_username()
        ));
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
    clear::back(run)?;
    Err(Stop::new(State::Refused, format!("{why}; the old one stays in use")))
}
