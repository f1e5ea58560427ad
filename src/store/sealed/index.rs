//! `index.json`: the server and the user name of every entry, in clear, so that they can be listed
//! while the store is locked. It can be built again from the entries.
//!
//! An entry and its record are two files, and a writer can be stopped between them. So the record
//! is written first and only *announced*: it counts once the entry's file is just the one announced.
//! Until then the record before it counts, and a record without a file never does.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::entry;
use super::settings::NEWER;
use crate::credential::Credential;
use crate::store::{Error, ErrorKind, payload};

const FORMAT: u64 = 1;

/// What is known of an entry without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) server: String,
    pub(super) username: String,
    pub(super) created_at: String,
    /// Of the entry's file: a file with another one is damaged, or not the one that was written.
    pub(super) digest: String,
    /// Of the entry's file, by its looks: while they are the same, the digest need not be taken.
    pub(super) stamp: String,
}

/// The record of the last entry that was written, or was about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Announced {
    name: String,
    record: Record,
}

/// The records, by the names of their entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Counts the writes, so that no two indexes of one store have the same bytes.
    changes: u64,
    pub(super) records: BTreeMap<String, Record>,
    announced: Option<Announced>,
}

impl Index {
    /// Reads the file. A damaged or an older one counts as empty: it is built again from the entries.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] for the format of a newer version, which must not be written over.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        if let Ok(index) = serde_json::from_slice(bytes) {
            return Ok(index);
        }
        let json: Value = serde_json::from_slice(bytes).unwrap_or_default();
        match json["format"].as_u64() {
            Some(format) if format > FORMAT => {
                let error = Error::new(ErrorKind::Damaged, format!("index.json: {NEWER}"));
                Err(error.with_hint(payload::UPDATE))
            }
            _ => Ok(Self::default()),
        }
    }

    /// The bytes of the file: one line for each record.
    pub(super) fn write(&mut self) -> Vec<u8> {
        self.changes += 1;
        let mut out = Vec::with_capacity(256 * (self.records.len() + 2));
        text(
            &mut out,
            &format!("{{\"format\":{FORMAT},\"changes\":{},\"entries\":{{", self.changes),
        );
        for (i, (name, record)) in self.records.iter().enumerate() {
            text(&mut out, if i == 0 { "\n\"" } else { ",\n\"" });
            text(&mut out, name);
            text(&mut out, "\":");
            record.write(&mut out);
        }
        text(&mut out, "\n},\"pending\":");
        match &self.announced {
            None => text(&mut out, "null"),
            Some(announced) => announced.write(&mut out),
        }
        text(&mut out, "}\n");
        out
    }

    /// Settles what was announced. `digest_of` gives the digest of an entry's file, or `None` where
    /// there is none.
    ///
    /// # Errors
    /// Those of `digest_of`. The server of the entry is known all the same.
    pub(super) fn settle(
        &mut self,
        digest_of: impl FnOnce(&str) -> Result<Option<String>, Error>,
    ) -> Result<(), Error> {
        let Some(Announced { name, record }) = self.announced.take() else { return Ok(()) };
        let digest = digest_of(&name);
        match &digest {
            Ok(None) => {}
            Ok(Some(digest)) if *digest == record.digest => drop(self.records.insert(name, record)),
            // The old file, or one that cannot be used.
            _ => drop(self.records.entry(name).or_insert(record)),
        }
        digest.map(drop)
    }

    /// Announces that the file of this record is about to be the entry `name`. The index must be
    /// settled.
    pub(super) fn announce(&mut self, name: String, record: Record) {
        self.announced = Some(Announced { name, record });
    }
}

impl Record {
    /// The record of a credential whose file has these bytes and looks.
    pub(super) fn of(credential: &Credential, sealed: &[u8], stamp: String) -> Self {
        Self {
            server: credential.server.as_str().to_owned(),
            username: credential.open_username().to_owned(),
            created_at: payload::time(credential.created_at),
            digest: entry::digest(sealed),
            stamp,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        field(out, "{\"server\":", &self.server);
        field(out, ",\"username\":", &self.username);
        field(out, ",\"created_at\":", &self.created_at);
        field(out, ",\"digest\":", &self.digest);
        field(out, ",\"stamp\":", &self.stamp);
        text(out, "}");
    }
}

impl Announced {
    /// `None` for null: nothing is announced.
    fn from_json(json: &Value) -> Result<Option<Self>, &'static str> {
        if json.is_null() {
            return Ok(None);
        }
        let text = |field: &str| json[field].as_str().map(str::to_owned);
        let name = text("h").filter(|n| entry::is_name(n)).ok_or("an invalid name")?;
        let record = Record::deserialize(&json["record"]).map_err(|_| "no record")?;
        Ok(Some(Self { name, record }))
    }

