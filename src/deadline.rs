//! Every wait has an end: work that may hang runs on a thread of its own and is given up in time.

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
