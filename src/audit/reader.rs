//! Files read one after the other: each once, with a limit, and only those closely that may hold a
//! credential.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use zeroize::Zeroize;

use super::document::decode;
use super::prefilter;
use super::scan::{Facts, Scan, Skipped, read_text};
use super::watch::{Doing, Seat};
use crate::files;

/// The largest file that is read, in bytes. Larger ones that hold text make a scan incomplete.
const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// From so many bytes on a file is looked at by one thread alone, one after the other: what is read
/// from it takes many times its size.
const LARGE: u64 = 512 * 1024;

/// Reads files one after the other, in one buffer.
#[derive(Default)]
pub(super) struct Reader {
    /// As long as the longest file so far; the one that is looked at has so many bytes of it.
    buffer: Vec<u8>,
    length: usize,
    seat: Seat,
}

/// How far a file was read.
enum Read {
    /// It is worth reading closely.
    Worth(Metadata),
    /// There is nothing in it.
    Nothing,
    /// It has more bytes than were wanted.
    Large,
}

impl Reader {
    /// One that says here what it is at.
    pub(super) fn at(seat: Seat) -> Self {
        Self { seat, ..Self::default() }
    }

    /// Looks into one file. `name` stands for it in ids.
    pub(super) fn look(
        &mut self,
        path: &Path,
        name: &dyn Fn() -> String,
        facts: &Facts,
        into: &mut Scan,
    ) {
        self.look_up_to(MAX_FILE_BYTES, path, name, facts, into);
    }

    /// As [`Reader::look`], but for a large file, which it leaves alone. Returns whether it looked.
    pub(super) fn look_if_small(
        &mut self,
        path: &Path,
        name: &dyn Fn() -> String,
        facts: &Facts,
        into: &mut Scan,
    ) -> bool {
        self.look_up_to(LARGE, path, name, facts, into)
    }

    fn look_up_to(
        &mut self,
        bytes: u64,
        path: &Path,
        name: &dyn Fn() -> String,
        facts: &Facts,
        into: &mut Scan,
    ) -> bool {
        let skip = |reason: String| Skipped { path: path.to_owned(), reason };
        self.seat.begin(path, Doing::Asking);
        let read = self.read(path, bytes);
        self.seat.end();
        match read {
            Ok(Read::Large) => return false,
            Ok(Read::Worth(about)) => {
                self.seat.begin(path, Doing::Examining);
                let text = decode(&self.buffer[..self.length]);
                let (findings, why) = read_text(path, &name(), &text, Some(&about), facts);
                let skipped = why.map(|reason| skip(reason.to_owned())).into_iter().collect();
                into.add(Scan::of(findings, skipped));
                drop(text);
                self.buffer[..self.length].zeroize();
                self.seat.end();
            }
            Ok(Read::Nothing) | Err(files::Error::Missing(_)) => {}
            Err(files::Error::TooLarge(..)) => {
                let limit = MAX_FILE_BYTES / 1024 / 1024;
                into.skip(skip(format!("larger than {limit} MB")));
            }
            Err(error) => into.skip(skip(error.reason())),
        }
        into.looked_at += 1;
        self.shrink();
        true
    }

    /// Reads a file of at most so many bytes. Only those that are worth it hold a secret that we know
    /// of, and are wiped before the next.
    fn read(&mut self, path: &Path, bytes: u64) -> Result<Read, files::Error> {
        let (file, about) =
            files::open(path, files::Links::Follow).map_err(|e| files::Error::io(path, e))?;
        if !about.is_file() {
            return Err(files::Error::NotRegular(path.to_owned()));
        }
        if about.len() > MAX_FILE_BYTES && prefilter::is_binary(&file) {
            return Ok(Read::Nothing);
        }
        if about.len() > MAX_FILE_BYTES {
            return Err(files::Error::TooLarge(path.to_owned(), MAX_FILE_BYTES));
        }
        if about.len() > bytes {
            return Ok(Read::Large);
        }
        self.fill(&file, &about, path)?;
        let is_worth_it = prefilter::may_hold_credentials(&self.buffer[..self.length]);
        Ok(if is_worth_it { Read::Worth(about) } else { Read::Nothing })
    }

    /// Reads as many bytes as the file had when it was opened, in one go where the system gives them.
    fn fill(&mut self, mut file: &File, about: &Metadata, path: &Path) -> Result<(), files::Error> {
        let length = usize::try_from(about.len()).unwrap_or_default();
        if length == 0 {
            // What the kernel makes up when it is read has no length.
            let mut bytes = files::read_open(file, about, path, MAX_FILE_BYTES)?;
            self.length = bytes.len();
            // Most files without a length are empty, and the buffer is there for the next.
            if self.length > 0 {
                self.buffer = std::mem::take(&mut *bytes);
            }
            return Ok(());
        }
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        self.length = 0;
        while self.length < length {
            match file.read(&mut self.buffer[self.length..length]) {
                Ok(0) => break,
                Ok(count) => self.length += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(files::Error::io(path, error)),
            }
        }
        Ok(())
    }

    /// Keeps no buffer of a large file.
    fn shrink(&mut self) {
        if self.buffer.capacity() as u64 > LARGE {
            self.buffer = Vec::new();
        }
    }
}
