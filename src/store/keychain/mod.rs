//! The OS keychain as a store: macOS Keychain, Windows Credential Manager, the Secret Service.
//!
//! One item for each server: service `imgsec-cred`, user = the canonical server key, secret = the
//! payload, always as bytes. The only file that names keyring. Its errors can hold the secret:
//! they are put into our words here and never formatted with `{:?}`.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use keyring_core::{CredentialStore, Entry};
use zeroize::Zeroizing;

use self::parts::Parts;
use super::{Error, ErrorKind, Listed, Store, payload};
use crate::credential::Credential;
use crate::server::ServerKey;

mod parts;
#[cfg(target_os = "linux")]
mod secret_service;
#[cfg(target_os = "linux")]
mod session;

const SERVICE: &str = "imgsec-cred";

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
            .ok_or_else(|| Error::new(ErrorKind::Unavailable, "no keychain here"))?;
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
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
        match direct.secrets(attributes) {
            Err(e) if e.kind() == ErrorKind::Locked && self.prompts => {
                self.native()?
                    .search(&HashMap::from([("service", SERVICE)]))
                    .map_err(|e| in_words(&e))?;
                direct.secrets(attributes)
            }
            answer => answer,
        }
    }

    /// All items with one canonical server name, or all of ours.
    fn items(&self, server: Option<&ServerKey>) -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
        #[cfg(target_os = "linux")]
        if let Some(direct) = &self.direct {
            let name = server.map(item_name);
            let mut attributes = HashMap::from([("service", SERVICE)]);
            attributes.extend(name.as_deref().map(|n| ("username", n)));
            return self.read(direct, &attributes);
        }
        match server {
            None => self.parts()?.all(),
            Some(server) => match self.parts()?.read(&item_name(server)) {
                Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
                item => Ok(vec![item?]),
            },
        }
    }
}

impl Store for Keychain {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        match self.items(Some(server))?.as_slice() {
            [] => Err(Error::not_found()),
            [item] => payload::read(item, server),
            _ => Err(ambiguous()),
        }
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
        let items = self.items(None)?;
        let mut found: HashMap<String, Option<Listed>> = HashMap::with_capacity(items.len());
        // What `get` could not return (foreign, damaged, twice there) is not listed.
        for credential in items.iter().filter_map(|item| payload::parse(item).ok()) {
            let listed = Listed { server: credential.server, username: credential.username };
            let name = listed.server.canonical().to_owned();
            found.entry(name).and_modify(|twice| *twice = None).or_insert(Some(listed));
        }
        Ok(found.into_values().flatten().collect())
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
    if is_kept_as_it_is { key.to_owned() } else { format!("sha256:{}", parts::digest(key)) }
}

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

fn ambiguous() -> Error {
    Error::new(ErrorKind::Refused, "the keychain holds two items for this server, so none is used")
        .with_hint("delete one of them in the keychain's own program (label: imgsec-cred)")
}

/// keyring's error in our words: the bytes that some of its errors carry are dropped.
fn in_words(error: &keyring_core::Error) -> Error {
    use keyring_core::Error as E;
    match error {
        E::NoEntry => Error::not_found(),
        E::Ambiguous(_) => ambiguous(),
        E::NoStorageAccess(_) => {
            Error::new(ErrorKind::Locked, "the keychain is locked or refuses access")
                .with_hint(unlock_hint())
        }
        E::PlatformFailure(e) if e.to_string().contains("-25308") => {
            Error::new(ErrorKind::Locked, "the keychain is locked and may not ask here")
                .with_hint(unlock_hint())
        }
        E::NoDefaultStore => {
            Error::new(ErrorKind::Unavailable, "no keychain here").with_hint("imgsec-cred setup")
        }
        E::TooLong(what, limit) => Error::new(
            ErrorKind::Refused,
            format!("the keychain takes no {what} over {limit} bytes"),
        ),
        E::BadEncoding(_) | E::BadDataFormat(..) | E::BadStoreFormat(_) => {
            Error::new(ErrorKind::Damaged, "the keychain's item is damaged")
                .with_hint("imgsec-cred status")
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
mod tests {
    use super::*;

    /// A keychain over keyring-core's mock, whose items hold at most `item_bytes`.
    fn keychain(item_bytes: usize) -> Keychain {
        let mock: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        Keychain {
            native: OnceLock::from(mock),
            #[cfg(target_os = "linux")]
            direct: None,
            prompts: false,
            item_bytes,
        }
    }

    fn credential(server: &str, secret: &str) -> Credential {
        Credential::new(ServerKey::parse(server).unwrap(), "ada".to_owned(), secret.into())
    }

    fn count(keychain: &Keychain, service: &str) -> usize {
        search(keychain.native().unwrap().as_ref(), service, "")
            .unwrap()
            .iter()
            .filter(|e| e.get_secret().is_ok())
            .count()
    }

    #[test]
    fn a_second_login_replaces_the_first_in_any_spelling() {
        let keychain = keychain(usize::MAX);
        keychain.put(&credential("ghcr.io", "one")).unwrap();
        let second = credential("https://GHCR.IO:443/v2/", "two");
        keychain.put(&second).unwrap();
        assert!(keychain.get(&ServerKey::parse("ghcr.io").unwrap()).unwrap().same_login(&second));
        assert_eq!(keychain.list().unwrap().len(), 1);
    }

    #[test]
    fn a_secret_larger_than_one_item_comes_back_and_leaves_nothing() {
        let keychain = keychain(WINDOWS_ITEM_BYTES);
        for size in [1, 2300, 2560, 2561, 60_000, 1024 * 1024, 10] {
            let before = credential("ghcr.io", &"s".repeat(size));
            keychain.put(&before).unwrap();
            assert!(keychain.get(&before.server).unwrap().same_login(&before), "{size} bytes");
            assert_eq!(keychain.list().unwrap().len(), 1, "{size} bytes");
        }
        assert_eq!(count(&keychain, parts::PART_SERVICE), 0);
        keychain.put(&credential("ghcr.io", &"s".repeat(9000))).unwrap();
        assert!(count(&keychain, parts::PART_SERVICE) > 3);
        keychain.remove(&ServerKey::parse("ghcr.io").unwrap()).unwrap();
        assert_eq!(count(&keychain, parts::PART_SERVICE) + keychain.list().unwrap().len(), 0);
    }

    #[test]
    fn an_absent_credential_is_not_found_and_removing_it_is_no_error() {
        let keychain = keychain(usize::MAX);
        let server = ServerKey::parse("ghcr.io").unwrap();
        assert_eq!(keychain.get(&server).unwrap_err().kind(), ErrorKind::NotFound);
        keychain.remove(&server).unwrap();
    }

    #[test]
    fn no_error_of_keyring_shows_the_bytes_it_carries() {
        let bytes = b"hunter2".to_vec();
        let carried = std::io::Error::other("x");
        for error in [
            keyring_core::Error::BadEncoding(bytes.clone()),
            keyring_core::Error::BadDataFormat(bytes, Box::new(carried)),
        ] {
            let ours = in_words(&error);
            let shown = format!("{ours} {ours:?}");
            assert!(!shown.contains("hunter2") && !shown.contains("104, 117"), "{shown}");
        }
    }
}
