//! The files as they are, or as they would be after a plan: what reads through a [`View`] can judge
//! a plan before anything is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Error, folder_of, read_limited};

/// Files that a plan would write or remove, over those on the disk.
#[derive(Clone, Default)]
pub struct View {
    /// By their real path; `None` for a file that is removed.
    planned: BTreeMap<PathBuf, Option<Arc<Zeroizing<Vec<u8>>>>>,
}

impl View {
    /// The bytes of a file, as [`read_limited`] has them.
    ///
    /// # Errors
    /// Those of [`read_limited`].
    pub fn read(&self, path: &Path, max_bytes: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self.planned.get(&real(path)) {
            None => read_limited(path, max_bytes),
            Some(None) => Err(Error::Missing(path.to_owned())),
            Some(Some(bytes)) => Ok((**bytes).clone()),
        }
    }

    /// Whether there is something at a path.
    #[must_use]
    pub fn exists(&self, path: &Path) -> bool {
        self.planned.get(&real(path)).map_or_else(|| path.exists(), Option::is_some)
    }

    /// The files of a folder, sorted by name; none where it cannot be read.
    #[must_use]
    pub fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: BTreeSet<_> = entries.map(|entry| entry.path()).collect();
        let here = real(folder);
        let planned = self.planned.keys().filter(|path| path.parent() == Some(&here));
        files.extend(planned.filter_map(|path| Some(folder.join(path.file_name()?))));
        files.retain(|path| match self.planned.get(&real(path)) {
            Some(planned) => planned.is_some(),
            None => path.is_file(),
        });
        files.into_iter().collect()
    }

    /// Plans the whole content of a file, or that it is removed.
    pub fn plan(&mut self, path: &Path, content: Option<Zeroizing<Vec<u8>>>) {
        self.planned.insert(real(path), content.map(Arc::new));
    }
}

/// One name for a file that several paths lead to, whether it is there yet or not.
#[must_use]
pub fn real(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    match (path.file_name(), path.symlink_metadata()) {
        (Some(name), Err(_)) => real(folder_of(path)).join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_planned_is_seen_in_the_place_of_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["a", "b"] {
            fs::write(at(name), name).unwrap();
        }
        let mut view = View::default();
        assert_eq!(view.files_in(dir.path()), [at("a"), at("b")]);
        view.plan(&at("a"), None);
        view.plan(&at("b"), Some(b"new".to_vec().into()));
        view.plan(&at("deep/er/c"), Some(b"c".to_vec().into()));
        assert!(!view.exists(&at("a")) && view.exists(&at("deep/er/c")));
        assert!(matches!(view.read(&at("a"), 9), Err(Error::Missing(_))));
        assert_eq!(*view.read(&at("b"), 9).unwrap(), b"new");
        assert_eq!(view.files_in(dir.path()), [at("b")]);
        assert_eq!(view.files_in(&at("deep/er")), [at("deep/er/c")]);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_and_the_file_behind_it_are_one() {
        let dir = tempfile::tempdir().unwrap();
        let (link, file) = (dir.path().join("link"), dir.path().join("file"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        let mut view = View::default();
        view.plan(&link, Some(b"new".to_vec().into()));
        assert_eq!(*view.read(&file, 9).unwrap(), b"new");
    }
}