    fn write(&self, out: &mut Vec<u8>) {
        field(out, "{\"h\":", &self.name);
        text(out, ",\"record\":");
        self.record.write(out);
        text(out, "}");
    }
}

// Read field by field: a tree of the whole file would take three times as long.

impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Index;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an index")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Index, M::Error> {
                let (mut format, mut changes, mut records, mut pending) = (None, None, None, None);
                while let Some(name) = map.next_key()? {
                    match name {
                        "format" => format = Some(map.next_value()?),
                        "changes" => changes = Some(map.next_value()?),
                        "entries" => records = Some(map.next_value()?),
                        "pending" => pending = Some(map.next_value::<Value>()?),
                        _ => return Err(M::Error::custom("an unknown field")),
                    }
                }
                let (Some(FORMAT), Some(changes), Some(records), Some(pending)) =
                    (format, changes, records, pending)
                else {
                    return Err(M::Error::custom("another format"));
                };
                let announced = Announced::from_json(&pending).map_err(M::Error::custom)?;
                Ok(Index { changes, records, announced })
            }
        }
        json.deserialize_map(Fields)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Record;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Record, M::Error> {
                let (mut server, mut username, mut created_at) = (None, None, None);
                let (mut digest, mut stamp) = (None, None);
                while let Some(name) = map.next_key()? {
                    match name {
                        "server" => server = Some(map.next_value()?),
                        "username" => username = Some(map.next_value()?),
                        "created_at" => created_at = Some(map.next_value()?),
                        "digest" => digest = Some(map.next_value()?),
                        "stamp" => stamp = Some(map.next_value()?),
                        _ => return Err(M::Error::custom("an unknown field")),
                    }
                }
                let there =
                    |field: Option<String>| field.ok_or(M::Error::custom("a field is missing"));
                Ok(Record {
                    server: there(server)?,
                    username: there(username)?,
                    created_at: there(created_at)?,
                    digest: there(digest)?,
                    stamp: there(stamp)?,
                })
            }
        }
        json.deserialize_map(Fields)
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn field(out: &mut Vec<u8>, name: &str, value: &str) {
    text(out, name);
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(username: &str) -> Record {
        Record {
            server: "ghcr.io".to_owned(),
            username: username.to_owned(),
            created_at: "2026-01-01T00:00:00Z".to_owned(),
            digest: String::new(),
            stamp: String::new(),
        }
    }

    const NAME: &str = "871519d6d0fac0ca9ba90baaf5763fc0";

    fn announcing(digest: &str) -> Index {
        let mut index = Index::default();
        index.records.insert(NAME.to_owned(), record("old"));
        index.announce(NAME.to_owned(), Record { digest: digest.to_owned(), ..record("new") });
        Index::read(&index.write()).unwrap()
    }

    fn username(mut index: Index, digest: Option<&str>) -> Option<String> {
        index.settle(|_| Ok(digest.map(str::to_owned))).unwrap();
        index.records.remove(NAME).map(|r| r.username)
    }

    #[test]
    fn an_announced_record_counts_once_its_file_is_there() {
        assert_eq!(username(announcing("1"), Some("1")).as_deref(), Some("new"));
        assert_eq!(username(announcing("1"), Some("0")).as_deref(), Some("old"));
        assert_eq!(username(announcing("1"), None).as_deref(), Some("old"));
        let first = || Index { records: BTreeMap::new(), ..announcing("1") };
        assert_eq!(username(first(), Some("0")).as_deref(), Some("new"));
        assert_eq!(username(first(), None), None);
    }

    #[test]
    fn a_damaged_index_counts_as_empty_and_a_newer_one_is_refused() {
        let whole = announcing("1").write();
        for cut in 0..whole.len() - 2 {
            assert_eq!(Index::read(&whole[..cut]).unwrap(), Index::default(), "{cut}");
        }
        assert!(Index::read(br#"{"format":2}"#).unwrap_err().to_string().contains("newer"));
        assert_eq!(Index::read(br#"{"format":0}"#).unwrap(), Index::default());
    }

    #[test]
    fn two_writes_never_give_the_same_bytes() {
        let mut index = Index::default();
        assert_ne!(index.write(), index.write());
    }

    proptest! {
        #[test]
        fn any_names_come_back(names in prop::collection::btree_map("[0-9a-f]{32}", any::<(String, String)>(), 0..5)) {
            let mut index = Index::default();
            for (name, (server, username)) in names {
                index.records.insert(name, Record { server, ..record(&username) });
            }
            let bytes = index.write();
            prop_assert_eq!(Index::read(&bytes).unwrap(), index);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in any::<Vec<u8>>()) {
            let _ = Index::read(&bytes);
        }
    }
}
