//! The lines of a text as a shell takes them: joined where they are continued, without the colours
//! of a terminal.

use std::borrow::Cow;

use super::quotes::Dialect;

/// How long a line is read as one, in bytes; each of its words takes memory.
const MAX_LINE: usize = 512 * 1024;

/// The lines of a text and where each begins. What is joined is one line, with its line ends in it;
/// what is longer than [`MAX_LINE`] is several.
pub(super) fn joined(text: &str, dialect: Dialect) -> impl Iterator<Item = (usize, &str)> {
    let mut begin = 0;
    std::iter::from_fn(move || {
        if begin >= text.len() {
            return None;
        }
        let mut end = line_end(text, begin);
        let mut line = begin;
        while end < text.len() && end - begin < MAX_LINE && continues(&text[line..end], dialect) {
            line = end + 1;
            end = line_end(text, line);
        }
        let joined = (begin, &text[begin..end]);
        begin = end + usize::from(text[end..].starts_with('\n'));
        Some(joined)
    })
}

fn line_end(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let near = &rest[..rest.len().min(MAX_LINE)];
    match memchr::memchr(b'\n', near) {
        Some(at) => from + at,
        None if near.len() == rest.len() => text.len(),
        // Between two words, where there are any.
        None => {
            let blank = memchr::memrchr(b' ', near).filter(|at| *at > 0);
            let cut = from + blank.unwrap_or(near.len());
            (from + 1..=cut).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
        }
    }
}

/// An escape or a pipe at the end. zsh doubles the escape when it writes a line down.
fn continues(line: &str, dialect: Dialect) -> bool {
    let line = line.trim_end_matches([' ', '\t', '\r']);
    line.as_bytes().last() == Some(&dialect.escape())
        || (line.ends_with('|') && !line.ends_with("||") && !line.starts_with('|'))
}

/// A line without the sequences that colour a terminal.
pub(super) fn plain(line: &str) -> Cow<'_, str> {
    if memchr::memchr(0x1b, line.as_bytes()).is_none() {
        return Cow::Borrowed(line);
    }
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('[') => {
                chars.by_ref().find(|c| ('\u{40}'..='\u{7e}').contains(c));
            }
            Some(']') => {
                chars.by_ref().find(|c| matches!(c, '\u{7}' | '\u{1b}'));
            }
            _ => {}
        }
    }
    Cow::Owned(plain)
}

/// What a line of fish's history says (fish-shell `src/history.rs`, `escape_yaml_fish_2_0`).
pub(in crate::audit::sources) fn fish(line: &str) -> Option<String> {
    let command = line.strip_prefix("- cmd: ")?;
    let mut said = String::with_capacity(command.len());
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => said.push('\n'),
                other => said.extend(other),
            },
            _ => said.push(c),
        }
    }
    Some(said)
}
