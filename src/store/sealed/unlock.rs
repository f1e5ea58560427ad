//! What the person's program does with a store: unlock it, lock it, look at it, change its slots.

use std::time::Duration;

use secrecy::SecretString;

use super::Sealed;
use super::cache::Halves;
use super::identity::Identity;
use super::keys::{self, OpenedBy};
use super::seen::Seen;
use super::settings::{Settings, Slot, SlotKind};
use super::slots::{self, NewSlot};
use super::writing::Writing;
use crate::store::{Error, ErrorKind};

/// A store as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What opens it now, without asking; `None` while it is locked.
    pub opened_by: Option<OpenedBy>,
    /// Whether the key that it names is known to be its own: by the key itself, or since it was
    /// unlocked on this machine. Without that nothing can be kept in it.
    pub is_proven: bool,
    /// How many entries there are, hidden ones as well.
    pub entries: usize,
}

impl Sealed {
    /// Whether it is locked, and how much is in it.
    ///
    /// # Errors
    /// Those of a key that is there and does not fit or is not safe to use; [`ErrorKind::Refused`]
    /// where `store.json` names another key than the store's own.
    pub fn state(&self) -> Result<State, Error> {
        let found = self.keys.find(&self.settings, &self.folder)?;
        let is_proven = self.is_own(&self.settings, found.as_ref())?;
        let entries = self.folder.entry_names()?.len();
        Ok(State { opened_by: found.map(|f| f.by), is_proven, entries })
    }

    /// The ways to get at its key.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.settings.slots
    }

    /// The key, by a passphrase or a recovery passphrase that a person typed.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] where it opens no slot.
    pub fn unlock_with_passphrase(&self, typed: &SecretString) -> Result<Identity, Error> {
        // Those that we made are cheap to try, and hardly anything else looks like one.
        let slots = &self.settings.slots;
        let (cheap, dear): (Vec<_>, Vec<_>) =
            slots.iter().partition(|s| s.kind == SlotKind::Recovery);
        for slot in cheap.into_iter().chain(dear) {
            let file = keys::read_slot(slot, &self.folder)?;
            if let Some(identity) = slots::open_with_passphrase(slot, &file, typed)? {
                return self.own(identity, slot);
            }
        }
        Err(Error::new(ErrorKind::Locked, "this passphrase does not open the sealed store"))
    }

    fn own(&self, identity: Identity, slot: &Slot) -> Result<Identity, Error> {
        if identity.recipient() == self.settings.recipient {
            // Where it cannot be noted, the store opens all the same.
            let _ = self.note_seen(&identity);
            return Ok(identity);
        }
        let message = format!("slot {} holds the key of another store", slot.id);
        Err(Error::new(ErrorKind::Damaged, message))
    }

    /// Lets the kernel keep the key for `limit`, or until reboot, for all processes of this user.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where the kernel refuses; [`ErrorKind::Refused`] for the key of
    /// another store.
    pub fn keep_unlocked(&self, identity: &Identity, limit: Option<Duration>) -> Result<(), Error> {
        if identity.recipient() != self.settings.recipient {
            return Err(Error::new(ErrorKind::Refused, "this key does not belong to this store"));
        }
        // One at a time: the halves of two unlocks do not fit.
        let _writing = Writing::begin(&self.folder)?;
        self.halves().save(identity, limit)
    }

    fn halves(&self) -> Halves<'_> {
        Halves::of(&self.settings.store_id, self.keys.state.as_deref())
    }

    /// Notes on this machine that this is the store's key.
    fn note_seen(&self, identity: &Identity) -> Result<(), Error> {
        let Some(state) = &self.keys.state else { return Ok(()) };
        Seen::of(state, self.folder.root()).note(&identity.recipient())
    }

    /// Makes the kernel forget the key. A store that another source opens stays open; one without
    /// slots can never be opened again.
    ///
    /// # Errors
    /// Those of the kernel.
    pub fn lock(&self) -> Result<(), Error> {
        match self.halves().forget() {
            // Where the kernel keeps no keys, it keeps none of ours.
            Err(e) if e.kind() == ErrorKind::Unavailable => Ok(()),
            forgotten => forgotten,
        }
    }

    /// Adds a way to get at the key, and returns the passphrase where one was made.
    ///
    /// Steps that change files: the slot's file is written; `store.json` is replaced.
    ///
    /// # Errors
    /// As [`create`](fn@super::create).
    pub fn add_slot(
        &mut self,
        identity: &Identity,
        new: &NewSlot,
    ) -> Result<Option<SecretString>, Error> {
        if identity.recipient() != self.settings.recipient {
            return Err(Error::new(ErrorKind::Refused, "this key does not belong to this store"));
        }
        let wrapped = slots::wrap(identity, new, self.folder.root())?;
        let writing = Writing::begin(&self.folder)?;
        self.folder.check_inner(&self.folder.slots())?;
        let mut settings = Settings::read(&self.folder)?;
        writing.replace(&self.folder.slot_path(&wrapped.slot.id), &wrapped.file)?;
        settings.slots.push(wrapped.slot);
        writing.replace(&self.folder.settings_path(), &settings.write())?;
        drop(writing);
        self.settings = settings;
        Ok(wrapped.recovery)
    }

    /// Removes a way to get at the key, but for the last one.
    ///
    /// Steps that change files: `store.json` is replaced; the slot's file is removed.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] for the last slot, and one that is not there.
    pub fn remove_slot(&mut self, id: &str) -> Result<(), Error> {
        let writing = Writing::begin(&self.folder)?;
        let mut settings = Settings::read(&self.folder)?;
        let Some(at) = settings.slots.iter().position(|s| s.id == id) else {
            return Err(Error::new(ErrorKind::Refused, "there is no slot of this name"));
        };
        if settings.slots.len() == 1 {
            let message = "this is the last slot: without it nothing would open the store";
            return Err(Error::new(ErrorKind::Refused, message));
        }
        let slot = settings.slots.remove(at);
        writing.replace(&self.folder.settings_path(), &settings.write())?;
        writing.remove(&self.folder.slot_path(&slot.id))?;
        drop(writing);
        self.settings = settings;
        Ok(())
    }
}
