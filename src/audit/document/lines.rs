//! Which line a byte of a text is on.

/// For how many bytes the line ends are counted at once.
const BLOCK: usize = 256;

/// The lines of a text, in a fraction of its size also where it is nothing but line ends.
pub struct Lines<'t> {
    text: &'t [u8],
    /// How many line ends there are before each block.
    before: Vec<u32>,
}

impl<'t> Lines<'t> {
    /// Looks for the line ends of a text.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let text = text.as_bytes();
        let mut all = 0;
        let count = |block: &[u8]| {
            let before = all;
            all += u32::try_from(memchr::memchr_iter(b'\n', block).count()).unwrap_or(0);
            before
        };
        let before = text.chunks(BLOCK).map(count).collect();
        Self { text, before }
    }

    /// The line of the byte at this place, counted from 1; of the last one where it is behind the end.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        let block = (at / BLOCK).min(self.before.len().saturating_sub(1));
        let begin = block * BLOCK;
        let before = self.before.get(block).map_or(0, |count| *count as usize);
        before + memchr::memchr_iter(b'\n', &self.text[begin..at]).count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_more_than_the_line_ends_before() {
        let text = "a\n\n".repeat(BLOCK);
        let lines = Lines::of(&text);
        for at in 0..=text.len() {
            assert_eq!(lines.line(at), text[..at].matches('\n').count() + 1, "{at}");
        }
        assert_eq!((Lines::of("").line(0), lines.line(usize::MAX)), (1, 2 * BLOCK + 1));
    }
}
