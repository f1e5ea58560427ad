//! A page of HTML as a reader sees it: a line ends where a mark stands, but for those that only
//! change how letters look.

use super::Reading;

/// Marks inside of words and lines.
const INLINE: &[&str] = &["span", "b", "i", "em", "var", "strong", "a", "font", "mark", "u"];

/// Marks of those that manuals put around what is to be filled in; a reader sees other letters.
const FILLED_IN: &[&str] = &["i", "em", "var"];

/// The longest mark, in bytes.
const MAX_MARK: usize = 1024;

/// The longest page, in bytes: one of nothing but short lines takes many times its size.
const MAX_PAGE: usize = 2 * 1024 * 1024;

/// What stands for characters that mean something else in a page.
const ENTITIES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&apos;", "'"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

/// A page without its marks; nothing for a text that is none.
pub(super) fn without(path: &str, text: &str) -> Option<Reading> {
    let lower = path.to_ascii_lowercase();
    let is_page = [".html", ".htm", ".xhtml"].iter().any(|end| lower.ends_with(end));
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if !is_page && !has("<pre") && !has("<code") {
        return None;
    }
    if text.len() > MAX_PAGE {
        return None;
    }
    let mut reading = Reading::of(path);
    for (at, line) in text.lines().enumerate() {
        for part in parts(line).into_iter().filter(|part| !part.trim().is_empty()) {
            let mut part = part;
            if part.contains('&') {
                let plain =
                    |part: String, (entity, said): &(&str, &str)| part.replace(entity, said);
                part = ENTITIES.iter().fold(part, plain);
            }
            reading.push(&part, at + 1);
        }
    }
    Some(reading)
}

/// What stands between the marks of a line.
fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        let part = parts.last_mut();
        let mark = end(after).map(|end| (&after[..end], &after[end + 1..]));
        let is_inline = mark.is_some_and(|(mark, _)| INLINE.contains(&name(mark)));
        if let Some(part) = part {
            part.push_str(before);
            part.push_str(match mark {
                Some((mark, _)) if FILLED_IN.contains(&name(mark)) => sign(mark),
                Some(_) => "",
                None => "<",
            });
        }
        if mark.is_some() && !is_inline {
            parts.push(String::new());
        }
        rest = mark.map_or(after, |(_, rest)| rest);
    }
    if let Some(part) = parts.last_mut() {
        part.push_str(rest);
    }
    parts
}

/// Where the mark that begins before a text ends; nothing where none begins.
fn end(text: &str) -> Option<usize> {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
    let near = &text.as_bytes()[..text.len().min(MAX_MARK)];
    memchr::memchr2(b'>', b'<', near).filter(|at| begins && near[*at] == b'>')
}

/// What stands for the begin and the end of what is to be filled in.
fn sign(mark: &str) -> &'static str {
    if mark.starts_with('/') { ">" } else { "<" }
}

fn name(mark: &str) -> &str {
    let name = mark.trim_start_matches('/');
    name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(name)
}
