//! What a text's tree may cost: the whole program stays below 64 MB, whatever a file says. A tree has
//! many times the size of a text such as `[1,1,1,…`.

use super::Format;

/// How deep a tree may be; deeper files are read as lines only.
pub const MAX_DEPTH: usize = 200;

/// How many values the trees of one file may have; of 8 MB of a Terraform state or of a lock file,
/// which are the largest that people have, it is fewer.
pub const MAX_VALUES: usize = 90_000;

/// How many characters with a meaning YAML may have from one event of its parser to the next.
pub(super) const MAX_MARKS: usize = 60_000;

/// How many bytes of a text aliases may repeat.
pub(super) const MAX_REPEATED: usize = 1024 * 1024;

/// The most memory for the parser of one text, in bytes, where it builds a tree of its own.
const MAX_PARSER: usize = 24 * 1024 * 1024;

/// Why a text has no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is not of this format, or deeper than [`MAX_DEPTH`].
    Broken,
    /// It has more values than [`MAX_VALUES`], or would take too much memory.
    TooLarge,
}

/// What a byte of a text costs the parser, and what each of these marks costs besides; measured with
/// texts of nothing else.
type Costs = (usize, &'static [(u8, usize)]);

const TOML: Costs = (48, &[(b'=', 640), (b',', 280), (b'.', 280), (b'[', 130), (b'{', 130)]);
/// Attributes of one element are compared with each other.
const XML: Costs = (1, &[(b'<', 370), (b'=', 1600)]);

/// Refuses a text that would cost its parser too much memory. The others build no tree of their own,
/// and count.
pub(super) fn check(format: Format, text: &str) -> Result<(), Refused> {
    let (byte, marks) = match format {
        Format::Toml => TOML,
        Format::Xml => XML,
        _ => return Ok(()),
    };
    let of_mark =
        |(mark, cost): &(u8, usize)| memchr::memchr_iter(*mark, text.as_bytes()).count() * cost;
    let cost = text.len() * byte + marks.iter().map(of_mark).sum::<usize>();
    if cost > MAX_PARSER { Err(Refused::TooLarge) } else { Ok(()) }
}
