//! From one store into another: each item, hidden ones as well, is copied as it is, read back and
//! compared. Nothing is removed: until the other store is the one in use, the first one answers.

use super::{Error, ErrorKind, Store, payload};
use crate::credential::Credential;
use crate::server::ServerKey;

/// What is done where the other store has another login for the same server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differing {
    /// It stays.
    Left,
    /// It is replaced.
    Replaced,
}

/// What became of each item.
#[derive(Debug, Default)]
pub struct Transfer {
    /// These are in the other store now, or were before.
    pub copied: Vec<ServerKey>,
    /// These are not: why, and the line that helps. A server that cannot be told is `None`.
    pub left: Vec<(Option<ServerKey>, Error)>,
}

/// Copies all of `from` into `to`. Doing it again is no harm.
///
/// # Errors
/// Where one of the two does not tell what it holds. What goes wrong with an item is told in the
/// answer; where the whole store gives no answer, the items behind it are not tried.
pub fn transfer(from: &dyn Store, to: &dyn Store, differing: Differing) -> Result<Transfer, Error> {
    let contents = from.contents()?;
    to.contents()?;
    let mut done = Transfer::default();
    let mut stopped: Option<Error> = None;
    for server in contents.listed.into_iter().map(|listed| listed.server) {
        let copied = stopped.clone().map_or_else(|| copy(&server, from, to, differing), Err);
        match copied {
            Ok(()) => done.copied.push(server),
            // Removed since it was listed.
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => {
                stopped = stopped
                    .or_else(|| Some(e.clone()).filter(|e| e.kind().is_of_the_whole_store()));
                done.left.push((Some(server), e));
            }
        }
    }
    done.left.extend(contents.unusable.into_iter().map(|one| (one.server, one.error)));
    Ok(done)
}

fn copy(
    server: &ServerKey,
    from: &dyn Store,
    to: &dyn Store,
    differing: Differing,
) -> Result<(), Error> {
    let item = from.get(server)?;
    match to.get(server) {
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Ok(there) if is_same(&there, &item) => return Ok(()),
        // The same login with another date is not worth keeping for itself.
        Ok(there) if there.same_login(&item) || differing == Differing::Replaced => {}
        Err(e) if e.kind() == ErrorKind::Damaged && differing == Differing::Replaced => {}
        Err(e) => return Err(e),
        Ok(_) => {
            let message = format!("another login for {server} is in the other store");
            return Err(Error::new(ErrorKind::Refused, message));
        }
    }
    to.put(&item)?;
    if is_same(&to.get(server)?, &item) {
        return Ok(());
    }
    let message = format!("the credential for {server} was not read back as it was stored");
    Err(Error::new(ErrorKind::Failed, message).with_hint("imgsec-cred status"))
}

/// Whether nothing of an item was lost. Stores keep times in whole seconds.
fn is_same(a: &Credential, b: &Credential) -> bool {
    a.same_login(b)
        && a.server == b.server
        && payload::time(a.created_at) == payload::time(b.created_at)
        && a.rotated_at.map(payload::time) == b.rotated_at.map(payload::time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Reserved;
    use crate::store::Listed;
    use crate::store::sealed::{KeySources, NewSlot, Sealed, create};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    fn sealed(folder: &Path, name: &str) -> Sealed {
        let root = folder.join(name);
        create(&root, &[NewSlot::KeyFile(&folder.join(format!("{name}.key")))], None).unwrap();
        Sealed::open(&root, KeySources::default()).unwrap()
    }

    fn key(text: &str) -> ServerKey {
        ServerKey::parse(text).unwrap()
    }

    fn credential(server: ServerKey, secret: &str) -> Credential {
        let old = SystemTime::now() - Duration::from_secs(400 * 24 * 3600);
        let rotated_at = Some(old + Duration::from_secs(3600));
        let credential = Credential::new(server, "ada".to_owned(), secret.into());
        Credential { created_at: old, rotated_at, ..credential }
    }

    /// One of each kind of key.
    fn keys() -> Vec<ServerKey> {
        let mut keys: Vec<_> = [
            "GHCR.io",
            "docker.io",
            "ghcr.io/org",
            "http://h:5000",
            "a b",
            "https://index.docker.io/v1/access-token",
            "https://index.docker.io/v1//refresh-token",
        ]
        .map(key)
        .into();
        for what in [Reserved::Pending, Reserved::Previous, Reserved::Admin] {
            keys.push(key("ghcr.io").reserved(what));
        }
        keys
    }

    #[test]
    fn every_item_is_copied_with_its_dates_hidden_ones_as_well() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (sealed(dir.path(), "a"), sealed(dir.path(), "b"));
        for (i, server) in keys().into_iter().enumerate() {
            from.put(&credential(server, &format!("secret-{i}"))).unwrap();
        }
        for _ in 0..2 {
            let done = transfer(&from, &to, Differing::Left).unwrap();
            assert_eq!((done.copied.len(), done.left.len()), (keys().len(), 0), "{:?}", done.left);
            for server in keys() {
                assert!(
                    is_same(&to.get(&server).unwrap(), &from.get(&server).unwrap()),
                    "{server}"
                );
            }
        }
        let spelled = |store: &Sealed| {
            let mut all: Vec<_> =
                store.list().unwrap().iter().map(|l: &Listed| l.server.to_string()).collect();
            all.sort();
            all
        };
        assert_eq!(spelled(&from), spelled(&to));
    }

    #[test]
    fn another_login_in_the_other_store_is_replaced_only_where_that_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (sealed(dir.path(), "a"), sealed(dir.path(), "b"));
        let (new, old) = (credential(key("ghcr.io"), "new"), credential(key("GHCR.IO"), "old"));
        from.put(&new).unwrap();
        to.put(&old).unwrap();
        let done = transfer(&from, &to, Differing::Left).unwrap();
        assert!(done.copied.is_empty());
        assert_eq!(done.left[0].1.kind(), ErrorKind::Refused);
        assert!(to.get(&new.server).unwrap().same_login(&old));
        let done = transfer(&from, &to, Differing::Replaced).unwrap();
        assert_eq!((done.copied, done.left.len()), (vec![key("ghcr.io")], 0));
        assert!(to.get(&new.server).unwrap().same_login(&new));
    }

    #[test]
    fn a_locked_store_is_not_asked_for_each_item_and_keeps_all() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (sealed(dir.path(), "a"), sealed(dir.path(), "b"));
        for server in keys() {
            from.put(&credential(server, "secret")).unwrap();
        }
        std::fs::rename(dir.path().join("a.key"), dir.path().join("away")).unwrap();
        let done = transfer(&from, &to, Differing::Left).unwrap();
        assert!(done.copied.is_empty() && to.list().unwrap().is_empty());
        assert_eq!(done.left.len(), keys().len());
        assert!(done.left.iter().all(|(_, e)| e.kind() == ErrorKind::Locked));
    }
}
