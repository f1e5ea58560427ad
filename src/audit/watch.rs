//! Watches those who ask the file system: a dead network mount never answers, and a thread that waits
//! for it cannot be woken. What gives no answer is named and left behind, and others do the rest.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::scan::{Scan, Skipped};

/// Why it was not looked at.
pub const NO_ANSWER: &str = "no answer in time";

/// How long one file may be examined while nothing else moves.
const EXAMINED_IN: Duration = Duration::from_secs(60);

/// How often one looks whether anything moves. Time in which the whole program stood still is not
/// counted.
const INTERVAL: Duration = Duration::from_millis(50);

/// How often something may be left behind; after that all that is left is.
const ROUNDS: usize = 3;

/// Work that may hang: paths, what waits for the file system, and what was found.
#[derive(Default)]
pub(super) struct Watch {
    left: Mutex<VecDeque<Task>>,
    seats: Mutex<Vec<Seat>>,
    /// As they are written: to compare paths by their parts takes long.
    awaited: Mutex<HashSet<OsString>>,
    found: Mutex<Scan>,
    steps: Arc<AtomicUsize>,
}

/// A path to look at, and the folder that its name in ids is told from.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) path: PathBuf,
    pub(super) from: PathBuf,
}

/// Where one thread says what it is at.
#[derive(Debug, Clone, Default)]
pub(super) struct Seat {
    at: Arc<Mutex<(PathBuf, Option<Doing>)>>,
    steps: Arc<AtomicUsize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// It waits for the file system.
    Asking,
    /// It works.
    Examining,
}

impl Seat {
    pub(super) fn begin(&self, path: &Path, doing: Doing) {
        self.steps.fetch_add(1, Ordering::Relaxed);
        let mut at = lock(&self.at);
        path.clone_into(&mut at.0);
        at.1 = Some(doing);
    }

    pub(super) fn end(&self) {
        lock(&self.at).1 = None;
    }
}

impl Watch {
    pub(super) fn of(tasks: impl IntoIterator<Item = Task>) -> Arc<Self> {
        Arc::new(Self { left: Mutex::new(tasks.into_iter().collect()), ..Self::default() })
    }

    /// Lets `work` do one task after the other, by a thread that is left behind with its task where
    /// for so long nothing moves. Returns what was found; `tick` is called now and then.
    pub(super) fn run(
        self: Arc<Self>,
        patience: Duration,
        tick: &dyn Fn(),
        work: impl Fn(&Arc<Self>, &Task) + Send + Sync + 'static,
    ) -> Scan {
        let work = Arc::new(work);
        for _ in 0..ROUNDS {
            let (done, is_done) = mpsc::channel();
            let (watch, work) = (Arc::clone(&self), Arc::clone(&work));
            let thread = thread::spawn(move || {
                watch.tasks().for_each(|task| work(&watch, &task));
                // Nobody waits where it was left behind.
                let _ = done.send(());
            });
            if self.is_done(&is_done, patience, tick) {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                break;
            }
            self.leave_behind();
        }
        let rest: Vec<_> = lock(&self.left).drain(..).map(|task| task.path).collect();
        self.name(rest);
        std::mem::take(&mut *lock(&self.found)).finish()
    }

    /// Adds what was found in a place.
    pub(super) fn add(&self, scan: Scan) {
        lock(&self.found).add(scan);
    }

    /// A place for one more thread.
    pub(super) fn seat(&self) -> Seat {
        let seat = Seat { steps: Arc::clone(&self.steps), ..Seat::default() };
        lock(&self.seats).push(seat.clone());
        seat
    }

    /// Something will be asked of this path, by whom is not known yet.
    pub(super) fn awaits(&self, path: &Path) {
        self.moves();
        lock(&self.awaited).insert(path.as_os_str().to_owned());
    }

    /// This path has answered.
    pub(super) fn has(&self, path: &Path) {
        self.moves();
        lock(&self.awaited).remove(path.as_os_str());
    }

    /// Something moves.
    pub(super) fn moves(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    fn tasks(&self) -> impl Iterator<Item = Task> + '_ {
        std::iter::from_fn(|| lock(&self.left).pop_front())
    }

