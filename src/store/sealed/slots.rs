//! The ways to get at a store's key. Each is one age file that holds the identity's text, so that
//! the stock `age` program opens it: by a passphrase, or by the identity in a key file.

use std::path::Path;

use age::scrypt;
use secrecy::{ExposeSecret, SecretString};

use super::checks::{self, Trust};
use super::identity::{self, Identity, Unopened};
use super::settings::{Slot, SlotKind};
use super::{key_file, recovery};
use crate::files;
use crate::store::{Error, ErrorKind};

/// scrypt takes 2^17 steps and 128 MiB for what a person may have chosen badly.
const CHOSEN_WORK: u8 = 17;
/// 120 random bits need no more than to be slow to type: 32 MiB fits the smallest machine.
const GENERATED_WORK: u8 = 15;
/// More would be 1 GiB: whoever wrote the file wants us to fail.
const MAX_WORK: u8 = 20;

/// What helps where the file of a slot is lost.
pub(super) const ANOTHER_WAY: &str =
    "bring its file back from a backup, or open the store by another slot: imgsec-cred unlock";

/// A slot to be made.
#[derive(Debug)]
pub enum NewSlot<'a> {
    /// Opened by this passphrase.
    Passphrase(&'a SecretString),
    /// Opened by a passphrase that is made here and returned, to be shown once.
    Recovery,
    /// Opened by the age identity in this file, which is made if it is missing. It must not lie in
    /// the store's own folder.
    KeyFile(&'a Path),
}

/// A slot and the bytes of its file.
pub(super) struct Wrapped {
    pub(super) slot: Slot,
    pub(super) file: Vec<u8>,
    /// The passphrase, where it was made here.
    pub(super) recovery: Option<SecretString>,
}

/// Wraps the key of a store at `root` for a new slot.
pub(super) fn wrap(identity: &Identity, new: &NewSlot, root: &Path) -> Result<Wrapped, Error> {
    let plain = identity.to_file("");
    let (kind, file, recovery) = match new {
        NewSlot::Passphrase(passphrase) => {
            if passphrase.expose_secret().is_empty() {
                return Err(Error::new(ErrorKind::Refused, "an empty passphrase protects nothing"));
            }
            (SlotKind::Passphrase, by_passphrase(passphrase, CHOSEN_WORK, &plain)?, None)
        }
        NewSlot::Recovery => {
            let made = recovery::generate()?;
            (SlotKind::Recovery, by_passphrase(&made, GENERATED_WORK, &plain)?, Some(made))
        }
        NewSlot::KeyFile(path) => {
            let (path, key) = key_file::at(path, root)?;
            (SlotKind::KeyFile(path), identity::encrypt(&key.recipient(), &plain)?, None)
        }
    };
    let id = files::random_hex::<4>().map_err(|e| Error::io("cannot get random numbers", &e))?;
    Ok(Wrapped { slot: Slot { id, kind }, file, recovery })
}

fn by_passphrase(passphrase: &SecretString, work: u8, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut recipient = scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(work);
    identity::encrypt_to(&recipient, plain)
}

/// Opens a slot's file with what a person typed; `None` where that is not its passphrase.
pub(super) fn open_with_passphrase(
    slot: &Slot,
    file: &[u8],
    typed: &SecretString,
) -> Result<Option<Identity>, Error> {
    let passphrase = match slot.kind {
        SlotKind::Passphrase => Some(typed.clone()),
        SlotKind::Recovery => recovery::read(typed),
        SlotKind::KeyFile(_) => None,
    };
    let Some(passphrase) = passphrase else { return Ok(None) };
    let mut opener = scrypt::Identity::new(passphrase);
    opener.set_max_work_factor(MAX_WORK);
    let plain = match age::decrypt(&opener, file).map(zeroize::Zeroizing::new) {
        Ok(plain) => plain,
        Err(age::DecryptError::DecryptionFailed | age::DecryptError::NoMatchingKeys) => {
            return Ok(None);
        }
        Err(age::DecryptError::ExcessiveWork { .. }) => {
            let message = format!("slot {} asks for more than 1 GiB of memory", slot.id);
            return Err(Error::new(ErrorKind::Refused, message));
        }
        Err(_) => return Err(damaged(slot)),
    };
    Identity::parse(&plain).map(Some).ok_or_else(|| damaged(slot))
}

/// Opens a slot's file with the key file beside which it was made; `None` where that is missing.
pub(super) fn open_with_key_file(
    slot: &Slot,
    file: &[u8],
    path: &Path,
) -> Result<Option<Identity>, Error> {
    let Some(key) = key_file::read(path, key_file::trust_in(path, Trust::Own))? else {
        return Ok(None);
    };
    let plain = key.decrypt(file).map_err(|why| match why {
        Unopened::WrongKey => {
            let message = format!("the key in {} does not open this store", checks::shown(path));
            Error::new(ErrorKind::Locked, message).with_hint("imgsec-cred unlock")
        }
        Unopened::Damaged => damaged(slot),
    })?;
    Identity::parse(&plain).map(Some).ok_or_else(|| damaged(slot))
}

fn damaged(slot: &Slot) -> Error {
    let message = format!("slot {} ({}) is damaged", slot.id, slot.kind.name());
    Error::new(ErrorKind::Damaged, message).with_hint(ANOTHER_WAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "/nowhere/store";

    fn opened(wrapped: &Wrapped, typed: &str) -> Option<String> {
        let identity = open_with_passphrase(&wrapped.slot, &wrapped.file, &typed.into()).unwrap();
        identity.map(|i| i.recipient())
    }

    #[test]
    fn a_passphrase_opens_its_slot_and_another_does_not() {
        let identity = Identity::generate();
        let passphrase = SecretString::from("correct horse");
        let wrapped = wrap(&identity, &NewSlot::Passphrase(&passphrase), Path::new(ROOT)).unwrap();
        assert_eq!(opened(&wrapped, "correct horse"), Some(identity.recipient()));
        assert_eq!(opened(&wrapped, "Correct horse"), None);
        assert_eq!(opened(&wrapped, ""), None);
        let empty = SecretString::from("");
        assert!(wrap(&identity, &NewSlot::Passphrase(&empty), Path::new(ROOT)).is_err());
    }

    #[test]
    fn a_recovery_passphrase_opens_its_slot_as_a_person_types_it() {
        let identity = Identity::generate();
        let wrapped = wrap(&identity, &NewSlot::Recovery, Path::new(ROOT)).unwrap();
        let made = wrapped.recovery.as_ref().unwrap().expose_secret().to_owned();
        let typed = made.to_uppercase().replace('-', " ");
        assert_eq!(opened(&wrapped, &typed), Some(identity.recipient()));
        assert_eq!(opened(&wrapped, &"0000-".repeat(6)), None);
    }

    #[test]
    fn a_slot_that_asks_for_too_much_memory_is_refused() {
        let identity = Identity::generate();
        let wrapped = wrap(&identity, &NewSlot::Recovery, Path::new(ROOT)).unwrap();
        let header = wrapped.file.windows(4).position(|w| w == b" 15\n").unwrap();
        let mut file = wrapped.file.clone();
        file[header + 1..header + 3].copy_from_slice(b"40");
        let typed = wrapped.recovery.unwrap();
        let error = open_with_passphrase(&wrapped.slot, &file, &typed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
    }
}
