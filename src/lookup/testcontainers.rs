//! How testcontainers find a credential: for Go (testcontainers-go `docker_auth.go` with
//! cpuguy83/dockercfg 0.3.2 `auth.go`), which asks for the login of every key that a file names and of
//! no other; for Java (`RegistryAuthLocator.java`), which goes on to `auths`; and the dev containers
//! CLI (devcontainers/cli `httpOCIRegistry.ts`), which does so as well. None of them ends with an error:
//! where they cannot find out they pull without a login.

use std::path::Path;

use super::auth_entry::{Auth, Entry, TOKEN_USER};
use super::auth_file::{AuthFile, Fault, Names};
use super::{Answer, Found, Question, Source, Trail, World, docker_variable, hosts};
use crate::credential::Login;

/// What testcontainers for Go would use.
pub(super) fn go(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let key = question.image.docker_key();
    let path = world.places.docker_file();
    let file = world.auth_file(&path, Names::AnyCase);
    let text = world.places.docker_auth_config.as_ref();
    let variable = text.map(|text| AuthFile::parse(text.as_bytes(), Names::AnyCase, false));
    let keys_of = variable.as_ref().unwrap_or(&file);
    let mut trail = Trail::default();
    // The variable is read as a whole, the file up to its first end.
    let fault = match &variable {
        Some(variable) => variable.unmarshal_fault(|_| true),
        None => why_unread(&file),
    };
    let place = || match &variable {
        Some(_) => Source::Variable(docker_variable::NAME),
        None => Source::File(path.clone()),
    };
    if let Some(why) = fault.map(Fault::reason) {
        trail.look(place(), key, Found::Trouble(why));
        return vec![trail.answer(&["testcontainers-go"])];
    }
    let of_entry = |entry: &Entry| {
        match (entry.written(), entry.identity()) {
            (Some(login), _) => (place(), Found::Plain(login)),
            // The helper is asked, and the token is sent all the same.
            (None, Some(token)) => match of_key(world, &path, &file, &entry.key) {
                (source, Found::Trouble(why)) => (source, Found::Trouble(why)),
                _ => (place(), Found::Plain(token)),
            },
            (None, None) => of_key(world, &path, &file, &entry.key),
        }
    };
    let entries = keys_of.entries.iter().map(|entry| (entry.key.as_str(), of_entry(entry)));
    let helpers = keys_of.helpers.iter().map(|(key, _)| key.as_str());
    let helpers = helpers.map(|key| (key, of_key(world, &path, &file, key)));
    let all: Vec<(&str, (Source, Found))> = entries.chain(helpers).collect();
    // One key that fails is the end for all.
    if let Some((key, (source, found))) =
        all.iter().find(|(_, (_, found))| matches!(found, Found::Trouble(_)))
    {
        trail.look(source.clone(), key, found.clone());
        return vec![trail.answer(&["testcontainers-go"])];
    }
    let mut fits: Vec<_> = all.iter().filter(|(other, _)| *other == key).collect();
    if fits.is_empty() {
        fits = all.iter().filter(|(other, _)| host_of(other) == key).collect();
    }
    match fits[..] {
        [(key, (source, found))] => trail.look(source.clone(), key, found.clone()),
        _ => {
            let found = Found::one_of(fits.iter().map(|(_, (_, found))| found.clone()));
            trail.look(Source::File(path.clone()), key, found);
        }
    }
    vec![trail.answer(&["testcontainers-go"])]
}

/// Why it gives up on a file that is there.
fn why_unread(file: &AuthFile) -> Option<&Fault> {
    file.unmarshal_fault(|_| true).filter(|fault| **fault != Fault::Trailing)
}

/// What it finds for a key in the file, whoever named the key (`GetRegistryCredentials`).
fn of_key(world: &World<'_>, path: &Path, file: &AuthFile, key: &str) -> (Source, Found) {
    if let Some(fault) = why_unread(file) {
        return (Source::File(path.to_owned()), Found::Trouble(fault.reason()));
    }
    let helper = |name: &str, setting: &'static str| {
        let named_in = Some((path.to_owned(), setting));
        // A helper that is not there has nothing.
        let found = match world.places.has_program(&format!("docker-credential-{name}")) {
            true => (world.ask)(name, key),
            false => Found::Nothing,
        };
        (Source::Helper { name: name.to_owned(), named_in }, found)
    };
    // It means to choose a helper where none is named, and never runs one.
    let nothing = || (Source::File(path.to_owned()), Found::Nothing);
    if let Some(name) = file.helper(key) {
        return if name.is_empty() { nothing() } else { helper(name, "credHelpers") };
    }
    if let Some(name) = &file.store {
        let (source, found) = helper(name, "credsStore");
        if found != Found::Nothing {
            return (source, found);
        }
    }
    match file.entries.iter().find(|entry| entry.key == key) {
        None => nothing(),
        Some(entry) => (Source::File(path.to_owned()), plain(entry)),
    }
}

