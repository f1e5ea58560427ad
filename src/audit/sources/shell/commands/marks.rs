//! The words without which no command is ours, and where they are in a text: most lines have none.

use std::ops::Range;
use std::sync::LazyLock;

use crate::audit::words::Words;

static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| Words::new(super::WORDS));

/// Whether a text may hold a command of ours. In a quoted text it may begin with the program and go
/// on in a list.
pub(super) fn may_hold(text: &str) -> bool {
    WORDS.as_ref().is_none_or(|words| words.are_in(text.as_bytes()))
}

/// Where the words of a text end, in its order; `None` where nobody knows.
pub(super) struct Marks(Option<Vec<usize>>);

impl Marks {
    pub(super) fn of(text: &str) -> Self {
        let ends = WORDS.as_ref().map(|words| {
            let mut ends = Vec::new();
            words.any(text.as_bytes(), |end| {
                ends.push(end);
                false
            });
            ends.sort_unstable();
            ends
        });
        Self(ends)
    }

    /// Whether there is a word in this part of the text.
    pub(super) fn lie_in(&self, part: Range<usize>) -> bool {
        self.0.as_ref().is_none_or(|ends| {
            let next = ends.get(ends.partition_point(|end| *end <= part.start));
            next.is_some_and(|end| *end <= part.end)
        })
    }
}
