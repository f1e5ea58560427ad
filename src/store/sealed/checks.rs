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

#[cfg(unix)]
const IS_A_LINK: &str = "is a symbolic link";

/// What decides whether a file is safe to use.
#[cfg(unix)]
pub(super) struct Facts {
    is_file: bool,
    is_link: bool,
    names: u64,
    owner: u32,
    mode: u32,
}

#[cfg(unix)]
impl Facts {
    fn of(about: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let (names, owner, mode) = (about.nlink(), about.uid(), about.mode());
        Self { is_file: about.is_file(), is_link: about.is_symlink(), names, owner, mode }
    }

    #[allow(clippy::useless_conversion, reason = "the numbers have other types on macOS")]
    pub(super) fn of_stat(stat: &rustix::fs::Stat) -> Self {
        let mode: u32 = stat.st_mode.into();
        let kind = rustix::fs::FileType::from_raw_mode(stat.st_mode);
        let (is_file, is_link) = (kind.is_file(), kind.is_symlink());
        Self { is_file, is_link, names: stat.st_nlink.into(), owner: stat.st_uid, mode }
    }

    /// Whether its owner may read it, as far as its mode says.
    pub(super) fn is_readable(&self) -> bool {
        self.mode & 0o400 != 0
    }

    /// As [`file()`].
    pub(super) fn check(&self, path: &Path) -> Result<(), Error> {
        if self.is_link {
            return Err(another_name(path, IS_A_LINK));
        }
        if !self.is_file {
            return Err(not_regular(path));
        }
        // None is right as well: it was replaced after it was opened.
        if self.names > 1 {
            return Err(another_name(path, "has a second name (a hard link)"));
        }
        files::check_uid(path, self.owner).map_err(|e| taken_back(path, e))?;
        closed(path, self.mode, 0o077, "600")
    }
}

/// The file must be regular, ours, closed to others, and without a second name.
pub(super) fn file(path: &Path, about: &Metadata) -> Result<(), Error> {
    #[cfg(unix)]
    return Facts::of(about).check(path);
    #[cfg(not(unix))]
    if about.is_file() { Ok(()) } else { Err(not_regular(path)) }
}

/// Nothing is put in the place of a folder or a pipe, nor is one removed.
pub(super) fn replaceable(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(about) if !about.is_file() && !about.is_symlink() => Err(not_regular(path)),
        _ => Ok(()),
    }
}

fn not_regular(path: &Path) -> Error {
    Error::from(files::Error::NotRegular(path.to_owned())).with_hint(out_of_the_way(path))
}

fn out_of_the_way(path: &Path) -> String {
    let path = quoted(path);
    format!("mv {path} {path}.away")
}

/// A link, or a second name, through which somebody else may write to the file.
#[cfg_attr(not(unix), allow(dead_code, reason = "Windows tells neither of an open file"))]
fn another_name(path: &Path, what: &str) -> Error {
    let error = Error::new(ErrorKind::Refused, format!("{} {what}", shown(path)));
    let path = quoted(path);
    error.with_hint(format!("cp -p {path} {path}.new && mv {path}.new {path}"))
}

/// The folder must be there, no link, ours and closed to others; `None` where it is missing.
pub(super) fn folder(path: &Path) -> Result<Option<()>, Error> {
    let about = match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about.map_err(|e| failed(path, e))?,
    };
    if !about.is_dir() {
        let message = format!("{} is not a folder", shown(path));
        return Err(Error::new(ErrorKind::Refused, message).with_hint(out_of_the_way(path)));
    }
    owned_and_closed(path, &about, "700")?;
    usable(path, mode(&about), 0o700, "700").map(Some)
}

/// Its owner must be able to use it.
fn usable(path: &Path, mode: u32, needed: u32, chmod: &str) -> Result<(), Error> {
    if cfg!(not(unix)) || mode & needed == needed || is_root() {
        return Ok(());
    }
    let message = format!("{} is closed to its owner (mode {:03o})", shown(path), mode & 0o777);
    Err(Error::new(ErrorKind::Refused, message)
        .with_hint(format!("chmod {chmod} {}", quoted(path))))
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
    closed(path, mode(about), open_to_others, if trust == Trust::Handed { "400" } else { "go-w" })
}

fn owned_and_closed(path: &Path, about: &Metadata, chmod: &str) -> Result<(), Error> {
    let owned = files::check_owner(path, about);
    // With `sudo`, the home may still be somebody else's.
    owned.map_err(|e| if is_root() { e.into() } else { taken_back(path, e) })?;
    closed(path, mode(about), 0o077, chmod)
}

/// `sudo docker login` leaves files of root in a home.
#[cfg(unix)]
fn taken_back(path: &Path, foreign: files::Error) -> Error {
    let sudo = if is_root() { "" } else { "sudo " };
    let us = rustix::process::geteuid().as_raw();
    Error::from(foreign).with_hint(format!("{sudo}chown {us} {}", quoted(path)))
}

#[cfg(not(unix))]
fn taken_back(_: &Path, foreign: files::Error) -> Error {
    foreign.into()
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn closed(path: &Path, mode: u32, open: u32, chmod: &str) -> Result<(), Error> {
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
        return another_name(path, IS_A_LINK);
    }
    if error.kind() == io::ErrorKind::PermissionDenied
        && let Ok(about) = fs::symlink_metadata(path)
        && let Err(closed) = usable(path, mode(&about), 0o400, "600")
    {
        return closed;
    }
    files::Error::io(path, error).into()
}

/// A path in a message.
pub(super) fn shown(path: impl AsRef<Path>) -> String {
    text::plain(&path.as_ref().display().to_string())
}

/// A path in a line for the shell.
pub(super) fn quoted(path: &Path) -> String {
    text::shell_word(&path.display().to_string())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
