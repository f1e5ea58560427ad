//! Names and values in a text of any language: shells, `.env`, systemd, Dockerfiles, YAML, JSON.

use super::sigils;
use super::values::{self, Place};
use crate::audit::document::Lines;

/// A variable as it is set somewhere.
#[derive(Clone)]
pub(in crate::audit::sources) struct Assignment {
    /// Its name as it is written.
    pub(in crate::audit::sources) name: String,
    /// Its value without quotes; what a shell or a template fills in is as it is written.
    pub(in crate::audit::sources) value: String,
    /// The line of the name.
    pub(in crate::audit::sources) line: usize,
    /// How many line ends of the file are in its value.
    pub(in crate::audit::sources) ends: usize,
    /// A JSON pointer in a file that has a structure.
    pub(in crate::audit::sources) pointer: String,
    /// Whether its value is written as a text is in a program: in quotes, or in a shell's line.
    pub(in crate::audit::sources) is_text: bool,
}

/// How many variables a text may set.
pub(super) const MAX_VARIABLES: usize = 10_000;

/// The first variables of these names that a text sets, in its order.
pub(in crate::audit::sources) fn read(
    text: &str,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Vec<Assignment> {
    let (lines, bytes) = (Lines::of(text), text.as_bytes());
    let mut missing = values::Missing::default();
    let (mut all, mut at) = (Vec::new(), 0);
    while at < bytes.len() && all.len() < MAX_VARIABLES {
        let begins = bytes[at].is_ascii_alphabetic() || bytes[at] == b'_';
        if !begins {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|b| is_part(**b)).count();
        let (begin, end) = (at, at + length);
        at = end;
        let name = &text[begin..end];
        if is_reference(text, begin, end) {
            continue;
        }
        // Most words of a text are no names, and that is seen sooner than what a name says.
        let place = after_name(text, begin, end).filter(|_| is_wanted(name));
        let Some(place) = place else { continue };
        if let Some((value, next)) = values::read(text, place, &mut missing) {
            let name = name.to_owned();
            let line = lines.line(begin);
            // What follows a name that is none of ours may be one: `name: DOCKER_PASSWORD`.
            if super::names::is_secret(&name) {
                at = next.max(end);
            }
            let said = bytes.get(end..next).unwrap_or_default();
            let ends = memchr::memchr_iter(b'\n', said).count();
            let is_text = place.is_text(bytes, &name);
            all.push(Assignment { name, value, line, ends, pointer: String::new(), is_text });
        }
    }
    all
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a name is one whose value is asked for: `$X`, `${X`, `%X%`.
fn is_reference(text: &str, begin: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    match bytes[..begin] {
        [.., b'$'] => !sigils::is_set(text, begin - 1, end),
        [.., b'%'] | [.., b'$', b'{' | b'('] | [b'0'..=b'9'] => true,
        [.., byte] => byte.is_ascii_digit(),
        [] => false,
    }
}

/// Where the value of a name begins, and what is around it.
fn after_name(text: &str, begin: usize, end: usize) -> Option<Place> {
    let bytes = text.as_bytes();
    let before = &text[..begin];
    let quote = bytes[..begin].last().copied().filter(|b| b"\"'".contains(b));
    let is_escaped = quote.is_some() && before.len() > 1 && bytes[begin - 2] == b'\\';
    let mut at = end;
    let mut around = quote;
    if is_escaped && bytes[at..].starts_with(b"\\\"") {
        (at, around) = (at + 2, None);
    } else if is_escaped {
        around = None;
    } else if quote.is_some() && bytes.get(at) == quote.as_ref() {
        (at, around) = (at + 1, None);
    }
    let is_closed = quote.is_some() && at > end;
    at += usize::from(is_closed && bytes.get(at) == Some(&b']'));
    let blank = bytes[at..].iter().take_while(|b| b" \t".contains(b)).count();
    at += blank;
    let place = |at: usize, is_field: bool| Place { at, around, is_field, is_spaced: blank > 0 };
    match bytes.get(at..)? {
        [b'=', b'=' | b'~', ..] => None,
        [b'=', b'>', ..] | [b':' | b'?', b'=', ..] => Some(place(at + 2, false)),
        [b'=', ..] => Some(place(at + 1, false)),
        [b':', b' ' | b'\t' | b'"' | b'\'' | b'\\', ..] => Some(place(at + 1, true)),
        [b',', ..] if is_closed && is_argument(before) => {
            Some(Place { is_spaced: true, ..place(at + 1, false) })
        }
        _ if is_named(before) => value_field(text, at).map(|at| place(at, true)),
        _ if blank > 0 && is_set_by_word(before) => Some(place(at, false)),
        _ if blank > 0 && tail(before).ends_with("secret set ") => {
            body(text, at).map(|at| Place { is_spaced: true, ..place(at, false) })
        }
        _ => None,
    }
}

/// Whether a quoted name is the first argument of a call.
fn is_argument(before: &str) -> bool {
    before.strip_suffix(['"', '\'']).is_some_and(|before| before.ends_with('('))
}

/// The last bytes of a text.
pub(super) fn tail(text: &str) -> &str {
    let mut from = text.len().saturating_sub(24);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// Whether `name:` or `name=` stands before: an item of a list of variables.
fn is_named(before: &str) -> bool {
    let before = tail(before).trim_end_matches(['"', '\'', '\\', ' ']);
    let Some(before) = before.strip_suffix([':', '=']) else { return false };
    let before = before.trim_end_matches(['"', '\\', ' ']).to_ascii_lowercase();
    ["name", "key"].iter().any(|name| before.ends_with(name))
}

/// Where the value begins of an item whose name ends here.
fn value_field(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let between = |b: &u8| b.is_ascii_whitespace() || b"\"',\\".contains(b);
    let begin = rest.bytes().take(80).take_while(between).count();
    let rest =
        rest[begin..].strip_prefix("value").or_else(|| rest[begin..].strip_prefix("Value"))?;
    let after = rest.trim_start_matches(['"', '\\']).trim_start_matches(' ');
    let after = after.strip_prefix([':', '='])?;
    Some(text.len() - after.len())
}

/// Commands that set a variable with a blank between.
fn is_set_by_word(before: &str) -> bool {
    let mut words = tail(before).split_ascii_whitespace().rev();
    match words.next() {
        Some("setx" | "setenv" | "ENV") => true,
        Some("-x" | "-gx" | "-Ux" | "-xg" | "-xU" | "-lx" | "--export") => {
            words.any(|word| word == "set" || word.ends_with("set"))
        }
        _ => false,
    }
}

/// `gh secret set NAME --body VALUE`.
fn body(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let rest = ["--body", "-b"].iter().find_map(|option| rest.strip_prefix(option))?;
    Some(text.len() - rest.strip_prefix('=').unwrap_or(rest).len())
}
