//! What a move is and was, in lines for people and for programs. No secret, and no part of one: a
//! changed value is shown by its place.

use std::collections::{BTreeMap, BTreeSet};

use imgsec_cred::audit::severity::signal;
use imgsec_cred::files::real;
use imgsec_cred::lookup::{Found, Source, Step};
use imgsec_cred::machine::Machine;
use imgsec_cred::setup::apply::Edit;
use imgsec_cred::setup::plan::{Plan, State};
use imgsec_cred::setup::scene::{Candidate, Origin};
use serde_json::{Value, json};

use super::moving::{self, Job, Manner, origin};
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

/// The places that logins come from, in the order in which they were read.
fn origins(plan: &Plan<'_>) -> Vec<Origin> {
    let mut all: Vec<Origin> = Vec::new();
    let moves = plan.moves().map(|(_, one, _)| &one.origin);
    let conflicts = plan.conflicts().chain(plan.failed()).map(|(one, _)| &one.origin);
    for origin in moves.chain(conflicts).chain(plan.stays.iter().map(|stay| &stay.origin)) {
        if !all.contains(origin) {
            all.push(origin.clone());
        }
    }
    all.sort_by_key(|origin| match origin {
        Origin::File(number) => *number,
        Origin::Helper(_) => usize::MAX,
    });
    all
}

/// What is about to happen, a line for each credential.
pub(super) fn plan(plan: &Plan<'_>, machine: &Machine, report: &Report) -> std::io::Result<()> {
    let origins = origins(plan);
    if origins.is_empty() && plan.scene.unread.is_empty() {
        return report.line("nothing to move");
    }
    for from in origins {
        report.line(&origin(&plan.scene, &from, machine))?;
        for (_, one, state) in plan.moves().filter(|(_, one, _)| one.origin == from) {
            report.line(&format!("  {}", planned(one, state)))?;
        }
        for (one, user) in plan.conflicts().filter(|(one, _)| one.origin == from) {
            report
                .line(&format!("  conflict  {}: the store keeps a login of {user}", login(one)))?;
        }
        for stay in plan.stays.iter().filter(|stay| stay.origin == from) {
            report.line(&format!("  stays     {}: {}", registry(&stay.key), stay.why))?;
        }
    }
    for (from, why) in &plan.scene.unread {
        report.line(&format!("not read  {}: {why}", machine.short(from)))?;
    }
    report.line("")
}

fn planned(one: &Candidate, state: &State) -> String {
    match state {
        State::Same => format!("kept      {}: the store has the same", login(one)),
        _ => format!("move      {}", login(one)),
    }
}

fn login(one: &Candidate) -> String {
    format!("{} ({})", registry(one.credential.server.as_str()), one.credential.open_username())
}

/// What changes for each client: where its login for a registry comes from.
pub(crate) fn by_client(
    plan: &Plan<'_>,
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    let changes = plan.by_client();
    if changes.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for change in changes {
        let (before, after) =
            (step(change.before.as_ref(), machine), step(change.after.as_ref(), machine));
        let line = format!("{}: {before} -> {after}", change.registry);
        match lines.iter_mut().find(|(other, _)| *other == line) {
            Some((_, clients)) => clients.extend(change.clients),
            None => lines.push((line, change.clients.to_vec())),
        }
    }
    report.line("Clients, now and then")?;
    for (line, clients) in lines {
        report.line(&format!("  {line}"))?;
        report.line(&format!("    {}", clients.join(", ")))?;
    }
    report.line("")
}

/// Where a login comes from, in a few words.
pub(crate) fn step(step: Option<&Step>, machine: &Machine) -> String {
    let Some(step) = step else { return "no login".to_owned() };
    let place = match &step.source {
        Source::Variable(name) => (*name).to_owned(),
        Source::File(path) => machine.short(path),
        Source::Helper { name, .. } => format!("docker-credential-{name}"),
    };
    match &step.found {
        Found::Plain(login) => format!("{} in plain text in {place}", login.user()),
        Found::Kept(login) => format!("{} from {place}", login.user()),
        Found::OneOf(_) => format!("one of several logins in {place}, by chance"),
        Found::Unknown => format!("whatever {place} answers"),
        Found::Nothing => "no login".to_owned(),
        Found::Trouble(why) => format!("{place} fails: {why}"),
    }
}

