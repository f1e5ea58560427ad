//! What a move is and was, in lines for people and as `imgsec.migrate/1`. No secret, and no part of
//! one: a changed value is shown by its place.

use std::collections::{BTreeMap, BTreeSet};

use imgsec_cred::audit::severity::signal;
use imgsec_cred::machine::Machine;
use imgsec_cred::migrate::plan::{Batch, Move, Origin, State};
use imgsec_cred::protocol::NAME;
use serde_json::{Value, json};

use super::Wishes;
use super::moving::Job;
use crate::list::registry;
use crate::report::{Mark, Report};

/// What says that others may have read it.
const EXPOSED: &[&str] = &[
    signal::GROUP_READABLE,
    signal::WORLD_READABLE,
    signal::TRACKED_BY_GIT,
    signal::NOT_IGNORED_BY_GIT,
    signal::IN_BUILD_CONTEXT,
    signal::SYNCED_FOLDER,
    signal::PUBLIC_PLACE,
    signal::SAME_SECRET_ELSEWHERE,
];

/// What is about to happen, a line for each credential.
pub(super) fn plan(job: &Job, machine: &Machine, report: &Report) -> std::io::Result<()> {
    let batches: Vec<_> = job.plan.batches.iter().filter(|batch| !is_empty(batch)).collect();
    if batches.is_empty() && job.unread.is_empty() {
        return report.line("nothing to move");
    }
    for batch in batches {
        report.line(&from(batch, machine))?;
        for m in &batch.moves {
            report.line(&format!("  {}", planned(m)))?;
        }
        for stay in &batch.stays {
            report.line(&format!("  stays     {}: {}", registry(&stay.key), stay.why))?;
        }
    }
    for (from, why) in &job.unread {
        report.line(&format!("not read  {from}: {why}"))?;
    }
    report.line("")
}

fn is_empty(batch: &Batch) -> bool {
    batch.moves.is_empty() && batch.stays.is_empty()
}

fn from(batch: &Batch, machine: &Machine) -> String {
    match &batch.origin {
        Origin::File(config) => machine.short(config.path()),
        Origin::Helper { name, .. } => format!("docker-credential-{name}"),
    }
}

fn planned(m: &Move) -> String {
    let login = login(m);
    let shadowed = if m.is_shadowed { "; another helper answers for it" } else { "" };
    match &m.state {
        State::Same => format!("kept      {login}: the store has the same{shadowed}"),
        State::Conflict(user) => format!("conflict  {login}: the store keeps a login of {user}"),
        _ => format!("move      {login}{shadowed}"),
    }
}

fn login(m: &Move) -> String {
    format!("{} ({})", registry(m.credential.server.as_str()), m.credential.open_username())
}

/// The changes of each file, with every secret masked.
pub(super) fn diff(
    job: &Job,
    wishes: Wishes,
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    let changes = changes(job, wishes, machine);
    let mut last = String::new();
    for change in changes {
        if change.file != last {
            report.line(&format!("--- {}", change.file))?;
            report.line(&format!("+++ {}", change.file))?;
            last.clone_from(&change.file);
        }
        let key = format!("{}.{}", change.object, json!(change.name));
        if let Some(before) = &change.before {
            report.line(&format!("- {key}: {}", as_written(before)))?;
        }
        report.line(&format!("+ {key}: {}", as_written(change.after)))?;
    }
    if last.is_empty() { Ok(()) } else { report.line("") }
}

/// Stands for a secret in a file, and for its place without it.
const SECRET: &str = "(secret)";
const REMOVED: &str = "(removed)";

/// A value of a file that changes; a secret is masked.
struct Change {
    file: String,
    object: &'static str,
    name: String,
    before: Option<String>,
    after: &'static str,
}

/// A value as it stands in the file, but for a secret.
fn as_written(value: &str) -> String {
    match value {
        SECRET => SECRET.to_owned(),
        REMOVED => "{}".to_owned(),
        name => json!(name).to_string(),
    }
}

fn changes(job: &Job, wishes: Wishes, machine: &Machine) -> Vec<Change> {
    let mut all = Vec::new();
    for batch in job.plan.batches.iter().filter(|_| !wishes.keep_source) {
        let Origin::File(config) = &batch.origin else { continue };
        let file = machine.short(config.path());
        let moved = batch.moves.iter().filter(|m| match &m.state {
            State::Conflict(_) => wishes.overwrite,
            State::Failed(_) => false,
            _ => true,
        });
        for m in moved {
            let change = |object, name: &str, before: Option<&str>, after| Change {
                file: file.clone(),
                object,
                name: name.to_owned(),
                before: before.map(str::to_owned),
                after,
            };
            all.push(change("auths", &m.key, Some(SECRET), REMOVED));
            let names = m.names.iter();
            all.extend(names.map(|n| change("credHelpers", n, config.helper(n), NAME)));
        }
    }
    all
}

