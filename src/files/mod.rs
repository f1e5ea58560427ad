//! Files, of other programs and our own: read with a limit, and replaced in one step.
//!
//! A reader of a file that is being replaced sees the whole old one or the whole new one, and so
//! does the next reader after a crash.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

mod lock;
mod private;
mod replace;
mod temp;
mod trusted;
mod view;

pub(crate) use lock::lock_within;
pub use private::create_private_folder;
pub use replace::{remove, remove_leftovers, replace};
pub(crate) use temp::{Temp, hex, random, random_hex, sync_folder};
pub(crate) use trusted::open_lock;
pub use trusted::{TrustedLinks, read_trusted};
pub use view::{View, real};

/// Why a file was not read or not replaced.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no such file, or the folder it would be in is not there.
    Missing(PathBuf),
    /// A symbolic link that leads nowhere.
    Dangling(PathBuf),
    /// A folder, a pipe, a socket or a device.
    NotRegular(PathBuf),
    /// The file holds more than the caller wants to read.
    TooLarge(PathBuf, u64),
    /// The file or its folder belongs to the user with this number, and that is somebody else.
    ForeignOwner(PathBuf, u32),
    /// Other users may write to it: its group, or everybody. With its mode.
    OpenToOthers(PathBuf, u32),
    /// A symbolic link where none may be.
    Link(PathBuf),
    /// Another program wrote the file since it was read.
    Changed(PathBuf),
    /// The operating system refused.
    Io(PathBuf, io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Missing(path)
        | Self::Dangling(path)
        | Self::NotRegular(path)
        | Self::TooLarge(path, _)
        | Self::ForeignOwner(path, _)
        | Self::OpenToOthers(path, _)
        | Self::Link(path)
        | Self::Changed(path)
        | Self::Io(path, _)) = self;
        write!(f, "{}: {}", path.display(), self.reason())
    }
}

impl std::error::Error for Error {}

impl Error {
    /// Why, without the path.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Missing(_) => "no such file or folder".to_owned(),
            Self::Dangling(_) => "a symbolic link that leads nowhere".to_owned(),
            Self::NotRegular(_) => "not a regular file".to_owned(),
            Self::TooLarge(_, limit) => format!("larger than {limit} bytes"),
            Self::ForeignOwner(_, uid) => format!("belongs to another user (uid {uid})"),
            Self::OpenToOthers(_, mode) => {
                format!("other users may write to it (mode {mode:03o})")
            }
            Self::Link(_) => "a symbolic link where none may be".to_owned(),
            Self::Changed(_) => "changed in between by another program".to_owned(),
            Self::Io(_, error) => in_words(error),
        }
    }

    /// An error of the operating system, met at `path`.
    #[must_use]
    pub fn io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing(path.to_owned()),
            _ => Self::Io(path.to_owned(), error),
        }
    }
}

fn in_words(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ReadOnlyFilesystem => "its file system is read-only".to_owned(),
        Kind::ResourceBusy | Kind::CrossesDevices => {
            "it is mounted by itself and so cannot be replaced; mount its folder instead".to_owned()
        }
        Kind::StorageFull => "no space is left on its disk".to_owned(),
        Kind::QuotaExceeded => "the disk quota is used up".to_owned(),
        Kind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The bytes of a regular file of at most `max_bytes`; symbolic links are followed, and a pipe or a
/// device is refused without waiting for it.
///
/// # Errors
/// [`Error::Missing`], [`Error::NotRegular`], [`Error::TooLarge`], [`Error::Io`].
pub fn read_limited(path: &Path, max_bytes: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (file, about) = open(path, Links::Follow).map_err(|e| Error::io(path, e))?;
    if !about.is_file() {
        return Err(Error::NotRegular(path.to_owned()));
    }
    read_open(&file, &about, path, max_bytes)
}

/// Whether the last part of a path may be a symbolic link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    Follow,
    Refuse,
}

/// Opens for reading, without waiting for a writer where it is a pipe.
pub(crate) fn open(path: &Path, links: Links) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let no_wait = OFlags::NONBLOCK | OFlags::NOCTTY;
        let refused = if links == Links::Refuse { OFlags::NOFOLLOW } else { OFlags::empty() };
        options.custom_flags((no_wait | refused).bits().cast_signed());
    }
    #[cfg(not(unix))]
    if links == Links::Refuse && std::fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("a symbolic link"));
    }
    let file = options.open(path)?;
    let about = file.metadata()?;
    Ok((file, about))
}

/// Reads an open regular file to its end, or to one byte more than `max_bytes`.
pub(crate) fn read_open(
    file: &File,
    about: &Metadata,
    path: &Path,
    max_bytes: u64,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let too_large = || Error::TooLarge(path.to_owned(), max_bytes);
    if about.len() > max_bytes {
        return Err(too_large());
    }
    // One more than the length, so that the end is seen without growing (and copying) the buffer.
    let room = usize::try_from(about.len()).map_err(|_| too_large())? + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(|e| Error::io(path, e))?;
    if bytes.len() as u64 > max_bytes { Err(too_large()) } else { Ok(bytes) }
}

/// Refuses what belongs to another user than the effective one.
#[cfg(unix)]
pub(crate) fn check_owner(path: &Path, about: &Metadata) -> Result<(), Error> {
    check_uid(path, std::os::unix::fs::MetadataExt::uid(about))
}

/// As [`check_owner`], by the owner's number.
#[cfg(unix)]
pub(crate) fn check_uid(path: &Path, uid: u32) -> Result<(), Error> {
    let is_ours = uid == rustix::process::geteuid().as_raw();
    if is_ours { Ok(()) } else { Err(Error::ForeignOwner(path.to_owned(), uid)) }
}

/// Windows keeps other users out of a profile by its access list.
#[cfg(not(unix))]
pub(crate) fn check_owner(_: &Path, _: &Metadata) -> Result<(), Error> {
    Ok(())
}

/// The folder that holds `path`.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs;
    use std::process::Command;

    #[test]
    fn a_file_is_read_up_to_the_limit_and_not_beyond() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(*read_limited(&path, 5).unwrap(), b"12345");
        assert!(matches!(read_limited(&path, 4), Err(Error::TooLarge(_, 4))));
        assert!(matches!(read_limited(&dir.path().join("b"), 4), Err(Error::Missing(_))));
        assert!(read_limited(Path::new("/proc/self/status"), 1_000_000).unwrap().len() > 100);
    }

    #[test]
    fn a_pipe_a_device_and_a_folder_are_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), Path::new("/dev/zero"), dir.path()] {
            assert!(matches!(read_limited(path, 10), Err(Error::NotRegular(_))), "{path:?}");
            assert!(replace(path, b"x", None).is_err(), "{path:?}");
        }
    }

    #[test]
    fn what_the_system_refuses_is_said_in_words() {
        for (code, words) in [
            (rustix::io::Errno::ROFS, "read-only"),
            (rustix::io::Errno::BUSY, "mounted by itself"),
            (rustix::io::Errno::XDEV, "mounted by itself"),
            (rustix::io::Errno::NOSPC, "no space"),
            (rustix::io::Errno::DQUOT, "quota"),
            (rustix::io::Errno::ACCESS, "permission denied"),
        ] {
            let said = Error::io(Path::new("/a b"), code.into()).to_string();
            assert!(said.starts_with("/a b: ") && said.contains(words), "{said}");
        }
    }
}
