//! A file of Docker's format: the logins in it that a helper can keep, and how the programs that
//! read the file find them there afterwards.

use std::path::Path;

use secrecy::SecretString;

use super::plan::{Batch, Move, Origin, Stay};
use crate::clients::docker::{Change, DockerConfig, PlainLogin};
use crate::files;
use crate::protocol::NAME;
use crate::server::{DOCKER_HUB, ServerKey};
use crate::store::Error;

/// Whether a login of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// One that lay there under this key was, and this is another.
    Changed,
}

/// Reads the logins of a file that `wanted` says, by their key in `auths` and their secret.
///
/// # Errors
/// Where the file is broken, cannot be read, or belongs to another user.
pub fn read(
    path: &Path,
    wanted: &dyn Fn(&str, Option<&SecretString>) -> Wanted,
) -> Result<Batch, Error> {
    if let Ok(about) = path.metadata() {
        files::check_owner(path, &about)?;
    }
    let config = DockerConfig::read(path)?;
    let logins = config.plain_logins();
    let is_podmans = is_podmans(path);
    let namespaces: Vec<_> = logins.iter().filter_map(|l| namespace_host(&l.key)).collect();
    let (mut moves, mut stays) = (Vec::new(), Vec::new());
    for PlainLogin { key, credential } in logins {
        match (wanted(&key, credential.as_ref().ok().map(|c| &c.secret)), credential) {
            (Wanted::No, _) => {}
            (_, Err(why)) => stays.push(Stay { key, why: why.to_owned() }),
            (Wanted::Changed, _) => {
                stays.push(Stay { key, why: "it changed since it was looked at".to_owned() });
            }
            (Wanted::Yes, Ok(credential)) => {
                let names = names(is_podmans, &config, &credential.server);
                let host = host_of(&credential.server);
                if !names.is_empty() && namespaces.contains(&host) {
                    // Of a helper Podman asks for hosts only, and then looks no further.
                    let why = "entries for namespaces of it lie beside it, which a helper for the \
                               registry would hide";
                    stays.push(Stay { key, why: why.to_owned() });
                } else {
                    let is_shadowed = names.is_empty() && !answers(&config, &credential.server);
                    moves.push(Move::new(key, credential, names, is_shadowed));
                }
            }
        }
    }
    // Of two keys for one server Docker uses the plain one.
    moves.sort_by_key(|m| m.key != m.credential.server.as_str());
    Ok(Batch { origin: Origin::File(config), moves, stays })
}

/// Takes these logins out of the file, and names our helper in it, in one step.
///
/// # Errors
/// Where another program changed the file since it was read, or it cannot be written.
pub(super) fn strip(config: &DockerConfig, moves: &[&Move]) -> Result<(), Error> {
    let mut changes: Vec<_> = moves.iter().map(|m| Change::Blank(&m.key)).collect();
    let names = moves.iter().flat_map(|m| &m.names);
    changes.extend(names.map(|registry| Change::Helper(registry, Some(NAME))));
    config.change(&changes)
}

/// Whether only Podman, Buildah, Skopeo and CRI-O read the file.
fn is_podmans(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "auth.json")
}

/// The registries for which the file has to name our helper, so that it is asked for this server.
/// None, where it is asked already, another helper is asked, or none can be named.
///
/// Docker looks for Docker Hub by its address, Podman as `docker.io`
/// (containers/image `pkg/docker/config/config.go`, `findCredentialsInFile`). It reads Docker's file
/// as well, but not the helper that Docker has for every registry.
fn names(is_podmans: bool, config: &DockerConfig, server: &ServerKey) -> Vec<String> {
    let is_hub = server.canonical() == DOCKER_HUB;
    let keys: &[&str] = match () {
        () if config.is_flat() => &[],
        () if !is_hub => &[server.as_str()],
        () if is_podmans => &["docker.io"],
        () => &[DOCKER_HUB, "docker.io"],
    };
    let has_none = |key: &&&str| match config.helper(key) {
        Some(name) => name.is_empty(),
        None => is_podmans || config.store().is_none(),
    };
    keys.iter().filter(has_none).map(|key| (*key).to_owned()).collect()
}

/// Whether our helper is asked for this server already.
fn answers(config: &DockerConfig, server: &ServerKey) -> bool {
    let spellings = [server.as_str(), DOCKER_HUB, "docker.io"];
    let is_hub = server.canonical() == DOCKER_HUB;
    let own = spellings.iter().take(if is_hub { 3 } else { 1 }).find_map(|key| config.helper(key));
    own.or(config.store()) == Some(NAME)
}

/// The host of a key that is a namespace (`host/org`).
fn namespace_host(key: &str) -> Option<String> {
    let server = ServerKey::parse(key).ok().filter(ServerKey::may_lie_in_a_namespace)?;
    Some(host_of(&server))
}

fn host_of(server: &ServerKey) -> String {
    if server.canonical() == DOCKER_HUB {
        return "docker.io".to_owned();
    }
    server.as_str().split('/').next().unwrap_or_default().to_ascii_lowercase()
}
