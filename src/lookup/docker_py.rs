//! How Python programs find a credential by docker-py, which Compose 1 and Ansible use
//! (docker/docker-py 7.2 `docker/auth.py`): a helper that has nothing is no end, and a build is given
//! every login, so that one helper that fails is the end of it.

use std::path::{Path, PathBuf};

use super::auth_entry::{Auth, Entry};
use super::auth_file::{AuthFile, Fault, Names, Part};
use super::every_login::EveryLogin;
use super::{Answer, Found, Question, Source, Trail, World, hosts};

/// What docker-py sends with a pull and a push, and with a build.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let path = file_of(world);
    let file = world.auth_file(&path, Names::Exact);
    let (mut pull, mut build) = (Trail::default(), Trail::default());
    if !is_unread(&mut pull, question, &path, &file) {
        for_one(&mut pull, question, world, &path, &file);
    }
    if !is_unread(&mut build, question, &path, &file) {
        for_a_build(&mut build, question, world, &path, &file);
    }
    vec![
        pull.answer(&["docker-py", "compose 1"]),
        build.answer(&["docker-py build", "compose 1 build"]),
    ]
}

/// Docker's file, or the one of before Docker 1.7.
fn file_of(world: &World<'_>) -> PathBuf {
    let places = world.places;
    let named = places.docker_config.as_ref().map(|folder| folder.join("config.json"));
    let at_home = [places.home.join(".docker/config.json"), places.home.join(".dockercfg")];
    let mut files = named.into_iter().chain(at_home);
    files.find(|path| world.view.exists(path)).unwrap_or_else(|| places.docker_file())
}

/// Whether the file is broken for it. What is not JSON it takes for empty.
fn is_unread(trail: &mut Trail, question: &Question, path: &Path, file: &AuthFile) -> bool {
    let key = question.image.docker_key();
    let is_json = |fault: &&Fault| {
        matches!(fault, Fault::Kind(Part::Entry | Part::Store) | Fault::Null(Part::Entry))
    };
    let odd_helper = file.faults.iter().find(|fault| **fault == Fault::Kind(Part::Helpers));
    let odd_helper = odd_helper.filter(|_| !file.helpers.is_empty());
    let is_fatal = file.faults.iter().find(is_json).or(odd_helper);
    let skipped = file.faults.iter().find(|fault| {
        matches!(fault, Fault::Unreadable(_) | Fault::Empty | Fault::Syntax(_) | Fault::Trailing)
            || **fault == Fault::Kind(Part::Whole)
    });
    let broken = |entry: &&Entry| {
        let is_empty = entry.written_auth.as_ref().is_some_and(|auth| auth.is_empty());
        let is_pair = matches!(entry.auth, Auth::Missing | Auth::Pair(..)) && !is_empty;
        entry.identity().is_none() && !is_pair
    };
    let broken = file.entries.iter().find(broken);
    if let Some(fault) = skipped {
        trail.look(Source::File(path.to_owned()), key, Found::Trouble(fault.reason()));
    } else if let Some(fault) = is_fatal {
        trail.stop(path, key, fault.reason());
    } else if let Some(entry) = broken {
        let why = format!("auth of {:?} is not base64 of user:password", entry.key);
        trail.stop(path, key, why);
    } else {
        return false;
    }
    true
}

/// `resolve_authconfig`.
fn for_one(
    trail: &mut Trail,
    question: &Question,
    world: &World<'_>,
    path: &Path,
    file: &AuthFile,
) {
    let key = question.image.docker_key();
    let own = file.helper(key).filter(|name| !name.is_empty()).map(|name| (name, "credHelpers"));
    let store = || file.store.as_deref().map(|name| (name, "credsStore"));
    if let Some((name, setting)) = own.or_else(store) {
        trail.look_or_stop(helper(path, name, setting), key, (world.ask)(name, key));
    }
    // Here Docker Hub is called by its name, and the first entry that fits is taken.
    let name = question.image.registry();
    let entry = file.entries.iter().find(|entry| entry.key == name);
    let entry = entry.or_else(|| file.entries.iter().find(|entry| index_name(&entry.key) == name));
    let shown = entry.map_or(name, |entry| entry.key.as_str());
    let found = Found::plain(entry.and_then(login));
    trail.look(Source::File(path.to_owned()), shown, found);
}

/// `get_all_credentials`: entries, then what the store lists, then every helper, each over the one
/// before; of these the engine takes one as Docker would.
fn for_a_build(
    trail: &mut Trail,
    question: &Question,
    world: &World<'_>,
    path: &Path,
    file: &AuthFile,
) {
    let key = question.image.docker_key();
    let mut all = EveryLogin::default();
    for entry in &file.entries {
        all.put(&entry.key, Source::File(path.to_owned()), Found::plain(login(entry)));
    }
    if let Some(name) = &file.store {
        let (source, found) = (helper(path, name, "credsStore"), (world.ask)(name, key));
        match found {
            Found::Trouble(_) => return trail.look_or_stop(source, key, found),
            Found::Nothing => {}
            found => all.put(key, source, found),
        }
    }
    for (server, name) in &file.helpers {
        let (source, found) = (helper(path, name, "credHelpers"), (world.ask)(name, server));
        if matches!(found, Found::Trouble(_)) {
            return trail.look_or_stop(source, server, found);
        }
        all.put(server, source.clone(), found.clone());
        all.put(&first_host(server), source, found);
    }
    all.taken(trail, path, key);
}

fn helper(path: &Path, name: &str, setting: &'static str) -> Source {
    Source::Helper { name: name.to_owned(), named_in: Some((path.to_owned(), setting)) }
}

/// It looks at no fields but these two.
fn login(entry: &Entry) -> Option<crate::credential::Login> {
    entry.identity().or_else(|| entry.pair())
}

/// `resolve_index_name`.
fn index_name(key: &str) -> String {
    let host = first_host(key);
    if host == "index.docker.io" { "docker.io".to_owned() } else { host }
}

/// `convert_to_hostname`.
fn first_host(key: &str) -> String {
    hosts::first_part(&key.replace("http://", "").replace("https://", "")).to_owned()
}
