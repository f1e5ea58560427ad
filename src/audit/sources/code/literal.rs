//! A text as a program writes it: in any quotes, or in a call that only wraps it.

use super::arguments::item_end;

/// Functions that only wrap the text they are given; the last part of their names, in any case.
const WRAPPERS: &[&str] =
    &["some", "string", "from", "fromstring", "secret", "new", "set_secret", "setsecret"];

/// How many of them may be around one text.
const MAX_WRAPPERS: usize = 3;

/// What may stand after a text without changing it.
const ENDS: &[&str] = &[".to_string()", ".to_owned()", ".into()", ".toString()", ".freeze"];

/// A text, and the byte at which it stands. It may be a secret, and has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::audit::sources) struct Text {
    pub(in crate::audit::sources) said: String,
    pub(in crate::audit::sources) at: usize,
}

/// The text in quotes that begins here, and the byte after it. Those of one line end with it.
pub(super) fn quoted(text: &str, open: usize) -> Option<(String, usize)> {
    let rest = text.get(open..)?;
    let quote = rest.chars().next()?;
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    if let Some(body) = rest.strip_prefix(&triple) {
        let length = body.find(&triple)?;
        return Some((body[..length].to_owned(), open + length + 6));
    }
    let mut said = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => said.extend(chars.next().map(|(_, c)| c)),
            '\n' if quote != '`' => return None,
            _ if c == quote => return Some((said, open + at + 1)),
            _ => said.push(c),
        }
    }
    None
}

/// The text that an expression is, and where.
pub(super) fn literal(expression: &str, begin: usize) -> Option<Text> {
    unwrapped(expression, begin, MAX_WRAPPERS)
}

/// The text that the rest of a line is, from a byte on.
pub(super) fn on_line(text: &str, begin: usize) -> Option<Text> {
    let line = text.get(begin..)?.lines().next()?;
    literal(line.split(';').next()?, begin)
}

/// The text that an expression is, and where; in so many wrappers at most.
fn unwrapped(expression: &str, begin: usize, depth: usize) -> Option<Text> {
    let begin = begin + (expression.len() - expression.trim_start().len());
    let mut plain = expression.trim();
    while let Some(before) = ENDS.iter().find_map(|end| plain.strip_suffix(end)) {
        plain = before;
    }
    let first = plain.find(['\'', '"', '`', '('])?;
    if plain[first..].starts_with('(') {
        return wrapped(plain, first, begin, depth.checked_sub(1)?);
    }
    if !["", "r", "R", "b", "u", "@"].contains(&&plain[..first]) {
        return None;
    }
    let (said, end) = quoted(plain, first)?;
    let rest = plain[end..].trim_start();
    let is_whole = rest.is_empty() || rest.starts_with('#') || rest.starts_with("//");
    (is_whole && !said.is_empty()).then(|| Text { said, at: begin + first })
}

/// The last argument of a call that only wraps it.
fn wrapped(call: &str, open: usize, begin: usize, depth: usize) -> Option<Text> {
    let last = call[..open].rsplit(['.', ':', ' ']).next()?;
    let inside = call.get(open + 1..)?.strip_suffix(')')?;
    if !WRAPPERS.iter().any(|name| name.eq_ignore_ascii_case(last)) {
        return None;
    }
    let (mut at, mut end) = (0, item_end(inside, 0));
    while inside[end..].starts_with(',') {
        (at, end) = (end + 1, item_end(inside, end + 1));
    }
    unwrapped(&inside[at..end], begin + open + 1 + at, depth)
}
