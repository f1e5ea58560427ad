//! Tokens in texts for people and programs: a token may stand where a registry, a user or a file's
//! name is expected. Those with a shape that nothing else has are masked.

use std::borrow::Cow;
use std::ops::Range;

use super::shape;

/// What stands for a secret.
const MASK: &str = "****";

/// Behind its prefix a token has at least so many letters and digits.
const MIN_REST: usize = 16;

/// JSON in base64 (a JSON Web Token, a key of a service account), a password of ECR, a private key of
/// age: how they begin, and how long they are at least.
const OTHERS: &[(&str, usize)] = &[
    ("eyj", 40),
    ("eya", 40),
    ("ewo", 40),
    ("ew0", 40),
    ("qvdto", 40),
    ("age-secret-key-1", 20),
    ("age-plugin-", 60),
];

/// A text with every token masked that is known by its shape alone. Hosts are written in lower case,
/// so the case of a token's letters does not count.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    if text.len() < MIN_REST {
        return Cow::Borrowed(text);
    }
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<_> = shape::PREFIXES
        .iter()
        .flat_map(|(prefix, min, ..)| {
            behind(&lower, &prefix.to_ascii_lowercase(), MIN_REST.max(*min), true)
        })
        .collect();
    found.extend(OTHERS.iter().flat_map(|(start, min)| behind(&lower, start, *min, false)));
    found.extend(azure(&lower));
    found.extend(docker_refresh(&lower));
    found.extend(private_key(&lower));
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_by_key(|range| range.start);
    let (mut out, mut end) = (String::with_capacity(text.len()), 0);
    for range in found.into_iter().filter(|range| !range.is_empty()) {
        if range.start >= end {
            out.push_str(&text[end..range.start]);
            out.push_str(MASK);
        }
        end = end.max(range.end);
    }
    Cow::Owned(out + &text[end..])
}

/// What begins with `start`, at the beginning of a word; with `keeps_start` that is no secret.
fn behind(lower: &str, start: &str, min: usize, keeps_start: bool) -> Vec<Range<usize>> {
    let places = memchr::memmem::find_iter(lower.as_bytes(), start).filter(|at| begins(lower, *at));
    let ranges = places.filter_map(|at| {
        let from = at + start.len();
        let length = lower[from..].bytes().take_while(|b| is_of_token(*b)).count();
        let range = if keeps_start { from } else { at }..from + length;
        let is_refresh = start != "1//" || lower[from..].starts_with('0');
        (length >= min && is_refresh).then_some(range)
    });
    ranges.collect()
}

/// Whether a word begins there: no letter or digit is before it, but for those of an escaped byte.
fn begins(lower: &str, at: usize) -> bool {
    let before = &lower.as_bytes()[..at];
    let is_word = before.last().is_some_and(u8::is_ascii_alphanumeric);
    let is_escaped = before.len() >= 3 && before[before.len() - 3] == b'%';
    !is_word || is_escaped
}

/// The letters of tokens; base64's `/` and `+` would run into paths and user names.
fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.=".contains(&byte)
}

/// Passwords of Azure's registries and secrets of its apps, which have their marks in the middle.
fn azure(lower: &str) -> Vec<Range<usize>> {
    let bytes = lower.as_bytes();
    let is = |others: &'static [u8]| move |b: &u8| b.is_ascii_alphanumeric() || others.contains(b);
    let within = |at: usize, before: usize, after: usize, others| {
        let range = at.checked_sub(before)?..at + after;
        bytes.get(range.clone())?.iter().all(is(others)).then_some(range)
    };
    let old = memchr::memmem::find_iter(bytes, "+acr").filter_map(|at| within(at, 42, 10, b"+/"));
    let new = memchr::memmem::find_iter(bytes, "jqqj99").filter_map(|at| {
        let before = bytes[..at].iter().rev().take_while(|b| is(b"")(b)).count();
        let after = bytes[at..].iter().take_while(|b| is(b"")(b)).count();
        (before + after >= 80).then_some(at - before..at + after)
    });
    let app = memchr::memmem::find_iter(bytes, "q~").filter_map(|at| {
        let range = within(at, 4, 33, b"_~.-")?;
        let more = bytes[range.end..].iter().take_while(|b| is(b"_~.-")(b)).count();
        bytes[at - 1].is_ascii_digit().then_some(range.start..range.end + more)
    });
    old.chain(new).chain(app).collect()
}

