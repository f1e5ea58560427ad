//! `store.json`: what must be known of a store before anything in it is opened. None of it is secret.
//!
//! `{"format":1,"store_id":…,"recipient":"age1…","created_at":…,"slots":[{"id":…,"kind":…}]}`

use std::path::PathBuf;

use serde_json::{Value, json};

use super::checks;
use super::folder::Folder;
use crate::store::{Error, ErrorKind, payload};

const FORMAT: u64 = 1;

/// What a store says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) store_id: String,
    pub(super) recipient: String,
    pub(super) created_at: String,
    pub(super) slots: Vec<Slot>,
}

/// One of the ways to get at the store's key: the key, wrapped so that something else opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The name of its file in the folder `slots`.
    pub id: String,
    /// What opens it.
    pub kind: SlotKind,
}

/// What opens a slot. The list is closed: what is not on it is not run, opened or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotKind {
    /// A passphrase that a person chose.
    Passphrase,
    /// A passphrase that we made, to be printed and kept elsewhere.
    Recovery,
    /// A file somewhere outside the store that holds an age identity.
    KeyFile(PathBuf),
}

impl SlotKind {
    /// Its name in `store.json`, and for people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Recovery => "recovery",
            Self::KeyFile(_) => "key-file",
        }
    }

    /// From whom it protects the credentials, and from whom not, in one line.
    #[must_use]
    pub fn protects(&self) -> &'static str {
        match self {
            Self::Passphrase => {
                "protects against someone who has the disk or a backup, and against other users; \
                 against root and programs that run as you only while locked"
            }
            Self::Recovery => {
                "like a passphrase, as long as the printed words are kept away from this machine"
            }
            Self::KeyFile(_) => {
                "protects against other users, and against someone who has a backup without the \
                 key file; not against someone who has the disk with the key file, root, or \
                 programs that run as you"
            }
        }
    }
}

impl Settings {
    /// The settings of the store in `folder`.
    pub(super) fn read(folder: &Folder) -> Result<Self, Error> {
        let bytes = folder.read_settings()?;
        Self::parse(&bytes).map_err(|why| {
            let path = checks::shown(folder.settings_path());
            let error = Error::new(ErrorKind::Damaged, format!("{path}: {why}"));
            error.with_hint(if why == NEWER || why == NEWER_SLOT {
                payload::UPDATE.to_owned()
            } else {
                folder.begin_anew()
            })
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let json: Value = serde_json::from_slice(bytes).map_err(|_| "it is damaged")?;
        match json["format"].as_u64() {
            Some(FORMAT) => {}
            Some(format) if format > FORMAT => return Err(NEWER),
            _ => return Err("it has no format"),
        }
        let text = |name: &str| json[name].as_str().map(str::to_owned).ok_or("a field is missing");
        let slots = json["slots"].as_array().ok_or("a field is missing")?;
        let settings = Self {
            store_id: text("store_id")?,
            recipient: text("recipient")?,
            created_at: text("created_at")?,
            slots: slots.iter().map(parse_slot).collect::<Result<_, _>>()?,
        };
        if !is_id(&settings.store_id) {
            return Err("its id is invalid");
        }
        Ok(settings)
    }

    /// The bytes of `store.json`.
    pub(super) fn write(&self) -> Vec<u8> {
        let slots: Vec<_> = self.slots.iter().map(write_slot).collect();
        let json = json!({
            "format": FORMAT,
            "store_id": self.store_id,
            "recipient": self.recipient,
            "created_at": self.created_at,
            "slots": slots,
        });
        format!("{json:#}\n").into_bytes()
    }
}

/// What is said of a file whose format number is not ours.
pub(super) const NEWER: &str = "it was written by a newer imgsec-cred";
const NEWER_SLOT: &str = "it has a slot of a kind that only a newer imgsec-cred knows";

fn parse_slot(json: &Value) -> Result<Slot, &'static str> {
    let id = json["id"].as_str().filter(|id| is_id(id)).ok_or("the id of a slot is invalid")?;
    let kind = match json["kind"].as_str() {
        Some("passphrase") => SlotKind::Passphrase,
        Some("recovery") => SlotKind::Recovery,
        Some("key-file") => {
            let path = json["path"].as_str().map(PathBuf::from).filter(|p| p.is_absolute());
            SlotKind::KeyFile(path.ok_or("the path of a key file is invalid")?)
        }
        _ => return Err(NEWER_SLOT),
    };
    Ok(Slot { id: id.to_owned(), kind })
}

fn write_slot(slot: &Slot) -> Value {
    let mut json = json!({ "id": slot.id, "kind": slot.kind.name() });
    if let SlotKind::KeyFile(path) = &slot.kind {
        json["path"] = json!(path);
    }
    json
}

/// Ids become file names and names of kernel keys.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_FILE: &str = if cfg!(windows) { "c:/usb/a \"key\"" } else { "/usb/a \"key\"" };

    fn settings() -> Settings {
        let slot = |id: &str, kind| Slot { id: id.to_owned(), kind };
        Settings {
            store_id: "00ff".to_owned(),
            recipient: "age1x".to_owned(),
            created_at: "2026-01-01T00:00:00Z".to_owned(),
            slots: vec![
                slot("01", SlotKind::Passphrase),
                slot("02", SlotKind::Recovery),
                slot("03", SlotKind::KeyFile(PathBuf::from(KEY_FILE))),
            ],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Settings::parse(&settings().write()), Ok(settings()));
    }

    #[test]
    fn a_slot_cannot_name_a_file_elsewhere_or_a_kind_we_do_not_know() {
        let good = String::from_utf8(settings().write()).unwrap();
        for (from, to) in [
            ("\"01\"", "\"../x\""),
            ("\"01\"", "\"\""),
            ("\"01\"", "7"),
            ("\"00ff\"", "\"a/b\""),
            ("\"recovery\"", "\"plugin\""),
            ("\"path\": \"", "\"path\": \"x"),
        ] {
            assert!(good.contains(from));
            assert!(Settings::parse(good.replace(from, to).as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn a_newer_format_is_said() {
        let newer = br#"{"format":2,"anything":[]}"#;
        assert_eq!(Settings::parse(newer), Err(NEWER));
        assert!(Settings::parse(b"{}").is_err() && Settings::parse(b"x").is_err());
    }

    #[test]
    fn each_kind_says_from_whom_it_does_not_protect() {
        for slot in settings().slots {
            let line = slot.kind.protects();
            assert!(!line.contains('\n') && !line.contains("  "), "{line}");
        }
    }
}
