//! Brings back what a run moved: from the store into the files, and into the helpers. What somebody
//! changed since then stays as they made it, and the store keeps its copies.

use super::journal::{ChangedFile, Moved};
use crate::clients::docker::{Change, DockerConfig};
use crate::credential::Credential;
use crate::protocol::NAME;
use crate::server::ServerKey;
use crate::store::{self, Error, ErrorKind, Store};

/// What became of one credential.
pub struct Returned {
    /// Its name where it came from.
    pub key: String,
    /// Why it was not brought back; `None` where it was, or lies there again already.
    pub failure: Option<String>,
}

/// Brings the logins of a file back, in one step.
///
/// # Errors
/// Those of the store as a whole, and those of the file.
pub fn file(changed: &ChangedFile, store: &dyn Store) -> Result<Vec<Returned>, Error> {
    let config = DockerConfig::read(&changed.path)?;
    let there: Vec<_> = config.plain_logins().into_iter().map(|login| login.key).collect();
    let (mut returned, mut credentials) = (Vec::new(), Vec::new());
    for moved in &changed.moved {
        let failure = if there.contains(&moved.key) {
            None
        } else {
            match kept(moved, store)? {
                Ok(credential) => {
                    credentials.push((moved.key.as_str(), credential));
                    None
                }
                Err(why) => Some(why),
            }
        };
        returned.push(Returned { key: moved.key.clone(), failure });
    }
    let mut changes: Vec<_> = credentials.iter().map(|(key, c)| Change::Restore(key, c)).collect();
    // Where a login cannot be brought back the helper goes on to be asked.
    let is_back =
        |registry: &str| {
            changed.moved.iter().zip(&returned).all(|(moved, returned)| {
                returned.failure.is_none() || !is_for(registry, &moved.server)
            })
        };
    let ours = changed
        .named
        .iter()
        .filter(|(registry, _)| config.helper(registry) == Some(NAME) && is_back(registry));
    changes.extend(ours.map(|(registry, before)| Change::Helper(registry, before.as_deref())));
    config.change(&changes)?;
    Ok(returned)
}

/// Brings credentials back into a helper: stored, read back and equal.
///
/// # Errors
/// Those of our store as a whole.
pub fn helper(
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
        returned.push(Returned { key: one.key.clone(), failure });
    }
    Ok(returned)
}

fn kept(moved: &Moved, store: &dyn Store) -> Result<Result<Credential, String>, Error> {
    let Ok(server) = ServerKey::parse(&moved.server) else {
        return Ok(Err("the journal is broken there".to_owned()));
    };
    match store.get(&server) {
        Ok(credential) => Ok(Ok(credential)),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            Ok(Err("the store keeps it no longer".to_owned()))
        }
        Err(e) if e.kind().is_of_the_whole_store() => Err(e),
        Err(e) => Ok(Err(e.to_string())),
    }
}

fn is_for(registry: &str, server: &str) -> bool {
    let canonical = |text| ServerKey::parse(text).map(|key| key.canonical().to_owned()).ok();
    canonical(registry) == canonical(server)
}
