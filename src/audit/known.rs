//! The places that every source names, on this machine and for these users: a few hundred files at
//! most, so that the answer comes at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::places::Places;
use super::room::Room;
use super::scan::{Facts, Reader, Scan};
use super::signals;
use super::sources;

/// Looks into the known places of these users, and into what lies beside them: backups, and what
/// writers left behind.
#[must_use]
pub fn known(users: &[Places], facts: &Facts) -> Scan {
    let room = Room::new();
    let (mut scan, mut reader) = (Scan::default(), Reader::new(&room));
    let mut seen = BTreeSet::new();
    for places in users {
        for path in of_user(places) {
            // Docker's folder may be a link to that of another name.
            if seen.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
                let name = path.strip_prefix(&places.home).map_or_else(
                    |_| path.display().to_string(),
                    |below| format!("~/{}", below.display()),
                );
                reader.look(&path, &name, facts, &mut scan);
            }
        }
    }
    scan.finish()
}

/// How deep files may lie below a place that ends in `*`, and how many are taken.
const MAX_DEPTH: usize = 5;
const MAX_FILES: usize = 5_000;

/// Every known place of one user, whether there is a file or not.
fn of_user(places: &Places) -> Vec<PathBuf> {
    let mut all = BTreeSet::new();
    for source in sources::ALL {
        for place in (source.places)(places) {
            match place.file_name().and_then(|name| name.to_str()) {
                Some(name) if name.ends_with('*') => {
                    let prefix = name.trim_end_matches('*').to_owned();
                    let found = entries_of(place.parent(), |name| name.starts_with(&prefix));
                    let mut files = Vec::new();
                    found.into_iter().for_each(|path| add_below(path, MAX_DEPTH, &mut files));
                    all.extend(files);
                }
                _ => {
                    all.insert(place);
                }
            }
        }
    }
    let beside: Vec<_> = all.iter().flat_map(|place| copies_of(place)).collect();
    all.extend(beside);
    all.into_iter().collect()
}

/// Adds a file, or those of a folder and of the folders in it.
fn add_below(path: PathBuf, depth: usize, files: &mut Vec<PathBuf>) {
    if files.len() >= MAX_FILES {
        return;
    }
    let is_folder = path.symlink_metadata().is_ok_and(|about| about.is_dir());
    if !is_folder {
        files.push(path);
    } else if depth > 0 {
        let below = entries_of(Some(&path), |_| true);
        below.into_iter().for_each(|path| add_below(path, depth - 1, files));
    }
}

/// Backups and leftovers of a file, in its folder.
fn copies_of(place: &Path) -> Vec<PathBuf> {
    let Some(name) = place.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let swap = format!(".{}", name.trim_start_matches('.'));
    let is_copy = |other: &str| {
        other != name
            && (other.starts_with(name) || other.starts_with(&swap))
            && signals::is_backup(Path::new(other))
    };
    entries_of(place.parent(), is_copy)
}

/// What lies in a folder under such a name.
fn entries_of(folder: Option<&Path>, is_named: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    let named = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(&is_named));
    named.map(|entry| entry.path()).collect()
}
