//! Docker: what its engine gets is the login that it sent.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Sent, each, fails};
use crate::differential::scene::server_of;
use crate::differential::stage::Stage;
use crate::support::process::{self, Ran};

pub(super) fn docker_pull(stage: &Stage<'_>, image: &str) -> Sent {
    stage.engine.requests();
    let ran = stage.run(stage.command("docker").args(["pull", &stage.filled(image)]), "");
    match (stage.engine.requests().pop(), ran) {
        (Some(request), _) => of_engine(&request.logins),
        (None, None) => Sent::Hangs,
        (None, Some(ran)) => fails(stage, &ran),
    }
}

pub(super) fn docker_login(
    stage: &Stage<'_>,
    server: &str,
    user: &str,
    password: &str,
) -> Option<Ran> {
    let words = ["login", "-u", user, "--password-stdin", server];
    stage.run(stage.command("docker").args(words), password)
}

/// A classic build sends every login there is; the engine takes the one for the key, else one whose
/// host it is.
pub(super) fn docker_build(stage: &Stage<'_>, images: &[&str]) -> Vec<Sent> {
    let folder = stage.folder().join("tmp/build");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("Dockerfile"), "FROM scratch\n").unwrap();
    stage.engine.requests();
    let mut command = stage.command("docker-of-build");
    command.env("DOCKER_BUILDKIT", "0").args(["build", "-q"]).arg(&folder);
    let ran = stage.run(&mut command, "");
    let request = stage.engine.requests().pop();
    each(images, |image| match (&request, &ran) {
        (Some(request), _) => {
            let key = stage.docker_key(server_of(image));
            of_engine(entry_for(&request.logins, &key))
        }
        (None, None) => Sent::Hangs,
        (None, Some(ran)) => fails(stage, ran),
    })
}

fn entry_for<'v>(logins: &'v Value, key: &str) -> &'v Value {
    let host = host_of(key);
    let found = logins.as_object().and_then(|logins| {
        let exact = logins.iter().find(|(other, _)| *other == key);
        exact.or_else(|| logins.iter().find(|(other, _)| host_of(other) == host))
    });
    found.map_or(&Value::Null, |(_, login)| login)
}

fn host_of(key: &str) -> &str {
    // The engine of that time knows two schemes.
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    rest.split('/').next().unwrap_or(rest)
}

/// A login as Docker sends it to its engine.
fn of_engine(login: &Value) -> Sent {
    let text = |key: &str| login[key].as_str().filter(|text| !text.is_empty());
    if let Some(token) = text("registrytoken") {
        return Sent::Login(format!("bearer {token}"));
    }
    if let Some(token) = text("identitytoken") {
        return Sent::Login(format!("identity {token}"));
    }
    match (text("username"), text("password")) {
        (Some(user), password) => Sent::Login(format!("{user}:{}", password.unwrap_or_default())),
        _ => Sent::Nobody,
    }
}

/// Debian's docker: another may lie before it on the PATH.
pub(super) fn old_docker() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let is_old = |path: &PathBuf| {
            process::run(Command::new(path).arg("--version"), b"").stdout.contains(" 20.10.")
        };
        process::all("docker").into_iter().find(is_old).expect("tests/run installs docker 20.10")
    })
}
