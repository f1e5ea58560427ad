//! The OS keychain as a store: macOS Keychain, Windows Credential Manager, the Secret Service.
//!
//! One item for each server: service `imgsec-cred`, user = the canonical server key, secret = the
//! payload, always as bytes. The only file that names keyring. Its errors can hold the secret:
//! they are put into our words here and never formatted with `{:?}`.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use self::items::{Item, Place};
use self::parts::Parts;
use super::{Contents, Error, ErrorKind, Listed, Store, payload};
use crate::credential::Credential;
use crate::server::ServerKey;
use keyring_core::{CredentialStore, Entry};

mod items;
mod parts;
#[cfg(target_os = "linux")]
mod secret_service;
#[cfg(target_os = "linux")]
mod session;

const SERVICE: &str = "imgsec-cred";

/// What helps where there is no keychain now, also with the keychain chosen.
const SEALED: &str = "imgsec-cred setup --store sealed";

/// How often a change is tried that another process gets in the way of.
const TRIES: usize = 5;

/// What one item of Credential Manager holds (`CRED_MAX_CREDENTIAL_BLOB_SIZE`, wincred.h).
const WINDOWS_ITEM_BYTES: usize = 5 * 512;

/// The user's keychain.
pub struct Keychain {
    native: OnceLock<Arc<CredentialStore>>,
    #[cfg(target_os = "linux")]
    direct: Option<secret_service::SecretService>,
    /// Whether a person could answer a prompt for the keychain's password.
    prompts: bool,
    item_bytes: usize,
}

impl Keychain {
    /// Opens the keychain of this session.
    ///
    /// With `prompts`, a locked keychain may ask the person in a window of its own, which can take
    /// as long as they do; without, it is an error at once.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where this session has none.
    pub fn open(prompts: bool) -> Result<Self, Error> {
        let keychain = Self {
            native: OnceLock::new(),
            #[cfg(target_os = "linux")]
            direct: Some(secret_service::SecretService::connect()?),
            prompts,
            item_bytes: if cfg!(windows) { WINDOWS_ITEM_BYTES } else { usize::MAX },
        };
        Ok(keychain)
    }

    /// Whether a credential could be kept here now; never prompts.
    ///
    /// # Errors
    /// Why not: [`ErrorKind::Locked`] or [`ErrorKind::Unavailable`].
    pub fn probe(&self) -> Result<(), Error> {
        #[cfg(target_os = "linux")]
        if let Some(direct) = &self.direct {
            return direct.can_write();
        }
        self.native().map(|_| ())
    }

    /// Whether this session has a keychain, locked or not; starts and asks nothing.
    #[must_use]
    pub fn is_provided(&self) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(direct) = &self.direct {
            return direct.is_provided();
        }
        true
    }

    fn native(&self) -> Result<&Arc<CredentialStore>, Error> {
        if let Some(store) = self.native.get() {
            return Ok(store);
        }
        keyring::Entry::store_status().as_ref().map_err(in_words)?;
        let store = keyring_core::get_default_store()
            .ok_or_else(|| in_words(&keyring_core::Error::NoDefaultStore))?;
        Ok(self.native.get_or_init(|| store))
    }

    fn parts(&self) -> Result<Parts<'_>, Error> {
        Ok(Parts { store: self.native()?.as_ref(), item_bytes: self.item_bytes })
    }

    /// Reads through the direct connection; a locked keychain is unlocked by keyring's prompt, once.
    #[cfg(target_os = "linux")]
    fn read(
        &self,
        direct: &secret_service::SecretService,
        attributes: &HashMap<&str, &str>,
    ) -> Result<Vec<Item>, Error> {
        let secrets = match direct.secrets(attributes) {
            Err(e) if e.kind() == ErrorKind::Locked && self.prompts => {
                self.native()?
                    .search(&HashMap::from([("service", SERVICE)]))
                    .map_err(|e| in_words(&e))?;
                direct.secrets(attributes)?
            }
            answer => answer?,
        };
        Ok(secrets
            .into_iter()
            .map(|(path, secret)| Item::new(Place::Path(path), Ok(secret)))
            .collect())
    }

    /// All items with one canonical server name, or all of ours.
    fn items(&self, server: Option<&ServerKey>) -> Result<Vec<Item>, Error> {
        #[cfg(target_os = "linux")]
        if let Some(direct) = &self.direct {
            let name = server.map(item_name);
            let mut attributes = HashMap::from([("service", SERVICE)]);
            attributes.extend(name.as_deref().map(|n| ("username", n)));
            return self.read(direct, &attributes);
        }
        match server {
            None => self.parts()?.all(),
            Some(server) => {
                let name = item_name(server);
                match self.parts()?.read(&name) {
                    Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
                    payload => Ok(vec![Item::new(Place::Name(name), payload)]),
                }
            }
        }
    }

    /// The name that an item lies under.
    fn name(&self, item: &Item) -> Option<String> {
        #[cfg(target_os = "linux")]
        if let (Some(direct), Place::Path(path)) = (&self.direct, &item.place) {
            return direct.name(path);
        }
        item.place.name()
    }
}

