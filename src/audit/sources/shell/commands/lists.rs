//! Commands that are written as lists of texts: in Python, in JSON, in a Dockerfile.

use super::programs;
use super::words::Word;

/// More items than that are no login.
const MAX_ITEMS: usize = 64;

/// A longer text is no word of a login.
const MAX_ITEM: usize = 8192;

/// Texts without one of these have no such list.
const MARKS: &[&str] =
    &["login\"", "login'", "\"login ", "'login ", "creds\"", "creds'", "curl\"", "curl'"];

/// What the words after the program are called.
const NAMES: &[&str] = &["Arguments = ", "arguments: ", "args: "];

/// Calls with each list of words that begins with a program of ours.
pub(super) fn each(text: &str, mut take: impl FnMut(&[Word])) {
    if !MARKS.iter().any(|word| text.contains(word)) {
        return;
    }
    let mut at = 0;
    while let Some(next) = memchr::memchr2(b'"', b'\'', &text.as_bytes()[at..]) {
        let open = at + next;
        at = open + 1;
        if !begins_with_program(text, at) {
            continue;
        }
        let (mut words, end) = items(text, open);
        if let [_, told] = &words[..] {
            // `ProcessStartInfo("docker", "login -u …")`
            let parts = told.text.split_ascii_whitespace();
            let said: Vec<_> =
                parts.map(|part| Word { text: part.to_owned(), ..told.clone() }).collect();
            words.splice(1.., said);
        }
        if words.len() > 2 {
            take(&words);
        }
        at = end.max(at);
    }
}

/// Whether a quoted word names a program, and a comma comes after it.
fn begins_with_program(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || b"/._-:".contains(b);
    let length = bytes[at..].iter().take(100).take_while(is_part).count();
    let Some(name) = text.get(at..at + length) else { return false };
    let quote = bytes.get(at + length);
    quote == bytes.get(at - 1)
        && text.get(at + length + 1..).is_some_and(|rest| between(rest) > 0)
        && programs::is_program(name)
}

/// The items from a quote on, and where they end. What is no text is kept as a variable.
fn items(text: &str, open: usize) -> (Vec<Word>, usize) {
    let bytes = text.as_bytes();
    let (mut words, mut at) = (Vec::new(), open);
    while words.len() < MAX_ITEMS {
        at += text.get(at..).map_or(0, between);
        match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let Some(close) = close(&bytes[at + 1..], *quote) else { break };
                let said = text.get(at + 1..at + 1 + close).unwrap_or_default();
                let said = said.replace("\\\"", "\"").replace("\\\\", "\\");
                words.push(Word { text: said, at, is_quoted: true });
                at += close + 2;
            }
            Some(b) if b.is_ascii_alphabetic() || *b == b'_' => {
                let is_name = |b: &&u8| b.is_ascii_alphanumeric() || b"_.".contains(b);
                let length = bytes[at..].iter().take_while(is_name).count();
                let name = text.get(at..at + length).unwrap_or_default();
                words.push(Word { text: format!("${{{name}}}"), at, is_quoted: false });
                at += length;
            }
            _ => break,
        }
    }
    (words, at)
}

/// How much stands between two items: `", "`, `", ["`, `").args(["`, `", Arguments = "`.
fn between(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([',', '[', '(', '&', ' ', '\t', '\r', '\n']);
        let after = rest.trim_start_matches([']', ')']).trim_start();
        let call = [".args(", ".arg("].iter().find_map(|call| after.strip_prefix(call));
        let named = || NAMES.iter().find_map(|name| rest.strip_prefix(name));
        match call.or_else(named) {
            Some(after) => rest = after,
            None => return text.len() - rest.len(),
        }
    }
}

fn close(rest: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(byte) = rest.get(at).filter(|_| at < MAX_ITEM) {
        match byte {
            b if *b == quote => return Some(at),
            b'\n' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}
