//! Trees that were asked for, walked by several threads: every file, hidden ones as well, on one file
//! system and without following symbolic links.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::reader::Reader;
use super::scan::{Facts, Scan, Skipped};

/// Folders that hold nothing a person or a program would log in with: what git and its like have
/// packed, and what package managers have fetched.
const PRUNED: &[&str] = &[".git/objects", ".hg/store", ".svn/pristine", "node_modules"];

/// Looks into each path: a file, or a folder and all below it. `progress` is told how many files were
/// looked at, now and then.
#[must_use]
pub fn paths(paths: &[PathBuf], facts: &Facts, progress: &(dyn Fn(usize) + Sync)) -> Scan {
    let count = AtomicUsize::new(0);
    let looked_at = || {
        let files = count.fetch_add(1, Ordering::Relaxed) + 1;
        if files.is_multiple_of(512) {
            progress(files);
        }
    };
    let (send, large) = mpsc::channel();
    let found = std::thread::scope(|threads| {
        let large = threads.spawn(|| one_by_one(large, facts, &looked_at));
        let mut found = Scan::default();
        for path in paths {
            tree(path, facts, &send, &looked_at).into_iter().for_each(|scan| found.add(scan));
        }
        drop(send);
        found.add(large.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        found
    });
    found.finish()
}

/// A file that is left to the thread for large ones: its path, and its name in ids.
type Large = (PathBuf, String);

/// Large files take much memory: one at a time, by a thread whose memory is used again for the next.
fn one_by_one(files: mpsc::Receiver<Large>, facts: &Facts, looked_at: &(dyn Fn() + Sync)) -> Scan {
    let (mut scan, mut reader) = (Scan::default(), Reader::default());
    for (path, name) in files {
        reader.look(&path, &name, facts, &mut scan);
        looked_at();
    }
    scan
}

/// What each thread found below a path.
fn tree(
    root: &Path,
    facts: &Facts,
    large: &mpsc::Sender<Large>,
    looked_at: &(dyn Fn() + Sync),
) -> mpsc::Receiver<Scan> {
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).follow_links(false).same_file_system(true);
    walk.filter_entry(|entry| !is_pruned(entry.path()));
    let (send, receive) = mpsc::channel::<Scan>();
    walk.build_parallel().run(|| {
        let (scan, reader) = (Scan::default(), Reader::default());
        let mut own = Own { scan, reader, send: send.clone() };
        let large = large.clone();
        Box::new(move |entry| {
            match entry {
                Ok(entry) if is_file(&entry) => {
                    let path = entry.path();
                    let name = path.strip_prefix(root).ok().filter(|p| *p != Path::new(""));
                    let name = name.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
                    let name = name.to_string_lossy();
                    let Own { scan, reader, .. } = &mut own;
                    if reader.look_if_small(path, &name, facts, scan) {
                        looked_at();
                    } else {
                        // Nobody receives where the scan was given up.
                        let _ = large.send((path.to_owned(), name.into_owned()));
                    }
                }
                Ok(_) => {}
                Err(error) => own.scan.skip(skipped(root, &error)),
            }
            WalkState::Continue
        })
    });
    receive
}

/// What one thread found; handed over at its end.
struct Own {
    scan: Scan,
    reader: Reader,
    send: mpsc::Sender<Scan>,
}

impl Drop for Own {
    fn drop(&mut self) {
        // Nobody receives where the walk was given up.
        let _ = self.send.send(std::mem::take(&mut self.scan));
    }
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
