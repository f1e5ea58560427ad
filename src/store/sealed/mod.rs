//! The sealed store: one small age file for each credential, for machines without a keychain.
//!
//! No daemon, no format of our own: every file is opened by the stock `age` program. Reading needs
//! the store's key, which lies in slots and, for a while after an unlock, in the kernel; writing and
//! forgetting do not.

use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Contents, Error, ErrorKind, Listed, Store, payload};
use crate::credential::Credential;
use crate::server::ServerKey;
use change::Change;
use folder::Folder;
use identity::Unopened;
use keys::Found;
use settings::Settings;
use writing::Writing;

mod cache;
mod change;
mod checks;
mod create;
mod entry;
mod folder;
mod identity;
mod index;
mod key_file;
mod keys;
mod listing;
mod recovery;
mod seen;
mod settings;
mod slots;
mod stamp;
mod trouble;
mod unlock;
mod writing;

pub use cache::probe_kernel_cache;
pub use create::{Created, Prepared, create, discard, exists, prepare};
pub use identity::Identity;
pub use keys::{KeySources, OpenedBy};
pub use settings::{Slot, SlotKind};
pub use slots::NewSlot;
pub use unlock::State;

/// A sealed store in one folder. Each call looks for the key anew, so that a lock takes effect.
#[derive(Debug)]
pub struct Sealed {
    folder: Folder,
    settings: Settings,
    keys: KeySources,
}

impl Sealed {
    /// Opens the store in the folder `root`; its entries may still be locked.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where there is none; [`ErrorKind::Refused`] where others could
    /// read or replace its files, or we cannot; [`ErrorKind::Damaged`] where `store.json` cannot be
    /// used.
    pub fn open(root: &Path, keys: KeySources) -> Result<Self, Error> {
        let folder = Folder::open(root)?;
        let settings = Settings::read(&folder)?;
        Ok(Self { folder, settings, keys })
    }

    /// The key, wherever it is found first.
    fn key(&self) -> Result<Found, Error> {
        let found = self.keys.find(&self.settings, &self.folder)?;
        found.ok_or_else(|| self.keys.locked(&self.settings))
    }

    /// The plain text of an entry's file.
    fn open_entry(
        &self,
        name: &str,
        server: Option<&ServerKey>,
        sealed: &[u8],
        found: &Found,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        found.identity.decrypt(sealed).map_err(|why| {
            let is_ours = found.identity.recipient() == self.settings.recipient;
            if why == Unopened::WrongKey && !is_ours {
                found.foreign()
            } else {
                self.damaged(name, server)
            }
        })
    }

    fn read(&self, server: &ServerKey) -> Result<Credential, Error> {
        let name = entry::name(server);
        let sealed = self.folder.read_entry(&name)?.ok_or_else(|| self.absent(server))?;
        // What is damaged for certain is not told to be locked.
        let key = self.key().map_err(|locked| {
            let is_sealed = identity::is_sealed(&sealed);
            if is_sealed { locked } else { self.damaged(&name, Some(server)) }
        })?;
        payload::read(&self.open_entry(&name, Some(server), &sealed, &key)?, server)
    }
}

impl Store for Sealed {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        self.read(server).map_err(|e| {
            let is_of_entry = matches!(e.kind(), ErrorKind::Damaged | ErrorKind::Refused);
            let path = self.folder.entry_path(&entry::name(server));
            if is_of_entry { trouble::with_remedy(e, Some(server), &path) } else { e }
        })
    }

    /// Steps that change files; a stop after any of them leaves the old credential or the new one,
    /// for `get` and for `list` alike:
    /// 1. temp files of writers that were stopped are removed;
    /// 2. the new file is written beside the old one: create, write, fsync; it is read again, and
    ///    opened where the key is at hand;
    /// 3. the index is replaced by one that announces the new file by its digest: create, write,
    ///    fsync, rename, fsync of the folder;
    /// 4. the new file is renamed into its place, and the folder fsynced.
    fn put(&self, credential: &Credential) -> Result<(), Error> {
        let mut change = Change::begin(self, credential)?;
        change.announce()?;
        change.place()
    }

    /// Steps that change files: temp files of writers that were stopped are removed; the file is
    /// renamed to one that says that it was removed, and the folder fsynced; the index is replaced;
    /// the file is removed. A stop in between, or a full disk, leaves the credential or none.
    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        let name = entry::name(server);
        self.folder.check_inner(&self.folder.entries())?;
        if !self.folder.has_entry(&name) && self.absent(server).hint().is_none() {
            // One may have been about to be written by a writer that was stopped. If another writes
            // now, it removes that.
            let _ = Writing::begin_within(&self.folder, Duration::ZERO);
            return Ok(());
        }
        checks::replaceable(&self.folder.entry_path(&name))?;
        let writing = Writing::begin(&self.folder)?;
        writing.remove_entry(&name, || self.forget_record(&name, &writing))
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        self.contents().map(|contents| contents.listed)
    }

    fn contents(&self) -> Result<Contents, Error> {
        self.list_entries()
    }
}
