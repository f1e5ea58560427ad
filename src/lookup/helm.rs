//! How ORAS and Helm find a credential (oras-go v2.7 `registry/remote/credentials/`): ORAS in Docker's
//! file; Helm in one of its own, then in Docker's (helm/helm `pkg/registry/client.go`, `NewClient`, of
//! 3.22 and 4.3). Unlike Docker they take an empty name in `credHelpers` for none at all.

use std::path::Path;

use super::auth_entry::Auth;
use super::auth_file::{AuthFile, Fault, Names, Part};
use super::docker::{in_file, matching};
use super::{Answer, Found, NextLogin, Question, Source, Trail, World, hosts};

/// What Helm would use.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let key = question.image.docker_key();
    let (own, docker) = (world.places.helm_file(), world.places.docker_file());
    let default = world.places.default_store;
    let mut trail = Trail::default();
    in_store(&mut trail, world, &own, key, default);
    let file = world.auth_file(&docker, Names::Exact);
    match broken(&file) {
        // Docker's settings are a second place: it does without.
        Some(why) if !trail.has_stopped() => {
            trail.look(Source::File(docker), key, Found::Trouble(why));
        }
        None if !trail.has_stopped() => in_store(&mut trail, world, &docker, key, default),
        _ => {}
    }
    vec![trail.answer(&["helm"])]
}

/// What ORAS would use.
pub(super) fn look_up_oras(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let mut trail = Trail::default();
    let docker = world.places.docker_file();
    in_store(&mut trail, world, &docker, question.image.docker_key(), None);
    vec![trail.answer(&["oras"])]
}

/// Where a login that is made with Helm would be kept: it writes to its own file.
pub(super) fn next_login(world: &World<'_>) -> NextLogin {
    in_file(world, &world.places.helm_file(), Names::Exact, world.places.default_store)
}

/// Where a login that is made with ORAS would be kept.
pub(super) fn next_login_oras(world: &World<'_>) -> NextLogin {
    in_file(world, &world.places.docker_file(), Names::Exact, None)
}

fn broken(file: &AuthFile) -> Option<String> {
    file.decoder_fault(|part| part != Part::Entry).map(Fault::reason)
}

/// Looks into one file (`DynamicStore.Get`).
fn in_store(
    trail: &mut Trail,
    world: &World<'_>,
    path: &Path,
    key: &str,
    default: Option<&'static str>,
) {
    let file = world.auth_file(path, Names::Exact);
    if let Some(why) = broken(&file) {
        return trail.stop(path, key, why);
    }
    let own = file.helper(key).filter(|name| !name.is_empty()).map(|name| (name, "credHelpers"));
    let store = || file.store.as_deref().map(|name| (name, "credsStore"));
    let entries = matching(&file, key, hosts::without_schemes);
    let source = match (own.or_else(store), default.filter(|_| file.is_bare())) {
        (Some((name, setting)), _) => {
            let named_in = Some((path.to_owned(), setting));
            Some((name, Source::Helper { name: name.to_owned(), named_in }))
        }
        (None, Some(name)) => {
            Some((name, Source::Helper { name: name.to_owned(), named_in: None }))
        }
        (None, None) => None,
    };
    if let Some((name, source)) = source {
        trail.look_or_stop(source, key, (world.ask)(name, key));
        return trail.unread(path, &entries);
    }
    let found = entries.iter().map(|entry| match &entry.auth {
        _ if entry.is_odd => {
            Found::Trouble(format!("{:?} has a value of the wrong kind", entry.key))
        }
        Auth::NoPair | Auth::NoBase64 => {
            Found::Trouble(format!("auth of {:?} is not base64 of user:password", entry.key))
        }
        _ => Found::plain(entry.login()),
    });
    let shown = if let [entry] = entries[..] { entry.key.as_str() } else { key };
    trail.look_or_stop(Source::File(path.to_owned()), shown, Found::one_of(found));
}
