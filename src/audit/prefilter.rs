//! One pass over a text that sorts out nearly all files of a disk: those without a word that a
//! credential comes with.

use std::fs::File;
use std::io::{Read, Seek};
use std::sync::LazyLock;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;

use super::document::is_utf16;
use super::sources;

/// Base64 of `{"auths"`, as manifests hold it, in the layouts that programs write.
pub(super) const ENCODED: &[&str] =
    &["eyJhdXRocyI6", "ewogICAgImF1dGhzIj", "ewoJImF1dGhzIj", "ewogICJhdXRocyI6"];

static WORDS: LazyLock<Option<Words>> = LazyLock::new(Words::of_sources);

/// The words of all sources, as one automaton.
struct Words {
    automaton: DFA,
    start: StateID,
}

impl Words {
    fn of_sources() -> Option<Self> {
        let words = sources::ALL.iter().flat_map(|source| source.words).chain(ENCODED);
        let automaton = DFA::builder().ascii_case_insensitive(true).build(words).ok()?;
        let start = automaton.start_state(Anchored::No).ok()?;
        Some(Self { automaton, start })
    }

    /// Whether one of the words is there. A step of the automaton waits for the one before it, so
    /// four parts of the bytes are read at the same time.
    fn are_in(&self, bytes: &[u8]) -> bool {
        let length = bytes.len() / 4;
        let (one, rest) = bytes.split_at(length);
        let (two, rest) = rest.split_at(length);
        let (three, four) = rest.split_at(length);
        let step = |state, byte: &u8| self.automaton.next_state(Anchored::No, state, *byte);
        let mut states = [self.start; 4];
        for (((a, b), c), d) in one.iter().zip(two).zip(three).zip(four) {
            let [e, f, g, h] = states;
            states = [step(e, a), step(f, b), step(g, c), step(h, d)];
            if states.iter().any(|state| self.automaton.is_match(*state)) {
                return true;
            }
        }
        // A word may begin in one part and end in the next one.
        let over = self.automaton.max_pattern_len();
        states.into_iter().zip([length, 2 * length, 3 * length, 4 * length]).any(|(state, end)| {
            let mut state = state;
            bytes[end..].iter().take(over).any(|byte| {
                state = step(state, byte);
                self.automaton.is_match(state)
            })
        })
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

/// Whether a file too large to be read begins as no text does.
pub(super) fn is_binary(mut file: &File) -> bool {
    let mut begin = [0; 4096];
    let read = file.read(&mut begin).unwrap_or(0);
    let begin = &begin[..read];
    let is_binary = !is_utf16(begin) && begin.contains(&0);
    // A file that cannot be read from its begin again is not read at all.
    is_binary || file.rewind().is_err()
}