impl Store for Keychain {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        items::only_login(&self.items(Some(server))?, server)
    }

    fn put(&self, credential: &Credential) -> Result<(), Error> {
        if !self.prompts {
            self.probe()?;
        }
        let (name, item) = (item_name(&credential.server), payload::write(credential));
        let mut result = self.parts()?.write(&name, &item);
        for _ in 1..TRIES {
            // keyring looks for the item and then writes to it: another process may have removed
            // it in between.
            if !matches!(&result, Err(e) if e.kind() == ErrorKind::Failed) {
                break;
            }
            result = self.parts()?.write(&name, &item);
        }
        result
    }

    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        for _ in 1..TRIES {
            if self.items(Some(server))?.is_empty() {
                return Ok(());
            }
            match self.parts()?.remove(&item_name(server)) {
                // As above.
                Err(e) if e.kind() == ErrorKind::Failed => {}
                result => return result,
            }
        }
        self.parts()?.remove(&item_name(server))
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        self.contents().map(|contents| contents.listed)
    }

    fn contents(&self) -> Result<Contents, Error> {
        Ok(items::sorted(&self.items(None)?, |item| self.name(item)))
    }
}

/// The name of a server's item: its canonical key, or a digest of it where the platform would cut
/// it short or not tell its letters apart (Credential Manager folds case).
fn item_name(server: &ServerKey) -> String {
    let key = server.canonical();
    let is_kept_as_it_is = if cfg!(windows) {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".:/-".contains(&b);
        key.len() <= 200 && key.bytes().all(is_plain)
    } else {
        key.len() <= 1000
    };
    if is_kept_as_it_is { key.to_owned() } else { format!("{DIGEST}{}", parts::digest(key)) }
}

/// What a name begins with that is a digest.
const DIGEST: &str = "sha256:";

/// Opens one item. Only Windows needs a name of its own, and must be told not to let it roam.
fn entry(store: &CredentialStore, service: &str, user: &str) -> Result<Entry, Error> {
    let label = format!("{SERVICE}: {user}");
    let target = format!("{}:{user}", service.replace(SERVICE, "imgsec"));
    let modifiers = if cfg!(windows) {
        HashMap::from([("target", target.as_str()), ("persistence", "Local")])
    } else if cfg!(target_os = "macos") || cfg!(test) {
        HashMap::new()
    } else {
        HashMap::from([("label", label.as_str())])
    };
    let modifiers = (!modifiers.is_empty()).then_some(&modifiers);
    store.build(service, user, modifiers).map_err(|e| in_words(&e))
}

/// Every entry of a service whose user contains `user`.
fn search(store: &CredentialStore, service: &str, user: &str) -> Result<Vec<Entry>, Error> {
    let pattern = format!("^{}:.*{user}", service.replace(SERVICE, "imgsec"));
    let mut query = HashMap::new();
    if cfg!(windows) {
        query.insert("pattern", pattern.as_str());
    } else {
        query.insert("service", service);
        if !user.is_empty() {
            query.insert("user", user);
        }
    }
    store.search(&query).map_err(|e| in_words(&e))
}

/// keyring's error in our words: the bytes that some of its errors carry are dropped.
fn in_words(error: &keyring_core::Error) -> Error {
    use keyring_core::Error as E;
    match error {
        E::NoEntry => Error::not_found(),
        E::Ambiguous(_) => {
            Error::new(ErrorKind::Refused, "the keychain holds several items of one name")
        }
        E::NoStorageAccess(_) => {
            Error::new(ErrorKind::Locked, "the keychain is locked or refuses access")
                .with_hint(unlock_hint())
        }
        E::PlatformFailure(e) if e.to_string().contains("-25308") => {
            Error::new(ErrorKind::Locked, "the keychain is locked and may not ask here")
                .with_hint(unlock_hint())
        }
        E::NoDefaultStore => {
            Error::new(ErrorKind::Unavailable, "no keychain here").with_hint(SEALED)
        }
        E::TooLong(what, limit) => Error::new(
            ErrorKind::Refused,
            format!("the keychain takes no {what} over {limit} bytes"),
        ),
        E::BadEncoding(_) | E::BadDataFormat(..) | E::BadStoreFormat(_) => {
            Error::new(ErrorKind::Damaged, "the keychain's item is damaged")
        }
        _ => Error::new(ErrorKind::Failed, "the keychain failed").with_hint("imgsec-cred status"),
    }
}

fn unlock_hint() -> &'static str {
    if cfg!(target_os = "macos") {
        "security unlock-keychain"
    } else if cfg!(windows) {
        "log in to Windows at the machine itself, or run: imgsec-cred setup --store sealed --key-file PATH"
    } else {
        "unlock the keychain (log in to the desktop), then try again"
    }
}

#[cfg(test)]
mod tests;
