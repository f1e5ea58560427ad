//! Listing: one moment of the store, seen without a lock and without opening an entry.

use super::index::{Index, Record};
use super::writing::Writing;
use super::{Sealed, checks, entry, stamp};
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind, Listed, payload};

/// How often a list is started again because a writer was faster; then it waits for its turn.
const ATTEMPTS: usize = 20;

/// What the index and the folder say together.
#[derive(Default)]
struct Snapshot {
    listed: Vec<Listed>,
    /// Entries that have no record, or one that is not theirs: written by somebody else, or damaged.
    unknown: Vec<String>,
}

impl Sealed {
    pub(super) fn list_entries(&self) -> Result<Vec<Listed>, Error> {
        for _ in 0..ATTEMPTS {
            let before = self.folder.read_index()?;
            let snapshot = self.snapshot(before.as_deref().map(Vec::as_slice))?;
            // The same bytes: no writer was between, for each write of the index has its own.
            if self.folder.read_index()? != before {
                continue;
            }
            if snapshot.unknown.is_empty() {
                return Ok(snapshot.listed);
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
            // Asked for each: some file systems leave a file out of a folder's list while it is
            // being replaced.
            let Some(stamp) = entries.stamp(name)? else { continue };
            let is_theirs = stamp == record.stamp || self.holds(name, &record.digest)?;
            match read_record(name, record).filter(|_| is_theirs) {
                Some(item) => snapshot.listed.push(item),
                None => snapshot.unknown.push(name.clone()),
            }
        }
        snapshot.unknown.extend(files);
        Ok(snapshot)
    }

    /// Whether an entry's file is the one of this digest.
    fn holds(&self, name: &str, digest: &str) -> Result<bool, Error> {
        Ok(self.folder.read_entry(name)?.is_some_and(|sealed| entry::digest(&sealed) == digest))
    }

    /// The index with what was announced settled by looking at the entry's file.
    pub(super) fn settled(&self, index: Option<&[u8]>) -> Result<Index, Error> {
        let mut index = index.map(Index::read).transpose()?.unwrap_or_default();
        index.settle(|name| {
            Ok(self.folder.read_entry(name)?.map(|sealed| entry::digest(&sealed)))
        })?;
        Ok(index)
    }

    /// The list under the lock, where missing records are built again from their entries.
    fn list_while_none_writes(&self) -> Result<Vec<Listed>, Error> {
        let writing = match Writing::begin(&self.folder) {
            Err(e) if e.kind() == ErrorKind::TimedOut => return Err(e),
            writing => writing,
        };
        let bytes = self.folder.read_index()?;
        let bytes = bytes.as_deref().map(Vec::as_slice);
        let Snapshot { mut listed, unknown } = self.snapshot(bytes)?;
        let before = self.settled(bytes)?;
        let mut index = before.clone();
        for name in unknown {
            index.records.remove(&name);
            match self.record_of(&name) {
                // What `get` cannot return is not listed: one such entry would keep all the others
                // from a classic build.
                Err(e) if e.kind() == ErrorKind::Damaged => {}
                record => {
                    let record = record?;
                    listed.extend(read_record(&name, &record));
                    index.records.insert(name, record);
                }
            }
        }
        if let Ok(writing) = &writing
            && index != before
        {
            // The list is right whether or not it can be kept, as where the disk is read-only.
            let _ = writing.replace(&self.folder.index_path(), &index.write());
        }
        Ok(listed)
    }

    /// The record of an entry, from the entry itself.
    fn record_of(&self, name: &str) -> Result<Record, Error> {
        let found = self.key().map_err(|e| match e.kind() {
            ErrorKind::Locked => {
                let message = "the list of the sealed store must be built again, and it is locked";
                Error::new(ErrorKind::Locked, message).with_hint("imgsec-cred unlock")
            }
            _ => e,
        })?;
        let sealed = self.folder.read_entry(name)?.unwrap_or_default();
        let plain = self.open_entry(name, &sealed, &found)?;
        let credential = payload::parse(&plain)?;
        if entry::name(&credential.server) != name {
            let path = self.folder.entry_path(name);
            let message =
                format!("{} is for another server than its name says", checks::shown(path));
            return Err(Error::new(ErrorKind::Damaged, message));
        }
        let stamp = stamp::of(&self.folder.entry_path(name))?.unwrap_or_default();
        Ok(Record::of(&credential, &sealed, stamp))
    }
}

/// A record as it is listed, if it can be the one of the entry `name`.
fn read_record(name: &str, record: &Record) -> Option<Listed> {
    let server = ServerKey::parse(&record.server).ok()?;
    (entry::name(&server) == name).then(|| Listed { server, username: record.username.clone() })
}
