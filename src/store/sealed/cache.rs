//! The key of an unlocked store, kept by the kernel for a while: no daemon, no file, gone at reboot.
//!
//! The key must be found and read by every process of the user, also by one in another session or
//! in none (a timer, a container's first process). That takes four steps in this order: add it to
//! the thread's own keyring, so that we possess it; set its time limit; give the user the right to
//! view, read, search and link; link it into the user keyring, where it displaces the one before.

use std::time::{Duration, SystemTime};

use super::identity::Identity;
use crate::store::Error;

/// A key found in the kernel, and when it will be gone (`None`: at reboot).
pub(super) struct Cached {
    pub(super) identity: Identity,
    pub(super) until: Option<SystemTime>,
}

/// The key of this store, if the kernel holds it. Where the kernel refuses to say, as in most
/// containers, there is no cache.
pub(super) fn load(store_id: &str) -> Option<Cached> {
    let file = kernel::load(&name(store_id))?;
    Some(Cached { identity: Identity::parse(&file)?, until: read_until(&file) })
}

/// Keeps the key for `limit`, or until reboot; found by [`load`] from then on.
///
/// # Errors
/// [`ErrorKind::Unavailable`](crate::store::ErrorKind::Unavailable) where the kernel refuses.
pub(super) fn save(
    store_id: &str,
    identity: &Identity,
    limit: Option<Duration>,
) -> Result<(), Error> {
    let until = limit.and_then(|limit| SystemTime::now().checked_add(limit));
    let comment = until.map(|u| format!("{UNTIL}{}", humantime::format_rfc3339_seconds(u)));
    let file = identity.to_file(&comment.unwrap_or_default());
    kernel::save(&name(store_id), &file, limit)?;
    // The kernel may accept a key that it later does not let us read.
    if load(store_id).is_some_and(|c| c.identity.recipient() == identity.recipient()) {
        return Ok(());
    }
    kernel::forget(&name(store_id))?;
    Err(kernel::refused())
}

/// Forgets the key of this store, for all processes and at once.
pub(super) fn forget(store_id: &str) -> Result<(), Error> {
    kernel::forget(&name(store_id))
}

/// Whether the kernel keeps keys for us here; tried with a key that is of no use to anyone.
///
/// # Errors
/// [`ErrorKind::Unavailable`](crate::store::ErrorKind::Unavailable) where it does not: then `setup`
/// needs a key file.
pub fn probe_kernel_cache() -> Result<(), Error> {
    let id =
        crate::files::random_hex::<8>().map_err(|e| Error::io("cannot get random numbers", &e))?;
    let probe = format!("probe-{id}");
    save(&probe, &Identity::generate(), Some(Duration::from_secs(10)))?;
    forget(&probe)
}

fn name(store_id: &str) -> String {
    format!("imgsec-cred:identity:{store_id}")
}

/// The kernel does not tell a key's time limit, so it is written beside the key.
const UNTIL: &str = "until ";

fn read_until(file: &[u8]) -> Option<SystemTime> {
    let line = file.strip_prefix(b"# ")?.strip_prefix(UNTIL.as_bytes())?;
    let end = line.iter().position(|&b| b == b'\n')?;
    humantime::parse_rfc3339(std::str::from_utf8(&line[..end]).ok()?).ok()
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::time::Duration;

    use linux_keyutils::{Key, KeyError, KeyPermissions, KeyRing, KeyRingIdentifier};
    use zeroize::Zeroizing;

    use crate::store::{Error, ErrorKind};

    /// All for who possesses it; view, read, search and link for processes of the same user.
    const PERMISSIONS: u32 = 0x3f1b_0000;
    const ENOSYS: i32 = 38;
    /// An identity file of one comment and one key is far shorter.
    const MAX_BYTES: usize = 512;

    pub(super) fn load(name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut file = Zeroizing::new(vec![0; MAX_BYTES]);
        let length = find(name).ok()?.read(&mut *file).ok()?;
        file.truncate(length);
        Some(file)
    }

    fn find(name: &str) -> Result<Key, KeyError> {
        user_keyring()?.search(name)
    }

    fn user_keyring() -> Result<KeyRing, KeyError> {
        KeyRing::from_special_id(KeyRingIdentifier::User, false)
    }

    pub(super) fn save(name: &str, file: &[u8], limit: Option<Duration>) -> Result<(), Error> {
        try_save(name, file, limit).map_err(in_words)
    }

    fn try_save(name: &str, file: &[u8], limit: Option<Duration>) -> Result<(), KeyError> {
        let own = KeyRing::from_special_id(KeyRingIdentifier::Thread, true)?;
        let key = own.add_key(name, file)?;
        if let Some(limit) = limit {
            // 0 would mean no limit.
            key.set_timeout(usize::try_from(limit.as_secs()).unwrap_or(usize::MAX).max(1))?;
        }
        key.set_perms(KeyPermissions::from_u32(PERMISSIONS))?;
        user_keyring()?.link_key(key)?;
        own.unlink_key(key)
    }

    pub(super) fn forget(name: &str) -> Result<(), Error> {
        match find(name).and_then(|key| key.invalidate()) {
            Ok(())
            | Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => {
                Ok(())
            }
            Err(error) => Err(in_words(error)),
        }
    }

    pub(super) fn refused() -> Error {
        Error::new(ErrorKind::Unavailable, "the kernel refuses the keyring calls here")
            .with_hint("imgsec-cred setup --key-file PATH")
    }

    fn in_words(error: KeyError) -> Error {
        match error {
            KeyError::PermissionDenied
            | KeyError::AccessDenied
            | KeyError::OperationNotSupported
            | KeyError::Unknown(ENOSYS) => refused(),
            KeyError::QuotaExceeded => Error::new(
                ErrorKind::Unavailable,
                "the kernel keeps no more keys for this user: the quota is used up",
            )
            .with_hint("keyctl show @u"),
            other => Error::new(ErrorKind::Failed, format!("the kernel keyring failed: {other:?}")),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use std::time::Duration;

    use zeroize::Zeroizing;

    use crate::store::{Error, ErrorKind};

    pub(super) fn load(_: &str) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    pub(super) fn save(_: &str, _: &[u8], _: Option<Duration>) -> Result<(), Error> {
        Err(refused())
    }

    pub(super) fn forget(_: &str) -> Result<(), Error> {
        Ok(())
    }

    pub(super) fn refused() -> Error {
        Error::new(ErrorKind::Unavailable, "only Linux keeps a store's key in its kernel")
            .with_hint("imgsec-cred setup --key-file PATH")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_limit_is_read_from_beside_the_key() {
        let until = humantime::parse_rfc3339("2026-01-01T08:00:00Z").unwrap();
        let identity = Identity::generate();
        let file = identity.to_file("until 2026-01-01T08:00:00Z");
        assert_eq!(read_until(&file), Some(until));
        assert_eq!(read_until(&identity.to_file("")), None);
        assert_eq!(read_until(&identity.to_file("until tomorrow")), None);
    }
}
