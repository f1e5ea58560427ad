//! Files, of other programs and our own: read with a limit, and replaced in one step.
//!
//! A reader of a file that is being replaced sees the whole old one or the whole new one, and so
//! does the next reader after a crash.

use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

mod private;
mod temp;

pub use private::create_private_folder;
pub(crate) use temp::{Temp, hex, random_hex, sync_folder};

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
    /// Another program wrote the file since it was read.
    Changed(PathBuf),
    /// The operating system refused.
    Io(PathBuf, io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "{}: no such file or folder", path.display()),
            Self::Dangling(path) => {
                write!(f, "{}: a symbolic link that leads nowhere", path.display())
            }
            Self::NotRegular(path) => write!(f, "{}: not a regular file", path.display()),
            Self::TooLarge(path, limit) => {
                write!(f, "{}: larger than {limit} bytes", path.display())
            }
            Self::ForeignOwner(path, uid) => {
                write!(f, "{}: belongs to another user (uid {uid})", path.display())
            }
            Self::Changed(path) => {
                write!(f, "{}: changed in between by another program", path.display())
            }
            Self::Io(path, error) => write!(f, "{}: {}", path.display(), in_words(error)),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
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
    if links == Links::Refuse && fs::symlink_metadata(path)?.is_symlink() {
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
    let capacity = usize::try_from(about.len()).map_err(|_| too_large())? + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(|e| Error::io(path, e))?;
    if bytes.len() as u64 > max_bytes {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Puts `bytes` in the place of what the file holds, or makes the file (for its owner alone).
///
/// A symbolic link stays, and the file it leads to is replaced; mode, owner and group stay, access
/// lists do not. With `expected`, the file is replaced only while it still holds just that (nothing,
/// where it is missing). After an error the file is the old one; after one of the very last step,
/// the fsync of the folder, it may be the new one.
///
/// Steps that change files: make the temp file beside the target; write; fsync; group and mode;
/// rename; fsync the folder. The target changes in the rename and at once.
///
/// # Errors
/// [`Error::ForeignOwner`] where the file or its folder belongs to another user than the effective
/// one: with `sudo`, `HOME` may still be somebody else's. [`Error::Changed`] as above, and the rest.
pub fn replace(path: &Path, bytes: &[u8], expected: Option<&[u8]>) -> Result<(), Error> {
    let target = resolve(path)?;
    let old = about_target(&target)?;
    let io = |error| Error::io(&target, error);
    let mut temp = Temp::beside(&target).map_err(io)?;
    temp.write(bytes).map_err(io)?;
    if let Some(old) = &old {
        temp.look_like(old).map_err(io)?;
    }
    if let Some(expected) = expected
        && !still_holds(&target, expected)?
    {
        return Err(Error::Changed(target));
    }
    temp.rename(&target).map_err(io)
}

/// The file at the end of all symbolic links, which need not exist where there is no link.
fn resolve(path: &Path) -> Result<PathBuf, Error> {
    let io = |error| Error::io(path, error);
    match fs::canonicalize(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        found => return found.map_err(io),
    }
    if fs::symlink_metadata(path).is_ok() {
        return Err(Error::Dangling(path.to_owned()));
    }
    let name = path.file_name().ok_or_else(|| Error::NotRegular(path.to_owned()))?;
    let folder = folder_of(path);
    Ok(fs::canonicalize(folder).map_err(|e| Error::io(folder, e))?.join(name))
}

/// What is there now; `None` for nothing. Refuses what is not a regular file or not ours.
fn about_target(target: &Path) -> Result<Option<Metadata>, Error> {
    let folder = folder_of(target);
    check_owner(folder, &fs::metadata(folder).map_err(|e| Error::io(folder, e))?)?;
    match fs::symlink_metadata(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io(target, e)),
        Ok(old) if !old.is_file() => Err(Error::NotRegular(target.to_owned())),
        Ok(old) => check_owner(target, &old).map(|()| Some(old)),
    }
}

fn still_holds(target: &Path, expected: &[u8]) -> Result<bool, Error> {
    match read_limited(target, expected.len() as u64) {
        Ok(bytes) => Ok(*bytes == expected),
        Err(Error::TooLarge(..)) => Ok(false),
        Err(Error::Missing(_)) => Ok(expected.is_empty()),
        Err(e) => Err(e),
    }
}

/// Refuses what belongs to another user than the effective one.
#[cfg(unix)]
pub(crate) fn check_owner(path: &Path, about: &Metadata) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;
    if about.uid() == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(Error::ForeignOwner(path.to_owned(), about.uid()))
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    use std::process::Command;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_read_up_to_the_limit_and_not_beyond() {
        let dir = folder();
        let path = dir.path().join("a");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(*read_limited(&path, 5).unwrap(), b"12345");
        assert!(matches!(read_limited(&path, 4), Err(Error::TooLarge(_, 4))));
        assert!(matches!(read_limited(&dir.path().join("b"), 4), Err(Error::Missing(_))));
        assert!(read_limited(Path::new("/proc/self/status"), 1_000_000).unwrap().len() > 100);
    }

    #[test]
    fn a_pipe_a_device_and_a_folder_are_refused_at_once() {
        let dir = folder();
        let pipe = dir.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), Path::new("/dev/zero"), dir.path()] {
            assert!(matches!(read_limited(path, 10), Err(Error::NotRegular(_))), "{path:?}");
            assert!(replace(path, b"x", None).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_mode() {
        let dir = folder();
        let path = dir.path().join("a");
        replace(&path, b"one", Some(b"")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, b"two", Some(b"one")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(dir.path()), ["a"]);
    }

    #[test]
    fn what_another_program_wrote_in_between_is_not_lost() {
        let dir = folder();
        let path = dir.path().join("a");
        fs::write(&path, b"theirs").unwrap();
        for expected in [&b""[..], b"their", b"theirs!", b"THEIRS"] {
            let error = replace(&path, b"ours", Some(expected)).unwrap_err();
            assert!(matches!(error, Error::Changed(_)), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(names(dir.path()), ["a"]);
    }

    #[test]
    fn links_stay_and_the_file_behind_them_is_replaced() {
        let dir = folder();
        let deep = dir.path().join("dotfiles/docker");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("config.json"), b"old").unwrap();
        symlink("dotfiles/docker/config.json", dir.path().join("one")).unwrap();
        symlink("one", dir.path().join("two")).unwrap();
        replace(&dir.path().join("two"), b"new", Some(b"old")).unwrap();
        assert_eq!(fs::read(deep.join("config.json")).unwrap(), b"new");
        assert!(dir.path().join("one").is_symlink() && dir.path().join("two").is_symlink());
        assert_eq!(names(&deep), ["config.json"]);
    }

    #[test]
    fn a_link_that_leads_nowhere_or_in_a_circle_is_refused() {
        let dir = folder();
        symlink("nothing", dir.path().join("dangling")).unwrap();
        symlink("circle", dir.path().join("circle")).unwrap();
        let dangling = replace(&dir.path().join("dangling"), b"x", None).unwrap_err();
        assert!(matches!(dangling, Error::Dangling(_)), "{dangling}");
        assert!(replace(&dir.path().join("circle"), b"x", None).is_err());
        assert!(matches!(replace(&dir.path().join("no/a"), b"x", None), Err(Error::Missing(_))));
        assert_eq!(names(dir.path()), ["circle", "dangling"]);
    }

    /// docker/docker-credential-helpers#212, moby#40175: `sudo` with the user's own `HOME`.
    #[test]
    fn root_changes_nothing_in_the_home_of_somebody_else() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let dir = folder();
        let path = dir.path().join("config.json");
        fs::write(&path, b"theirs").unwrap();
        chown(&path, Some(65_534), None).unwrap();
        let error = replace(&path, b"ours", None).unwrap_err();
        assert!(matches!(error, Error::ForeignOwner(_, 65_534)), "{error}");
        chown(&path, Some(0), None).unwrap();
        chown(dir.path(), Some(65_534), None).unwrap();
        assert!(matches!(replace(&path, b"ours", None), Err(Error::ForeignOwner(_, 65_534))));
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
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
