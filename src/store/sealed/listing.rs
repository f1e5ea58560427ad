//! Listing: one moment of the store, seen without a lock and without opening an entry.

use std::cell::OnceCell;

use super::index::{Index, Record};
use super::keys::Found;
use super::writing::Writing;
use super::{Sealed, checks, entry, identity, stamp, trouble};
use crate::server::{InvalidKey, ServerKey};
use crate::store::{Contents, Error, ErrorKind, Listed, Unusable, payload};

/// How often a list is started again because a writer was faster; then it waits for its turn.
const ATTEMPTS: usize = 20;

/// What the index and the folder say together.
#[derive(Default)]
struct Snapshot {
    contents: Contents,
    /// Entries that have no record, or one that is not theirs: written by somebody else, or damaged.
    unknown: Vec<String>,
    /// Records without a file.
    missing: Vec<String>,
}

impl Sealed {
    pub(super) fn list_entries(&self) -> Result<Contents, Error> {
        for _ in 0..ATTEMPTS {
            let before = self.folder.read_index()?;
            let snapshot = self.snapshot(before.as_deref().map(Vec::as_slice))?;
            // The same bytes: no writer was between, for each write of the index has its own.
            if self.folder.read_index()? != before {
                continue;
            }
            if snapshot.unknown.is_empty() && snapshot.missing.is_empty() {
                return Ok(snapshot.contents);
            }
            break;
        }
        self.list_while_none_writes()
    }

    fn snapshot(&self, index: Option<&[u8]>) -> Result<Snapshot, Error> {
        let index = self.settled(index)?;
        let mut files = self.folder.entry_names()?;
        let entries = stamp::Entries::of(&self.folder)?;
        let mut snapshot = Snapshot::default();
        for (name, record) in &index.records {
            files.remove(name);
            // An earlier build kept it; no client can be answered, and no other login is to wait for it.
            if ServerKey::parse(&record.server) == Err(InvalidKey::UserInfo) {
                snapshot.contents.unusable.push(self.unusable(name, None, under_a_password()));
                continue;
            }
            // Asked for each: some file systems leave a file out of a folder's list while it is
            // being replaced.
            match self.is_recorded(&entries, name, record) {
                Ok(None) if self.folder.was_removed(name) => {}
                Ok(None) => snapshot.missing.push(name.clone()),
                Ok(Some(is_theirs)) => match read_record(name, record).filter(|_| is_theirs) {
                    Some(item) => snapshot.contents.listed.push(item),
                    None => snapshot.unknown.push(name.clone()),
                },
                Err(e) => {
                    let known = read_record(name, record);
                    snapshot.contents.unusable.push(self.unusable(name, known, e));
                }
            }
        }
        snapshot.unknown.extend(files);
        Ok(snapshot)
    }

    /// Whether an entry's file is the one of this record; `None` where there is no file.
    fn is_recorded(
        &self,
        entries: &stamp::Entries,
        name: &str,
        record: &Record,
    ) -> Result<Option<bool>, Error> {
        let Some(seen) = entries.look(name)? else { return Ok(None) };
        seen.is_safe?;
        Ok(Some(seen.stamp.as_ref() == Some(&record.stamp) || self.holds(name, &record.digest)?))
    }

    fn unusable(&self, name: &str, known: Option<Listed>, error: Error) -> Unusable {
        let server = known.map(|listed| listed.server);
        let path = self.folder.entry_path(name);
        Unusable { error: trouble::with_remedy(error, server.as_ref(), &path), server }
    }

    /// Whether an entry's file is the one of this digest.
    fn holds(&self, name: &str, digest: &str) -> Result<bool, Error> {
        Ok(self.folder.read_entry(name)?.is_some_and(|sealed| entry::digest(&sealed) == digest))
    }

    /// The index with what was announced settled by looking at the entry's file; where that cannot be
    /// read, the one who lists finds that out once more.
    pub(super) fn settled(&self, index: Option<&[u8]>) -> Result<Index, Error> {
        let mut index = index.map(Index::read).transpose()?.unwrap_or_default();
        let _ = self.settle(&mut index);
        Ok(index)
    }

