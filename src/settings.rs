//! Our own settings: which store this user has chosen. A chosen store is law.
//!
//! `settings.json` in our folder of settings: `{"format":1,"store":"keychain"|"sealed"|"session"|"windows"}`.
//! Nothing is lost with it: without the file the store is found again.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use crate::files::{self, TrustedLinks};
use crate::machine::Machine;
use crate::store::{Error, ErrorKind};
use crate::text;

const MAX_BYTES: u64 = 64 * 1024;

/// The kinds of store a user can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// The OS keychain.
    Keychain,
    /// Encrypted files, opened by a passphrase or a key file.
    Sealed,
    /// Encrypted files whose key is only in the kernel's memory: gone at the next start.
    Session,
    /// In WSL: what imgsec-cred keeps on Windows.
    Windows,
}

impl StoreKind {
    /// The word for it in settings and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::Sealed => "sealed",
            Self::Session => "session",
            Self::Windows => "windows",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for StoreKind {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        [Self::Keychain, Self::Sealed, Self::Session, Self::Windows]
            .into_iter()
            .find(|kind| kind.name() == word)
            .ok_or_else(|| {
                Error::new(ErrorKind::Refused, format!("no store is called {word:?}"))
                    .with_hint("the stores are keychain, sealed, session and windows (in WSL)")
            })
    }
}

/// The store that was chosen, if any.
///
/// # Errors
/// Where the file is there and cannot be read, and where nobody knows its place: then no other store
/// is used in its place.
pub fn chosen(machine: &Machine) -> Result<Option<StoreKind>, Error> {
    let path = machine.config.as_ref().ok_or_else(no_home)?.join("settings.json");
    let Some(map) = read(&path)? else { return Ok(None) };
    match map.get("store") {
        None => Ok(None),
        Some(Value::String(word)) => word.parse().map(Some),
        Some(_) => Err(broken(&path, "\"store\" is not a text")),
    }
}

/// Writes down `kind` as the chosen store.
///
/// # Errors
/// Where the file cannot be written.
pub fn choose(machine: &Machine, kind: Option<StoreKind>) -> Result<(), Error> {
    let folder = machine.config.as_ref().ok_or_else(no_home)?;
    let path = folder.join("settings.json");
    let mut map = read(&path)?.unwrap_or_default();
    let before = map.clone();
    map.insert("format".to_owned(), json!(1));
    match kind {
        Some(kind) => map.insert("store".to_owned(), json!(kind.name())),
        None => map.shift_remove("store"),
    };
    if map == before {
        return Ok(());
    }
    files::create_private_folder(folder)?;
    let text = format!("{:#}\n", Value::Object(map));
    Ok(files::replace(&path, text.as_bytes(), None)?)
}

/// That our files have no place: `HOME` is not set, and the system knows no home of this user.
#[must_use]
pub fn no_home() -> Error {
    let message = "HOME is not set, and this user has no home folder: the store cannot be found";
    Error::new(ErrorKind::Unavailable, message)
        .with_hint("set HOME to the home folder of this user")
}

fn read(path: &Path) -> Result<Option<Map<String, Value>>, Error> {
    let bytes = match files::read_trusted(path, MAX_BYTES, TrustedLinks::Anywhere) {
        Err(files::Error::Missing(_)) => return Ok(None),
        bytes => bytes?,
    };
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(map)) => Ok(Some(map)),
        Ok(_) => Err(broken(path, "it is not a JSON object")),
        Err(e) => Err(broken(path, &format!("line {}, column {}", e.line(), e.column()))),
    }
}

fn broken(path: &Path, why: &str) -> Error {
    let file = text::plain(&path.display().to_string());
    let word = text::shell_word(&path.display().to_string());
    Error::new(ErrorKind::Damaged, format!("{file} is broken: {why}"))
        .with_hint(format!("mv {word} {word}.broken && imgsec-cred setup"))
}
