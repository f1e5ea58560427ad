//! Changing files of the store: one writer at a time, held apart by a lock that the kernel releases
//! when the writer ends, however it ends. So a temp file that is met under the lock is a leftover.

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::checks;
use super::folder::{self, Folder};
use super::index::Index;
use crate::files::{self, Temp};
use crate::store::{Error, ErrorKind};

/// Longer than a client waits by itself: its own deadline is the one to be heard.
const LOCK_LIMIT: Duration = Duration::from_secs(60);

/// The right to change the store's files, until it is dropped.
pub(super) struct Writing<'a> {
    folder: &'a Folder,
    /// Entries that were removed by writers who were stopped before they could tell the index.
    removed: Vec<String>,
    _lock: File,
}

impl<'a> Writing<'a> {
    /// Waits until no other process writes, for 60 s at most; then removes what stopped writers left.
    pub(super) fn begin(folder: &'a Folder) -> Result<Self, Error> {
        Self::begin_within(folder, LOCK_LIMIT)
    }

    pub(super) fn begin_within(folder: &'a Folder, limit: Duration) -> Result<Self, Error> {
        let lock = open_lock(&folder.lock_path())?;
        let is_ours = files::lock_within(&lock, limit);
        if !is_ours.map_err(|e| checks::failed(&folder.lock_path(), e))? {
            let message = "another process has been writing the sealed store for too long";
            return Err(Error::new(ErrorKind::TimedOut, message));
        }
        let mut writing = Self { folder, removed: Vec::new(), _lock: lock };
        writing.remove_leftovers();
        Ok(writing)
    }

    /// Takes out of an index what was removed before; see [`Self::forget_removed`].
    pub(super) fn without_removed(&self, index: &mut Index) {
        for name in self.removed.iter().filter(|name| !self.folder.has_entry(name)) {
            index.records.remove(name);
        }
    }

    /// Forgets what was removed, once the index says so.
    pub(super) fn forget_removed(&self) {
        for name in &self.removed {
            let _ = fs::remove_file(self.folder.removed_path(name));
        }
    }

    /// Writes a new file beside `target`, and reads it again as a reader would.
    pub(super) fn stage(&self, target: &Path, bytes: &[u8]) -> Result<Temp, Error> {
        let io = |e| checks::failed(target, e);
        let mut temp = Temp::beside(target).map_err(io)?;
        temp.write(bytes).map_err(io)?;
        let written = folder::read(temp.path(), bytes.len() as u64)?;
        if written.is_some_and(|w: Zeroizing<Vec<u8>>| *w == bytes) {
            return Ok(temp);
        }
        let message = format!("{}: what was written cannot be read back", checks::shown(target));
        Err(Error::new(ErrorKind::Failed, message))
    }

    /// Puts a staged file in the place of `target`.
    pub(super) fn place(&self, staged: Temp, target: &Path) -> Result<(), Error> {
        staged.rename(target).map_err(|e| checks::failed(target, e))
    }

    /// Both in one: after a stop, `target` is the old file or the new one.
    pub(super) fn replace(&self, target: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.place(self.stage(target, bytes)?, target)
    }

    /// Removes an entry, so that nobody takes it for lost while the index still has its record: its
    /// file is renamed, the folder fsynced, the index replaced by `forget`, the file removed. Where
    /// there is no room for an index, the file stays, and nothing in it.
    pub(super) fn remove_entry(
        &self,
        name: &str,
        forget: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (path, removed) = (self.folder.entry_path(name), self.folder.removed_path(name));
        match fs::rename(&path, &removed) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            renamed => renamed.map_err(|e| checks::failed(&path, e))?,
        }
        files::sync_folder(&self.folder.entries()).map_err(|e| checks::failed(&path, e))?;
        // The credential is gone, and that is what counts; the next writer tidies the index.
        let _ = match forget() {
            Ok(()) => fs::remove_file(&removed),
            Err(_) => OpenOptions::new().write(true).truncate(true).open(&removed).map(drop),
        };
        Ok(())
    }

    /// Removes a file; one that is missing is no error.
    pub(super) fn remove(&self, target: &Path) -> Result<(), Error> {
        match fs::remove_file(target) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            removed => removed.map_err(|e| checks::failed(target, e))?,
        }
        files::sync_folder(files::folder_of(target)).map_err(|e| checks::failed(target, e))
    }

    fn remove_leftovers(&mut self) {
        for folder in [self.folder.root().to_owned(), self.folder.entries(), self.folder.slots()] {
            // What cannot be removed now harms nobody, and the next writer tries again.
            for file in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = file.file_name();
                let name = name.to_str().unwrap_or_default();
                if Temp::is_named(name) {
                    let _ = fs::remove_file(file.path());
                }
                self.removed.extend(Folder::removed_name(name).map(str::to_owned));
            }
        }
    }
}

fn open_lock(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let lock = options.open(path).map_err(|e| checks::failed(path, e))?;
    let about = lock.metadata().map_err(|e| checks::failed(path, e))?;
    checks::file(path, &about)?;
    Ok(lock)
}