/// For programs: what changes for each client.
pub(crate) fn clients_json(plan: &Plan<'_>, machine: &Machine) -> Vec<Value> {
    let changes = plan.by_client().into_iter().map(|change| {
        json!({"clients": change.clients, "registry": change.registry,
            "before": step(change.before.as_ref(), machine),
            "after": step(change.after.as_ref(), machine)})
    });
    changes.collect()
}

/// The changes of each file, with every secret masked.
pub(super) fn diff(
    plan: &Plan<'_>,
    manner: Manner,
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    let mut last = String::new();
    for change in changes(plan, manner, machine) {
        if change.file != last {
            report.line(&format!("--- {}", change.file))?;
            report.line(&format!("+++ {}", change.file))?;
            last.clone_from(&change.file);
        }
        let key = format!("{}.{}", change.object, json!(change.name));
        if let Some(before) = &change.before {
            report.line(&format!("- {key}: {}", as_written(before)))?;
        }
        report.line(&format!("+ {key}: {}", as_written(&change.after)))?;
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
    after: String,
}

/// A value as it stands in the file, but for a secret.
fn as_written(value: &str) -> String {
    match value {
        SECRET => SECRET.to_owned(),
        REMOVED => "{}".to_owned(),
        name => json!(name).to_string(),
    }
}

fn changes(plan: &Plan<'_>, manner: Manner, machine: &Machine) -> Vec<Change> {
    let mut all = Vec::new();
    for (number, file) in plan.scene.files.iter().enumerate().filter(|_| !manner.keep_source) {
        let name = machine.short(file.config.path());
        let moved = plan.moves().filter(|(_, one, state)| {
            one.origin == Origin::File(number) && !matches!(state, State::Failed(_))
        });
        let change = |object, key: &str, before: Option<&str>, after: &str| Change {
            file: name.clone(),
            object,
            name: key.to_owned(),
            before: before.map(str::to_owned),
            after: after.to_owned(),
        };
        all.extend(moved.map(|(_, one, _)| change("auths", &one.key, Some(SECRET), REMOVED)));
        let named = plan.named().filter(|(at, ..)| *at == number);
        all.extend(
            named.map(|(_, key, helper)| {
                change("credHelpers", key, file.config.helper(key), helper)
            }),
        );
    }
    all
}

/// Says where a file has other names that keep what it held.
pub(crate) fn other_names(edits: &[Edit], machine: &Machine, report: &Report) {
    for edit in edits.iter().filter(|edit| edit.names_before > 1) {
        report.warning(&format!(
            "{} had {} other name (a hard link), which still holds the passwords: find it with \
             find ~ -samefile, and delete it",
            machine.short(&edit.path),
            edit.names_before - 1
        ));
    }
}

/// What was done, and what is left to do.
pub(super) fn result(
    plan: &Plan<'_>,
    job: &Job<'_>,
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    for from in origins(plan) {
        let place = origin(&plan.scene, &from, machine);
        let here = || plan.moves().filter(|(_, one, _)| one.origin == from);
        let kept = here().filter(|(_, _, state)| is_kept(state)).count();
        if kept > 0 {
            let is_gone = here().any(|(_, _, state)| *state == State::Moved);
            let what = if is_gone { "moved out of" } else { "copied from" };
            report.marked(Mark::Ok, &format!("{kept} {what} {place}: stored and verified"))?;
        }
        for (one, why) in plan.failed().filter(|(one, _)| one.origin == from) {
            report.marked(Mark::Fail, &format!("{}: {why}", login(one)))?;
        }
        for (one, user) in plan.conflicts().filter(|(one, _)| one.origin == from) {
            let is_foreign = moving::file(&plan.scene, &one.origin).is_some_and(job.is_foreign);
            let way = if is_foreign { "imgsec-cred login" } else { "--overwrite" };
            let line = format!(
                "{} stays in {place}: the store keeps a login of {user} ({way} replaces it)",
                login(one)
            );
            report.marked(Mark::Warn, &line)?;
        }
        for stay in plan.stays.iter().filter(|stay| stay.origin == from) {
            let line = format!("{} stays in {place}: {}", registry(&stay.key), stay.why);
            report.marked(Mark::Warn, &line)?;
        }
    }
    for (from, why) in &plan.scene.unread {
        report.marked(Mark::Fail, &format!("{} was not read: {why}", machine.short(from)))?;
    }
    for ((registry, user), signals) in exposed(plan, job) {
        let lay = signals.into_iter().map(|signal| format!(", {signal}")).collect::<String>();
        report
            .note(&format!("rotate at the registry: {registry} ({user}), was in plain text{lay}"));
    }
    if plan.moves().any(|(_, _, state)| *state == State::Moved) {
        report.note("Undo: imgsec-cred migrate --undo");
    }
    Ok(())
}

/// Whether a copy is kept that was seen to be equal.
fn is_kept(state: &State) -> bool {
    matches!(state, State::Same | State::Copied | State::Moved)
}

/// The logins that were in plain text, and for each what says that others may have read it.
fn exposed<'p>(
    plan: &'p Plan<'_>,
    job: &Job<'_>,
) -> BTreeMap<(&'p str, &'p str), BTreeSet<&'static str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (_, one, state) in plan.moves().filter(|(_, _, state)| is_kept(state)) {
        let (Some(path), true) = (moving::file(&plan.scene, &one.origin), is_kept(state)) else {
            continue;
        };
        let name = (registry(one.credential.server.as_str()), one.credential.open_username());
        let seen = job.signals.iter();
        let seen = seen.filter(|(file, key, _)| *file == real(path) && *key == one.key);
        let signals = seen.flat_map(|(_, _, signals)| signals).copied();
        all.entry(name).or_default().extend(signals.filter(|s| EXPOSED.contains(s)));
    }
    all
}

