//! What git makes of a file: whether it is tracked, or kept out by an ignore file. Read from git's
//! own files; nothing is run.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::gitignore::GitignoreBuilder;

use crate::files;

/// The largest index that is read, in bytes; of some 500,000 files.
const MAX_INDEX_BYTES: u64 = 64 * 1024 * 1024;

/// A work tree.
#[derive(Debug)]
pub(super) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The work tree that a file lies in.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let mut folder = path.parent();
        while let Some(here) = folder {
            if here.join(".git").exists() {
                return Some(Self { root: here.to_owned() });
            }
            folder = here.parent();
        }
        None
    }

    /// Whether the index names the file
    /// (<https://git-scm.com/docs/index-format>; paths are whole in versions 2 and 3).
    pub(super) fn tracks(&self, path: &Path) -> bool {
        let Ok(relative) = path.strip_prefix(&self.root) else { return false };
        let name = relative.to_string_lossy().replace('\\', "/");
        let Ok(index) = files::read_limited(&self.git_folder().join("index"), MAX_INDEX_BYTES)
        else {
            return false;
        };
        let mut name = name.into_bytes();
        if index.get(4..8) == Some(&[0, 0, 0, 4]) {
            // Version 4 leaves out what a path has in common with the one before.
            let tail = name.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
            name.drain(..tail);
        }
        name.push(0);
        memchr::memmem::find(&index, &name).is_some()
    }

    /// Whether an ignore file keeps it out.
    pub(super) fn ignores(&self, path: &Path) -> bool {
        let mut folder = path.parent();
        while let Some(here) = folder {
            if is_excluded(here, ".gitignore", path) {
                return true;
            }
            if here == self.root {
                break;
            }
            folder = here.parent();
        }
        let exclude = self.git_folder().join("info/exclude");
        matches(&self.root, &exclude, path)
    }

    /// `.git`, or where a file of that name says it is.
    fn git_folder(&self) -> PathBuf {
        let git = self.root.join(".git");
        let link = fs::read_to_string(&git).ok();
        let to = link.as_deref().and_then(|text| text.strip_prefix("gitdir:"));
        to.map_or(git, |to| self.root.join(to.trim()))
    }
}

/// Whether the ignore file of this name in `folder` keeps the file out.
pub(super) fn is_excluded(folder: &Path, name: &str, path: &Path) -> bool {
    matches(folder, &folder.join(name), path)
}

fn matches(root: &Path, ignore_file: &Path, path: &Path) -> bool {
    if !ignore_file.is_file() || !path.starts_with(root) {
        return false;
    }
    let mut builder = GitignoreBuilder::new(root);
    // A line that is no pattern is left out, as git does.
    let _ = builder.add(ignore_file);
    builder.build().is_ok_and(|rules| rules.matched_path_or_any_parents(path, false).is_ignore())
}
