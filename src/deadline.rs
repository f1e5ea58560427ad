//! Every wait has an end: work that may hang is given up in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs `work` and returns its answer, or `None` where there is none within `limit`.
///
/// Work that is given up goes on until the program ends, so the caller should end soon. Work that
/// panics has no answer either.
pub fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, answer) = mpsc::channel();
    let started = thread::Builder::new().spawn(move || {
        // The receiver is gone only when the answer came too late.
        let _ = done.send(work());
    });
    started.ok()?;
    answer.recv_timeout(limit).ok()
}

/// Runs `work` on this thread, which is the cheaper way for work that hardly ever hangs. Where it is
/// not done within `limit`, another thread runs `give_up` and ends the program with status 1; that
/// thread sleeps until then, so this is for once in a program.
pub fn guard<T>(
    limit: Duration,
    give_up: impl FnOnce() + Send + 'static,
    work: impl FnOnce() -> T,
) -> T {
    let is_decided = Arc::new(AtomicBool::new(false));
    let (done, is_done) = mpsc::channel::<()>();
    let watched = Arc::clone(&is_decided);
    // Where the system has no thread left the work is done without a guard.
    let watcher = thread::Builder::new().stack_size(64 * 1024).spawn(move || {
        let timed_out = is_done.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
        if timed_out && !watched.swap(true, Ordering::SeqCst) {
            give_up();
            #[allow(clippy::exit, reason = "the thread that could return hangs")]
            std::process::exit(1);
        }
    });
    let answer = work();
    if cfg!(windows) {
        // A program under Wine that ends while a thread of it waits is killed now and then.
        drop(done);
        let _ = watcher.map(thread::JoinHandle::join);
    } else {
        // Left as it is: waking the other thread would cost more than its sleep.
        std::mem::forget(done);
    }
    while is_decided.swap(true, Ordering::SeqCst) {
        // Given up at the last moment: the program is about to end.
        thread::park();
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_given_up() {
        assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
        assert_eq!(
            within(Duration::from_millis(20), || thread::sleep(Duration::from_secs(60))),
            None
        );
    }
}
