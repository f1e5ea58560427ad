//! How programs find a credential that are no Docker clients and read its settings by libraries:
//! docker-py, which Compose 1 and Ansible use (docker/docker-py 7.2 `docker/auth.py`), and the crate
//! docker_credential 1.4 of testcontainers for Rust. Both go on to `auths` where Docker does not.

use std::path::PathBuf;

use super::auth_entry::{Auth, Entry};
use super::auth_file::{AuthFile, Names};
use super::{Answer, Found, Question, Role, Source, Trail, World, hosts};

/// What docker-py sends with a pull and a push, and with a build: there it collects every login, and
/// one helper that fails is the end of it.
pub(super) fn docker_py(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let path = docker_py_file(world);
    let file = world.auth_file(&path, Names::Exact);
    let pull = docker_py_pull(question, world, &path, &file).answer(&["docker-py", "compose 1"]);
    let mut build = docker_py_pull(question, world, &path, &file);
    for (key, name) in &file.helpers {
        if let Found::Trouble(why) = (world.ask)(name, key) {
            let named_in = Some((path.clone(), "credHelpers"));
            let source = Source::Helper { name: name.clone(), named_in };
            build.steps.retain(|step| step.source != source || &step.key != key);
            build.steps.iter_mut().for_each(|step| step.role = Role::Shadowed);
            build.is_settled = false;
            build.look_or_stop(source, key, Found::Trouble(why));
        }
    }
    vec![pull, build.answer(&["docker-py build", "compose 1 build"])]
}

/// Docker's file, or the one of before Docker 1.7.
fn docker_py_file(world: &World<'_>) -> PathBuf {
    let places = world.places;
    let named = places.docker_config.as_ref().map(|folder| folder.join("config.json"));
    let at_home = [places.home.join(".docker/config.json"), places.home.join(".dockercfg")];
    let mut files = named.into_iter().chain(at_home);
    files.find(|path| world.view.exists(path)).unwrap_or_else(|| places.docker_file())
}

fn docker_py_pull(
    question: &Question,
    world: &World<'_>,
    path: &std::path::Path,
    file: &AuthFile,
) -> Trail {
    let mut trail = Trail::default();
    let image = &question.image;
    let key = image.docker_key();
    if let Some(fault) = &file.fault {
        // What it cannot read it takes for empty.
        trail.look(Source::File(path.to_owned()), key, Found::Trouble(fault.reason()));
        return trail;
    }
    let broken = |entry: &&Entry| {
        entry.identity().is_none() && matches!(entry.auth, Auth::NoPair | Auth::NoBase64)
    };
    if let Some(entry) = file.entries.iter().find(broken) {
        let why = format!("auth of {:?} is not base64 of user:password", entry.key);
        trail.stop(path, key, why);
        return trail;
    }
    let own = file.helper(key).filter(|name| !name.is_empty()).map(|name| (name, "credHelpers"));
    let store = || file.store.as_deref().map(|name| (name, "credsStore"));
    if let Some((name, setting)) = own.or_else(store) {
        let named_in = Some((path.to_owned(), setting));
        let source = Source::Helper { name: name.to_owned(), named_in };
        trail.look_or_stop(source, key, (world.ask)(name, key));
    }
    // Here Docker Hub is called by its name, and the first entry that fits is taken.
    let name = image.registry();
    let entry = file.entries.iter().find(|entry| entry.key == name);
    let entry = entry.or_else(|| file.entries.iter().find(|entry| index_name(&entry.key) == name));
    let found = entry.and_then(|entry| entry.identity().or_else(|| entry.pair()));
    let key = entry.map_or(name, |entry| entry.key.as_str());
    trail.look(Source::File(path.to_owned()), key, Found::plain(found));
    trail
}

/// `resolve_index_name`.
fn index_name(key: &str) -> String {
    let host = hosts::first_part(&key.replace("http://", "").replace("https://", "")).to_owned();
    if host == "index.docker.io" { "docker.io".to_owned() } else { host }
}

/// What a Rust program finds by the crate docker_credential: plain text comes before `credsStore`,
/// and a helper that has nothing is the end.
pub(super) fn rust_crate(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let mut trail = Trail::default();
    let path = world.places.docker_file();
    let key = question.image.docker_key();
    let file = world.auth_file(&path, Names::Exact);
    let named = |name: &str, setting| {
        let named_in = Some((path.clone(), setting));
        (Source::Helper { name: name.to_owned(), named_in }, (world.ask)(name, key))
    };
    let own = file.helper(key).filter(|name| !name.is_empty());
    match (&file.fault, own) {
        (Some(fault), _) => trail.look(Source::File(path), key, Found::Trouble(fault.reason())),
        (None, Some(name)) => {
            let (source, found) = named(name, "credHelpers");
            trail.look_or_stop(source, key, found);
        }
        (None, None) => {
            let (shown, found) = in_auths(&file, key);
            trail.look_or_stop(Source::File(path.clone()), shown, found);
            if let Some(name) = file.store.as_deref().filter(|_| !trail.has_stopped()) {
                let (source, found) = named(name, "credsStore");
                trail.look_or_stop(source, key, found);
            }
        }
    }
    vec![trail.answer(&["docker_credential (Rust)"])]
}

/// The entry for a key as that crate finds it; of several, in an order of its own.
fn in_auths<'a>(file: &'a AuthFile, key: &'a str) -> (&'a str, Found) {
    let exact = file.entries.iter().find(|entry| entry.key == key);
    let wanted = one_spelling(key);
    let fits = |entry: &&Entry| one_spelling(crate_host(&entry.key)) == wanted;
    let entries: Vec<_> = match exact {
        Some(entry) => vec![entry],
        None => file.entries.iter().filter(fits).collect(),
    };
    let shown = if let [entry] = entries[..] { entry.key.as_str() } else { key };
    let found = entries.iter().map(|entry| match (&entry.auth, entry.written()) {
        _ if entry.identity().is_some() => Found::plain(entry.identity()),
        (Auth::NoPair | Auth::NoBase64, _) => {
            Found::Trouble("auth is not base64 of user:password".to_owned())
        }
        (Auth::Pair(..), Some(written)) if entry.pair().as_ref() != Some(&written) => {
            Found::Trouble("auth says another login than username and password".to_owned())
        }
        _ => Found::plain(entry.pair().or_else(|| entry.written())),
    });
    (shown, Found::one_of(found))
}

/// `normalize_key_to_registry`: only a scheme makes a path to be cut off.
fn crate_host(key: &str) -> &str {
    match key.strip_prefix("http://").or_else(|| key.strip_prefix("https://")) {
        Some(rest) => hosts::first_part(rest),
        None => key,
    }
}

fn one_spelling(registry: &str) -> &str {
    match registry {
        "registry-1.docker.io" | "docker.io" => "index.docker.io",
        _ => registry,
    }
}
