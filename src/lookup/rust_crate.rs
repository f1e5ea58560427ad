//! How Rust programs find a credential by the crate docker_credential 1.4, as testcontainers for Rust
//! does: plain text comes before `credsStore`, and a helper that has nothing is the end.

use base64ct::{Base64Unpadded, Encoding};
use zeroize::Zeroizing;

use super::auth_entry::Entry;
use super::auth_file::{AuthFile, Fault, Names};
use super::{Answer, Found, Question, Source, Trail, World, hosts};
use crate::credential::Login;

/// What a Rust program finds.
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
    match (file.faults.first(), own) {
        (Some(fault), _) => trail.look(Source::File(path), key, trouble(fault)),
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

fn trouble(fault: &Fault) -> Found {
    Found::Trouble(fault.reason())
}

/// The entry for a key; of several, in an order of its own.
fn in_auths<'a>(file: &'a AuthFile, key: &'a str) -> (&'a str, Found) {
    let exact = file.entries.iter().find(|entry| entry.key == key);
    let wanted = one_spelling(key);
    let fits = |entry: &&Entry| one_spelling(host_of(&entry.key)) == wanted;
    let entries: Vec<_> = match exact {
        Some(entry) => vec![entry],
        None => file.entries.iter().filter(fits).collect(),
    };
    let shown = if let [entry] = entries[..] { entry.key.as_str() } else { key };
    (shown, Found::one_of(entries.into_iter().map(plain)))
}

fn plain(entry: &Entry) -> Found {
    if let Some(token) = entry.identity() {
        return Found::Plain(token);
    }
    let Some(auth) = &entry.written_auth else { return Found::plain(entry.written()) };
    match (decoded(auth), entry.written()) {
        (None, _) => Found::Trouble("auth is not base64 of user:password".to_owned()),
        (Some(pair), Some(written)) if pair != written => {
            Found::Trouble("auth says another login than username and password".to_owned())
        }
        (Some(pair), _) => Found::Plain(pair),
    }
}

/// Padding may be missing, and that is all it forgives.
fn decoded(auth: &str) -> Option<Login> {
    let bytes = Base64Unpadded::decode_vec(auth.trim_end_matches('=')).ok().map(Zeroizing::new)?;
    let (user, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    Some(Login::new(user, password))
}

/// `normalize_key_to_registry`: only a scheme makes a path to be cut off.
fn host_of(key: &str) -> &str {
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
