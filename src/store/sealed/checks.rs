//! What makes a file or a folder safe to use. Nothing is repaired silently: whoever opened it to
//! others may have done more, so the person is told and gets the line that closes it.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use crate::store::{Error, ErrorKind};
use crate::{files, text};

/// Who may own and open a file that holds a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Only we ourselves.
    Own,
    /// It was handed to us by root, as by systemd: others may still not read it.
    Handed,
    /// It is mounted into a container, where files are readable by all as a rule.
    Mounted,
}

/// The file must be regular, ours, closed to others, and without a second name.
pub(super) fn file(path: &Path, about: &Metadata) -> Result<(), Error> {
    if !about.is_file() {
        return Err(files::Error::NotRegular(path.to_owned()).into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // None is right as well: it was replaced after it was opened.
        if about.nlink() > 1 {
            let message = format!("{} has a second name (a hard link)", shown(path));
            return Err(Error::new(ErrorKind::Refused, message));
        }
    }
    owned_and_closed(path, about, "600")
}

/// The folder must be there, no link, ours and closed to others; `None` where it is missing.
pub(super) fn folder(path: &Path) -> Result<Option<()>, Error> {
    let about = match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about.map_err(|e| failed(path, e))?,
    };
    if !about.is_dir() {
        let message = format!("{} is not a folder", shown(path));
        return Err(Error::new(ErrorKind::Refused, message));
    }
    owned_and_closed(path, &about, "700").map(Some)
}

/// Others must not be able to put something in the place of `path`.
pub(super) fn parent_of(path: &Path) -> Result<(), Error> {
    let parent = files::folder_of(path);
    let about = match fs::metadata(parent) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => about.map_err(|e| failed(parent, e))?,
    };
    if mode(&about) & 0o1002 == 0o002 {
        let message = format!("anyone may rename and remove what is in {}", shown(parent));
        return Err(Error::new(ErrorKind::Refused, message)
            .with_hint(format!("chmod o-w {}", quoted(parent))));
    }
    Ok(())
}

/// A new store is not made in a folder of somebody else, who is not root: with `sudo`, `HOME` may
/// still be theirs.
pub(super) fn owner_of_parent(path: &Path, about: &Metadata) -> Result<(), Error> {
    if is_owned_by_root(about) {
        return Ok(());
    }
    Ok(files::check_owner(path, about)?)
}

/// A key file must be regular, and as closed as `trust` asks.
pub(super) fn key_file(path: &Path, about: &Metadata, trust: Trust) -> Result<(), Error> {
    if !about.is_file() {
        return Err(files::Error::NotRegular(path.to_owned()).into());
    }
    let open_to_others = match trust {
        Trust::Own => return owned_and_closed(path, about, "600"),
        Trust::Handed => 0o027,
        Trust::Mounted => 0o022,
    };
    if !is_owned_by_root(about) {
        files::check_owner(path, about)?;
    }
    closed(path, about, open_to_others, if trust == Trust::Handed { "400" } else { "go-w" })
}

fn owned_and_closed(path: &Path, about: &Metadata, chmod: &str) -> Result<(), Error> {
    files::check_owner(path, about)?;
    closed(path, about, 0o077, chmod)
}

fn closed(path: &Path, about: &Metadata, open: u32, chmod: &str) -> Result<(), Error> {
    let mode = mode(about);
    if mode & open == 0 {
        return Ok(());
    }
    let message = format!("{} is open to other users (mode {:03o})", shown(path), mode & 0o777);
    Err(Error::new(ErrorKind::Refused, message)
        .with_hint(format!("chmod {chmod} {}", quoted(path))))
}

#[cfg(unix)]
fn mode(about: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(about)
}

/// Windows keeps other users out of a profile by its access list.
#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0
}

#[cfg(unix)]
fn is_owned_by_root(about: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(about) == 0
}

#[cfg(not(unix))]
fn is_owned_by_root(_: &Metadata) -> bool {
    false
}

/// An error of the operating system, met at `path`, as the store's own.
pub(super) fn failed(path: &Path, error: io::Error) -> Error {
    // What opening says of a link that must not be followed.
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return Error::new(ErrorKind::Refused, format!("{} is a symbolic link", shown(path)));
    }
    files::Error::io(path, error).into()
}

/// A path in a message.
pub(super) fn shown(path: impl AsRef<Path>) -> String {
    text::plain(&path.as_ref().display().to_string())
}

/// A path in a line for the shell.
fn quoted(path: &Path) -> String {
    text::shell_word(&path.display().to_string())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    fn made(folder: &tempfile::TempDir, name: &str, mode: u32) -> (PathBuf, Metadata) {
        let path = folder.path().join(name);
        fs::write(&path, b"x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let about = fs::symlink_metadata(&path).unwrap();
        (path, about)
    }

    #[test]
    fn an_open_file_is_refused_with_the_line_that_closes_it() {
        let dir = tempfile::tempdir().unwrap();
        for mode in [0o604, 0o640, 0o660, 0o602, 0o666, 0o610] {
            let (path, about) = made(&dir, "it's here", mode);
            let error = file(&path, &about).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            let quoted = path.display().to_string().replace('\'', r"'\''");
            assert_eq!(error.hint(), Some(format!("chmod 600 '{quoted}'").as_str()));
        }
        let (path, about) = made(&dir, "b", 0o600);
        assert!(file(&path, &about).is_ok());
    }

    #[test]
    fn a_key_that_is_handed_over_may_be_readable_as_far_as_is_usual_there() {
        let dir = tempfile::tempdir().unwrap();
        for (mode, own, handed, mounted) in [
            (0o400, true, true, true),
            (0o440, false, true, true),
            (0o444, false, false, true),
            (0o464, false, false, false),
            (0o646, false, false, false),
        ] {
            let (path, about) = made(&dir, "key", mode);
            assert_eq!(key_file(&path, &about, Trust::Own).is_ok(), own, "{mode:o}");
            assert_eq!(key_file(&path, &about, Trust::Handed).is_ok(), handed, "{mode:o}");
            assert_eq!(key_file(&path, &about, Trust::Mounted).is_ok(), mounted, "{mode:o}");
        }
    }

    #[test]
    fn a_folder_in_which_anyone_may_rename_is_refused_but_for_the_likes_of_tmp() {
        let dir = tempfile::tempdir().unwrap();
        let shared = dir.path().join("shared");
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
        let hint = parent_of(&shared.join("root")).unwrap_err().hint().unwrap().to_owned();
        assert_eq!(hint, format!("chmod o-w {}", shared.display()));
        fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
        assert!(parent_of(&shared.join("root")).is_ok());
    }

    #[test]
    fn a_link_and_a_file_are_no_folders() {
        let dir = tempfile::tempdir().unwrap();
        let (path, _) = made(&dir, "file", 0o600);
        symlink(dir.path(), dir.path().join("link")).unwrap();
        assert!(folder(&path).is_err() && folder(&dir.path().join("link")).is_err());
        assert!(folder(&dir.path().join("nothing")).unwrap().is_none());
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(folder(dir.path()).unwrap().is_some());
    }
}