/// Docker's refresh tokens: the token, `..`, and the 32 letters and digits of a client.
fn docker_refresh(lower: &str) -> Vec<Range<usize>> {
    let bytes = lower.as_bytes();
    let found = memchr::memmem::find_iter(bytes, "..").filter_map(|at| {
        let before = bytes[..at].iter().rev().take_while(|b| is_of_token(**b)).count();
        let client = bytes[at + 2..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        (before >= 20 && client == 32).then_some(at - before..at + 2 + client)
    });
    found.collect()
}

/// A private key in PEM, to its end or that of the text.
fn private_key(lower: &str) -> Option<Range<usize>> {
    let at = lower.find("private key-----")?;
    let from = at + "private key-----".len();
    let end = lower[from..].find("-----end").map_or(lower.len(), |end| from + end);
    Some(from..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_masked_wherever_it_stands() {
        let word = |length: usize| "aB3dEf9hIjKlMn0pQrStUvWxYz12".repeat(5)[..length].to_owned();
        for (prefix, min, ..) in shape::PREFIXES {
            let rest = format!("0{}", word(60.max(*min)));
            for token in [format!("{prefix}{rest}"), format!("{prefix}{rest}").to_lowercase()] {
                for text in [
                    token.clone(),
                    format!("\"{token}\" is no registry"),
                    format!("/auths/{token}/auth"),
                    format!("{token}.example.com:5000"),
                    format!("~/{token}/config.json"),
                    format!("https%3A%2F%2F{token}"),
                ] {
                    let shown = masked(&text).into_owned();
                    assert!(!shown.contains(&rest[..8]), "{text}: {shown}");
                    assert!(!shown.contains(&rest.to_lowercase()[..8]), "{text}: {shown}");
                }
            }
        }
        for token in [
            format!("eyJ{}.{}.{}", word(30), word(80), word(40)),
            format!("eyJ{}.{}.{}", word(30), word(80), word(40)).to_lowercase(),
            format!("AGE-SECRET-KEY-1{}", word(58).to_uppercase()),
            format!("{}+ACRAb1{}", word(42), word(3)),
            format!("{}JQQJ99{}ACR{}", word(40), word(30), word(5)),
            format!("{}8Q~{}", word(3), word(34)),
            format!("v1.{}..{}", word(40), word(32)),
        ] {
            assert!(!masked(&format!("user {token} at h")).contains(&token[20..40]), "{token}");
        }
        let key = "-----BEGIN PRIVATE KEY-----\\nMIIEvQ==\\n-----END PRIVATE KEY-----";
        assert!(!masked(key).contains("MIIE"));
    }

    #[test]
    fn what_is_no_token_stays() {
        let hex = "0123456789abcdef".repeat(4);
        for text in [
            format!("ghcr.io/acme/app@sha256:{hex}"),
            format!("{{\"id\": \"{}\"}}", &hex[..32]),
            "/home/ada/.local/share/containers/storage/overlay/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ".into(),
            "2026-11-29T20:51:40Z".into(),
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com".into(),
            "00000000-0000-0000-0000-000000000000".into(),
            "my-very-long-registry-name-in-the-cluster.internal.example.com:5000".into(),
            "neighs_and_sighs_of_many_horses_in_the_barn".into(),
            "ghp_****".into(),
            "imgsec-cred migrate --from '../../a/b/../c/abcdefghijklmnopqrstuvwxyz/config.json'"
                .into(),
            "correct-horse-battery-staple-again-and-again".into(),
        ] {
            assert_eq!(masked(&text), text);
        }
    }
}
