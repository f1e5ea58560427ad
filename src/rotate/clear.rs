//! What is left of a rotation that does not go forward is cleared away; the secret in use stays.

use std::time::{Duration, SystemTime};

use super::ending::{State, Stop};
use super::journal::{Retired, Retiring, Step, later};
use super::plan::Plan;
use super::provider::Class;
use super::run::Run;
use super::{exec, retire, supplied};
use crate::credential::Credential;
use crate::server::{Reserved, ServerKey};

/// Leaves the old secret in use: forgets the new one and notes it as one to be ended.
pub(super) fn back(run: &mut Run) -> Result<(), Stop> {
    run.drop_beside(Reserved::Pending)?;
    let end = unwanted(run);
    run.claim.change(|journal| {
        journal.end_running();
        journal.retiring.extend(end);
    })?;
    retire::due(run, false);
    Ok(())
}

/// What the provider made and nobody wants: of class B it lives until it is ended.
fn unwanted(run: &mut Run) -> Option<Retiring> {
    let running = run.claim.journal().running.as_ref()?;
    let is_ours = !supplied::is_supplied(&running.plan.method) && !running.is_undo;
    if running.class != Class::Additive || !is_ours {
        return None;
    }
    let what = match &running.new {
        Some(handle) => Retired::Handle(handle.clone()),
        None if running.plan.method.provider == exec::NAME => {
            let words =
                format!("a secret made for {} may be left at the provider", running.operation);
            run.about.warnings.push(words);
            return None;
        }
        None => Retired::Orphans(running.trace.as_ref().unwrap_or(&running.operation).clone()),
    };
    let after = later(SystemTime::now(), Duration::ZERO);
    Some(Retiring { method: running.plan.method.clone(), what, after, is_previous: false })
}

/// Another program stored a secret meanwhile, or removed it: that stays so. A new secret that has
/// taken the place of the old one at the provider is kept as the previous one.
///
/// # Errors
/// Where this cannot be done now.
pub(super) fn superseded(run: &mut Run, pending: Option<&Credential>) -> Result<Stop, Stop> {
    let (class, plan, step) = match &run.claim.journal().running {
        Some(running) => (running.class, running.plan.clone(), running.step),
        None => (Class::Additive, Plan::default(), Step::Intended),
    };
    let is_logged_out = run.current()?.is_none();
    let is_lost_else = class != Class::Additive && !is_logged_out;
    if let Some(pending) = pending.filter(|_| is_lost_else) {
        run.keep(Reserved::Previous, pending)?;
    }
    if is_logged_out {
        run.drop_beside(Reserved::Previous)?;
    }
    run.drop_beside(Reserved::Pending)?;
    let end = unwanted(run);
    run.claim.change(|journal| {
        journal.end_running();
        journal.retiring.extend(end);
        if is_logged_out {
            journal.running = None;
            journal.previous_until = None;
        } else if step >= Step::Kept || pending.is_some() && is_lost_else {
            let keep = plan.keep_previous().unwrap_or_default();
            journal.previous_until = Some(later(SystemTime::now(), keep));
        }
    })?;
    retire::due(run, false);
    if is_logged_out {
        return Ok(run.absent());
    }
    let words = format!("another program stored a secret for {} meanwhile; it stays", run.server);
    Ok(Stop::new(State::Superseded, words))
}

/// Nothing that is kept works: how to get in again.
pub(super) fn locked_out(server: &ServerKey, why: &str) -> Stop {
    let words = format!("no secret that is kept for {server} is accepted any more: {why}");
    let hint = format!(
        "make a new one at the registry as its owner, then: imgsec-cred rotate {server} --password-stdin"
    );
    Stop::new(State::LockedOut, words).with_hint(hint)
}
