//! Files of ours that are obeyed: settings, journals, the ledger. Nobody but this user and root may
//! have written one, or have been able to put another one in its place.
//!
//! On Windows other users are kept out of a profile by its access list, and nothing is checked.

use std::fs::File;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

#[cfg(unix)]
mod way;

use super::Error;

/// Where on the way to a file symbolic links may stand. What a link leads to must pass every check
/// that the place of the link must pass.
#[derive(Clone, Copy)]
pub enum TrustedLinks<'a> {
    /// Anywhere: with stow or on NixOS settings are links.
    Anywhere,
    /// Neither this folder of ours, nor anything in it.
    NotFrom(&'a Path),
}

/// As [`super::read_limited`], of a file that is obeyed. The open file and each folder on the way to
/// it, from the root on, must belong to this user or to root, and neither the group nor others may
/// write there; to a sticky folder such as `/tmp` they may, and to a folder a group that is the user's own.
///
/// # Errors
/// [`Error::ForeignOwner`], [`Error::OpenToOthers`], [`Error::Link`], [`Error::Dangling`], and those
/// of [`super::read_limited`].
pub fn read_trusted(
    path: &Path,
    max_bytes: u64,
    links: TrustedLinks<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    #[cfg(unix)]
    {
        let way = way::to(path, links)?;
        way.trouble?;
        let opened = super::open(&way.end, super::Links::Refuse);
        let (file, about) = opened.map_err(|error| Error::io(path, error))?;
        if !about.is_file() {
            return Err(Error::NotRegular(path.to_owned()));
        }
        way::check(&way.end, &about)?;
        super::read_open(&file, &about, path, max_bytes)
    }
    #[cfg(not(unix))]
    {
        let _ = links;
        super::read_limited(path, max_bytes)
    }
}

/// Opens a file that is only locked, in a folder of ours, and makes it where it is missing. It is
/// checked as [`read_trusted`] does, without links.
///
/// # Errors
/// As there.
pub(crate) fn open_lock(path: &Path, ours: &Path) -> Result<File, Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let failed = |error: io::Error| Error::io(path, error);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        way::to(super::folder_of(path), TrustedLinks::NotFrom(ours))?.trouble?;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
        let file = options.open(path).map_err(|error| match error.raw_os_error() {
            Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => {
                Error::Link(path.to_owned())
            }
            _ => failed(error),
        })?;
        way::check(path, &file.metadata().map_err(failed)?)?;
        Ok(file)
    }
    #[cfg(not(unix))]
    {
        let _ = ours;
        options.open(path).map_err(failed)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