    pub(super) fn settle(&self, index: &mut Index) -> Result<(), Error> {
        index.settle(|name| Ok(self.folder.read_entry(name)?.map(|sealed| entry::digest(&sealed))))
    }

    /// The list under the lock, where missing records are built again from their entries.
    fn list_while_none_writes(&self) -> Result<Contents, Error> {
        let writing = match Writing::begin(&self.folder) {
            Err(e) if e.kind() == ErrorKind::TimedOut => return Err(e),
            writing => writing,
        };
        let bytes = self.folder.read_index()?;
        let bytes = bytes.as_deref().map(Vec::as_slice);
        let Snapshot { mut contents, unknown, missing } = self.snapshot(bytes)?;
        let before = self.settled(bytes)?;
        let mut index = before.clone();
        let key = OnceCell::new();
        for name in unknown {
            let known = index.records.get(&name).and_then(|record| read_record(&name, record));
            match self.record_of(&name, known.as_ref(), &key)? {
                // Its record stays: without it nobody would know what the entry was for.
                Err(e) => contents.unusable.push(self.unusable(&name, known, e)),
                Ok(record) => {
                    contents.listed.extend(read_record(&name, &record));
                    index.records.insert(name, record);
                }
            }
        }
        for name in missing {
            // A record that is nobody's names nothing that could be missed.
            if let Some(known) = index.records.get(&name).and_then(|r| read_record(&name, r)) {
                let missing = self.missing(&name, &known.server);
                contents.unusable.push(self.unusable(&name, Some(known), missing));
            }
        }
        if let Ok(writing) = &writing
            && index != before
        {
            // The list is right whether or not it can be kept, as where the disk is read-only.
            let _ = writing.replace(&self.folder.index_path(), &index.write());
        }
        Ok(contents)
    }

    /// The record of an entry, from the entry itself; within the answer, why it cannot be used.
    ///
    /// # Errors
    /// Where the key is not at hand, and it is not certain without it.
    fn record_of(
        &self,
        name: &str,
        known: Option<&Listed>,
        key: &OnceCell<Result<Found, Error>>,
    ) -> Result<Result<Record, Error>, Error> {
        let sealed = match self.folder.read_entry(name) {
            Ok(sealed) => sealed.unwrap_or_default(),
            Err(e) => return Ok(Err(e)),
        };
        let server = known.map(|listed| &listed.server);
        if !identity::is_sealed(&sealed) {
            return Ok(Err(self.damaged(name, server)));
        }
        let key = key.get_or_init(|| self.key_to_list()).as_ref().map_err(Clone::clone)?;
        let read = || {
            let plain = self.open_entry(name, server, &sealed, key)?;
            let credential = payload::parse(&plain)?;
            if entry::name(&credential.server) != name {
                let path = checks::shown(self.folder.entry_path(name));
                let message = format!("{path} is for another server than its name says");
                return Err(Error::new(ErrorKind::Damaged, message));
            }
            let stamp = stamp::of(&self.folder.entry_path(name))?.unwrap_or_default();
            Ok(Record::of(&credential, &sealed, stamp))
        };
        match read() {
            // The key is of another store: that says nothing of the entry.
            Err(e) if e.kind() == ErrorKind::Locked => Err(e),
            record => Ok(record),
        }
    }

    fn key_to_list(&self) -> Result<Found, Error> {
        self.key().map_err(|e| match e.kind() {
            ErrorKind::Locked => {
                let message = "the list of the sealed store must be built again, and it is locked";
                Error::new(ErrorKind::Locked, message).with_hint("imgsec-cred unlock")
            }
            _ => e,
        })
    }
}

fn under_a_password() -> Error {
    let message = "a login is kept under an address with a user name or password in it";
    Error::new(ErrorKind::Damaged, message)
}

/// A record as it is listed, if it can be the one of the entry `name`.
fn read_record(name: &str, record: &Record) -> Option<Listed> {
    let server = ServerKey::parse(&record.server).ok()?;
    (entry::name(&server) == name).then(|| Listed { server, username: record.username.clone() })
}
