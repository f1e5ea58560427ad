//! What a run does first that finds another one interrupted: it looks at what is kept and asks the
//! registry which of it works. A request that could have changed something is never repeated.

use std::time::Duration;

use super::ending::{State, Stop};
use super::journal::{Running, Step};
use super::plan::Need;
use super::provider::Class;
use super::run::{CANARY, Run};
use super::{clear, promote, supplied};
use crate::credential::Credential;
use crate::registry::verdict::{Finding, Verdict};
use crate::server::{Reserved, ServerKey};

/// A registry may take some seconds to know a new secret: after each of these it is asked again.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(8)];

/// How an interrupted rotation was settled.
pub(super) enum Settled {
    /// Forward: the new secret is in use.
    Promoted(Stop),
    /// Back: the old one is.
    Back(String),
}

/// Settles an interrupted rotation; `None` where there is none. `need` is what the registry must
/// say of a pending secret, where it is not what the rotation itself began with.
///
/// # Errors
/// Where it cannot be settled now, with the state it is in.
pub(super) fn settle(run: &mut Run, need: Option<Need>) -> Result<Option<Settled>, Stop> {
    let mut pending = run.beside(Reserved::Pending)?;
    if pending.as_ref().is_some_and(|pending| pending.username == CANARY) {
        run.drop_beside(Reserved::Pending)?;
        pending = None;
    }
    let Some(running) = run.claim.journal().running.clone() else {
        return match pending {
            Some(pending) => stray(run, &pending, need).map(Some),
            None => Ok(None),
        };
    };
    run.about.take(&running);
    if running.step == Step::Promoted {
        return promote::finish(run).map(|stop| Some(Settled::Promoted(stop)));
    }
    let settled = match (run.current()?, pending) {
        (Some(current), Some(pending)) if current.same_login(&pending) => {
            promote::finish(run).map(Settled::Promoted)
        }
        (Some(current), Some(pending)) => {
            if running.step == Step::Kept && !is_previous(run, &current)? {
                return Err(clear::superseded(run, Some(&pending))?);
            }
            pending_found(run, &running, &current, &pending, need)
        }
        (Some(current), None) => nothing_pending(run, &running, &current, need),
        (None, pending) => return Err(clear::superseded(run, pending.as_ref())?),
    };
    settled.map(Some)
}

fn is_previous(run: &Run, current: &Credential) -> Result<bool, Stop> {
    Ok(run.beside(Reserved::Previous)?.is_some_and(|previous| previous.same_login(current)))
}

/// A pending secret of which nothing is noted. It may be the only one that works.
fn stray(run: &mut Run, pending: &Credential, need: Option<Need>) -> Result<Settled, Stop> {
    let current = run.current()?;
    let is_known = current.as_ref().is_none_or(|current| current.same_login(pending));
    if !is_known && need != Some(Need::Skip) {
        let verdict = (run.cx.verify)(pending).verdict;
        if !verdict.is_verified() && verdict != Verdict::Rejected {
            let words =
                "a new secret is kept of which nothing is noted, and the registry gives no verdict";
            return Err(Stop::new(State::Staged, words));
        }
        if verdict.is_verified() {
            run.keep(Reserved::Previous, pending)?;
        }
    } else if !is_known {
        run.keep(Reserved::Previous, pending)?;
    }
    run.drop_beside(Reserved::Pending)?;
    let warning =
        "a new secret was kept of which nothing is noted; where it works, --undo brings it";
    run.about.warnings.push(warning.to_owned());
    Ok(Settled::Back("nothing is left of an earlier rotation".to_owned()))
}

/// The new secret is pending: the registry says whether it works.
fn pending_found(
    run: &mut Run,
    running: &Running,
    old: &Credential,
    new: &Credential,
    need: Option<Need>,
) -> Result<Settled, Stop> {
    let need = need.unwrap_or(running.plan.verify);
    if need == Need::Skip && running.class == Class::Chosen && running.step == Step::Intended {
        let words = "the new secret is kept; whether the provider took it is not known";
        let hint = format!("imgsec-cred rotate {} --resume --verify weak", run.server);
        return Err(Stop::new(State::Staged, words).with_hint(hint));
    }
    match judge(run, running, old, new, need, &[])? {
        Judged::Good => promote::promote(run, old, new).map(Settled::Promoted),
        Judged::Bad(words) => {
            clear::back(run)?;
            Ok(Settled::Back(words))
        }
    }
}

