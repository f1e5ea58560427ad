//! What setup is about to do and has done, for people and for programs.

use std::path::PathBuf;

use imgsec_cred::clients::credential_helpers::is_of_windows;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::NAME;
use imgsec_cred::server::shown_key;
use imgsec_cred::settings::StoreKind;
use imgsec_cred::setup::containers::Order;
use imgsec_cred::setup::helpers::Answer;
use imgsec_cred::setup::plan::{Plan, State};
use imgsec_cred::setup::scene::{Origin, Role, is_ours};
use imgsec_cred::store::{self, Error};
use serde_json::{Map, Value, json};

use super::place::{Place, words_of};
use crate::changes::moving::origin;
use crate::changes::other_default;
use crate::changes::words::clients_json;
use crate::list::registry;
use crate::report::{Mark, Report};

/// What setup has done.
pub(super) struct Done<'d> {
    pub(super) place: &'d Place,
    pub(super) plan: &'d Plan<'d>,
    pub(super) is_new: bool,
    pub(super) failed: &'d [(PathBuf, Error)],
    pub(super) moved: &'d store::Transfer,
}

pub(super) fn show(
    place: &Place,
    plan: &Plan<'_>,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<()> {
    report.line(&format!("Store   {} ({})", place.words(), place.why))?;
    let config = &plan.scene.files[0].config;
    let docker = match config.store() {
        Some(name) if is_ours(name) => "uses imgsec already".to_owned(),
        Some(other) => {
            let written = other_default::written(other, config.path(), machine);
            format!("uses docker-credential-{other}{written}")
        }
        None => "no default credential helper".to_owned(),
    };
    report.line(&format!("Docker  {}: {docker}", machine.short(config.path())))?;
    report.line("")?;
    report.line("Plan")?;
    let steps = steps(place, plan, machine);
    if steps.is_empty() {
        report.line("     nothing to change")?;
    }
    for (number, step) in steps.iter().enumerate() {
        report.line(&format!("  {}  {step}", number + 1))?;
    }
    for line in stays(plan, machine) {
        report.line(&format!("     stays: {line}"))?;
    }
    report.line("")?;
    Ok(())
}

/// The plan, a line for each step.
fn steps(place: &Place, plan: &Plan<'_>, machine: &Machine) -> Vec<String> {
    let mut steps = Vec::new();
    if let Some(from) = place.from {
        steps.push(format!("copy what {} keeps to {}", words_of(from), place.words()));
    }
    for (_, one, state) in plan.moves() {
        let name = registry(one.credential.server.as_str());
        let user = one.credential.open_username();
        let from = origin(&plan.scene, &one.origin, machine);
        let instead = match state {
            State::Replace(kept) => {
                format!(", in the place of the login of {kept} that the store keeps")
            }
            _ => String::new(),
        };
        steps.push(match &one.origin {
            Origin::File(_) => format!("move {name} ({user}) out of plain text in {from}{instead}"),
            Origin::Helper(_) => format!("copy {name} ({user}) from {from}{instead}"),
        });
    }
    steps.extend(settings(plan, machine));
    let kept = kept_helpers(plan);
    steps.extend(
        kept.into_iter().map(|(registry, name)| format!("keep credHelpers: {registry} = {name}")),
    );
    steps
}

/// What the files will say, as "set …".
fn settings(plan: &Plan<'_>, machine: &Machine) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, file) in plan.scene.files.iter().enumerate() {
        let path = machine.short(file.config.path());
        if plan.makes_default(number) {
            lines.push(format!("set credsStore to \"{NAME}\" in {path}"));
        }
        let named = plan.named().filter(|(at, ..)| *at == number);
        let named = named.filter(|(_, key, name)| file.config.helper(key) != Some(name));
        let named: Vec<_> =
            named.map(|(_, key, name)| format!("{} = {name}", shown_key(key))).collect();
        if !named.is_empty() {
            lines.push(format!("set credHelpers in {path}: {}", named.join(", ")));
        }
    }
    let family = "Podman, Buildah and Skopeo";
    for path in plan.dropin_paths() {
        let path = machine.short(path);
        lines.push(match plan.order() {
            Some(Order::HelperFirst) => format!("make {family} keep logins with imgsec: {path}"),
            _ => format!(
                "make {family} read logins from imgsec, after what they ask now, since it would \
                 hide logins from them: {path}"
            ),
        });
    }
    lines
}

/// What stays where it is, and why.
fn stays(plan: &Plan<'_>, machine: &Machine) -> Vec<String> {
    let line = |stay: &imgsec_cred::setup::scene::Stay| {
        let place = origin(&plan.scene, &stay.origin, machine);
        format!("{} in {place}: {}", registry(&stay.key), stay.why)
    };
    let mut lines: Vec<_> = plan.stays.iter().map(line).collect();
    for (path, why) in &plan.scene.unread {
        lines.push(format!("what {} holds: {why}", machine.short(path)));
    }
    lines
}

