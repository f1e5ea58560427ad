//! Docker's settings in the middle of other text: `{"auths": …}` in a script, in a document, in an
//! editor's swap file, in settings whose writer was killed; also in base64.

use std::cell::LazyCell;

use super::inner;
use crate::audit::document::{self, Format, Lines, Node};
use crate::audit::prefilter;

/// How deep settings may be.
const MAX_DEPTH: usize = 32;

/// How long settings may be that lie in a quoted text: most, and all.
const QUOTED: &[usize] = &[4 * 1024, 64 * 1024];

/// How many settings a text may hold.
const MAX_SETTINGS: usize = 5_000;

/// How often a text may be looked through.
const MAX_PASSES: usize = 4;

/// Maps with `auths` that lie in a text, each with the lines of the text.
#[must_use]
pub fn settings(text: &str) -> Vec<Node> {
    let lines = LazyCell::new(|| Lines::of(text)); // most texts need none
    let mut found = Vec::new();
    let (mut done, mut looked_at) = (0, 0);
    for at in memchr::memmem::find_iter(text.as_bytes(), "auths") {
        if found.len() == MAX_SETTINGS {
            break;
        }
        if at < done || looked_at > text.len().saturating_mul(MAX_PASSES) {
            continue;
        }
        let Some(key) = Key::around(text, at) else { continue };
        let rest = text.get(key.end..).unwrap_or_default();
        let line = lines.line(key.end);
        let (node, length) = match key.escapes {
            0 => read(rest, key.quote, &|n| line + n - 1),
            n => read_escaped(rest, n, key.quote, line),
        };
        looked_at += length;
        if let Some(node) = node {
            found.push(node);
            done = if key.escapes == 0 { key.end + length } else { key.end };
        }
    }
    found
}

/// Maps with `auths` that lie in a text in base64.
#[must_use]
pub fn encoded_settings(text: &str) -> Vec<Node> {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    let lines = LazyCell::new(|| Lines::of(text));
    let mut found = Vec::new();
    for begin in prefilter::ENCODED {
        for at in memchr::memmem::find_iter(text.as_bytes(), begin) {
            let (before, rest) = text.split_at(at);
            if before.ends_with(is_base64) && !before.ends_with('=') {
                continue;
            }
            let end = rest.find(|c| !is_base64(c)).unwrap_or(rest.len());
            let line = lines.line(at);
            found.extend(inner::trees(&rest[..end]).into_iter().map(|node| node.placed(&|_| line)));
        }
    }
    found
}

/// The name `auths` in quotes, which may be escaped, and the brace after it.
struct Key {
    quote: u8,
    /// How often the text around is quoted.
    escapes: u32,
    /// Where the brace is.
    end: usize,
}

impl Key {
    fn around(text: &str, at: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let quote = *bytes.get(at.checked_sub(1)?)?;
        let slashes = bytes[..at - 1].iter().rev().take(8).take_while(|b| **b == b'\\').count();
        let escapes = match slashes {
            0 => 0,
            1 => 1,
            3 => 2,
            _ => return None,
        };
        let after = text.get(at + "auths".len()..)?.trim_start_matches('\\');
        if !matches!(quote, b'"' | b'\'') || after.as_bytes().first() != Some(&quote) {
            return None;
        }
        let blank = |text: &'_ str| -> usize {
            let mut rest = text;
            while let Some(next) = rest
                .strip_prefix(|c: char| c.is_ascii_whitespace())
                .or_else(|| ["\\n", "\\t", "\\r"].iter().find_map(|e| rest.strip_prefix(e)))
                .filter(|_| text.len() - rest.len() < 1024)
            {
                rest = next;
            }
            text.len() - rest.len()
        };
        let colon = after.get(1..)?;
        let value = colon.get(blank(colon)..)?.strip_prefix(':')?;
        let brace = value.get(blank(value)..)?;
        brace.starts_with('{').then(|| Self { quote, escapes, end: text.len() - brace.len() })
    }
}

/// The settings whose `auths` begin a text, and how much of it was looked at.
fn read(text: &str, quote: u8, line: &dyn Fn(usize) -> usize) -> (Option<Node>, usize) {
    let (ends, length) = ends(text, quote);
    let parsed = ends.into_iter().find_map(|(end, closers)| {
        let auths = text.get(..end)?;
        let whole = format!("{{\"auths\":{auths}{closers}}}");
        document::parse(Format::Json, &whole)?.pop()
    });
    (parsed.map(|node| node.placed(line)), length)
}

/// Where the braces that begin a text may end and what closes them there, best first, and how much
/// of the text was looked at. A text that is cut off may end in its last value, or after it.
fn ends(text: &str, quote: u8) -> (Vec<(usize, String)>, usize) {
    let mut open: Vec<u8> = Vec::new();
    let (mut after_text, mut after_map) = (None, None);
    let (mut in_text, mut is_escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            _ if byte == quote => {
                in_text = !in_text;
                after_text = Some((at + 1, closers(&open)));
            }
            b'{' | b'[' if !in_text => open.push(byte + 2),
            b'}' | b']' if !in_text => {
                if open.pop() != Some(byte) {
                    return (Vec::new(), at + 1);
                }
                if open.is_empty() {
                    return (vec![(at + 1, String::new())], at + 1);
                }
                after_map = Some((at + 1, closers(&open)));
            }
            _ => {}
        }
        if open.len() > MAX_DEPTH {
            return (Vec::new(), at + 1);
        }
    }
    let inside = text.trim_end_matches(['\n', '\r', '\0']).len();
    let closed = (inside, format!("{}{}", char::from(quote), closers(&open)));
    let in_text = Some(closed).filter(|_| in_text && !is_escaped);
    (in_text.into_iter().chain(after_text).chain(after_map).collect(), text.len())
}

