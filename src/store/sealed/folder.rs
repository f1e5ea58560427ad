//! The folder of a sealed store: where each file lies, and how it is read. Readers take no lock:
//! files are replaced by renaming, so that each is read whole, old or new.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{checks, entry};
use crate::credential::MAX_SECRET_BYTES;
use crate::files::{self, Links};
use crate::store::{Error, ErrorKind};

/// JSON may write one byte as six, the other fields and age's own frame take their part.
const MAX_ENTRY_BYTES: u64 = 8 * MAX_SECRET_BYTES as u64;
const MAX_SETTINGS_BYTES: u64 = 1024 * 1024;
const MAX_INDEX_BYTES: u64 = 256 * 1024 * 1024;

const ENTRY_SUFFIX: &str = ".age";
/// Of a file that is being removed, and whose record perhaps still stands in the index.
const REMOVED_SUFFIX: &str = ".removed";

/// A folder of the store that was found to be ours and closed to others.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Takes the folder `root` for a store; a link to it is followed.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where there is none.
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        checks::parent_of(root)?;
        let root = match fs::symlink_metadata(root) {
            Ok(about) if about.is_symlink() => {
                let real = fs::canonicalize(root).map_err(|e| checks::failed(root, e))?;
                checks::parent_of(&real)?;
                real
            }
            _ => root.to_owned(),
        };
        checks::folder(&root)?.ok_or_else(|| no_store(&root))?;
        Ok(Self { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn settings_path(&self) -> PathBuf {
        self.root.join("store.json")
    }

    pub(super) fn index_path(&self) -> PathBuf {
        self.root.join("index.json")
    }

    pub(super) fn lock_path(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(super) fn entries(&self) -> PathBuf {
        self.root.join("entries")
    }

    pub(super) fn slots(&self) -> PathBuf {
        self.root.join("slots")
    }

    pub(super) fn entry_path(&self, name: &str) -> PathBuf {
        self.entries().join(Self::entry_file(name))
    }

    pub(super) fn entry_file(name: &str) -> String {
        [name, ENTRY_SUFFIX].concat()
    }

    /// What an entry's file is called while it is removed.
    pub(super) fn removed_path(&self, name: &str) -> PathBuf {
        self.entries().join([name, REMOVED_SUFFIX].concat())
    }

    /// The name of the entry whose removal this file is left of.
    pub(super) fn removed_name(file: &str) -> Option<&str> {
        file.strip_suffix(REMOVED_SUFFIX).filter(|name| entry::is_name(name))
    }

    /// Whether an entry without a file was removed, and not lost.
    pub(super) fn was_removed(&self, name: &str) -> bool {
        fs::symlink_metadata(self.removed_path(name)).is_ok()
    }

    pub(super) fn slot_path(&self, id: &str) -> PathBuf {
        self.slots().join(format!("{id}.age"))
    }

    pub(super) fn read_settings(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let path = self.settings_path();
        if let Some(bytes) = read(&path, MAX_SETTINGS_BYTES)? {
            return Ok(bytes);
        }
        if checks::folder(&self.entries())?.is_none() {
            return Err(no_store(&self.root));
        }
        Err(self.lacks(&path))
    }

    pub(super) fn read_index(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let path = self.index_path();
        // It can be built again, so that it may go.
        read(&path, MAX_INDEX_BYTES).map_err(|e| match e.hint() {
            Some(_) => e,
            None => e.with_hint(format!("rm {}", checks::quoted(&path))),
        })
    }

    fn lacks(&self, path: &Path) -> Error {
        Error::new(ErrorKind::Damaged, format!("{} is missing", checks::shown(path)))
            .with_hint(self.begin_anew())
    }

    /// What helps where the store as a whole cannot be read.
    pub(super) fn begin_anew(&self) -> String {
        let root = checks::quoted(&self.root);
        let setup = setup(&self.root);
        format!("bring it back from a backup, or begin anew: mv {root} {root}.broken && {setup}")
    }

    /// An entry's file, or `None` where it is certainly absent.
    pub(super) fn read_entry(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        self.check_inner(&self.entries())?;
        read(&self.entry_path(name), MAX_ENTRY_BYTES)
    }

    pub(super) fn read_slot(&self, id: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        self.check_inner(&self.slots())?;
        read(&self.slot_path(id), MAX_SETTINGS_BYTES)
    }

    /// Whether an entry's file is there, whatever it holds.
    pub(super) fn has_entry(&self, name: &str) -> bool {
        fs::symlink_metadata(self.entry_path(name)).is_ok()
    }

    /// The names of all entries.
    pub(super) fn entry_names(&self) -> Result<HashSet<String>, Error> {
        let entries = self.entries();
        self.check_inner(&entries)?;
        let mut names = HashSet::new();
        for file in fs::read_dir(&entries).map_err(|e| checks::failed(&entries, e))? {
            let file = file.map_err(|e| checks::failed(&entries, e))?.file_name();
            let Ok(mut name) = file.into_string() else { continue };
            if name.ends_with(ENTRY_SUFFIX) {
                name.truncate(name.len() - ENTRY_SUFFIX.len());
                names.extend(Some(name).filter(|n| entry::is_name(n)));
            }
        }
        Ok(names)
    }

    /// Refuses a folder inside the store that is not ours, open to others, or gone.
    pub(super) fn check_inner(&self, inner: &Path) -> Result<(), Error> {
        checks::folder(inner)?.ok_or_else(|| self.lacks(inner))
    }
}

/// An entry, or any other file of the store, that would be too large to be read again.
pub(super) fn check_entry_size(bytes: usize) -> Result<(), Error> {
    if bytes as u64 <= MAX_ENTRY_BYTES {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Refused, "the credential is too large for the sealed store"))
}

/// A file of the store; `None` where it is missing.
pub(super) fn read(path: &Path, limit: u64) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let (file, about) = match files::open(path, Links::Refuse) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|e| checks::failed(path, e))?,
    };
    checks::file(path, &about)?;
    Ok(Some(files::read_open(&file, &about, path, limit)?))
}

fn no_store(root: &Path) -> Error {
    let message = format!("there is no sealed store in {}", checks::shown(root));
    Error::new(ErrorKind::Unavailable, message).with_hint(setup(root))
}

/// The line that makes a store in this folder.
fn setup(root: &Path) -> &'static str {
    if root.ends_with("session") {
        "imgsec-cred setup --store session"
    } else {
        "imgsec-cred setup --store sealed"
    }
}