fn plain(entry: &Entry) -> Found {
    match &entry.auth {
        _ if entry.identity().is_some() => Found::plain(entry.identity()),
        _ if entry.written().is_some() => Found::plain(entry.written()),
        // What has no user is a token.
        Auth::Pair(user, token) if user.is_empty() && !token.is_empty() => {
            Found::Plain(Login::new(TOKEN_USER, token))
        }
        Auth::NoPair | Auth::NoBase64 => {
            Found::Trouble(format!("auth of {:?} is not base64 of user:password", entry.key))
        }
        _ => Found::plain(entry.pair()),
    }
}

/// The host of a key that is an address; a key without a scheme is only itself.
fn host_of(key: &str) -> String {
    if key.contains("://") { hosts::of_address(key) } else { key.to_owned() }
}

/// What testcontainers for Java would use. A failure is the end of it, but not of the program.
pub(super) fn java(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let key = question.image.docker_key();
    let path = world.places.docker_file();
    let text = world.places.docker_auth_config.as_ref();
    let variable = text.map(|text| AuthFile::parse(text.as_bytes(), Names::Exact, false));
    let read = world.auth_file(&path, Names::Exact);
    let file = variable.as_ref().unwrap_or(&read);
    let place = || match &variable {
        Some(_) => Source::Variable(docker_variable::NAME),
        None => Source::File(path.clone()),
    };
    let mut trail = Trail::default();
    if let Some(fault) = file.faults.iter().find(|fault| !matches!(fault, Fault::Null(_))) {
        trail.look(place(), key, Found::Trouble(fault.reason()));
        return vec![trail.answer(&["testcontainers-java"])];
    }
    let own = file.helper(key).map(|name| (name, "credHelpers"));
    let store = file.store.as_deref().map(|name| (name, "credsStore"));
    for (name, setting) in own.into_iter().chain(store) {
        let source =
            Source::Helper { name: name.to_owned(), named_in: Some((path.clone(), setting)) };
        let found = (world.ask)(name, key);
        let fails = matches!(found, Found::Trouble(_));
        trail.look(source, key, found);
        if fails && !trail.is_settled {
            return vec![trail.answer(&["testcontainers-java"])];
        }
    }
    let fits = |entry: &&Entry| entry.key == key || entry.key.ends_with(&format!("://{key}"));
    let entry = file.entries.iter().find(fits);
    let found = entry.and_then(|e| e.identity().or_else(|| e.written()).or_else(|| e.pair()));
    trail.look(place(), entry.map_or(key, |entry| entry.key.as_str()), Found::plain(found));
    vec![trail.answer(&["testcontainers-java"])]
}

/// What the dev containers CLI would use for a feature: a helper that fails is passed over.
pub(super) fn dev_containers(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let key = question.image.registry();
    let path = world.places.docker_file();
    let file = world.auth_file(&path, Names::Exact);
    let mut trail = Trail::default();
    let place = Source::File(path.clone());
    if let Some(fault) = file.faults.iter().find(|fault| matches!(fault, Fault::Syntax(_))) {
        trail.look(place, key, Found::Trouble(fault.reason()));
        return vec![trail.answer(&["devcontainer"])];
    }
    let own = file.helper(key).filter(|name| !name.is_empty()).map(|name| (name, "credHelpers"));
    let store = || file.store.as_deref().map(|name| (name, "credsStore"));
    if let Some((name, setting)) = own.or_else(store) {
        let named_in = Some((path, setting));
        let source = Source::Helper { name: name.to_owned(), named_in };
        trail.look(source, key, (world.ask)(name, key));
    }
    let entry = file.entries.iter().find(|entry| entry.key == key);
    let found = entry.and_then(|entry| entry.identity().or_else(|| entry.pair()));
    trail.look(place, key, Found::plain(found));
    vec![trail.answer(&["devcontainer"])]
}
