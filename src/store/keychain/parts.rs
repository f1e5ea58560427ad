//! A payload larger than one item of the keychain, kept in several so that a crash loses nothing.
//!
//! The item named after the server, its head, holds the payload, or `{"v":1,"parts":N,"id":…}`.
//! New parts are written under a new id, then the head is replaced, then the old parts go: at every
//! moment the head names whole parts. Parts that a crash left behind are removed by a later write,
//! once they are old enough not to belong to a write under way.

use std::time::{SystemTime, UNIX_EPOCH};

use keyring_core::{CredentialStore, Entry};
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::items::{Item, Place};
use super::{SERVICE, entry, in_words, search};
use crate::store::{Error, ErrorKind, payload};

/// The service of the parts; `list` does not search it.
pub(super) const PART_SERVICE: &str = "imgsec-cred-part";

const HEAD_OF_PARTS: &[u8] = br#"{"v":1,"parts":"#;
const LEFT_BEHIND_SECONDS: u64 = 3600;
/// A reader that meets a write under way starts again this often.
const TRIES: usize = 10;

/// Items of a keychain, each of at most `item_bytes`.
pub(super) struct Parts<'a> {
    pub(super) store: &'a CredentialStore,
    pub(super) item_bytes: usize,
}

/// What the head says about the parts.
struct Head {
    count: usize,
    id: String,
}

impl Parts<'_> {
    /// The whole payload kept under `name`.
    pub(super) fn read(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        for _ in 0..TRIES {
            let head = self.item(SERVICE, name)?;
            let Some(parsed) = Head::parse(&head)? else { return Ok(head) };
            match self.join(name, &parsed) {
                // Replaced between the head and this part: read the new head.
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                whole => return whole,
            }
        }
        Err(Error::new(ErrorKind::Damaged, "a part of the stored credential is missing"))
    }

    /// Every item.
    pub(super) fn all(&self) -> Result<Vec<Item>, Error> {
        let mut all = Vec::new();
        for found in search(self.store, SERVICE, "")? {
            let head = match found.get_secret() {
                Ok(head) => Zeroizing::new(head),
                // Removed since the search.
                Err(keyring_core::Error::NoEntry) => continue,
                Err(e) => return Err(in_words(&e)),
            };
            let payload = match Head::parse(&head) {
                Ok(None) => Ok(head),
                Err(e) => Err(e),
                Ok(Some(_)) => match name_of(&found).map(|name| self.read(&name)) {
                    Some(Err(e)) if e.kind() == ErrorKind::NotFound => continue,
                    Some(whole) => whole,
                    None => Err(Error::new(ErrorKind::Damaged, "the item has no name")),
                },
            };
            all.push(Item::new(Place::Found(found), payload));
        }
        Ok(all)
    }

    /// Keeps `payload` under `name`, in the place of what was there.
    pub(super) fn write(&self, name: &str, payload: &[u8]) -> Result<(), Error> {
        if self.item_bytes == usize::MAX {
            return self.set(SERVICE, name, payload);
        }
        let before = self.head(name)?;
        if payload.len() <= self.item_bytes {
            self.set(SERVICE, name, payload)?;
        } else {
            let id = new_id()?;
            let chunks = payload.chunks(self.item_bytes);
            let head = format!(r#"{{"v":1,"parts":{},"id":"{id}"}}"#, chunks.len());
            for (i, chunk) in chunks.enumerate() {
                self.set(PART_SERVICE, &part_name(name, &id, i), chunk)?;
            }
            self.set(SERVICE, name, head.as_bytes())?;
        }
        self.remove_parts(name, before)?;
        self.remove_left_behind(name)
    }

    /// Removes what is kept under `name`.
    pub(super) fn remove(&self, name: &str) -> Result<(), Error> {
        let before = self.head(name)?;
        self.delete(SERVICE, name)?;
        self.remove_parts(name, before)
    }

    fn join(&self, name: &str, head: &Head) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut whole = Zeroizing::new(Vec::with_capacity(head.count * self.item_bytes));
        for i in 0..head.count {
            whole.extend_from_slice(&self.item(PART_SERVICE, &part_name(name, &head.id, i))?);
        }
        Ok(whole)
    }

    fn head(&self, name: &str) -> Result<Option<Head>, Error> {
        if self.item_bytes == usize::MAX {
            return Ok(None);
        }
        match self.item(SERVICE, name) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            head => Head::parse(&head?),
        }
    }

    fn remove_parts(&self, name: &str, head: Option<Head>) -> Result<(), Error> {
        let Some(head) = head else { return Ok(()) };
        (0..head.count).try_for_each(|i| self.delete(PART_SERVICE, &part_name(name, &head.id, i)))
    }

    fn remove_left_behind(&self, name: &str) -> Result<(), Error> {
        let current = self.head(name)?.map(|h| h.id);
        for found in search(self.store, PART_SERVICE, &digest(name))? {
            let Some(user) = name_of(&found) else { continue };
            let id = user.split('.').nth(1).unwrap_or_default();
            if current.as_deref() != Some(id) && is_old(id) {
                self.delete(PART_SERVICE, &user)?;
            }
        }
        Ok(())
    }

    fn item(&self, service: &str, user: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let item = entry(self.store, service, user)?.get_secret();
        item.map(Zeroizing::new).map_err(|e| in_words(&e))
    }

    fn set(&self, service: &str, user: &str, bytes: &[u8]) -> Result<(), Error> {
        match entry(self.store, service, user)?.set_secret(bytes) {
            Err(keyring_core::Error::Ambiguous(items)) => replace_all(&items, bytes),
            set => set.map_err(|e| in_words(&e)),
        }
    }

    fn delete(&self, service: &str, user: &str) -> Result<(), Error> {
        match entry(self.store, service, user)?.delete_credential() {
            Err(keyring_core::Error::Ambiguous(items)) => delete_all(&items),
            deleted => is_gone(deleted),
        }
    }
}

