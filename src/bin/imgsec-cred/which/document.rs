//! What `which` answers in JSON.

use imgsec_cred::lookup::{Asked, DockerProgram, Found, Presence, Role, Source, Step};
use imgsec_cred::machine::Machine;
use imgsec_cred::server::shown_key;
use serde_json::{Value, json};

use super::{Told, shown, users};
use crate::failure;

pub(super) fn of(told: &Told<'_>) -> Value {
    let image = &told.reading.question.image;
    let is_image = !told.reading.is_registry;
    let clients: Vec<_> = told.answers.iter().map(|asked| client(asked, told)).collect();
    json!({
        "schema": "imgsec.which/1",
        "ok": told.trouble.is_none(),
        "complete": told.trouble.is_none(),
        "image": is_image.then(|| image.to_string()),
        "registry": image.registry(),
        "repository": is_image.then(|| image.repository()),
        "tag": image.tag().filter(|_| is_image),
        "digest": image.digest(),
        "other_reading": told.reading.other,
        "docker": docker(told.world.places.programs.docker),
        "kept_for": told.kept.as_deref().map(shown),
        "store_error": told.trouble.map(failure::of_store),
        "clients": clients,
    })
}

/// What answers to the name `docker`.
pub(super) fn docker(program: DockerProgram) -> Option<String> {
    match program {
        DockerProgram::Docker(version) => Some(format!("Docker {version}")),
        DockerProgram::Podman(version) => Some(format!("Podman {version}")),
        DockerProgram::Unknown | DockerProgram::Missing => None,
    }
}

fn client(asked: &Asked, told: &Told<'_>) -> Value {
    let answer = &asked.1;
    let steps: Vec<_> = answer.steps.iter().map(|s| step(s, told.machine)).collect();
    let is_kubernetes = answer.clients.contains(&"kubernetes");
    json!({
        "clients": answer.clients,
        "installed": told.clients_that_are(asked, Presence::Installed),
        "image": answer.image,
        "uses": answer.used().map(|s| step(s, told.machine)),
        "plain_text_wins": answer.is_plain() && told.kept.is_some() && !is_kubernetes,
        "steps": steps,
    })
}

fn step(step: &Step, machine: &Machine) -> Value {
    let (kind, name, file, setting) = match &step.source {
        Source::Variable(name) => ("variable", Some((*name).to_owned()), None, None),
        Source::File(path) => ("file", None, Some(path), None),
        Source::Helper { name, named_in } => {
            let (path, setting) = named_in.as_ref().map(|(p, s)| (p, *s)).unzip();
            ("helper", Some(name.clone()), path, setting)
        }
    };
    let (found, user, why) = match &step.found {
        Found::Plain(login) => ("plain-text", Some(shown(login.user())), None),
        Found::Kept(login) => ("kept", Some(shown(login.user())), None),
        Found::Unknown => ("unknown", None, None),
        Found::Nothing => ("nothing", None, None),
        Found::OneOf(all) => ("one-of", None, Some(users(all).join(", "))),
        Found::Trouble(why) => ("trouble", None, Some(why.clone())),
    };
    let role = match step.role {
        Role::Used => "used",
        Role::Perhaps => "used-if-there",
        Role::Passed => "passed",
        Role::Stops => "fails",
        Role::Shadowed => "shadowed",
        Role::Unread => "never-read",
    };
    json!({
        "source": kind, "name": name, "file": file.map(|f| machine.short(f)), "setting": setting,
        "key": shown_key(&step.key), "found": found, "username": user, "message": why, "role": role,
    })
}
