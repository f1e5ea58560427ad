//! What a login is given to read: by `echo` or `printf` before it, by `<<<`, or by `<<`.

use base64ct::{Base64, Encoding};

use super::quotes::Dialect;
use super::references;
use super::words::{Command, Word};

/// How long the lines are that a login is given: a cloud's key is the longest secret.
const MAX_BELOW: usize = 16 * 1024;

/// The lines after the one of this byte, up to the one that is nothing but this word, and where they
/// begin.
pub(super) fn below<'t>(text: &'t str, from: usize, word: &str) -> Option<(&'t str, usize)> {
    let begin = from + memchr::memchr(b'\n', text.as_bytes().get(from..)?)? + 1;
    let mut end = begin;
    for line in text.get(begin..)?.split_inclusive('\n') {
        if line.trim() == word {
            let body = text.get(begin..end)?;
            let first = begin + (body.len() - body.trim_start().len());
            return Some((body.trim(), first)).filter(|(body, _)| !body.is_empty());
        }
        end += line.len();
        if end - begin > MAX_BELOW {
            return None;
        }
    }
    None
}

/// How many programs may stand between the text and the login.
const MAX_BETWEEN: usize = 3;

/// The text that the last of these commands reads, where it is written there.
pub(super) fn of(pipeline: &[Command], dialect: Dialect) -> Option<Word> {
    let (reader, before) = pipeline.split_last()?;
    if let Some(here) = &reader.here {
        return Some(here.clone());
    }
    let mut is_encoded = false;
    for command in before.iter().rev().take(MAX_BETWEEN) {
        if let Some(word) = written(command, dialect) {
            return if is_encoded { decoded(word) } else { Some(word) };
        }
        let has = |name: &str| command.words.iter().any(|word| word.text == name);
        if has("base64") && (has("-d") || has("--decode") || has("-D")) {
            is_encoded = true;
        } else if !has("tr") && !has("tee") {
            return None;
        }
    }
    None
}

/// What a command writes, where it says it.
pub(super) fn written(command: &Command, dialect: Dialect) -> Option<Word> {
    if let Some(here) = &command.here {
        return Some(here.clone());
    }
    let words = &command.words;
    let name = |word: &Word| {
        let last = word.text.rsplit(['/', '@']).next().unwrap_or_default();
        last.trim_start_matches(['@', '-']).to_ascii_lowercase()
    };
    let at = words.iter().position(|word| {
        matches!(name(word).as_str(), "echo" | "printf" | "write-output" | "write-host")
    });
    let Some(at) = at else {
        // PowerShell: `"text" | docker login --password-stdin`, `$env:NAME | …`.
        let [only] = words.as_slice() else { return None };
        let is_variable = only.text.starts_with("$env:")
            || dialect == Dialect::PowerShell && references::variable(&only.text).is_some();
        return (only.is_quoted || is_variable).then(|| only.clone());
    };
    let is_format = name(&words[at]) == "printf";
    let is_option = |word: &&Word| {
        word.text.len() > 1 && word.text.starts_with('-') && word.text[1..].bytes().all(is_letter)
    };
    let mut texts = words[at + 1..].iter().skip_while(is_option);
    let first = texts.next()?;
    let mut word = match texts.next() {
        Some(second) if is_format && first.text.contains('%') => second.clone(),
        // A text of several words is no secret.
        Some(_) if !is_format => return None,
        _ => first.clone(),
    };
    if is_format {
        word.text = word.text.trim_end_matches("\\n").to_owned();
    }
    Some(word)
}

/// An option of `echo`.
fn is_letter(byte: u8) -> bool {
    b"neE-".contains(&byte)
}

fn decoded(word: Word) -> Option<Word> {
    let bytes = Base64::decode_vec(word.text.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(Word { text: text.trim_end().to_owned(), ..word })
}
