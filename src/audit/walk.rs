//! Trees that were asked for, walked by several threads: every file, hidden ones as well, on one file
//! system and without following symbolic links.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::reader::Reader;
use super::scan::{Facts, Scan, Skipped};
use super::watch::{Task, Watch};

/// Folders that hold nothing a person or a program would log in with: what git and its like have
/// packed, and what package managers have fetched.
const PRUNED: &[&str] = &[".git/objects", ".hg/store", ".svn/pristine", "node_modules"];

/// Looks into each path: a file, or a folder and all below it. `progress` is told how many files were
/// looked at, now and then. A path that gives no answer in time is named as skipped.
#[must_use]
pub fn paths(paths: &[PathBuf], facts: &Facts, progress: &dyn Fn(usize)) -> Scan {
    let count = Arc::new(AtomicUsize::new(0));
    let task = |path: &PathBuf| Task { path: path.clone(), from: path.clone() };
    let watch = Watch::of(paths.iter().map(task));
    let (patience, facts) = (facts.surroundings.patience(), facts.clone());
    let looked_at = Arc::clone(&count);
    let tick = || progress(count.load(Ordering::Relaxed));
    let mut scan = watch.run(patience, &tick, move |watch, task| {
        Walk { watch, facts: &facts, looked_at: &looked_at }.below(&task.path);
    });
    scan.looked_at = count.load(Ordering::Relaxed);
    scan
}

/// The walk of one path.
struct Walk<'w> {
    watch: &'w Arc<Watch>,
    facts: &'w Facts,
    looked_at: &'w AtomicUsize,
}

/// A file that is left to the thread for large ones: its path, and its name in ids.
type Large = (PathBuf, String);

impl Walk<'_> {
    fn below(&self, root: &Path) {
        let (send, large) = mpsc::channel();
        std::thread::scope(|threads| {
            threads.spawn(|| self.one_by_one(large));
            self.tree(root, send);
        });
    }

    /// Large files take much memory: one at a time, by a thread whose memory is used again for the
    /// next.
    fn one_by_one(&self, files: mpsc::Receiver<Large>) {
        let mut reader = Reader::at(self.watch.seat());
        for (path, name) in files {
            self.look(|facts, scan| reader.look(&path, &|| name.clone(), facts, scan));
            self.watch.has(&path);
        }
    }

    fn tree(&self, root: &Path, large: mpsc::Sender<Large>) {
        self.watch.awaits(root);
        let mut walk = WalkBuilder::new(root);
        walk.standard_filters(false).follow_links(false).same_file_system(true);
        let watch = Arc::clone(self.watch);
        walk.filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if is_folder && is_pruned(entry.path()) {
                return false;
            }
            if is_folder {
                watch.awaits(entry.path());
            }
            true
        });
        walk.build_parallel().run(|| {
            let (mut reader, large) = (Reader::at(self.watch.seat()), large.clone());
            Box::new(move |entry| {
                match entry {
                    Ok(entry) if is_file(&entry) => self.file(root, entry, &mut reader, &large),
                    Ok(entry) => self.watch.has(entry.path()),
                    Err(error) => self.refused(root, &error),
                }
                WalkState::Continue
            })
        });
    }

    fn file(&self, root: &Path, entry: DirEntry, reader: &mut Reader, large: &mpsc::Sender<Large>) {
        let path = entry.path();
        let name = || name(root, path);
        let is_small = self.look(|facts, scan| reader.look_if_small(path, &name, facts, scan));
        if entry.depth() == 0 {
            self.watch.has(path);
        }
        if !is_small {
            self.watch.awaits(path);
            // Nobody receives where the walk was given up.
            let _ = large.send((path.to_owned(), name()));
        }
    }

    fn refused(&self, root: &Path, error: &ignore::Error) {
        self.watch.has(path_of(error).unwrap_or(root));
        self.watch.add(Scan::of(Vec::new(), vec![skipped(root, error)]));
    }

    /// Adds what a look finds; nearly all find nothing.
    fn look<T>(&self, look: impl FnOnce(&Facts, &mut Scan) -> T) -> T {
        let mut scan = Scan::default();
        let answer = look(self.facts, &mut scan);
        self.looked_at.fetch_add(scan.looked_at, Ordering::Relaxed);
        if !scan.findings.is_empty() || !scan.is_complete() {
            self.watch.add(scan);
        }
        answer
    }
}

/// A file's name in ids: its path from the folder that was asked for.
fn name(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).ok().filter(|below| *below != Path::new(""));
    let name = below.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
    name.to_string_lossy().into_owned()
}

fn is_pruned(path: &Path) -> bool {
    PRUNED.iter().any(|pruned| path.ends_with(pruned))
}

/// Whether it is a file; what was asked for by name may also be a link to one.
fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file())
        || entry.depth() == 0 && entry.path().is_file()
}

fn skipped(root: &Path, error: &ignore::Error) -> Skipped {
    let reason = error.io_error().map_or_else(
        || "cannot be walked".to_owned(),
        |io| match io.kind() {
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
            _ => "cannot be read".to_owned(),
        },
    );
    Skipped { path: path_of(error).unwrap_or(root).to_owned(), reason }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}