fn closers(open: &[u8]) -> String {
    open.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// [`read`] of a text that is escaped so often; most are short.
fn read_escaped(text: &str, levels: u32, quote: u8, line: usize) -> (Option<Node>, usize) {
    let mut looked_at = 0;
    for most in QUOTED {
        let begin = first_line(text, *most);
        looked_at += *most;
        let (node, _) = read(&unescaped(begin, levels), quote, &|_| line);
        if node.is_some() || begin.len() + 4 < *most {
            return (node, looked_at);
        }
    }
    (None, looked_at)
}

/// The rest of a line, this much of it at most.
fn first_line(text: &str, most: usize) -> &str {
    let end = (0..=text.len().min(most)).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].lines().next().unwrap_or_default()
}

/// A text without so many levels of escapes.
fn unescaped(line: &str, levels: u32) -> String {
    let mut plain = line.to_owned();
    for _ in 0..levels {
        let mut next = String::with_capacity(plain.len());
        let mut chars = plain.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => next.push(match chars.next() {
                    Some('n' | 't' | 'r') => ' ',
                    Some(other) => other,
                    None => break,
                }),
                c => next.push(c),
            }
        }
        plain = next;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::document::Value;

    /// Registries and the lines of their `auth`.
    fn found(text: &str) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        for node in settings(text).into_iter().chain(encoded_settings(text)) {
            let Some(Value::Map(auths)) = node.get("auths").map(|auths| auths.value.clone()) else {
                continue;
            };
            found.extend(
                auths.into_iter().filter_map(|(name, e)| Some((name, e.get("auth")?.line))),
            );
        }
        found
    }

    fn at(line: usize) -> Vec<(String, usize)> {
        vec![("r.lan".to_owned(), line)]
    }

    #[test]
    fn settings_in_a_script_have_the_scripts_lines() {
        let script = "#!/bin/sh\ncat > ~/.docker/config.json <<EOF\n{\n  \"credsStore\": \"\",\n  \"auths\": {\n    \"r.lan\": {\n      \"auth\": \"YTpi\"\n    }\n  }\n}\nEOF\n";
        assert_eq!(found(script), at(7));
        assert_eq!(found("x\necho '{\"auths\":{\"r.lan\":{\"auth\":\"YTpi\"}}}' > f\n"), at(2));
        assert_eq!(found("x = {'auths': {'r.lan': {'auth': 'YTpi'}}}"), at(1));
    }

    #[test]
    fn escaped_settings_are_read() {
        let once = r#"A="{\"auths\":{\"r.lan\":{\"auth\":\"YTpi\"}}}""#;
        assert_eq!(found(&format!("\n{once}\nrest")), at(2));
        assert_eq!(found(r#"a: "{\n \"auths\" : {\n \"r.lan\": {\"auth\":\"YTpi\"}}}""#), at(1));
        assert_eq!(
            found(r#"{"c":"A=\"{\\\"auths\\\":{\\\"r.lan\\\":{\\\"auth\\\":\\\"YTpi\\\"}}}\""}"#),
            at(1)
        );
    }

    #[test]
    fn settings_in_base64_are_read() {
        let encoded = "eyJhdXRocyI6eyJyLmxhbiI6eyJhdXRoIjoiWVRwaSJ9fX0=";
        assert_eq!(found(&format!("x\necho {encoded} | base64 -d > f")), at(2));
        assert!(found(&format!("xx{encoded}")).is_empty());
    }

    #[test]
    fn settings_that_are_cut_off_are_read_as_far_as_they_go() {
        assert_eq!(found("{\"auths\":{\"r.lan\":{\"auth\":\"YTpi\"},\"q.lan\":{\"au"), at(1));
        assert_eq!(found("{\"auths\":{\"r.lan\":{\"auth\":\"YTp"), at(1));
        assert_eq!(found("{\"auths\":{\"r.lan\":{\"au"), []);
    }

    #[test]
    fn other_text_has_none_and_hostile_text_takes_no_time() {
        for text in [
            "",
            "auths",
            "\"auths\"",
            "\"auths\": 1",
            "\"auths\": {",
            "'auths\": {}",
            "\\\\\"auths\"",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        for part in [
            "\"auths\":{",
            "\\\"auths\\\":{",
            "\"auths\":{\"",
            "\"auths\":[{",
            "eyJhdXRocyI6",
            "\"auths\":                {",
        ] {
            let text = part.repeat(200_000 / part.len());
            let _ = (settings(&text), encoded_settings(&text));
        }
    }
}
