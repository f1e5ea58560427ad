//! A token somewhere in a longer text, such as a command line.

use base64ct::{Base64, Encoding};

use super::claims::{self, Claims};
use super::shape;

/// After its prefix a token goes on for at least so long; shorter is `ghp_$TOKEN`, or a name.
const SHORTEST_REST: usize = 16;

/// The shortest code in which a token is looked for.
const SHORTEST_CODE: usize = 24;

/// The type of the first token in a text, whatever stands around it.
pub(super) fn find(text: &str) -> Option<&'static str> {
    if shape::prefix(text).is_none()
        && let Some(token_type) = shape_of(text)
    {
        return Some(token_type);
    }
    let mut last = "";
    for word in text.split(|c| !is_part(c)).filter(|word| !word.is_empty()) {
        if let Some(found) = in_word(word) {
            return Some(found);
        }
        // The value of a header tells a user and a secret, whatever it looks like.
        if last.eq_ignore_ascii_case("basic") && claims::pair(&format!("Basic {word}")).is_some() {
            return Some("basic-auth");
        }
        last = word;
    }
    None
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.+/=~".contains(c)
}

/// In a word, or in what it gives to a name: `--token=VALUE`.
fn in_word(word: &str) -> Option<&'static str> {
    let value =
        word.trim_end_matches('=').rsplit_once('=').map(|(name, _)| &word[name.len() + 1..]);
    let has = |prefix: &str| {
        word.match_indices(prefix).any(|(at, _)| is_rest(&word[at + prefix.len()..]))
    };
    let prefix = shape::prefixes().find(|(prefix, _)| has(prefix));
    prefix.map(|(_, token_type)| token_type).or_else(|| {
        [Some(word), value]
            .into_iter()
            .flatten()
            .find_map(|one| whole(one).or_else(|| in_code(one)))
    })
}

/// Known by all of its letters. What begins as a token and is too short for one is none.
fn whole(word: &str) -> Option<&'static str> {
    if Claims::of(word).is_some() {
        return Some("jwt");
    }
    if shape::prefix(word).is_some() { None } else { shape_of(word) }
}

/// Whether a token could go on so: it is of chance, and words are of small letters.
fn is_rest(rest: &str) -> bool {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    let rest = &rest[..end.unwrap_or(rest.len())];
    rest.len() >= SHORTEST_REST
        && rest.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// Base64 of a user and a token.
fn in_code(word: &str) -> Option<&'static str> {
    if word.len() < SHORTEST_CODE {
        return None;
    }
    let code = word.trim_end_matches('=');
    let code = format!("{code}{}", "=".repeat((4 - code.len() % 4) % 4));
    let text = String::from_utf8(Base64::decode_vec(&code).ok()?).ok()?;
    let (_, secret) = text.split_once(':')?;
    in_word(secret)
}

/// By its whole shape; the id of an access key is no secret.
fn shape_of(text: &str) -> Option<&'static str> {
    shape::of(text).map(|(token_type, _)| token_type).filter(|found| *found != "aws-access-key")
}
