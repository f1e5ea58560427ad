//! Trees that were asked for, walked by several threads: every file, hidden ones as well, on one file
//! system and without following symbolic links.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::room::Room;
use super::scan::{Facts, Reader, Scan, Skipped};

/// Folders that hold nothing a person or a program would log in with: what git and its like have
/// packed, and what package managers have fetched.
const PRUNED: &[&str] = &[".git/objects", ".hg/store", ".svn/pristine", "node_modules"];

/// Looks into each path: a file, or a folder and all below it. `progress` is told how many files were
/// looked at, now and then.
#[must_use]
pub fn paths(paths: &[PathBuf], facts: &Facts, progress: &(dyn Fn(usize) + Sync)) -> Scan {
    let total = Mutex::new(Scan::default());
    let (count, room) = (AtomicUsize::new(0), Room::new());
    for path in paths {
        one(path, facts, (&total, &room), &|| {
            let files = count.fetch_add(1, Ordering::Relaxed) + 1;
            if files.is_multiple_of(512) {
                progress(files);
            }
        });
    }
    total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).finish()
}

fn one(
    root: &Path,
    facts: &Facts,
    (total, room): (&Mutex<Scan>, &Room),
    looked_at: &(dyn Fn() + Sync),
) {
    let add = |scan: Scan| {
        total.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(scan);
    };
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).follow_links(false).same_file_system(true);
    walk.filter_entry(|entry| !is_pruned(entry.path()));
    let (send, receive) = mpsc::channel::<Scan>();
    walk.build_parallel().run(|| {
        let (scan, reader) = (Scan::default(), Reader::new(room));
        let mut own = Own { scan, reader, send: send.clone() };
        Box::new(move |entry| {
            match entry {
                Ok(entry) if is_file(&entry) => {
                    let path = entry.path();
                    let name = path.strip_prefix(root).ok().filter(|p| *p != Path::new(""));
                    let name = name.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
                    let Own { scan, reader, .. } = &mut own;
                    reader.look(path, &name.to_string_lossy(), facts, scan);
                    looked_at();
                }
                Ok(_) => {}
                Err(error) => own.scan.skip(skipped(root, &error)),
            }
            WalkState::Continue
        })
    });
    drop(send);
    receive.into_iter().for_each(add);
}

/// What one thread found; handed over at its end.
struct Own<'r> {
    scan: Scan,
    reader: Reader<'r>,
    send: mpsc::Sender<Scan>,
}

impl Drop for Own<'_> {
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
