//! A search for many words at once, in any case: what sorts out the files and the texts that nothing
//! else has to read.

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;

/// What stands at an end of a word that ends there: no letter is beyond.
const EDGE: &str = r"\b";

/// Words as one automaton.
pub(super) struct Words {
    automaton: DFA,
    start: StateID,
    edges: Vec<Edges>,
}

/// How long a word is, and at which of its ends no letter may be beyond.
struct Edges {
    length: usize,
    begin: bool,
    end: bool,
}

impl Words {
    /// Words of ASCII; one that begins or ends with `\b` has no letter there beyond it. `None` where
    /// they are too many for one automaton.
    pub(super) fn new<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Option<Self> {
        let (plain, edges): (Vec<String>, Vec<Edges>) =
            words.into_iter().map(|word| parted(word.as_ref())).unzip();
        let automaton = DFA::builder().ascii_case_insensitive(true).build(plain).ok()?;
        let start = automaton.start_state(Anchored::No).ok()?;
        Some(Self { automaton, start, edges })
    }

    /// Whether one of the words is there.
    pub(super) fn are_in(&self, bytes: &[u8]) -> bool {
        self.any(bytes, |_| true)
    }

    /// Whether `is` holds of a place where a word ends. The places come in no order, and more than
    /// once.
    pub(super) fn any(&self, bytes: &[u8], mut is: impl FnMut(usize) -> bool) -> bool {
        self.any_match(bytes, |_, end| is(end))
    }

    /// Which of the words are there, in the order in which they were given.
    pub(super) fn found_in(&self, bytes: &[u8]) -> Vec<bool> {
        let mut found = vec![false; self.automaton.patterns_len()];
        self.any_match(bytes, |word, _| {
            found[word] = true;
            false
        });
        found
    }

    /// Whether `is` holds of a word and of where it ends.
    fn any_match(&self, bytes: &[u8], mut is: impl FnMut(usize, usize) -> bool) -> bool {
        self.any_end(bytes, |state, end| {
            let words = (0..self.automaton.match_len(state))
                .map(|at| self.automaton.match_pattern(state, at).as_usize());
            words.filter(|word| self.edges[*word].are_in(bytes, end)).any(|word| is(word, end))
        })
    }

    /// Whether `is` holds of a state in which words end, and of where.
    fn any_end(&self, bytes: &[u8], mut is: impl FnMut(StateID, usize) -> bool) -> bool {
        // A step of the automaton waits for the one before it: four parts are read at the same time.
        let length = bytes.len() / 4;
        let (one, rest) = bytes.split_at(length);
        let (two, rest) = rest.split_at(length);
        let (three, four) = rest.split_at(length);
        let step = |state, byte: &u8| self.automaton.next_state(Anchored::No, state, *byte);
        let is_match = |state| self.automaton.is_match(state);
        let is_special = |state| self.automaton.is_special(state);
        let [mut e, mut f, mut g, mut h] = [self.start; 4];
        // Written out: a loop over the four takes twice as long.
        for (at, (((a, b), c), d)) in one.iter().zip(two).zip(three).zip(four).enumerate() {
            (e, f, g, h) = (step(e, a), step(f, b), step(g, c), step(h, d));
            // One comparison each, where a match is two: of the states on this path no other is special.
            if is_special(e) | is_special(f) | is_special(g) | is_special(h) {
                let ended = [e, f, g, h].into_iter().zip((at + 1..).step_by(length));
                if ended.filter(|(state, _)| is_match(*state)).any(|(state, end)| is(state, end)) {
                    return true;
                }
            }
        }
        // A word may begin in one part and end in the next one.
        let over = self.automaton.max_pattern_len();
        [e, f, g, h].into_iter().zip(1..).any(|(mut state, part)| {
            let begin = part * length;
            bytes[begin..].iter().take(over).zip(begin + 1..).any(|(byte, end)| {
                state = step(state, byte);
                is_match(state) && is(state, end)
            })
        })
    }
}

/// A word without its marks, and what they say.
fn parted(word: &str) -> (String, Edges) {
    let (begin, rest) = word.strip_prefix(EDGE).map_or((false, word), |rest| (true, rest));
    let (end, plain) = rest.strip_suffix(EDGE).map_or((false, rest), |rest| (true, rest));
    (plain.to_owned(), Edges { length: plain.len(), begin, end })
}

impl Edges {
    /// Whether a word that ends here has the ends that it wants.
    fn are_in(&self, bytes: &[u8], end: usize) -> bool {
        let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
        let before = &bytes[..end - self.length];
        // The letter of an escape (`\n`) is none of a word.
        let is_escape = before.iter().nth_back(1) == Some(&b'\\');
        let begins = !self.begin || is_escape || !is_letter(before.last());
        let ends = !self.end || !is_letter(bytes.get(end));
        begins && ends
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_edge_is_where_no_letter_is() {
        let words = Words::new([r"\bacr_", r"auths\b", r"\bx\b"]).unwrap();
        for text in [
            "ACR_P",
            "my_acr_",
            "\"auths\":",
            "auths",
            "auths_x",
            "1acr_",
            r"\nacr_p",
            "x",
            "a x b",
        ] {
            assert!(words.are_in(text.as_bytes()), "{text}");
        }
        for text in ["MACR_P", "authschemes", "Authserver", "xx", "ax", "xb", ""] {
            assert!(!words.are_in(text.as_bytes()), "{text}");
        }
        assert_eq!(words.found_in(b"macr_ auths acr_"), [true, true, false]);
    }

    proptest! {
        /// What a plain search finds, wherever the words lie.
        #[test]
        fn each_word_is_found_where_it_ends(
            parts in proptest::collection::vec("(auth|Docker_|CR_P|aut|.{0,5}|\\n){0,4}", 0..12),
        ) {
            let text = parts.concat();
            let list = ["auth", "DOCKER_", "er_", "cr_p", "x"];
            let lower = text.to_ascii_lowercase();
            let ends = |word: &str| {
                let word = word.to_ascii_lowercase();
                (0..=lower.len()).filter(|end| lower.as_bytes()[..*end].ends_with(word.as_bytes())).collect::<Vec<_>>()
            };
            let mut wanted: Vec<usize> = list.iter().flat_map(|word| ends(word)).collect();
            let words = Words::new(list).unwrap();
            let mut found = Vec::new();
            words.any(text.as_bytes(), |end| { found.push(end); false });
            for ends in [&mut wanted, &mut found] {
                ends.sort_unstable();
                ends.dedup();
            }
            prop_assert_eq!(words.are_in(text.as_bytes()), !wanted.is_empty());
            let is_there = list.map(|word| lower.contains(&word.to_ascii_lowercase()));
            prop_assert_eq!(words.found_in(text.as_bytes()), is_there);
            prop_assert_eq!(found, wanted);
        }
    }
}
