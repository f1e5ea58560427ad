//! Folders as they are at one moment, to be compared with and gone back to.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What is at one path: a folder or a file, its mode and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    mode: u32,
    bytes: Option<Vec<u8>>,
}

/// All files in some folders. Two are equal when nobody could tell them apart by reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    roots: Vec<PathBuf>,
    items: BTreeMap<PathBuf, Item>,
}

impl Snapshot {
    /// The folders as they are now; one that is missing is remembered as such.
    pub(crate) fn of(roots: &[PathBuf]) -> Self {
        let mut items = BTreeMap::new();
        for root in roots {
            take(root, &mut items);
        }
        Self { roots: roots.to_vec(), items }
    }

    /// Makes the folders so again.
    pub(crate) fn put_back(&self) {
        for root in self.roots.iter().filter(|root| root.exists()) {
            fs::remove_dir_all(root).unwrap();
        }
        for (path, item) in &self.items {
            match &item.bytes {
                None => fs::create_dir(path).unwrap(),
                Some(bytes) => fs::write(path, bytes).unwrap(),
            }
            fs::set_permissions(path, fs::Permissions::from_mode(item.mode)).unwrap();
        }
    }

    /// The paths of all files and folders.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.items.keys().map(PathBuf::as_path)
    }
}

fn take(path: &Path, items: &mut BTreeMap<PathBuf, Item>) {
    let Ok(about) = fs::symlink_metadata(path) else { return };
    let mode = about.permissions().mode() & 0o7777;
    let bytes = about.is_file().then(|| fs::read(path).unwrap());
    items.insert(path.to_owned(), Item { mode, bytes });
    if about.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            take(&entry.unwrap().path(), items);
        }
    }
}
