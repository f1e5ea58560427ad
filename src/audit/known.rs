//! The places that every source names, on this machine and for these users: a few hundred files and
//! the sessions of agents, so that the answer comes at once.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::places::Places;
use super::reader::Reader;
use super::remedy;
use super::scan::{Facts, Scan, Skipped};
use super::signals;
use super::sources;
use super::watch::{Task, Watch};

/// Looks into the known places of these users, and into what lies beside them: backups, and what
/// writers left behind. A place that gives no answer in time is named as skipped.
#[must_use]
pub fn known(users: &[Places], facts: &Facts) -> Scan {
    let tasks = users.iter().flat_map(|places| {
        let all = sources::ALL.iter().flat_map(|source| (source.places)(places));
        let all: BTreeSet<_> = all.collect();
        all.into_iter().map(|path| Task { path, from: places.home.clone() })
    });
    let (watch, seen) = (Watch::of(tasks), Mutex::new(BTreeSet::new()));
    let (patience, facts) = (facts.surroundings.patience(), facts.clone());
    watch.run(patience, &|| {}, move |watch, task| {
        watch.awaits(&task.path);
        let (mut files, cut) = files_at(&task.path);
        watch.add(Scan::of(Vec::new(), cut.into_iter().collect()));
        let beside: Vec<_> = files.iter().flat_map(|file| copies_of(file)).collect();
        files.extend(beside);
        let mut reader = Reader::at(watch.seat());
        for path in files {
            watch.moves();
            // Docker's folder may be a link to that of another name.
            let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            if seen.lock().is_ok_and(|mut seen| seen.insert(real)) {
                let mut scan = Scan::default();
                reader.look(&path, &|| name(&path, &task.from), &facts, &mut scan);
                watch.add(scan);
            }
        }
        watch.has(&task.path);
    })
}

/// What stands for a file in ids.
fn name(path: &Path, home: &Path) -> String {
    path.strip_prefix(home)
        .map_or_else(|_| path.display().to_string(), |below| format!("~/{}", below.display()))
}

/// The settings files of one user whose readers can ask a helper, Docker's first, as far as they are
/// there; copies left out.
#[must_use]
pub fn settings(places: &Places) -> Vec<PathBuf> {
    let row = |id: &&str| sources::ALL.iter().find(|source| source.id == *id);
    let all = remedy::MOVABLE
        .iter()
        .filter_map(row)
        .flat_map(|row| (row.places)(places))
        .flat_map(|place| files_at(&place).0);
    let mut seen = BTreeSet::new();
    let is_new = |path: &PathBuf| fs::canonicalize(path).is_ok_and(|path| seen.insert(path));
    let there = all.filter(|path| path.is_file() && !signals::is_backup(path));
    there.filter(is_new).collect()
}

/// How many files and folders are taken below a place that ends in `*`, however deep they lie:
/// agents keep the sessions of years. A place with more makes a scan incomplete.
const MAX_BELOW: usize = 20_000;

/// The files at a place; where it ends in `*`, those that are there.
fn files_at(place: &Path) -> (Vec<PathBuf>, Option<Skipped>) {
    let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(prefix) = name.strip_suffix('*') else { return (vec![place.to_owned()], None) };
    let begin = entries_of(place.parent(), |name| name.starts_with(prefix));
    let (files, is_all) = below(begin, MAX_BELOW);
    let reason = format!("more than {MAX_BELOW} files");
    (files, (!is_all).then(|| Skipped { path: place.to_owned(), reason }))
}

/// The files among these and in the folders among these, those that lie less deep first, and whether
/// they are all; links to folders are not followed.
fn below(begin: Vec<PathBuf>, most: usize) -> (Vec<PathBuf>, bool) {
    let mut files = Vec::new();
    let mut next = VecDeque::from(begin);
    for _ in 0..most {
        let Some(path) = next.pop_front() else { return (files, true) };
        match path.symlink_metadata() {
            Ok(about) if about.is_dir() => next.extend(entries_of(Some(&path), |_| true)),
            _ => files.push(path),
        }
    }
    (files, next.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_however_deep_they_lie_and_no_more_than_so_many() {
        let folder = tempfile::tempdir().unwrap();
        let mut deep = folder.path().to_owned();
        for name in 0..20 {
            deep.push(name.to_string());
        }
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("session.jsonl"), "{}").unwrap();
        fs::write(folder.path().join("0").join("history"), "").unwrap();
        let begin = || entries_of(Some(folder.path()), |_| true);
        let (files, is_all) = below(begin(), 22);
        assert!(is_all);
        assert_eq!(files, [folder.path().join("0/history"), deep.join("session.jsonl")]);
        let (files, is_all) = below(begin(), 21);
        assert!(!is_all);
        assert_eq!(files, [folder.path().join("0/history")]);
    }
}
