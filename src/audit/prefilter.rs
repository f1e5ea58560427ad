//! One pass over a text that sorts out nearly all files of a disk: those without a word that a
//! credential comes with.

use std::fs::File;
use std::io::{Read, Seek};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

use super::sources;

/// Base64 of `{"auths"`, as manifests hold it, in the layouts that programs write.
pub(super) const ENCODED: &[&str] =
    &["eyJhdXRocyI6", "ewogICAgImF1dGhzIj", "ewoJImF1dGhzIj", "ewogICJhdXRocyI6"];

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = sources::ALL.iter().flat_map(|source| source.words).chain(ENCODED);
    AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .ok()
});

/// Whether a file is worth reading closely, going by its bytes: it has one of the words, and is text.
/// UTF-16 hides its words from this, and is always read.
#[must_use]
pub fn may_hold_credentials(bytes: &[u8]) -> bool {
    is_utf16(bytes)
        || WORDS.as_ref().is_none_or(|words| words.is_match(bytes)) && !is_machine_made(bytes)
}

/// How many bytes tell a program or a picture from a text, and in how many places of a file they are
/// taken: a library begins with a long list of names.
const SAMPLE: usize = 4 * 1024;
const SAMPLES: usize = 16;

/// Whether more than a tenth of the bytes are none of a text's. NULs count for nothing: an editor's
/// swap file is text between them.
fn is_machine_made(bytes: &[u8]) -> bool {
    let step = (bytes.len() / SAMPLES).max(SAMPLE);
    let (mut bad, mut all) = (0, 0);
    for sample in bytes.chunks(step).map(|part| &part[..part.len().min(SAMPLE)]) {
        let is_control = |b: &&u8| matches!(**b, 1..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
        bad += sample.iter().filter(is_control).count();
        bad += sample.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
        all += sample.iter().filter(|b| **b != 0).count();
    }
    bad * 10 > all
}

/// Whether the bytes begin as UTF-16 does.
fn is_utf16(bytes: &[u8]) -> bool {
    let zeros = |at: [usize; 4]| at.map(|at| bytes.get(at) == Some(&0));
    let odd_or_even = [true, false, true, false];
    bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.len() >= 4
            && (zeros([0, 1, 2, 3]) == odd_or_even || zeros([1, 0, 3, 2]) == odd_or_even)
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
