//! The places that every source names, on this machine and for these users: a few hundred files at
//! most, so that the answer comes at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::places::Places;
use super::scan::{Facts, Reader, Scan};
use super::signals;
use super::sources;

/// Looks into the known places of these users, and into what lies beside them: backups, and what
/// writers left behind.
#[must_use]
pub fn known(users: &[Places], facts: &Facts) -> Scan {
    let (mut scan, mut reader) = (Scan::default(), Reader::default());
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

/// Every known place of one user, whether there is a file or not.
fn of_user(places: &Places) -> Vec<PathBuf> {
    let mut all = BTreeSet::new();
    for source in sources::ALL {
        for place in (source.places)(places) {
            match place.file_name().and_then(|name| name.to_str()) {
                Some(name) if name.ends_with('*') => {
                    let prefix = name.trim_end_matches('*').to_owned();
                    all.extend(files_in(place.parent(), |name| name.starts_with(&prefix)));
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

/// Backups and leftovers of a file, in its folder.
fn copies_of(place: &Path) -> Vec<PathBuf> {
    let Some(name) = place.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let swap = format!(".{}", name.trim_start_matches('.'));
    let is_copy = |other: &str| {
        other != name
            && (other.starts_with(name) || other.starts_with(&swap))
            && signals::is_backup(Path::new(other))
    };
    files_in(place.parent(), is_copy)
}

/// The files of a folder that have such a name.
fn files_in(folder: Option<&Path>, is_named: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    let named = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(&is_named));
    named.map(|entry| entry.path()).collect()
}
