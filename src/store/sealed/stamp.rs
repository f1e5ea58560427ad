//! How a file looks from outside: which file it is, when it was written, and its size. That changes
//! when somebody writes to it or puts another in its place; renaming changes none of it.

use std::path::Path;

use super::checks;
use super::folder::Folder;
use crate::store::Error;

/// The stamp of one file; `None` where it is missing.
pub(super) fn of(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        about => Ok(Some(text(&about.map_err(|e| checks::failed(path, e))?))),
    }
}

#[cfg(unix)]
fn text(about: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    written(about.ino(), about.mtime(), about.mtime_nsec(), about.size())
}

#[cfg(not(unix))]
fn text(about: &std::fs::Metadata) -> String {
    let time = about.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    let time = time.unwrap_or_default();
    written(0, time.as_secs(), time.subsec_nanos(), about.len())
}

fn written(
    file: u64,
    seconds: impl Into<i128>,
    nanos: impl Into<i128>,
    size: impl Into<i128>,
) -> String {
    format!("{file:x}-{:x}-{:x}", seconds.into() * 1_000_000_000 + nanos.into(), size.into())
}

/// How an entry's file looks to who lists.
pub(super) struct Seen {
    /// `None` where only its bytes tell: it can perhaps not be read.
    pub(super) stamp: Option<String>,
    /// Whether it is safe to use.
    pub(super) is_safe: Result<(), Error>,
}

/// The looks of many entries: asked from their open folder, a whole path need not be walked each
/// time.
#[cfg(unix)]
pub(super) struct Entries<'a> {
    folder: &'a Folder,
    open: std::fs::File,
}

#[cfg(unix)]
impl<'a> Entries<'a> {
    pub(super) fn of(folder: &'a Folder) -> Result<Self, Error> {
        let path = folder.entries();
        let open = std::fs::File::open(&path).map_err(|e| checks::failed(&path, e))?;
        Ok(Self { folder, open })
    }

    /// How one entry looks; `None` where it is missing.
    #[allow(clippy::useless_conversion, reason = "the numbers have other types on macOS")]
    pub(super) fn look(&self, name: &str) -> Result<Option<Seen>, Error> {
        use rustix::fs::{AtFlags, statat};
        let file = Folder::entry_file(name);
        let s = match statat(&self.open, file, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            looked => {
                looked.map_err(|e| checks::failed(&self.folder.entry_path(name), e.into()))?
            }
        };
        let facts = checks::Facts::of_stat(&s);
        let stamp = || written(s.st_ino.into(), s.st_mtime, s.st_mtime_nsec, s.st_size);
        Ok(Some(Seen {
            stamp: facts.is_readable().then(stamp),
            is_safe: facts.check(&self.folder.entry_path(name)),
        }))
    }
}

/// The looks of many entries.
#[cfg(not(unix))]
pub(super) struct Entries<'a>(&'a Folder);

#[cfg(not(unix))]
impl<'a> Entries<'a> {
    pub(super) fn of(folder: &'a Folder) -> Result<Self, Error> {
        Ok(Self(folder))
    }

    /// How one entry looks; `None` where it is missing.
    pub(super) fn look(&self, name: &str) -> Result<Option<Seen>, Error> {
        let path = self.0.entry_path(name);
        let about = match std::fs::symlink_metadata(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            about => about.map_err(|e| checks::failed(&path, e))?,
        };
        Ok(Some(Seen { stamp: Some(text(&about)), is_safe: checks::file(&path, &about) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sealed::create;
    use std::fs;

    #[test]
    fn both_ways_to_ask_give_the_same_and_a_rename_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("store");
        create(&root, &[], None).unwrap();
        let folder = Folder::open(&root).unwrap();
        let path = folder.entry_path("a");
        let entries = Entries::of(&folder).unwrap();
        let seen = |name: &str| entries.look(name).unwrap();
        assert!(seen("a").is_none());
        fs::write(root.join("temp"), "one").unwrap();
        let before = of(&root.join("temp")).unwrap();
        fs::rename(root.join("temp"), &path).unwrap();
        assert_eq!(seen("a").unwrap().stamp, before);
        assert_eq!(of(&path).unwrap(), before);
        fs::write(&path, "another").unwrap();
        assert_ne!(seen("a").unwrap().stamp, before);
    }
}