/// As [`settle`], of a secret that came a moment ago.
pub(super) fn decide(
    run: &mut Run,
    old: &Credential,
    new: &Credential,
    need: Need,
) -> Result<Stop, Stop> {
    let Some(running) = run.claim.journal().running.clone() else {
        return Err(Stop::new(State::Failed, "the rotation is not noted"));
    };
    let pauses = if supplied::is_supplied(&running.plan.method) { &[] } else { &PAUSES[..] };
    match judge(run, &running, old, new, need, pauses)? {
        Judged::Good => promote::promote(run, old, new),
        Judged::Bad(words) => {
            clear::back(run)?;
            Err(Stop::new(State::Rejected, words))
        }
    }
}

enum Judged {
    Good,
    /// The new secret is not accepted, and the old one is as good as it was.
    Bad(String),
}

fn judge(
    run: &mut Run,
    running: &Running,
    old: &Credential,
    new: &Credential,
    need: Need,
    pauses: &[Duration],
) -> Result<Judged, Stop> {
    if need == Need::Skip {
        return Ok(Judged::Good);
    }
    let mut finding = run.check(new);
    for pause in pauses {
        if finding.verdict != Verdict::Rejected {
            break;
        }
        (run.cx.pause)(*pause);
        finding = run.check(new);
    }
    if need.is_met_by(finding.verdict) {
        return Ok(Judged::Good);
    }
    if finding.verdict != Verdict::Rejected {
        return Err(staged(run.server, &finding));
    }
    let server = run.server;
    let words =
        format!("{server} rejected the new secret: {}; the old one stays in use", finding.words);
    // Of these classes the old secret lives on, whatever became of the new one.
    if matches!(running.class, Class::Additive | Class::Minted) {
        return Ok(Judged::Bad(words));
    }
    let about_old = (run.cx.verify)(old);
    match about_old.verdict {
        Verdict::Verified(_) => Ok(Judged::Bad(words)),
        Verdict::Rejected => Err(clear::locked_out(server, "neither the old nor the new one")),
        _ => Err(staged(server, &about_old)),
    }
}

fn staged(server: &ServerKey, finding: &Finding) -> Stop {
    let why = if finding.verdict.is_verified() {
        format!("{server} accepts it without a login as well, so this says little")
    } else {
        format!("{server} gave no verdict: {}", finding.words)
    };
    let words = format!("the new secret is kept and not yet in use: {why}");
    let hint = format!("imgsec-cred rotate {server} --resume");
    Stop::new(State::Staged, words).with_hint(hint)
}

/// The new secret was never kept: it was not made, or its answer was lost.
fn nothing_pending(
    run: &mut Run,
    running: &Running,
    current: &Credential,
    need: Option<Need>,
) -> Result<Settled, Stop> {
    let was_not_sent = running.class == Class::Chosen && running.step == Step::Intended;
    if !was_not_sent && matches!(running.class, Class::Chosen | Class::Destructive) {
        if need.unwrap_or(running.plan.verify) == Need::Skip {
            let words = "whether the secret in use still works is not known: the answer of the provider was lost";
            let hint = format!("imgsec-cred rotate {} --resume --verify weak", run.server);
            return Err(Stop::new(State::Unknown, words).with_hint(hint));
        }
        let finding = run.check(current);
        if finding.verdict == Verdict::Rejected {
            return Err(clear::locked_out(
                run.server,
                "the provider ended the old one, and the new one is lost",
            ));
        }
        if !finding.verdict.is_verified() {
            let words =
                format!("whether the secret in use still works is not known: {}", finding.words);
            let hint = format!("imgsec-cred rotate {} --resume", run.server);
            return Err(Stop::new(State::Unknown, words).with_hint(hint));
        }
    }
    clear::back(run)?;
    Ok(Settled::Back(format!("the old secret for {} stays in use", run.server)))
}
