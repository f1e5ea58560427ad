//! A file that is written beside the one it is to replace.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Links, folder_of};

/// Makes what was made, renamed or removed in a folder last through a power failure.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match File::open(folder)?.sync_all() {
        // Some network file systems have no fsync for folders; there is nothing better to do.
        Err(e) if e.kind() == io::ErrorKind::InvalidInput => {}
        done => return done,
    }
    let _ = folder; // elsewhere folders cannot be synced
    Ok(())
}

/// Fills a buffer with random bytes.
pub(crate) fn random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|e| io::Error::other(e.to_string()))
}

/// `count` random bytes as lower-case hex digits.
pub(crate) fn random_hex<const COUNT: usize>() -> io::Result<String> {
    let mut bytes = [0; COUNT];
    random(&mut bytes)?;
    Ok(hex(&bytes))
}

/// Bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
    digits.map(|d| char::from(b"0123456789abcdef"[usize::from(d)])).collect()
}

/// A file that is not yet in its place; removed when dropped before.
pub(crate) struct Temp {
    file: File,
    path: PathBuf,
    is_placed: bool,
}

impl Temp {
    const PREFIX: &str = ".imgsec-";
    const SUFFIX: &str = ".tmp";

    /// A new and empty file, for its owner alone, in the folder of `target`. It is locked, so that
    /// it can be told from one that a killed writer left.
    pub(crate) fn beside(target: &Path) -> io::Result<Self> {
        loop {
            let name = format!("{}{}{}", Self::PREFIX, random_hex::<8>()?, Self::SUFFIX);
            let path = folder_of(target).join(name);
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path)?;
            if !is_locked_by_another(&file) && !is_removed(&file)? {
                return Ok(Self { file, path, is_placed: false });
            }
            // Taken for a leftover in the moment before it was locked: make another.
        }
    }

    /// Removes what killed writers left in the folder of `target`: it may hold a secret.
    pub(crate) fn remove_leftovers(target: &Path) {
        if cfg!(not(unix)) {
            return;
        }
        // What cannot be removed now harms nobody, and the next writer tries again.
        for file in fs::read_dir(folder_of(target)).into_iter().flatten().flatten() {
            if file.file_name().to_str().is_some_and(Self::is_named)
                && let Ok((left, about)) = super::open(&file.path(), Links::Refuse)
                && about.is_file()
                && !is_locked_by_another(&left)
            {
                let _ = fs::remove_file(file.path());
            }
        }
    }

    /// Whether a file of this name was made by [`Temp::beside`].
    pub(crate) fn is_named(name: &str) -> bool {
        name.starts_with(Self::PREFIX) && name.ends_with(Self::SUFFIX)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all and waits until it is on the disk.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Gives it the group and the mode of `old`.
    #[cfg(unix)]
    pub(crate) fn look_like(&self, old: &Metadata) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        let mut mode = old.mode() & 0o7777;
        if self.file.metadata()?.gid() != old.gid()
            && fchown(&self.file, None, Some(old.gid())).is_err()
        {
            // Not a member of that group: then our own group must not get what was meant for it.
            mode &= !0o070;
        }
        self.file.set_permissions(fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    pub(crate) fn look_like(&self, old: &Metadata) -> io::Result<()> {
        self.file.set_permissions(old.permissions())
    }

    /// Puts it in the place of `target`, and waits until that is on the disk.
    pub(crate) fn rename(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.is_placed = true;
        sync_folder(folder_of(target))
    }

    /// Puts it at `target` where there is nothing yet, and waits until that is on the disk.
    pub(crate) fn place_new(self, target: &Path) -> io::Result<()> {
        fs::hard_link(&self.path, target)?; // unlike a rename, it fails where something is
        drop(self);
        sync_folder(folder_of(target))
    }
}

/// Locks the file, unless another process has it locked. Only on Unix, where a lock is of no
/// consequence to readers.
fn is_locked_by_another(file: &File) -> bool {
    if cfg!(unix) { matches!(file.try_lock(), Err(TryLockError::WouldBlock)) } else { false }
}

/// Whether an open file has no name any more.
fn is_removed(file: &File) -> io::Result<bool> {
    #[cfg(unix)]
    return Ok(std::os::unix::fs::MetadataExt::nlink(&file.metadata()?) == 0);
    #[cfg(not(unix))]
    file.metadata().map(|_| false)
}

impl Drop for Temp {
    fn drop(&mut self) {
        if !self.is_placed {
            // The error that led here is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}