/// What was done, and what is left to do.
pub(super) fn result(job: &Job, machine: &Machine, report: &Report) -> std::io::Result<()> {
    for batch in job.plan.batches.iter().filter(|batch| !is_empty(batch)) {
        let from = from(batch, machine);
        let kept = batch.moves.iter().filter(|m| m.is_kept()).count();
        if kept > 0 {
            let is_gone = batch.moves.iter().any(|m| m.state == State::Moved);
            let what = if is_gone { "moved out of" } else { "copied from" };
            let line = format!("{kept} {what} {from}: stored, read back and equal");
            report.marked(Mark::Ok, &line)?;
        }
        for m in &batch.moves {
            match &m.state {
                State::Failed(why) => {
                    report.marked(Mark::Fail, &format!("{}: {why}", login(m)))?;
                }
                State::Conflict(user) => {
                    let line = format!(
                        "{} stays in {from}: the store keeps a login of {user} (--overwrite \
                         replaces it)",
                        login(m)
                    );
                    report.marked(Mark::Warn, &line)?;
                }
                _ => {}
            }
        }
        for stay in &batch.stays {
            let line = format!("{} stays in {from}: {}", registry(&stay.key), stay.why);
            report.marked(Mark::Warn, &line)?;
        }
    }
    for (from, why) in &job.unread {
        report.marked(Mark::Fail, &format!("{from} was not read: {why}"))?;
    }
    for ((registry, user), signals) in exposed(job) {
        let lay = signals.into_iter().map(|signal| format!(", {signal}")).collect::<String>();
        report
            .note(&format!("rotate at the registry: {registry} ({user}), was in plain text{lay}"));
    }
    if job.plan.moves().any(|m| m.state == State::Moved) {
        report.note("Undo: imgsec-cred migrate --undo");
    }
    Ok(())
}

/// The logins that lay in plain text, and for each what says that others may have read it.
fn exposed(job: &Job) -> BTreeMap<(&str, &str), BTreeSet<&'static str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for batch in &job.plan.batches {
        let Origin::File(config) = &batch.origin else { continue };
        for m in batch.moves.iter().filter(|m| m.is_kept()) {
            let name = (registry(m.credential.server.as_str()), m.credential.open_username());
            let seen = job.signals.iter();
            let seen = seen.filter(|(path, key, _)| path == config.path() && *key == m.key);
            let signals = seen.flat_map(|(_, _, signals)| signals).copied();
            all.entry(name).or_default().extend(signals.filter(|s| EXPOSED.contains(s)));
        }
    }
    all
}

/// The answer for programs, without the name of its schema.
pub(super) fn document(job: &Job, wishes: Wishes, is_ok: bool, machine: &Machine) -> Value {
    let mut items = Vec::new();
    for batch in &job.plan.batches {
        let from = from(batch, machine);
        items.extend(batch.moves.iter().map(|m| item(m, &from, wishes.dry_run)));
        items.extend(batch.stays.iter().map(|stay| {
            json!({"from": from, "registry": registry(&stay.key), "username": null,
                "action": "stays", "source_removed": false, "message": stay.why})
        }));
    }
    let changes = changes(job, wishes, machine).into_iter().map(|change| {
        let key = format!("{}.{}", change.object, change.name);
        json!({"file": change.file, "key": key, "before": change.before, "after": change.after})
    });
    let unread = job.unread.iter().map(|(from, why)| json!({"from": from, "message": why}));
    let rotate = exposed(job).into_iter().map(|((registry, user), signals)| {
        json!({"registry": registry, "username": user, "signals": signals})
    });
    let is_complete = job.unread.is_empty();
    json!({"ok": is_ok, "complete": is_complete, "dry_run": wishes.dry_run, "items": items,
        "changes": changes.collect::<Vec<_>>(),
        "unread": unread.collect::<Vec<_>>(),
        "rotate": if wishes.dry_run { Vec::new() } else { rotate.collect::<Vec<_>>() }})
}

fn item(m: &Move, from: &str, is_dry: bool) -> Value {
    let (action, why) = match &m.state {
        State::New | State::Replace(_) if is_dry => ("copy", None),
        State::New | State::Replace(_) => ("failed", None),
        State::Same => ("skipped", Some("the store has the same".to_owned())),
        State::Conflict(user) => ("conflict", Some(format!("the store keeps a login of {user}"))),
        State::Copied | State::Moved => ("copied", None),
        State::Failed(why) => ("failed", Some(why.clone())),
    };
    json!({"from": from, "registry": registry(m.credential.server.as_str()),
        "username": m.credential.open_username(), "action": action,
        "source_removed": m.state == State::Moved, "message": why})
}
