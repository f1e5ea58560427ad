//! How Jib finds a credential (GoogleContainerTools/jib `DefaultCredentialRetrievers.java`,
//! `DockerConfigCredentialRetriever.java`, `DockerConfig.java`): Podman's files, then Docker's; in each
//! the helper and then `auths`, for each name that Docker Hub has.

use std::path::{Path, PathBuf};

use super::auth_entry::{Auth, Entry};
use super::auth_file::{AuthFile, Names};
use super::{Answer, Found, Question, Source, Trail, World};

const HUB: &[&str] =
    &["docker.io", "registry.hub.docker.com", "index.docker.io", "registry-1.docker.io"];

/// What Jib would use. A helper that fails is passed over, and a file that is broken.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let registry = question.image.registry();
    let names = if question.image.is_on_docker_hub() { HUB.to_vec() } else { vec![registry] };
    let mut trail = Trail::default();
    for path in files(world) {
        if !world.view.exists(&path) {
            continue;
        }
        let file = world.auth_file(&path, Names::AnyCase);
        if let Some(fault) = file.unmarshal_fault(|_| true) {
            trail.look(Source::File(path), registry, Found::Trouble(fault.reason()));
            continue;
        }
        for name in &names {
            in_file(&mut trail, world, &path, &file, name);
        }
        if trail.has_stopped() {
            break;
        }
    }
    vec![trail.answer(&["jib"])]
}

fn files(world: &World<'_>) -> Vec<PathBuf> {
    let places = world.places;
    let podman = [&places.runtime, &places.xdg_config_home].into_iter().flatten().cloned();
    let podman = podman.chain([places.home.join(".config")]);
    let docker = places.docker_config.iter().cloned().chain([places.home.join(".docker")]);
    let docker = docker.flat_map(|folder| {
        ["config.json", ".dockerconfigjson", ".dockercfg"].map(|name| folder.join(name))
    });
    podman.map(|folder| folder.join("containers/auth.json")).chain(docker).collect()
}

fn in_file(trail: &mut Trail, world: &World<'_>, path: &Path, file: &AuthFile, name: &str) {
    let helpers: Vec<&str> = file.helpers.iter().map(|(key, _)| key.as_str()).collect();
    let own = first(&helpers, name).and_then(|key| Some((file.helper(key)?, "credHelpers", key)));
    let store = || file.store.as_deref().map(|store| (store, "credsStore", name));
    if let Some((helper, setting, key)) = own.or_else(store) {
        let named_in = Some((path.to_owned(), setting));
        let source = Source::Helper { name: helper.to_owned(), named_in };
        trail.look(source, key, (world.ask)(helper, key));
    }
    let keys: Vec<&str> = file.entries.iter().map(|entry| entry.key.as_str()).collect();
    let Some(key) = first(&keys, name) else { return };
    let Some(entry) = file.entries.iter().find(|entry| entry.key == key) else { return };
    trail.look_or_stop(Source::File(path.to_owned()), key, plain(entry));
}

/// The key for a registry: its own name, or with a scheme, or what begins with it.
fn first<'a>(keys: &[&'a str], registry: &str) -> Option<&'a str> {
    let with_scheme = format!("https://{registry}");
    let fits: [&dyn Fn(&str) -> bool; 4] = [
        &|key| key == registry,
        &|key| key == with_scheme,
        &|key| key.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/')),
        &|key| key.strip_prefix(&with_scheme).is_some_and(|rest| rest.starts_with('/')),
    ];
    fits.iter().find_map(|fits| keys.iter().copied().find(|key| fits(key)))
}

fn plain(entry: &Entry) -> Found {
    match &entry.auth {
        Auth::NoPair | Auth::NoBase64 => {
            Found::Trouble(format!("auth of {:?} is not base64 of user:password", entry.key))
        }
        Auth::Missing => Found::plain(entry.written()),
        Auth::Pair(..) => Found::plain(entry.pair().or_else(|| entry.identity())),
    }
}
