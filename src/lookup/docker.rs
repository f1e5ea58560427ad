//! How Docker finds a credential (docker/cli `cli/config/configfile/file.go`,
//! `cli/config/credentials/`): `DOCKER_AUTH_CONFIG` since 28.3, then the helper for the registry or
//! for all, or, only where none is named, the file itself.

use std::path::Path;

use super::{Answer, Found, Source, Trail, World};
use crate::clients::docker::{Entry, entries_of_variable};
use crate::registry::image::Image;

const VARIABLE: &str = "DOCKER_AUTH_CONFIG";

/// Docker's own choice of a helper where its file has no login and no helper
/// (`default_store_linux.go` and its like): only if its program is there.
#[must_use]
pub fn default_store(is_there: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let name = match () {
        () if cfg!(target_os = "macos") => "osxkeychain",
        () if cfg!(windows) => "wincred",
        () if is_there("pass") => "pass",
        () => "secretservice",
    };
    is_there(&format!("docker-credential-{name}")).then_some(name)
}

/// What Docker, and what is built on it, would use.
#[must_use]
pub fn look_up(image: &Image, world: &World<'_>) -> Answer {
    let key = image.docker_key();
    let path = world.places.docker_folder().join("config.json");
    let mut trail = Trail::default();
    in_variable(&mut trail, world, key);
    in_config(&mut trail, world, &path, key, world.places.default_store);
    trail.answer(&["docker", "buildx", "compose"])
}

/// Looks into `DOCKER_AUTH_CONFIG`, whose keys must be exact.
pub(super) fn in_variable(trail: &mut Trail, world: &World<'_>, key: &str) {
    let Some(text) = &world.places.docker_auth_config else { return };
    let found = match entries_of_variable(text) {
        None => Found::Trouble("it is not what Docker takes, and passed over".to_owned()),
        Some(entries) => plain(entries.iter().find(|entry| entry.key == key)),
    };
    trail.look(Source::Variable(VARIABLE), key, found);
}

/// Looks into a file as Docker does; `default` is the helper for a file that names nothing.
pub(super) fn in_config(
    trail: &mut Trail,
    world: &World<'_>,
    path: &Path,
    key: &str,
    default: Option<&'static str>,
) {
    let config = world.config(path);
    let config = match &*config {
        Ok(config) => config,
        Err(e) => {
            return trail.look_or_stop(
                Source::File(path.to_owned()),
                key,
                Found::Trouble(e.to_string()),
            );
        }
    };
    let entries = config.entries();
    let is_bare = entries.is_empty() && config.store().is_none() && config.helpers().is_empty();
    let (helper, setting) = match (config.helper(key), config.store()) {
        (Some(own), _) => (Some(own), Some("credHelpers")),
        (None, Some(store)) => (Some(store), Some("credsStore")),
        (None, None) => (default.filter(|_| is_bare), None),
    };
    let written = find(&entries, key);
    match helper.filter(|name| !name.is_empty()) {
        None => trail.look(
            Source::File(path.to_owned()),
            written.map_or(key, |entry| entry.key.as_str()),
            plain(written),
        ),
        Some(name) => {
            let named_in = setting.map(|setting| (path.to_owned(), setting));
            let source = Source::Helper { name: name.to_owned(), named_in };
            trail.look_or_stop(source, key, (world.ask)(name, key));
            if let Some(entry) = written {
                trail.unread(path, entry);
            }
        }
    }
}

/// The entry for a key: the exact one, else one whose host it is (`file_store.go`,
/// `ConvertToHostname`).
fn find<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    let exact = entries.iter().find(|entry| entry.key == key);
    exact.or_else(|| entries.iter().find(|entry| host_of(&entry.key) == key))
}

fn host_of(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn plain(entry: Option<&Entry>) -> Found {
    entry.and_then(|entry| entry.login.clone()).map_or(Found::Nothing, Found::Plain)
}