    /// Waits until the work is done, or until nothing moves any more.
    fn is_done(&self, is_done: &mpsc::Receiver<()>, patience: Duration, tick: &dyn Fn()) -> bool {
        let (mut seen, mut still) = (0, Duration::ZERO);
        while is_done.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            tick();
            let steps = self.steps.load(Ordering::Relaxed);
            still = if steps == seen { still + INTERVAL } else { Duration::ZERO };
            seen = steps;
            if still >= patience && (still >= EXAMINED_IN || !self.is_examining()) {
                return false;
            }
        }
        true
    }

    fn is_examining(&self) -> bool {
        let is_so = |seat: &Seat| lock(&seat.at).1 == Some(Doing::Examining);
        lock(&self.seats).iter().any(is_so)
    }

    /// Names what does not answer. Who waits for it is not waited for.
    fn leave_behind(&self) {
        let awaited = std::mem::take(&mut *lock(&self.awaited));
        let mut all: BTreeSet<_> = awaited.into_iter().map(PathBuf::from).collect();
        let seats = std::mem::take(&mut *lock(&self.seats));
        all.extend(seats.iter().filter_map(|seat| {
            let at = lock(&seat.at);
            at.1.map(|_| at.0.clone())
        }));
        // What lies beside it will hardly answer either, and is asked last.
        let is_near = |task: &Task| {
            let mut folders = all.iter().filter_map(|path| path.parent());
            folders.any(|folder| task.path.starts_with(folder))
        };
        lock(&self.left).make_contiguous().sort_by_key(is_near);
        self.name(all);
    }

    fn name(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let skip = |path| Skipped { path, reason: NO_ANSWER.to_owned() };
        self.add(Scan::of(Vec::new(), paths.into_iter().map(skip).collect()));
    }
}

/// What another thread left when it panicked is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasks(paths: &[&str]) -> Vec<Task> {
        paths.iter().map(|p| Task { path: p.into(), from: PathBuf::new() }).collect()
    }

    /// What is looked at where these give no answer, and what is named as skipped.
    fn run(paths: &[&str], dead: &'static [&str]) -> (Vec<String>, Vec<String>) {
        let looked_at = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&looked_at);
        let watch = Watch::of(tasks(paths));
        let scan = watch.run(3 * INTERVAL, &|| {}, move |watch, task| {
            let path = task.path.display().to_string();
            let seat = watch.seat();
            seat.begin(&task.path, Doing::Asking);
            while dead.contains(&path.as_str()) {
                thread::park();
            }
            lock(&seen).push(path);
            seat.end();
        });
        let skipped = scan.skipped.iter().map(|skipped| skipped.path.display().to_string());
        (std::mem::take(&mut *lock(&looked_at)), skipped.collect())
    }

    #[test]
    fn what_does_not_answer_is_named_and_the_rest_is_looked_at() {
        let (looked_at, skipped) = run(&["/a/1", "/a/2", "/b/1"], &["/a/1"]);
        assert_eq!(looked_at, ["/b/1", "/a/2"]);
        assert_eq!(skipped, ["/a/1"]);
    }

    #[test]
    fn where_much_does_not_answer_the_rest_is_not_waited_for() {
        let dead = &["/a/1", "/a/2", "/a/3", "/a/4"];
        let (looked_at, skipped) = run(&["/a/1", "/a/2", "/a/3", "/a/4", "/b"], dead);
        assert_eq!(looked_at, ["/b"]);
        assert_eq!(skipped, dead);
    }

    #[test]
    fn who_works_is_given_more_time() {
        let watch = Watch::of(tasks(&["/a"]));
        let scan = watch.run(INTERVAL, &|| {}, |watch, task| {
            watch.seat().begin(&task.path, Doing::Examining);
            thread::sleep(6 * INTERVAL);
        });
        assert!(scan.is_complete());
    }

    #[test]
    fn what_was_found_before_is_kept() {
        let watch = Watch::of(tasks(&["/a"]));
        let scan = watch.run(INTERVAL, &|| {}, |watch, task| {
            let mut scan = Scan::default();
            scan.looked_at = 7;
            watch.add(scan);
            watch.awaits(&task.path);
            loop {
                thread::park();
            }
        });
        assert_eq!((scan.looked_at, scan.is_complete()), (7, false));
    }
}
