//! Putting a new secret in the place of the old one, and what follows: hooks, the end of the old one.

use std::time::SystemTime;

use super::ending::{Old, State, Stop};
use super::journal::{Journal, Retired, Retiring, Running, Step, later};
use super::plan::{Plan, Remembered};
use super::provider::Class;
use super::run::Run;
use super::{clear, exec, hooks, retire, supplied};
use crate::credential::Credential;
use crate::ledger::{self, Checked, Record};
use crate::registry::verdict::Verdict;
use crate::server::Reserved;
use crate::store;

/// Keeps the old secret as the previous one and the new one in its place, then finishes.
pub(super) fn promote(run: &mut Run, old: &Credential, new: &Credential) -> Result<Stop, Stop> {
    let running = run.claim.journal().running.as_ref();
    if running.is_some_and(|running| running.plan.keep_previous().is_some()) {
        run.keep(Reserved::Previous, old)?;
        run.claim.step(|running| running.step = Step::Kept)?;
    }
    // Between this look and the next step another login is lost; the protocol has no better way.
    let is_old = run.current()?.is_some_and(|current| current.same_login(old));
    if !is_old {
        return clear::superseded(run, Some(new));
    }
    store::copy(run.cx.store, new)?;
    finish(run)
}

/// The new secret is in use: what is left to do. May be repeated.
pub(super) fn finish(run: &mut Run) -> Result<Stop, Stop> {
    let now = SystemTime::now();
    let Some(running) = run.claim.journal().running.clone() else {
        return Err(Stop::new(State::Failed, "the rotation is not noted"));
    };
    if running.step != Step::Promoted {
        run.claim.change(|journal| note(journal, &running, now))?;
    }
    run.drop_beside(Reserved::Pending)?;
    let current = run.current()?.ok_or_else(|| run.absent())?;
    if let Err(why) = remember(run, &running, &current) {
        run.about.warnings.push(why.to_string());
    }
    run.about.previous_until.clone_from(&run.claim.journal().previous_until);
    let words = format!("the new secret for {} is in use", run.server);
    if run.is_undone_next && !running.is_undo {
        return Ok(Stop::new(State::Rotated, words));
    }
    if run.cx.skips_hooks {
        skip_hooks(run, &running, now)?;
    } else {
        run_hooks(run, &running, &current)?;
    }
    run.claim.change(|journal| journal.running = None)?;
    retire::due(run, false);
    run.about.old = Some(old_state(run, &running));
    let state = if running.is_undo { State::Undone } else { State::Rotated };
    Ok(Stop::new(state, words))
}

/// Tells the hooks of the secret in use; where one fails, the other secret is not retired.
fn run_hooks(run: &mut Run, running: &Running, current: &Credential) -> Result<(), Stop> {
    run.about.hooks = hooks::run(&running.plan, &running.operation, current, run.cx.tell);
    let Some(failed) = run.about.hooks.iter().find(|ran| ran.failure.is_some()) else {
        return Ok(());
    };
    let (server, why) = (run.server, failed.failure.as_deref().unwrap_or_default());
    let is_alive = matches!(running.class, Class::Additive | Class::Minted);
    let (used, other) = match running.is_undo {
        true => ("the previous secret for {} is in use again", "the other one is not retired"),
        false => ("the new secret for {} is in use", "the old one is not retired"),
    };
    let used = used.replace("{}", &server.to_string());
    let mut words = format!("{used}, but {} failed: {why}", failed.name);
    let mut hint = format!(
        "imgsec-cred rotate {server} --resume tries again, with --skip-hooks it does without"
    );
    run.about.old = Some(if is_alive { Old::Valid } else { Old::Replaced });
    if is_alive {
        words = format!("{words}; {other}");
    }
    if is_alive && !running.is_undo && running.plan.keep_previous().is_some() {
        hint.push_str("; --undo goes back");
    }
    Err(Stop::new(State::HookFailed, words).with_hint(hint))
}

