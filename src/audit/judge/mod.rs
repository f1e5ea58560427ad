//! What is no secret although it stands where one would: a placeholder, a reference to a secret that
//! is elsewhere, ciphertext, a hash, a path.
//!
//! Sources hand over what is written; this is the one place that sorts it. Weak passwords
//! (`hunter2`, `s3cret`, `fake`) are secrets: only texts that nobody could log in with are not.

use base64ct::{Base64, Encoding};

mod cipher;
mod expression;
mod languages;
mod place;
mod placeholder;
mod reference;
mod words;

pub use reference::has_reference;

/// How often a text is taken apart: quotes, a default, base64, the password of an address.
const MAX_STEPS: usize = 6;

/// Longer texts are no pair in base64 that somebody made up for a manual.
const MAX_PAIR: usize = 1024;

/// Words that say that there is nothing.
const NOTHING: &[&str] = &[
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "null",
    "none",
    "nil",
    "undefined",
    "nan",
    "empty",
    "n/a",
    "na",
    "unset",
    "not set",
    "notset",
    "disabled",
    "enabled",
    "nothing",
    "secretkeyref",
    "valuefrom",
    "inherit",
    "(none)",
    "(null)",
];

/// Words of a sentence that goes on where a command would have a password: `docker login -p is …`.
const SENTENCES: &[&str] = &[
    "is", "are", "was", "were", "in", "and", "or", "with", "without", "to", "for", "from", "the",
    "an", "it", "instead", "option", "options", "flag", "flags", "should", "must", "can", "will",
    "does", "works", "fails", "has", "anymore", "because", "when", "if", "but", "by", "into",
];

/// Whether a text in the place of a secret opens nothing. `username` is what stands beside it;
/// a few passwords of manuals are known by their user only.
///
/// `${X:-word}` is judged by its default, see [`literal`]; `Bearer …` and `Basic …` by what
/// follows; base64 of `user:password` by the password.
#[must_use]
pub fn is_no_secret(text: &str, username: Option<&str>) -> bool {
    is_nothing_after(text, username, MAX_STEPS)
}

/// The secret in a text: the default of a variable (`${X:-word}`, `${X-word}`, `${X:=word}`, Spring's
/// `${X:word}`), without its quotes; else the text itself without white space and quotes around it.
#[must_use]
pub fn literal(text: &str) -> &str {
    let text = bare(text);
    reference::default_of(text).map_or(text, bare)
}

fn is_nothing_after(text: &str, username: Option<&str>, steps: usize) -> bool {
    let text = bare(text);
    let Some(steps) = steps.checked_sub(1) else { return false };
    if text.chars().nth(1).is_none() || is_nothing(text) || is_option(text) {
        return true;
    }
    if let Some(word) = reference::default_of(text) {
        return is_nothing_after(word, username, steps);
    }
    if let Some(rest) = without_scheme(text) {
        return is_nothing_after(rest, username, steps);
    }
    if let Some((user, password)) = place::userinfo(text).or_else(|| docker_pair(text)) {
        return is_nothing_after(password, Some(user), steps);
    }
    if let Some((user, password)) = decoded_pair(text) {
        return is_nothing_after(&password, Some(&user), steps);
    }
    reference::is_reference(text)
        || cipher::is_ciphertext(text)
        || cipher::is_hash(text)
        || place::is_place(text)
        || placeholder::is_placeholder(text, username)
        || languages::is_placeholder(text)
        || is_json_key_without_key(text, steps)
}

/// A text without white space, NULs and quotes around it, and without a backslash before `$`.
fn bare(text: &str) -> &str {
    let mut text = trimmed(text);
    for _ in 0..2 {
        for quote in ["\\\"", "\"", "'"] {
            let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            text = inner.map_or(text, trimmed);
        }
    }
    match text.strip_prefix('\\') {
        Some(rest) if rest.starts_with('$') => rest,
        _ => text,
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}')
}

fn is_nothing(text: &str) -> bool {
    NOTHING.iter().chain(SENTENCES).any(|word| word.eq_ignore_ascii_case(text))
}

/// An option of a command that stands where its value is missing: `-p`, `--password-stdin`.
fn is_option(text: &str) -> bool {
    let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-').filter(|n| n.len() == 1));
    name.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    })
}

/// What follows the word for the kind of a header.
fn without_scheme(text: &str) -> Option<&str> {
    let (word, rest) = text.split_once([' ', '\t'])?;
    let word = word.trim_end_matches(':');
    ["bearer", "basic", "token", "authorization"]
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(word))
        .then_some(rest)
}

/// `username:password` where a user is only a word for one: both are of a manual.
fn docker_pair(text: &str) -> Option<(&str, &str)> {
    // `<path:kv/data/x#password>` is one placeholder.
    let is_whole = |user: &str| !user.starts_with('<') || user.contains('>');
    let (user, password) = text.split_once(':').filter(|(user, _)| is_whole(user))?;
    (placeholder::is_word_for_a_user(user) && !password.is_empty()).then_some((user, password))
}

/// The user and the password of an `auth` that nobody has decoded yet.
fn decoded_pair(text: &str) -> Option<(String, String)> {
    if text.len() > MAX_PAIR || !text.len().is_multiple_of(4) {
        return None;
    }
    let decoded = String::from_utf8(Base64::decode_vec(text).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let is_readable = |text: &str| !text.contains(|c: char| c.is_control() && c != '\0');
    let is_pair = is_readable(user) && is_readable(password) && !user.contains('"');
    is_pair.then(|| (user.to_owned(), password.to_owned()))
}

/// A key of a service account without the key itself, or with a placeholder in its place.
fn is_json_key_without_key(text: &str, steps: usize) -> bool {
    if !text.starts_with('{') {
        return false;
    }
    let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else { return false };
    let field = |name: &str| json.get(name).and_then(serde_json::Value::as_str);
    match field("private_key") {
        Some(key) => {
            let is_frame = |part: &&str| !part.starts_with("BEGIN ") && !part.starts_with("END ");
            let body: String = key.split("-----").filter(is_frame).map(str::trim).collect();
            is_nothing_after(&body, None, steps)
        }
        None => {
            json.as_object().is_some_and(serde_json::Map::is_empty)
                || field("type") == Some("external_account")
        }
    }
}

#[cfg(test)]
mod tests;