pub(super) fn say(done: &Done<'_>, machine: &Machine, report: &Report) -> anyhow::Result<()> {
    let Done { place, plan, .. } = done;
    if place.kind == StoreKind::Session {
        report.note("what is in the session store is gone at the next start");
    }
    if done.is_new {
        report.marked(Mark::Ok, &format!("created {}", place.words()))?;
    }
    if !done.moved.copied.is_empty() {
        let count = logins(done.moved.copied.len());
        let from = place.from.map_or("", words_of);
        report.marked(Mark::Ok, &format!("{count} copied from {from}: stored and verified"))?;
    }
    for (server, why) in &done.moved.left {
        let what = server.as_ref().map_or("what it keeps", |server| registry(server.as_str()));
        let from = place.from.map_or("", words_of);
        report.marked(Mark::Warn, &format!("{what} stays in {from}: {why}"))?;
    }
    let is_done = |state: &&State| !matches!(state, State::Failed(_));
    let moved = plan.moves().filter(|(_, _, state)| is_done(state)).count();
    if moved > 0 {
        report.marked(Mark::Ok, &format!("{} moved: stored and verified", logins(moved)))?;
    }
    if done.failed.is_empty() {
        for line in settings(plan, machine) {
            report.marked(Mark::Ok, &line)?;
        }
    } else if moved > 0 {
        report
            .note("the store keeps its copies; the files that were not changed still hold theirs");
    }
    for line in stays(plan, machine) {
        report.marked(Mark::Warn, &format!("stays: {line}"))?;
    }
    if !plan.is_default() && plan.is_default_wished() {
        report.marked(
            Mark::Warn,
            &plan.why_not_default(&|path| machine.short(path)).unwrap_or_default(),
        )?;
        say_unasked(place, plan, machine, report)?;
    }
    if plan.moves().any(|(_, one, _)| matches!(one.origin, Origin::File(_))) {
        report.note("the passwords were stored in plain text and may have been copied: rotate them at the registry");
    }
    if machine.has_docker_auth_config {
        report.note("DOCKER_AUTH_CONFIG is set: Docker reads it before the store (unset it)");
    }
    report.note("Next: imgsec-cred login REGISTRY     Undo: imgsec-cred setup --undo");
    Ok(())
}

/// What Docker goes on asking another machine's helper for though our store keeps a login, and how
/// both get one store.
fn say_unasked(
    place: &Place,
    plan: &Plan<'_>,
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    let config = &plan.scene.files[0].config;
    let on_windows = place.kind == StoreKind::Windows;
    let stays = config.store().filter(|name| other_default::is_elsewhere(name, on_windows));
    let Some(name) = stays else { return Ok(()) };
    let is_named = |key: &str| plan.named().any(|(_, named, _)| named == key);
    for key in other_default::unasked(config, plan.scene.kept.keys()) {
        let registry = registry(&key);
        if !is_named(&key) && has_login(plan, name, &key) {
            let line = format!(
                "docker-credential-{name} has a login for {registry} too, and Docker uses that one"
            );
            report.marked(Mark::Warn, &line)?;
            report.line(&format!("      docker logout {registry}, then: imgsec-cred setup"))?;
        }
    }
    if let Some(line) = other_default::share(machine).filter(|_| is_of_windows(name)) {
        report.note(&format!("to have one store for WSL and Windows: {line}"));
    }
    Ok(())
}

fn has_login(plan: &Plan<'_>, name: &str, key: &str) -> bool {
    matches!(plan.scene.helpers.answer(name, key), Answer::Held | Answer::Keeps(_))
}

fn logins(count: usize) -> String {
    format!("{count} {}", if count == 1 { "login" } else { "logins" })
}

/// Helpers of other programs that go on as they are.
fn kept_helpers(plan: &Plan<'_>) -> Map<String, Value> {
    let docker = plan.scene.files.iter().filter(|file| file.role == Role::Docker);
    let helpers = docker.flat_map(|file| file.config.helpers());
    let others = helpers.filter(|(_, name)| !name.is_empty() && !is_ours(name));
    let is_changed = |key: &str| plan.named().any(|(_, named, _)| named == key);
    others
        .filter(|(key, _)| !is_changed(key))
        .map(|(key, name)| (shown_key(key).into_owned(), json!(name)))
        .collect()
}

pub(super) fn answer(place: &Place, plan: &Plan<'_>, dry_run: bool, machine: &Machine) -> Value {
    let moved: Vec<_> = plan
        .credentials()
        .map(|c| json!({"registry": registry(c.server.as_str()), "username": c.open_username(), "verified_copy": !dry_run}))
        .collect();
    let stays: Vec<_> = plan
        .stays
        .iter()
        .map(|stay| {
            let file = origin(&plan.scene, &stay.origin, machine);
            json!({"registry": registry(&stay.key), "message": stay.why, "file": file})
        })
        .collect();
    json!({"schema": "imgsec.setup/1", "ok": stays.is_empty(), "complete": stays.is_empty(),
        "dry_run": dry_run, "undo": false,
        "store": {"kind": place.kind.name(), "message": place.why},
        "changes": changes(plan, machine), "clients": clients_json(plan, machine),
        "migrated": moved, "left_behind": stays, "kept_helpers": kept_helpers(plan)})
}

fn changes(plan: &Plan<'_>, machine: &Machine) -> Vec<Value> {
    let mut changes = Vec::new();
    for (number, file) in plan.scene.files.iter().enumerate() {
        let config = &file.config;
        let path = machine.short(config.path());
        let mut add = |key: String, before: Value, after: Value| {
            changes.push(json!({"file": path, "key": key, "before": before, "after": after}));
        };
        if plan.makes_default(number) {
            add("credsStore".to_owned(), json!(config.store()), json!(NAME));
        }
        for (_, key, name) in plan.named().filter(|(at, ..)| *at == number) {
            add(format!("credHelpers.{key}"), json!(config.helper(key)), json!(name));
        }
        for (_, one, _) in plan.moves().filter(|(_, one, _)| one.origin == Origin::File(number)) {
            add(format!("auths.{}", one.key), json!("(secret)"), json!("(removed)"));
        }
    }
    for path in plan.dropin_paths() {
        let path = machine.short(path);
        changes.push(json!({"file": path, "key": "credential-helpers", "before": null,
            "after": imgsec_cred::protocol::CONTAINERS_NAME}));
    }
    changes
}
