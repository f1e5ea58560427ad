//! The memory that all threads of a scan may use at once: a large file waits until it is alone.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many bytes files that are looked into may take together.
const ALL: usize = 32 * 1024 * 1024;

/// What a file takes while it is looked into, to its own bytes; most of it are values of a tree.
const TIMES: u64 = 64;

/// From so many bytes on a file has the room for itself as soon as it is read.
pub(super) const LARGE: u64 = ALL as u64 / TIMES;

/// What is left of the room.
pub(super) struct Room {
    free: Mutex<usize>,
    is_freed: Condvar,
}

/// A part of the room, given back when dropped.
pub(super) struct Taken<'r> {
    room: &'r Room,
    bytes: usize,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { free: Mutex::new(ALL), is_freed: Condvar::new() }
    }

    /// Waits until there is room for a file of so many bytes. Who holds a part of it takes no more.
    pub(super) fn take(&self, file_bytes: u64) -> Taken<'_> {
        let wanted = usize::try_from(file_bytes.saturating_mul(TIMES)).unwrap_or(ALL);
        let bytes = wanted.min(ALL);
        let is_short = |free: &mut usize| *free < bytes;
        let free = self.is_freed.wait_while(self.free(), is_short);
        *free.unwrap_or_else(PoisonError::into_inner) -= bytes;
        Taken { room: self, bytes }
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.room.free() += self.bytes;
        self.room.is_freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back_and_a_large_file_takes_all() {
        let room = Room::new();
        let small = [room.take(1), room.take(1000)];
        assert!(*room.free() < ALL);
        drop(small);
        for size in [LARGE, u64::MAX] {
            let large = room.take(size);
            assert_eq!(*room.free(), 0);
            std::thread::scope(|threads| {
                let waiting = threads.spawn(|| drop(room.take(1)));
                drop(large);
                waiting.join().unwrap();
            });
            assert_eq!(*room.free(), ALL);
        }
    }
}
