//! How a rotation ended, in lines for people and as `imgsec.rotate/1`. No secret, and no part of one.

use imgsec_cred::registry::verdict::Verdict;
use imgsec_cred::rotate::ending::{Ending, Old, State};
use imgsec_cred::rotate::provider::Class;
use imgsec_cred::rotate::{exec, supplied};
use imgsec_cred::server::ServerKey;
use serde_json::{Value, json};

use crate::Outcome;
use crate::list::registry;
use crate::report::{self, Mark, Report};

/// The exit status of an ending.
pub(super) fn outcome(state: State) -> Outcome {
    match state {
        state if state.is_ok() => Outcome::Done,
        State::Rejected | State::LockedOut | State::Absent => Outcome::Attention,
        State::StoreLocked | State::NotReached => Outcome::NoStore,
        State::NoVerdict => Outcome::NoVerdict,
        State::Superseded | State::Refused => Outcome::Refused,
        _ => Outcome::Partly,
    }
}

/// One credential, for people.
pub(super) fn say(server: &ServerKey, ending: &Ending, report: &Report) -> std::io::Result<()> {
    let (about, stop) = (&ending.about, &ending.stop);
    for warning in &about.warnings {
        report.marked(Mark::Warn, warning)?;
    }
    if stop.state == State::NotReached {
        return report.marked(Mark::Warn, &stop.words);
    }
    if !stop.state.is_ok() {
        report::failure(&stop.words, stop.hint.as_deref());
        return Ok(());
    }
    let name = registry(server.as_str());
    let is_undone = stop.state == State::Undone;
    let is_new = matches!(stop.state, State::Rotated | State::Undone);
    if is_new && about.finding.as_ref().is_some_and(|f| f.verdict.is_verified()) {
        let which = if is_undone { "previous" } else { "new" };
        let line = format!("{name} accepted the {which} secret of {}", about.username);
        report.marked(Mark::Ok, &line)?;
    }
    if stop.state == State::Planned {
        return report.marked(Mark::Ok, &planned(name, ending));
    }
    if !is_new {
        return report.marked(Mark::Ok, &stop.words);
    }
    let kept = about.previous_until.as_ref();
    let kept = kept.map_or("not kept".to_owned(), |until| format!("kept until {until}"));
    let (used, other) = if is_undone { ("in use again", "other") } else { ("in use", "old") };
    report.marked(Mark::Ok, &format!("{used} for {name}; the {other} one is {kept}"))?;
    for hook in &about.hooks {
        report.marked(Mark::Ok, &format!("{} ran", hook.name))?;
    }
    if about.previous_until.is_some() {
        report.note(&format!("Undo: imgsec-cred rotate {name} --undo"));
    }
    report.note(&match &about.old {
        Some(Old::Revoked) => "the old secret is revoked".to_owned(),
        Some(Old::RevokedAfter(at)) => format!(
            "the old secret still works; a run after {at} revokes it, or now: \
             imgsec-cred rotate {name} --retire-previous"
        ),
        Some(Old::Replaced) => "the old secret does not work any more".to_owned(),
        _ if is_undone => "not done: the other secret may still work at the registry".to_owned(),
        _ => "not done: the old secret may still work; revoke it at the registry".to_owned(),
    });
    Ok(())
}

/// What would be done, and what would become of the old secret.
fn planned(name: &str, ending: &Ending) -> String {
    let about = &ending.about;
    let old = match about.class {
        Some(Class::Additive) => "; the old secret lives until it is revoked",
        Some(Class::Chosen | Class::Destructive) => "; the old secret dies at once",
        Some(Class::Minted) | None => "",
    };
    let (how, old) = match about.provider.as_str() {
        supplied::STDIN => ("by the secret that is given".to_owned(), ""),
        supplied::COMMAND => ("by what the command prints".to_owned(), ""),
        // Only its answer says what becomes of the old one.
        exec::NAME => (format!("by {}", exec::NAME), ""),
        other => (format!("by {other}"), old),
    };
    format!("{name} ({}) could be rotated {how}{old}; nothing was changed", about.username)
}

/// One credential, for programs.
pub(super) fn item(server: &ServerKey, ending: &Ending) -> Value {
    let (about, stop) = (&ending.about, &ending.stop);
    let verified = about.finding.as_ref().map(|finding| {
        let level = match finding.verdict {
            Verdict::Verified(level) => Some(level.word()),
            _ => None,
        };
        json!({"verdict": finding.verdict.word(), "level": level, "reason": finding.reason})
    });
    let (old, after) = match &about.old {
        None => (None, None),
        Some(Old::Valid) => (Some("valid"), None),
        Some(Old::Revoked) => (Some("revoked"), None),
        Some(Old::RevokedAfter(at)) => (Some("revoked-after"), Some(at)),
        Some(Old::Replaced) => (Some("replaced"), None),
    };
    let hooks = about.hooks.iter();
    let hooks = hooks.map(|ran| json!({"name": ran.name, "ok": ran.failure.is_none()}));
    json!({
        "registry": registry(server.as_str()),
        "username": about.username,
        "state": stop.state.word(),
        "message": stop.words,
        "hint": stop.hint,
        "operation": about.operation,
        "provider": about.provider,
        "class": about.class.map(|class| class.letter()),
        "verified": verified,
        "expires_at": about.expires.as_ref().map(|e| &e.at),
        "expires_source": about.expires.as_ref().map(|e| &e.source),
        "previous_until": about.previous_until,
        "old": old,
        "old_revoked_after": after,
        "hooks": hooks.collect::<Vec<_>>(),
        "staged": about.is_staged,
        "warnings": about.warnings,
    })
}
