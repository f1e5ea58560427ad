//! Where the key of a store is found without asking a person. The first place that has one decides:
//! a key that is there and does not fit is an error, never a reason to look further.

use std::path::PathBuf;
use std::time::SystemTime;

use super::cache::Halves;
use super::checks::{self, Trust};
use super::folder::Folder;
use super::identity::Identity;
use super::settings::{Settings, Slot, SlotKind};
use super::{key_file, slots};
use crate::store::{Error, ErrorKind};

/// The name of the key among a service's credentials (`LoadCredentialEncrypted=`).
const CREDENTIAL: &str = "imgsec-cred.identity";

/// The places outside the store in which its key may lie; looked into in this order, and the
/// store's own key files after them.
#[derive(Debug, Clone, Default)]
pub struct KeySources {
    /// Whether the kernel is asked for the key of an unlocked store.
    pub kernel_cache: bool,
    /// The folder of a systemd service's credentials (`$CREDENTIALS_DIRECTORY`).
    pub credentials_directory: Option<PathBuf>,
    /// A file that holds the store's identity.
    pub identity_file: Option<PathBuf>,
    /// The folder of our state, outside the store: what the last unlock saw is noted there.
    pub state: Option<PathBuf>,
}

/// Where a key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedBy {
    /// The kernel holds it: the store was unlocked, until then (`None`: until reboot).
    Kernel(Option<SystemTime>),
    /// A file that was given to us holds the store's identity.
    IdentityFile(PathBuf),
    /// The key file of a slot.
    KeyFile(PathBuf),
}

impl OpenedBy {
    fn in_words(&self) -> String {
        match self {
            Self::Kernel(_) => "the key that the kernel holds".to_owned(),
            Self::IdentityFile(path) | Self::KeyFile(path) => {
                format!("the key in {}", checks::shown(path))
            }
        }
    }
}

/// A key, and where it was found.
pub(super) struct Found {
    pub(super) identity: Identity,
    pub(super) by: OpenedBy,
}

impl Found {
    /// That it opens another store than this one.
    pub(super) fn foreign(&self) -> Error {
        let message = format!("{} does not belong to this store", self.by.in_words());
        Error::new(ErrorKind::Locked, message).with_hint("imgsec-cred unlock")
    }
}

impl KeySources {
    /// The key of the store in `folder`; `None` where no place has one.
    pub(super) fn find(
        &self,
        settings: &Settings,
        folder: &Folder,
    ) -> Result<Option<Found>, Error> {
        if let Some(found) = self.cached(settings) {
            return Ok(Some(found));
        }
        let credential = self.credentials_directory.as_ref().map(|d| d.join(CREDENTIAL));
        for path in credential.iter().chain(&self.identity_file) {
            let trust = key_file::trust_in(path, Trust::Handed);
            if let Some(identity) = key_file::read(path, trust)? {
                let by = OpenedBy::IdentityFile(path.clone());
                return Ok(Some(Found { identity, by }));
            }
        }
        for slot in &settings.slots {
            if let Some(found) = by_key_file(slot, folder)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn cached(&self, settings: &Settings) -> Option<Found> {
        let halves = Halves::of(&settings.store_id, self.state.as_deref());
        let cached = self.kernel_cache.then(|| halves.load())??;
        Some(Found { identity: cached.identity, by: OpenedBy::Kernel(cached.until) })
    }

    /// That no place has the key.
    pub(super) fn locked(&self, settings: &Settings) -> Error {
        let key_file = settings.slots.iter().find_map(|slot| match &slot.kind {
            SlotKind::KeyFile(path) => Some(path),
            _ => None,
        });
        if settings.slots.is_empty() && self.identity_file.is_none() {
            return Error::new(ErrorKind::Locked, "the session store is locked: its key is gone")
                .with_hint("imgsec-cred setup --store session");
        }
        let Some(path) = self.identity_file.as_ref().or(key_file) else {
            return Error::new(ErrorKind::Locked, "the sealed store is locked")
                .with_hint("imgsec-cred unlock");
        };
        let message = format!("the sealed store is locked: {} is missing", checks::shown(path));
        let has_passphrase = settings.slots.iter().any(|s| !matches!(s.kind, SlotKind::KeyFile(_)));
        Error::new(ErrorKind::Locked, message).with_hint(if has_passphrase {
            "imgsec-cred unlock"
        } else {
            "bring that file back: nothing else opens this store"
        })
    }
}

fn by_key_file(slot: &Slot, folder: &Folder) -> Result<Option<Found>, Error> {
    let SlotKind::KeyFile(path) = &slot.kind else { return Ok(None) };
    let file = read_slot(slot, folder)?;
    let identity = slots::open_with_key_file(slot, &file, path)?;
    Ok(identity.map(|identity| Found { identity, by: OpenedBy::KeyFile(path.clone()) }))
}

/// The file of a slot that `store.json` names.
pub(super) fn read_slot(slot: &Slot, folder: &Folder) -> Result<Vec<u8>, Error> {
    let path = folder.slot_path(&slot.id);
    let file = folder.read_slot(&slot.id)?;
    // It is encrypted, so that a plain buffer does.
    file.map(|mut f| std::mem::take(&mut *f)).ok_or_else(|| {
        Error::new(ErrorKind::Damaged, format!("{} is missing", checks::shown(path)))
            .with_hint(slots::ANOTHER_WAY)
    })
}
