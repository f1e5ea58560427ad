//! What `status` says of the clients: which helper Docker asks, which logins are stored in plain text,
//! and where the next login of each client would be kept.

use std::path::Path;

use imgsec_cred::clients::docker::DockerConfig;
use imgsec_cred::files::View;
use imgsec_cred::lookup::podman;
use imgsec_cred::lookup::{self, Client, DockerProgram, Fix, Found, NextLogin, Places, World};
use imgsec_cred::machine::Machine;
use imgsec_cred::setup::default_helper::why_not_default;
use imgsec_cred::setup::scene::is_ours;
use imgsec_cred::text::shell_word;

use super::{Checks, other_helper};
use crate::changes::here;
use crate::list::registry;
use crate::report::Mark;
use crate::stores;

pub(super) fn check(machine: &Machine, checks: &mut Checks) {
    let places = match here::contexts(machine, &[]) {
        Ok(mut contexts) => contexts.swap_remove(0),
        Err(e) => return checks.add("docker.config", Mark::Warn, e.to_string(), None),
    };
    check_program(&places, machine, checks);
    let path = places.docker_folder().join("config.json");
    match DockerConfig::read(&path) {
        Err(e) => checks.add("docker.config", Mark::Fail, e.to_string(), e.hint()),
        Ok(config) => check_helpers(&config, machine, checks),
    }
    let mut paths = here::known_files(machine);
    paths.push(path);
    paths.sort();
    paths.dedup();
    for path in paths {
        check_plain(&path, &places, machine, checks);
    }
    check_variable(&places, machine, checks);
    check_next_logins(&places, machine, checks);
}

/// What answers to the name `docker`.
fn check_program(places: &Places, machine: &Machine, checks: &mut Checks) {
    if let DockerProgram::Podman(_) = places.programs.docker {
        let message =
            "docker is Podman here: it never reads credsStore, and keeps logins as podman does";
        checks.add("docker.podman", Mark::Ok, message, None);
    }
    let docker = machine.find_program("docker").and_then(|p| p.canonicalize().ok());
    if docker.is_some_and(|p| p.starts_with("/snap") || p == Path::new("/usr/bin/snap")) {
        let message = "docker is the snap build, which cannot run credential helpers";
        let fix = "install docker-ce or docker.io instead";
        checks.add("docker.snap", Mark::Fail, message, Some(fix));
    }
}

fn check_helpers(config: &DockerConfig, machine: &Machine, checks: &mut Checks) {
    let words = machine.short(config.path());
    let ours = config.helpers().iter().filter(|(_, name)| is_ours(name)).count();
    match config.store() {
        Some(name) if is_ours(name) => {
            let message = format!("uses imgsec: credsStore in {words}");
            checks.add("docker.helper", Mark::Ok, message, None);
        }
        Some(other) => other_helper::check(other, config, machine, checks),
        None if ours > 0 => {
            let message =
                format!("uses imgsec for {}: credHelpers in {words}", super::registries(ours));
            checks.add("docker.helper", Mark::Ok, message, None);
            if let Some(why) = why_not_default(config, None) {
                checks.add("docker.default", Mark::Warn, why, None);
            }
        }
        None => {
            let message = format!("no default credential helper: no credsStore in {words}");
            checks.add("docker.helper", Mark::Fail, message, Some("imgsec-cred setup"));
        }
    }
    for (server, name) in config.helpers() {
        if !name.is_empty() && !is_ours(name) {
            let (mark, what) = match stores::named_helper(machine, name) {
                Some(_) => (Mark::Ok, ""),
                None => (Mark::Warn, ", which is not on the PATH: docker pull fails there"),
            };
            let message = format!("{} keeps its own helper, {name}{what}", registry(server));
            checks.add("docker.other-helper", mark, message, None);
        }
    }
}