/// The hooks are left out: who needs the secret in use has to be told otherwise, and from now on
/// the other one has its whole time.
fn skip_hooks(run: &mut Run, running: &Running, now: SystemTime) -> Result<(), Stop> {
    let names = hooks::names(&running.plan);
    if names.is_empty() {
        return Ok(());
    }
    let plan = &running.plan;
    run.claim.change(|journal| {
        for retiring in journal.retiring.iter_mut().filter(|retiring| retiring.is_previous) {
            retiring.after = later(now, plan.grace());
        }
        journal.previous_until = plan.keep_previous().map(|keep| later(now, keep));
    })?;
    run.about.previous_until.clone_from(&run.claim.journal().previous_until);
    let other = if running.is_undo { "other" } else { "old" };
    let names = names.join(", ");
    let words = format!("left out: {names}; what they serve may still have the {other} secret");
    // The rotation before may have left out the same.
    if !run.about.warnings.contains(&words) {
        run.about.warnings.push(words);
    }
    Ok(())
}

/// From here on the rotation goes forward only: what was the secret in use is the previous one.
fn note(journal: &mut Journal, running: &Running, now: SystemTime) {
    if running.is_undo {
        // What was to be ended is in use again.
        journal.retiring.retain(|retiring| !retiring.is_previous);
    }
    for retiring in &mut journal.retiring {
        retiring.is_previous = false;
    }
    if let Some(handle) = ours_to_end(running) {
        journal.retiring.push(Retiring {
            method: running.plan.method.clone(),
            what: Retired::Handle(handle.clone()),
            after: later(now, running.plan.grace()),
            is_previous: true,
        });
    }
    journal.previous_until = running.plan.keep_previous().map(|keep| later(now, keep));
    if let Some(running) = &mut journal.running {
        running.step = Step::Promoted;
        running.before = None;
    }
}

/// The provider's name for what was the secret in use, where it lives on and can be ended.
fn ours_to_end(running: &Running) -> Option<&String> {
    let method = &running.plan.method;
    let is_ours = match running.is_undo {
        // An undo is of class B, whatever made the secret that it takes back.
        true => method.provider != exec::NAME || method.is_additive,
        false => !supplied::is_supplied(method),
    };
    running.old.as_ref().filter(|_| running.class == Class::Additive && is_ours)
}

/// Writes down in the ledger what is known of the secret now in use, and how to rotate it next time.
fn remember(run: &Run, running: &Running, current: &Credential) -> Result<(), store::Error> {
    let finding = run.about.finding.clone();
    run.cx.ledger.change(current, |record: &mut Record| {
        record.rotated_at = Some(running.started_at.clone()).filter(|_| !running.is_undo);
        record.stored_at = Some(running.started_at.clone());
        record.imported_at = Some(running.started_at.clone()).filter(|_| running.is_undo);
        // The same where this is repeated.
        record.generation = Some(running.operation.clone());
        record.expires.clone_from(&running.expires);
        if let Some(finding) = finding {
            let level = match finding.verdict {
                Verdict::Verified(level) => Some(level.word().to_owned()),
                _ => None,
            };
            let verdict = finding.verdict.word().to_owned();
            let at = ledger::time(SystemTime::now());
            record.checked = Some(Checked { at, verdict, level });
        }
        let earlier = Remembered::read(record.rotation.as_ref());
        let mut next = Remembered { plan: running.plan.clone(), handle: running.new.clone() };
        // A secret given by hand does not make a person of what a timer rotates.
        let is_by_hand = running.plan.method.provider == supplied::STDIN;
        if let Some(earlier) = earlier.filter(|_| is_by_hand) {
            let Plan { hooks, k8s, hooks_need_secret, .. } = next.plan;
            next.plan = Plan { hooks, k8s, hooks_need_secret, ..earlier.plan };
        }
        record.rotation = serde_json::to_value(next).ok();
    })
}

/// What became of the old secret at the registry.
fn old_state(run: &Run, running: &Running) -> Old {
    let left = run.claim.journal().retiring.iter().find(|retiring| retiring.is_previous);
    match (running.class, left) {
        (Class::Chosen | Class::Destructive, _) if !running.is_undo => Old::Replaced,
        (_, Some(retiring)) => Old::RevokedAfter(retiring.after.clone()),
        (Class::Additive, None) if ours_to_end(running).is_some() => Old::Revoked,
        _ => Old::Valid,
    }
}
