//! Which recipient the last unlock on this machine saw, noted outside the store's folder. Whoever can
//! write to that folder alone (a sync service, a restored backup) can put their own recipient into
//! `store.json`; a locked store cannot tell it from its own, and this note can.
//!
//! `{"format":1,"store":"/home/…/sealed","recipient":"age1…"}`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::keys::{Found, OpenedBy};
use super::settings::Settings;
use super::{Sealed, checks};
use crate::files::{self, TrustedLinks};
use crate::store::{Error, ErrorKind};

const FORMAT: u64 = 1;
const MAX_BYTES: u64 = 64 * 1024;

/// The note about the store in the folder `root`, below the folder of our state.
pub(super) struct Seen<'a> {
    state: &'a Path,
    root: &'a Path,
}

impl<'a> Seen<'a> {
    pub(super) fn of(state: &'a Path, root: &'a Path) -> Self {
        Self { state, root }
    }

    /// One file for each store, so that no writer waits for that of another.
    fn path(&self) -> PathBuf {
        let hash = Sha256::digest(self.root.as_os_str().as_encoded_bytes());
        self.state.join("seen").join(format!("{}.json", files::hex(&hash[..16])))
    }

    /// The recipient that was seen; `None` where there is no note, or none that can be read.
    ///
    /// # Errors
    /// Where somebody else could have written it.
    pub(super) fn recipient(&self) -> Result<Option<String>, Error> {
        let links = TrustedLinks::NotFrom(self.state);
        let bytes = match files::read_trusted(&self.path(), MAX_BYTES, links) {
            Err(files::Error::Missing(_)) => return Ok(None),
            bytes => bytes?,
        };
        let json: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let is_ours = json["format"].as_u64() == Some(FORMAT);
        Ok(json["recipient"].as_str().filter(|_| is_ours).map(str::to_owned))
    }

    /// Notes it, unless it stands there.
    ///
    /// # Errors
    /// Where the note cannot be written.
    pub(super) fn note(&self, recipient: &str) -> Result<(), Error> {
        if self.recipient().is_ok_and(|seen| seen.as_deref() == Some(recipient)) {
            return Ok(());
        }
        let path = self.path();
        files::create_private_folder(files::folder_of(&path))?;
        let store = checks::shown(self.root);
        let json = json!({ "format": FORMAT, "store": store, "recipient": recipient });
        Ok(files::replace(&path, format!("{json:#}\n").as_bytes(), None)?)
    }
}

impl Seen<'_> {
    /// Forgets what was seen of a store that is there no longer.
    pub(super) fn forget(&self) {
        // What cannot be removed is written over by the next note.
        let _ = std::fs::remove_file(self.path());
    }
}

impl Sealed {
    /// Whether the recipient in the settings is known to be the store's own: by its key, which is
    /// `found`, or by what the last unlock saw.
    ///
    /// # Errors
    /// Where it is known not to be.
    pub(super) fn is_own(&self, settings: &Settings, found: Option<&Found>) -> Result<bool, Error> {
        let root = self.folder.root();
        let note = self.keys.state.as_ref().map(|state| Seen::of(state, root));
        let seen = note.as_ref().map(Seen::recipient).transpose()?.flatten();
        let is_other = |one: &str| one != settings.recipient;
        match (&seen, found) {
            (Some(seen), _) if is_other(seen) => Err(replaced(root)),
            (_, Some(found)) if is_other(&found.identity.recipient()) => {
                // The kernel's goes by the store's id.
                let is_of_store = matches!(found.by, OpenedBy::Kernel(_));
                Err(if is_of_store { replaced(root) } else { found.foreign() })
            }
            (None, Some(found)) => {
                // Where it cannot be noted the key proves it the next time, too.
                let _ = note.map(|note| note.note(&found.identity.recipient()));
                Ok(true)
            }
            (seen, _) => Ok(seen.is_some()),
        }
    }
}

/// That `store.json` names another recipient than the store's own.
fn replaced(root: &Path) -> Error {
    let path = checks::shown(root.join("store.json"));
    let message = format!("{path} names a key that is not this store's own; nothing was stored");
    Error::new(ErrorKind::Refused, message).with_hint(
        "bring that file back from a backup; imgsec-cred unlock tells whether it is right",
    )
}

/// That nobody has unlocked the store on this machine yet.
pub(super) fn unproven() -> Error {
    let message = "the sealed store was not unlocked on this machine yet, so that nobody knows whose \
                   key it names; nothing was stored";
    Error::new(ErrorKind::Locked, message).with_hint("imgsec-cred unlock")
}
