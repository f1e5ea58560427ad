//! The key of an unlocked store, kept for a while without a daemon: one half by the kernel, which
//! forgets it in time and at reboot, one in a file. Each alone is noise. So neither a rootless
//! container, which may read its user's keys in the kernel, nor a backup has the key.
//!
//! The kernel's half must be found and read by every process of the user, also by one in another
//! session or in none (a timer, a container's first process). That takes four steps in this order: add
//! it to the thread's own keyring, so that we possess it; set its time limit; give the user the right
//! to view, read, search and link; link it into the user keyring, where it displaces the one before.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::identity::Identity;
use super::{checks, folder};
use crate::files;
use crate::store::{Error, ErrorKind};

/// An identity is far shorter.
const HALF_BYTES: usize = 256;

/// A key that was found, and when it will be gone (`None`: at reboot).
pub(super) struct Cached {
    pub(super) identity: Identity,
    pub(super) until: Option<SystemTime>,
}

/// The two halves of one store's key.
pub(super) struct Halves<'a> {
    store_id: &'a str,
    state: Option<&'a Path>,
}

impl<'a> Halves<'a> {
    /// Those of the store with this id; `state` is the folder for the half in a file.
    pub(super) fn of(store_id: &'a str, state: Option<&'a Path>) -> Self {
        Self { store_id, state }
    }

    /// The name of the kernel's half.
    fn name(&self) -> String {
        format!("imgsec-cred:half:{}", self.store_id)
    }

    fn path(&self) -> Option<PathBuf> {
        Some(self.state?.join("unlocked").join(format!("{}.half", self.store_id)))
    }

    /// The key of this store, if both halves are there. Where the kernel refuses to say, as in most
    /// containers, there is no cache.
    pub(super) fn load(&self) -> Option<Cached> {
        let held = kernel::load(&self.name())?;
        let (until, held) = split(&held);
        let path = self.path()?;
        checks::parent_of(&path).ok()?;
        let filed = folder::read(&path, HALF_BYTES as u64).ok()??;
        Some(Cached { identity: Identity::parse(&joined(held, &filed)?)?, until })
    }

    /// Keeps the key for `limit`, or until reboot; found by [`Self::load`] from then on.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where the kernel refuses; those of the file.
    pub(super) fn save(&self, identity: &Identity, limit: Option<Duration>) -> Result<(), Error> {
        let path = self.path().ok_or_else(no_state)?;
        let file = identity.to_file("");
        let mut noise = Zeroizing::new(vec![0; file.len()]);
        files::random(&mut noise).map_err(|e| Error::io("cannot get random numbers", &e))?;
        let held = joined(&file, &noise).ok_or_else(kernel::refused)?;
        files::create_private_folder(files::folder_of(&path))?;
        files::replace(&path, &noise, None)?;
        kernel::save(&self.name(), &with_limit(&held, limit), limit)?;
        // The kernel may accept a key that it later does not let us read.
        if self.load().is_some_and(|c| c.identity.recipient() == identity.recipient()) {
            return Ok(());
        }
        self.forget()?;
        Err(kernel::refused())
    }

    /// Forgets both halves, for all processes and at once.
    pub(super) fn forget(&self) -> Result<(), Error> {
        let forgotten = kernel::forget(&self.name());
        if let Some(path) = self.path() {
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(checks::failed(&path, e));
                }
                _ => {}
            }
        }
        forgotten
    }
}

/// Whether the kernel keeps keys for us here; tried with a key that is of no use to anyone.
///
/// # Errors
/// [`ErrorKind::Unavailable`] where it does not: then `setup` needs a key file.
pub fn probe_kernel_cache() -> Result<(), Error> {
    let id = files::random_hex::<8>().map_err(|e| Error::io("cannot get random numbers", &e))?;
    let name = format!("imgsec-cred:probe:{id}");
    kernel::save(&name, id.as_bytes(), Some(Duration::from_secs(10)))?;
    let is_read = kernel::load(&name).is_some_and(|read| *read == id.as_bytes());
    kernel::forget(&name)?;
    if is_read { Ok(()) } else { Err(kernel::refused()) }
}

fn no_state() -> Error {
    let message = "an unlocked store cannot be remembered here: there is no folder for our state";
    Error::new(ErrorKind::Unavailable, message).with_hint("imgsec-cred setup --key-file PATH")
}

/// One half from the other and the key, or the key from both halves; `None` where their lengths differ.
fn joined(one: &[u8], other: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = || Zeroizing::new(one.iter().zip(other).map(|(a, b)| a ^ b).collect());
    (one.len() == other.len()).then(bytes)
}

/// The kernel does not tell a key's time limit, so it is written before the half.
const UNTIL: &str = "until ";

fn with_limit(half: &[u8], limit: Option<Duration>) -> Zeroizing<Vec<u8>> {
    let until = limit.and_then(|limit| SystemTime::now().checked_add(limit));
    let until = until.map(|u| format!("{UNTIL}{}", humantime::format_rfc3339_seconds(u)));
    let line = format!("{}\n", until.unwrap_or_default());
    Zeroizing::new([line.as_bytes(), half].concat())
}

fn split(held: &[u8]) -> (Option<SystemTime>, &[u8]) {
    let end = held.iter().position(|&b| b == b'\n').unwrap_or(held.len());
    let (line, half) = (&held[..end], held.get(end + 1..).unwrap_or_default());
    let time = line.strip_prefix(UNTIL.as_bytes()).and_then(|time| std::str::from_utf8(time).ok());
    (time.and_then(|time| humantime::parse_rfc3339(time).ok()), half)
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
    fn the_time_limit_is_read_from_beside_the_half() {
        let limit = Duration::from_secs(3600);
        let held = with_limit(b"\n\x00half", Some(limit));
        let (until, half) = split(&held);
        let left = until.unwrap().duration_since(SystemTime::now()).unwrap();
        assert!(left <= limit && left > limit - Duration::from_secs(60));
        assert_eq!(half, b"\n\x00half");
        assert_eq!(split(&with_limit(b"x", None)), (None, &b"x"[..]));
        assert_eq!(split(b""), (None, &b""[..]));
    }

    #[test]
    fn only_both_halves_are_the_key() {
        let file = Identity::generate().to_file("");
        let noise = vec![7; file.len()];
        let held = joined(&file, &noise).unwrap();
        assert!(Identity::parse(&held).is_none());
        assert_eq!(joined(&held, &noise), Some(file));
        assert_eq!(joined(&held, &noise[1..]), None);
    }
}
