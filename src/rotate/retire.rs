//! The end of old secrets: at the provider once the grace is over, in the store once its time is.
//! What fails is tried again by the next run, and stops nothing.

use std::time::SystemTime;

use super::ending::{Ending, State, Stop};
use super::journal::{self, Retired, Retiring};
use super::plan::Remembered;
use super::provider::Provider;
use super::recover;
use super::run::{Run, alone};
use super::steps::Context;
use crate::server::{Reserved, ServerKey};
use crate::store::Error;

/// Ends what is due of one credential; with `all`, what is not yet due as well. Nothing is ended
/// while a rotation is not through.
pub(super) fn due(run: &mut Run, all: bool) {
    if run.claim.journal().running.is_some() {
        return;
    }
    let now = SystemTime::now();
    for retiring in run.claim.journal().retiring.clone() {
        if !all && !journal::has_come(&retiring.after, now) {
            continue;
        }
        let done = end(run, &retiring).and_then(|()| {
            run.claim.change(|journal| journal.retiring.retain(|other| *other != retiring))
        });
        if let Err(why) = done {
            let command = format!("imgsec-cred rotate {} --retire-previous", run.server);
            run.about
                .warnings
                .push(format!("an old secret is not revoked: {why}; again: {command}"));
        }
    }
    let until = run.claim.journal().previous_until.clone();
    if until.is_some_and(|until| all || journal::has_come(&until, now)) {
        let dropped = run
            .drop_beside(Reserved::Previous)
            .and_then(|()| run.claim.change(|journal| journal.previous_until = None));
        if let Err(why) = dropped {
            run.about.warnings.push(format!("the previous secret is still kept: {why}"));
        }
    }
}

fn end(run: &Run, retiring: &Retiring) -> Result<(), Error> {
    let provider = provider(run, retiring)?;
    let in_use = run.cx.ledger.of(run.server)?.rotation;
    let in_use = Remembered::read(in_use.as_ref()).and_then(|known| known.handle);
    match &retiring.what {
        // Azure has two names, which are used in turn: what had this one is gone already.
        Retired::Handle(handle) if Some(handle) == in_use.as_ref() => Ok(()),
        Retired::Handle(handle) => provider.revoke(handle),
        Retired::Orphans(operation) => {
            let orphans = provider.orphans(operation)?;
            let orphans = orphans.iter().filter(|&handle| Some(handle) != in_use.as_ref());
            orphans.into_iter().try_for_each(|handle| provider.revoke(handle))
        }
    }
}

fn provider<'r>(run: &'r Run, retiring: &Retiring) -> Result<Box<dyn Provider + 'r>, Error> {
    // The ledger knows a user only after the first rotation, and the store none after a logout.
    let username = match run.cx.store.get(run.server) {
        Ok(current) => current.username,
        Err(_) => run.cx.ledger.of(run.server)?.username,
    };
    (run.cx.provider)(&retiring.method, run.server, &username)
}

/// Ends the previous secret of one credential now, at the provider and in the store.
#[must_use]
pub fn now(cx: &Context, server: &ServerKey) -> Ending {
    alone(cx, server, |run| {
        recover::settle(run, None)?;
        run.about.username =
            run.current()?.map(|c| c.open_username().to_owned()).unwrap_or_default();
        if run.beside(Reserved::Previous)?.is_none() && run.claim.journal().retiring.is_empty() {
            return Ok(Stop::new(
                State::Nothing,
                format!("no previous secret is kept for {server}"),
            ));
        }
        due(run, true);
        run.drop_beside(Reserved::Previous)?;
        if run.claim.journal().retiring.is_empty() {
            let words = format!("the previous secret for {server} is gone");
            return Ok(Stop::new(State::Retired, words));
        }
        Err(Stop::new(State::Failed, format!("the previous secret for {server} is not revoked")))
    })
}

/// Ends what is due of every credential; what another process is at is left to it. Returns what
/// could not be done.
#[must_use]
pub fn everything(cx: &Context) -> Vec<String> {
    let mut warnings = Vec::new();
    for server in journal::servers(cx.state).unwrap_or_default() {
        let ending = alone(cx, &server, |run| {
            due(run, false);
            Ok(Stop::new(State::Nothing, ""))
        });
        warnings.extend(ending.about.warnings);
    }
    warnings
}
