//! The way back: what earlier runs changed, as it was. Where nobody wrote a file since, it is byte
//! for byte the old one; else only what is ours is taken out. Secrets go back into files only where
//! the person says so, and stay in the store in any case.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::apply::Edit;
use super::check::{self, Loss};
use super::journal::{FileRecord, Moved, Ours, Run};
use super::scene::{Scene, is_ours};
use super::splice;
use crate::clients::docker::{Change, DockerConfig};
use crate::credential::Credential;
use crate::files::{self, View};
use crate::protocol::NAME;
use crate::server::ServerKey;
use crate::store::{self, Error, ErrorKind, Store};

const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What an undo would change.
pub struct Undo {
    /// The files, in the order in which they are to change.
    pub edits: Vec<Edit>,
    /// What comes back into files, and what does not.
    pub returned: Vec<(PathBuf, Returned)>,
    /// Files that cannot be changed, and why.
    pub left: Vec<(PathBuf, String)>,
    /// What each client would lose.
    pub losses: Vec<Loss>,
}

/// What becomes of one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Its name where it came from.
    pub key: String,
    /// The server it is kept under.
    pub server: String,
    /// Why it is not brought back; `None` where it is, or lies there again already.
    pub failure: Option<String>,
}

/// Works out how the files were before these runs, the newest first. With `store`, logins go back
/// into the files from it.
///
/// # Errors
/// Those of the store as a whole.
pub fn plan(scene: &Scene<'_>, runs: &[Run], store: Option<&dyn Store>) -> Result<Undo, Error> {
    let mut undo =
        Undo { edits: Vec::new(), returned: Vec::new(), left: Vec::new(), losses: Vec::new() };
    let mut view = View::default();
    let mut paths: Vec<PathBuf> = Vec::new();
    for record in runs.iter().rev().flat_map(|run| run.files.iter().rev()) {
        match back(record, &view, store) {
            Ok((after, returned)) => {
                view.plan(&record.path, after);
                paths.retain(|path| *path != record.path);
                paths.push(record.path.clone());
                undo.returned.extend(returned.into_iter().map(|one| (record.path.clone(), one)));
            }
            Err(e) if e.kind().is_of_the_whole_store() => return Err(e),
            Err(e) => undo.left.push((record.path.clone(), e.to_string())),
        }
    }
    for path in paths {
        let read = |view: &View| match view.read(&path, MAX_BYTES) {
            Err(files::Error::Missing(_)) => Ok(None),
            bytes => bytes.map(Some),
        };
        let (before, after) = (read(&View::default())?, read(&view)?);
        if before != after {
            undo.edits.push(Edit::new(path, before, after, None));
        }
    }
    let before = check::look(scene, &View::default(), &scene.kept);
    let after = check::look(scene, &view, &scene.kept);
    undo.losses = check::losses(&before, &after, scene.helpers);
    Ok(undo)
}

/// A file's bytes, or none where it is not there.
type Content = Option<Zeroizing<Vec<u8>>>;

/// A file as it was, from what it is in the view.
fn back(
    record: &FileRecord,
    view: &View,
    store: Option<&dyn Store>,
) -> Result<(Content, Vec<Returned>), Error> {
    if let Some(ours) = &record.ours {
        return Ok((without_ours(&record.path, ours, view)?, Vec::new()));
    }
    let config = DockerConfig::read_in(view, &record.path)?;
    let there: Vec<_> = config.plain_logins().into_iter().map(|login| login.key).collect();
    let (mut returned, mut credentials) = (Vec::new(), Vec::new());
    for moved in record.moved.iter().filter(|_| store.is_some()) {
        let failure = match store {
            Some(store) if !there.contains(&moved.key) => match kept(moved, store)? {
                Ok(credential) => {
                    credentials.push((moved.key.as_str(), credential));
                    None
                }
                Err(why) => Some(why),
            },
            _ => None,
        };
        let (key, server) = (moved.key.clone(), moved.server.clone());
        returned.push(Returned { key, server, failure });
    }
    let text = match exactly(record, &config, &credentials) {
        Some(text) => text,
        None => config.changed(&changes(record, &config, &credentials, &returned))?,
    };
    let is_nothing = text.trim().is_empty() || record.is_new && text.trim() == "{}";
    let is_gone = is_nothing && record.is_new;
    Ok(((!is_gone).then(|| Zeroizing::new(text.as_bytes().to_vec())), returned))
}