/// Makes one item of several that have the same name. Where they hold the same login, it can be read
/// all the while.
fn replace_all(items: &[Entry], bytes: &[u8]) -> Result<(), Error> {
    let [first, rest @ ..] = items else { return Ok(()) };
    let login = |item: &Entry| {
        let secret = item.get_secret().map(Zeroizing::new).ok()?;
        payload::parse(&secret).ok()
    };
    let old = login(first);
    let is_like = |item: &Entry| Some(old.as_ref()?.same_login(&login(item)?));
    let are_same = rest.iter().all(|item| is_like(item) == Some(true));
    if are_same {
        delete_all(rest)?;
    }
    first.set_secret(bytes).map_err(|e| in_words(&e))?;
    if are_same { Ok(()) } else { delete_all(rest) }
}

fn delete_all(items: &[Entry]) -> Result<(), Error> {
    items.iter().try_for_each(|item| is_gone(item.delete_credential()))
}

fn is_gone(deleted: keyring_core::Result<()>) -> Result<(), Error> {
    match deleted {
        Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(()),
        Err(e) => Err(in_words(&e)),
    }
}

impl Head {
    fn parse(item: &[u8]) -> Result<Option<Self>, Error> {
        if !item.starts_with(HEAD_OF_PARTS) {
            return Ok(None);
        }
        let damaged = || Error::new(ErrorKind::Damaged, "the keychain's item is damaged");
        let value: Value = serde_json::from_slice(item).map_err(|_| damaged())?;
        let count =
            value["parts"].as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= 8192);
        let id = value["id"].as_str().map(str::to_owned);
        Ok(Some(Self { count: count.ok_or_else(damaged)?, id: id.ok_or_else(damaged)? }))
    }
}

/// The user that an entry found by a search was built with.
pub(super) fn name_of(found: &Entry) -> Option<String> {
    // Credential Manager knows only the target, `imgsec:<user>` or `imgsec-part:<user>`; what a
    // search there says of service and user is taken from a target of another form.
    let target = found.get_attributes().ok().and_then(|mut a| a.remove("target_name"));
    match target {
        Some(target) => Some(target.split_once(':')?.1.to_owned()),
        None => found.get_specifiers().map(|(_, user)| user),
    }
}

fn part_name(name: &str, id: &str, part: usize) -> String {
    format!("{}.{id}.{part}", digest(name))
}

/// When it was made, and enough random bits that no two are alike: `<seconds>-<random>`, in hex.
fn new_id() -> Result<String, Error> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|_| Error::new(ErrorKind::Failed, "the system gives no random numbers"))?;
    Ok(format!("{:x}-{:016x}", now_seconds(), u64::from_be_bytes(random)))
}

fn is_old(id: &str) -> bool {
    let made = id.split('-').next().and_then(|s| u64::from_str_radix(s, 16).ok());
    made.is_none_or(|made| now_seconds().saturating_sub(made) > LEFT_BEHIND_SECONDS)
}

fn now_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// The first half of SHA-256, in hex.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(16).map(|b| format!("{b:02x}")).collect()
}
