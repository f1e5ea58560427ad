//! Folders that only their owner may look into.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::Path;

use super::{Error, check_owner};

/// Makes a folder, and those above it that are missing, for its owner alone.
///
/// # Errors
/// [`Error::ForeignOwner`] where it would lie in a folder of another user: with `sudo`, `HOME` may
/// still be somebody else's.
pub fn create_private_folder(folder: &Path) -> Result<(), Error> {
    let there = folder.ancestors().find_map(|f| Some((f, fs::metadata(f).ok()?)));
    match there {
        Some((found, about)) if found == folder && about.is_dir() => return Ok(()),
        Some((above, about)) => check_owner(above, &about)?,
        None => return Err(Error::Missing(folder.to_owned())),
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(Error::io(folder, e)),
        _ => Ok(()),
    }
}
