//! A lock on an open file, that the kernel releases when its holder ends, however it ends.

use std::fs::{File, TryLockError};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(3);

/// Waits until no other process holds the lock, for `limit` at most. The lock lasts until the file
/// is closed. Returns whether it was taken.
///
/// # Errors
/// Those of the system.
pub(crate) fn lock_within(file: &File, limit: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + limit;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(e)) => return Err(e),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(false),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
}