/// The answer for programs, without the name of its schema.
pub(super) fn document(
    plan: &Plan<'_>,
    job: &Job<'_>,
    manner: Manner,
    is_ok: bool,
    machine: &Machine,
) -> Value {
    let mut items = Vec::new();
    for from in origins(plan) {
        let place = origin(&plan.scene, &from, machine);
        let all = plan.scene.candidates.iter().zip(&plan.states).enumerate();
        let here = all.filter(|(number, (one, state))| {
            let moves = plan.moves().any(|(n, ..)| n == *number);
            let is_told = matches!(state, State::Conflict(_) | State::Failed(_));
            one.origin == from && (moves || is_told)
        });
        items.extend(here.map(|(_, (one, state))| item(one, state, &place, manner.dry_run)));
        let stays = plan.stays.iter().filter(|stay| stay.origin == from);
        items.extend(stays.map(|stay| {
            json!({"from": place, "registry": registry(&stay.key), "username": null,
                "action": "stays", "source_removed": false, "message": stay.why})
        }));
    }
    let changes = changes(plan, manner, machine).into_iter().map(|change| {
        let key = format!("{}.{}", change.object, change.name);
        json!({"file": change.file, "key": key, "before": change.before, "after": change.after})
    });
    let unread = plan.scene.unread.iter();
    let unread = unread.map(|(from, why)| json!({"from": machine.short(from), "message": why}));
    let rotate = exposed(plan, job).into_iter().map(|((registry, user), signals)| {
        json!({"registry": registry, "username": user, "signals": signals})
    });
    json!({"ok": is_ok, "complete": plan.scene.unread.is_empty(), "dry_run": manner.dry_run,
        "items": items, "changes": changes.collect::<Vec<_>>(),
        "clients": clients_json(plan, machine),
        "unread": unread.collect::<Vec<_>>(),
        "rotate": if manner.dry_run { Vec::new() } else { rotate.collect::<Vec<_>>() }})
}

fn item(one: &Candidate, state: &State, from: &str, is_dry: bool) -> Value {
    let (action, why) = match state {
        State::New | State::Replace(_) if is_dry => ("copy", None),
        State::New | State::Replace(_) => ("failed", None),
        State::Same => ("skipped", Some("the store has the same".to_owned())),
        State::Conflict(user) => ("conflict", Some(format!("the store keeps a login of {user}"))),
        State::Copied | State::Moved => ("copied", None),
        State::Failed(why) => ("failed", Some(why.clone())),
    };
    json!({"from": from, "registry": registry(one.credential.server.as_str()),
        "username": one.credential.open_username(), "action": action,
        "source_removed": *state == State::Moved, "message": why})
}