/// Logins in plain text in a file, and whether others can read it.
fn check_plain(path: &Path, places: &Places, machine: &Machine, checks: &mut Checks) {
    let Ok(config) = DockerConfig::read(path) else { return };
    let logins = config.plain_logins();
    if logins.is_empty() {
        return;
    }
    let words = machine.short(path);
    let names: Vec<_> = logins.iter().map(|l| registry(&l.key)).collect();
    let is_stuck = logins.iter().all(|login| login.credential.is_err());
    let message =
        format!("{} in plain text in {words}: {}", super::entries(names.len()), names.join(", "));
    let is_docker = path == places.docker_folder().join("config.json");
    // Where setup was here already, it left these for a reason.
    let is_left = config.store().is_some_and(is_ours)
        || config.helpers().iter().any(|(_, name)| is_ours(name));
    let fix = match (is_stuck, is_docker) {
        (false, true) if is_left => "imgsec-cred setup --dry-run moves them, or says why they stay",
        (false, false) if is_left => {
            "imgsec-cred migrate --dry-run moves them, or says why they stay"
        }
        (true, _) => "no helper can keep these: log in again with a password or a token",
        (false, true) => "imgsec-cred setup",
        (false, false) => "imgsec-cred migrate",
    };
    checks.add("docker.plaintext", Mark::Warn, message, Some(fix));
    if is_open_to_others(path) {
        let fix = format!("chmod 600 {}", shell_word(&path.display().to_string()));
        checks.add("docker.mode", Mark::Fail, format!("other users can read {words}"), Some(&fix));
    }
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

fn check_variable(places: &Places, machine: &Machine, checks: &mut Checks) {
    if machine.has_docker_auth_config && places.programs.docker.is_at_least(28, 3) {
        let message = "DOCKER_AUTH_CONFIG is set: Docker 28.3 and later read it before the store";
        checks.add("env.docker-auth-config", Mark::Warn, message, Some("unset DOCKER_AUTH_CONFIG"));
    }
}

/// Which clients would store the next login in plain text, and what changes that.
fn check_next_logins(places: &Places, machine: &Machine, checks: &mut Checks) {
    let (view, ask) = (View::default(), |_: &str, _: &str| Found::Nothing);
    let world = World::new(places, &view, &ask);
    let here = lookup::ALL.iter().filter(|client| client.is_here(&world));
    let mut kept: Vec<&str> = Vec::new();
    for client in here {
        let Some(next) = client.next_login.map(|next| next(&world)) else { continue };
        match next {
            NextLogin::Helper(name) if is_ours(&name) => kept.push(client.name),
            NextLogin::Helper(name) => {
                let message =
                    format!("new logins of {} are kept by docker-credential-{name}", client.name);
                checks.add("clients.next-login", Mark::Ok, message, None);
            }
            NextLogin::Plain(path) => {
                let message = format!(
                    "a new login of {} is stored in plain text in {}",
                    client.name,
                    machine.short(&path)
                );
                checks.add("clients.next-login", Mark::Warn, message, Some(fix(client, &world)));
            }
            NextLogin::Fails(why) => {
                let message = format!("a new login of {} fails: {why}", client.name);
                checks.add("clients.next-login", Mark::Warn, message, Some("imgsec-cred setup"));
            }
        }
    }
    if !kept.is_empty() {
        let message = format!("new logins are kept by imgsec: {}", kept.join(", "));
        checks.add("clients.next-login", Mark::Ok, message, None);
    }
}

fn fix(client: &Client, world: &World<'_>) -> &'static str {
    // Where setup was here and could not name our helper for all, `login` names it for one.
    let is_partly = |path: &Path| {
        let config = DockerConfig::read(path).ok();
        config.is_some_and(|c| c.helpers().iter().any(|(_, name)| is_ours(name)))
    };
    match client.fix {
        Fix::OtherLogin => "imgsec-cred login REGISTRY instead; it reads Docker's settings",
        Fix::CredsStore(path) if is_partly(&path(world.places)) => {
            "imgsec-cred login REGISTRY instead; it names imgsec for the registry"
        }
        Fix::CredentialHelpers
            if podman::helpers(world.places, world.view).iter().any(|name| is_ours(name)) =>
        {
            "imgsec-cred login REGISTRY instead: what is asked before imgsec is asked first, as registries.conf has it"
        }
        Fix::CredsStore(_) | Fix::CredentialHelpers | Fix::NotNeeded => "imgsec-cred setup",
    }
}
