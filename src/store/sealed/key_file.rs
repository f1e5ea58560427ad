//! Files that hold a key in age's own format: the store's identity, handed to us by a service
//! manager, or the key of a slot, kept away from the store.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::checks::{self, Trust};
use super::identity::Identity;
use crate::files::{self, Links, Temp};
use crate::store::{Error, ErrorKind};

/// A few comments and one key.
const MAX_BYTES: u64 = 64 * 1024;
const COMMENT: &str =
    "key file of a sealed store (imgsec-cred); keep a copy, and keep it away from the store";

/// Where containers find their secrets, readable by all who are in there.
const MOUNTED_SECRETS: [&str; 2] = ["/run/secrets", "/var/run/secrets"];

/// `trust`, but for a file in a container's folder of secrets.
pub(super) fn trust_in(path: &Path, trust: Trust) -> Trust {
    let climbs = path.components().any(|c| c == Component::ParentDir);
    let is_mounted = !climbs && MOUNTED_SECRETS.iter().any(|folder| path.starts_with(folder));
    if is_mounted { Trust::Mounted } else { trust }
}

/// The key in a file; `None` where the file is missing. Links are followed: Kubernetes makes one.
pub(super) fn read(path: &Path, trust: Trust) -> Result<Option<Identity>, Error> {
    let (file, about) = match files::open(path, Links::Follow) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|e| checks::failed(path, e))?,
    };
    checks::key_file(path, &about, trust)?;
    let bytes = files::read_open(&file, &about, path, MAX_BYTES)?;
    let identity = Identity::parse(&bytes).ok_or_else(|| {
        let message = format!("{} does not hold one age identity", checks::shown(path));
        Error::new(ErrorKind::Damaged, message)
    })?;
    Ok(Some(identity))
}

/// The key file at `path` for a store at `root`: the one that is there, or else a new one.
///
/// Returns its absolute path, and the key. Steps that change files: make the folders above it;
/// write a temp file beside it, fsync; give it its name, unless that is taken; remove the temp name.
pub(super) fn at(path: &Path, root: &Path) -> Result<(PathBuf, Identity), Error> {
    let path = std::path::absolute(path).map_err(|e| checks::failed(path, e))?;
    if path.to_str().is_none() {
        let message = format!("{}: the path of a key file must be UTF-8", checks::shown(path));
        return Err(Error::new(ErrorKind::Refused, message));
    }
    refuse_inside(&path, root)?;
    Temp::remove_leftovers(&path);
    let trust = trust_in(&path, Trust::Own);
    if let Some(identity) = read(&path, trust)? {
        return Ok((path, identity));
    }
    files::create_private_folder(files::folder_of(&path))?;
    make(&path).map_err(|e| checks::failed(&path, e))?;
    // Read again: another process may have been the one to make it.
    let identity = read(&path, trust)?.ok_or_else(|| {
        Error::new(ErrorKind::Failed, format!("{}: removed in between", checks::shown(&path)))
    })?;
    Ok((path, identity))
}

fn make(path: &Path) -> io::Result<()> {
    let mut temp = Temp::beside(path)?;
    temp.write(&Identity::generate().to_file(COMMENT))?;
    match temp.place_new(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        placed => placed,
    }
}

/// A key beside the data would protect from nobody who has the data.
fn refuse_inside(path: &Path, root: &Path) -> Result<(), Error> {
    let root = std::path::absolute(root).map_err(|e| checks::failed(root, e))?;
    let (real_path, real_root) = (real(path), real(&root));
    if !path.starts_with(&root) && !real_path.starts_with(&real_root) {
        return Ok(());
    }
    let message =
        format!("{}: a key file must not lie beside the data it opens", checks::shown(path));
    Err(Error::new(ErrorKind::Refused, message))
}

/// The path with links resolved as far as it exists.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    #[test]
    fn a_missing_key_file_is_made_once_and_used_from_then_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("usb/keys/a");
        let (at_path, made) = at(&path, &dir.path().join("store")).unwrap();
        let (_, again) = at(&path, &dir.path().join("store")).unwrap();
        assert_eq!(at_path, path);
        assert_eq!(made.recipient(), again.recipient());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_file_beside_the_data_is_refused_also_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("store");
        fs::create_dir(&root).unwrap();
        symlink(&root, dir.path().join("elsewhere")).unwrap();
        for inside in ["store/key", "store/a/b", "elsewhere/key", "store"] {
            let error = at(&dir.path().join(inside), &root).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused, "{inside}");
        }
        assert!(at(&dir.path().join("store-key"), &root).is_ok());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        at(&path, &dir.path().join("store")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = at(&path, &dir.path().join("store")).unwrap_err();
        assert_eq!(error.hint(), Some(format!("chmod 600 {}", path.display()).as_str()));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o644);
    }

    #[test]
    fn only_a_containers_folder_of_secrets_may_be_readable_by_all() {
        let trusted = |path: &str| trust_in(Path::new(path), Trust::Own) == Trust::Mounted;
        assert!(trusted("/run/secrets/key") && trusted("/var/run/secrets/a/b"));
        assert!(!trusted("/run/secretskey") && !trusted("/run/secrets/../../tmp/key"));
        assert!(!trusted("run/secrets/key"));
    }
}
