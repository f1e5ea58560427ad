//! Replacing a file of another program in one step, without a moment in which it is half written.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, Temp, check_owner, folder_of, read_limited, sync_folder};

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
    Temp::remove_leftovers(&target);
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

/// Removes a file while it still holds just `expected`; a symbolic link goes, and what it leads to
/// stays. One that is missing is no error.
///
/// # Errors
/// As [`replace`].
pub fn remove(path: &Path, expected: &[u8]) -> Result<(), Error> {
    let io = |error| Error::io(path, error);
    let folder = folder_of(path);
    match fs::metadata(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => check_owner(folder, &about.map_err(io)?)?,
    }
    match read_limited(path, expected.len() as u64) {
        Ok(bytes) if *bytes == expected => {}
        Err(Error::Missing(_)) => return Ok(()),
        Ok(_) | Err(Error::TooLarge(..)) => return Err(Error::Changed(path.to_owned())),
        Err(e) => return Err(e),
    }
    fs::remove_file(path).map_err(io)?;
    sync_folder(folder).map_err(io)
}

/// Removes what a killed writer left beside the file; it may hold a secret. [`replace`] does so too.
pub fn remove_leftovers(path: &Path) {
    if let Ok(target) = resolve(path) {
        Temp::remove_leftovers(&target);
    }
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

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
}