/// The old bytes, where nobody changed the file since and every login can go back.
fn exactly(
    record: &FileRecord,
    config: &DockerConfig,
    credentials: &[(&str, Credential)],
) -> Option<Zeroizing<String>> {
    let now = std::str::from_utf8(config.bytes()).ok()?;
    let find = |server: &str| {
        let of_server = |(_, one): &&(&str, Credential)| {
            let moved = record.moved.iter().find(|m| m.server == server);
            moved.is_some_and(|m| one.server.as_str() == m.server)
        };
        credentials.iter().find(of_server).map(|(_, credential)| credential)
    };
    let text = splice::restored(now, record.splices.as_ref()?, &find)?;
    // Changed as it was then, it is to be what it is now.
    let mut then = View::default();
    then.plan(&record.path, Some(Zeroizing::new(text.as_bytes().to_vec())));
    let again = DockerConfig::read_in(&then, &record.path).ok()?;
    let mut forward: Vec<_> = record.moved.iter().map(|m| Change::Blank(&m.key)).collect();
    forward.extend(record.named.iter().map(|n| Change::Helper(&n.registry, Some(&n.now))));
    forward.extend(record.default.iter().map(|_| Change::Store(Some(NAME))));
    (again.changed(&forward).ok()?.as_str() == now).then_some(text)
}

/// What is ours is taken out, and what somebody changed since stays as they made it.
fn changes<'a>(
    record: &'a FileRecord,
    config: &DockerConfig,
    credentials: &'a [(&str, Credential)],
    returned: &[Returned],
) -> Vec<Change<'a>> {
    let mut changes: Vec<_> = credentials.iter().map(|(key, c)| Change::Restore(key, c)).collect();
    // Where a login cannot be brought back the helper goes on to be asked.
    let is_back = |registry: &str| {
        returned.iter().all(|one| one.failure.is_none() || !is_for(registry, &one.server))
    };
    let ours = record.named.iter().filter(|named| {
        config.helper(&named.registry) == Some(&named.now) && is_back(&named.registry)
    });
    changes.extend(ours.map(|named| Change::Helper(&named.registry, named.before.as_deref())));
    if let Some(before) = &record.default
        && config.store().is_some_and(is_ours)
    {
        changes.push(Change::Store(before.helper.as_deref()));
    }
    changes
}

/// A file that is ours alone: as it was, or without our line where somebody changed it.
fn without_ours(path: &Path, ours: &Ours, view: &View) -> Result<Content, Error> {
    let now = match view.read(path, MAX_BYTES) {
        Err(files::Error::Missing(_)) => return Ok(None),
        bytes => bytes?,
    };
    let content = |text: &str| Some(Zeroizing::new(text.as_bytes().to_vec()));
    if *now == *ours.text.as_bytes() {
        return Ok(ours.before.as_deref().and_then(content));
    }
    let text = String::from_utf8_lossy(&now);
    let lines: Vec<_> = ours.text.lines().collect();
    let rest: String =
        text.split_inclusive('\n').filter(|l| !lines.contains(&l.trim_end())).collect();
    Ok(if rest.trim().is_empty() { None } else { content(&rest) })
}

fn kept(moved: &Moved, store: &dyn Store) -> Result<Result<Credential, String>, Error> {
    let Ok(server) = ServerKey::parse(&moved.server) else {
        return Ok(Err("the journal is broken there".to_owned()));
    };
    match store.get(&server) {
        Ok(kept) if moved.username.as_ref().is_some_and(|user| *user != kept.username) => {
            Ok(Err(format!("the store keeps a login of {} for it now", kept.open_username())))
        }
        Ok(credential) => Ok(Ok(credential)),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            Ok(Err("the store keeps it no longer".to_owned()))
        }
        Err(e) if e.kind().is_of_the_whole_store() => Err(e),
        Err(e) => Ok(Err(e.to_string())),
    }
}

fn is_for(registry: &str, server: &str) -> bool {
    super::draft::is_same(registry, server)
}

/// Brings credentials back into a helper: stored, read back and equal.
///
/// # Errors
/// Those of our store as a whole.
pub fn into_helper(
    moved: &[Moved],
    into: &dyn Store,
    store: &dyn Store,
) -> Result<Vec<Returned>, Error> {
    let mut returned = Vec::new();
    for one in moved {
        let failure = match kept(one, store)? {
            Ok(mut credential) => match ServerKey::parse(&one.key) {
                Ok(server) => {
                    credential.server = server;
                    store::copy(into, &credential).err().map(|e| e.to_string())
                }
                Err(e) => Some(e.to_string()),
            },
            Err(why) => Some(why),
        };
        let (key, server) = (one.key.clone(), one.server.clone());
        returned.push(Returned { key, server, failure });
    }
    Ok(returned)
}
