//! One pass over a text that sorts out nearly all files of a disk: those without a word that a
//! credential comes with.

use std::fs::File;
use std::io::{Read, Seek};
use std::sync::LazyLock;

use super::document::is_utf16;
use super::sources::{self, Find, Source};
use super::words::Words;

/// Base64 of `{"auths"`, as manifests hold it, in the layouts that programs write.
pub(super) const ENCODED: &[&str] =
    &["eyJhdXRocyI6", "ewogICAgImF1dGhzIj", "ewoJImF1dGhzIj", "ewogICJhdXRocyI6"];

/// The words of all sources.
static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| {
    Words::new(sources::ALL.iter().flat_map(|source| source.words).chain(ENCODED))
});

/// Which sources may find something in a text, going by its words.
pub(super) struct Wanted {
    /// In the order of the sources.
    pub(super) sources: Vec<bool>,
    /// Whether there may be a document in it that is for one of them.
    pub(super) documents: bool,
}

impl Wanted {
    /// Those that have a word in this text.
    pub(super) fn of(text: &str) -> Self {
        let Some(words) = WORDS.as_ref() else {
            return Self { sources: vec![true; sources::ALL.len()], documents: true };
        };
        let found = words.found_in(text.as_bytes());
        let mut rest = &found[..];
        let mut take = |count: usize| {
            let (own, others) = rest.split_at(count);
            rest = others;
            own.contains(&true)
        };
        let sources: Vec<bool> =
            sources::ALL.iter().map(|source| take(source.words.len())).collect();
        let of_documents =
            |(source, has): (&&Source, &bool)| *has && matches!(source.find, Find::Map(_));
        let documents = sources::ALL.iter().zip(&sources).any(of_documents) || take(ENCODED.len());
        Self { sources, documents }
    }
}

/// Whether a file is worth reading closely, going by its bytes: it has one of the words, and is text.
/// UTF-16 hides its words from this, and is always read.
#[must_use]
pub fn may_hold_credentials(bytes: &[u8]) -> bool {
    is_utf16(bytes)
        || WORDS.as_ref().is_none_or(|words| words.are_in(bytes)) && !is_machine_made(bytes)
}

/// How many bytes tell a program or a picture from a text, and in how many places of a file they are
/// taken: a library begins with a long list of names.
const SAMPLE: usize = 1024;
const SAMPLES: usize = 16;

/// The bytes that no text has, but for NUL: those are counted by themselves.
const IS_CONTROL: [bool; 256] = {
    let mut is = [false; 256];
    let mut byte = 1;
    while byte < 256 {
        is[byte] = matches!(byte, 1..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
        byte += 1;
    }
    is
};

/// Whether more than a tenth of the bytes are none of a text's. NULs count for nothing: an editor's
/// swap file is text between them.
fn is_machine_made(bytes: &[u8]) -> bool {
    let step = (bytes.len() / SAMPLES).max(SAMPLE);
    let (mut bad, mut all) = (0, 0);
    for sample in bytes.chunks(step).map(|part| &part[..part.len().min(SAMPLE)]) {
        bad += sample.iter().map(|b| usize::from(IS_CONTROL[usize::from(*b)])).sum::<usize>();
        if std::str::from_utf8(sample).is_err() {
            bad += sample.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
        }
        all += sample.len() - memchr::memchr_iter(0, sample).count();
    }
    bad * 10 > all
}

/// Whether a file too large to be read begins as no text does.
pub(super) fn is_binary(mut file: &File) -> bool {
    let mut begin = [0; 4096];
    let read = file.read(&mut begin).unwrap_or(0);
    let begin = &begin[..read];
    let is_binary = !is_utf16(begin) && begin.contains(&0);
    // A file that cannot be read from its begin again is not read at all.
    is_binary || file.rewind().is_err()
}
