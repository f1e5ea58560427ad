//! User names and passwords in addresses (`https://user:password@host`): no server key may hold them,
//! and nothing that is printed shows them.

use std::borrow::Cow;

use super::{is_host, split_port};

/// What stands for a user name and a password.
const MASK: &str = "****";

/// What a URL writes for `@`.
const ESCAPED_AT: &str = "%40";

/// Whether a key holds user info, also in an address that is broken.
pub(super) fn is_in(key: &str) -> bool {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    let authority = authority(rest);
    let has_at = |text: &str| text.contains('@') || text.contains(ESCAPED_AT);
    has_at(authority) || has_at(rest) && !is_host_and_port(authority)
}

/// A key without its user info: what stands behind the last `@`.
#[must_use]
pub fn without_user_info(key: &str) -> &str {
    let end = |at: &str| key.rfind(at).map_or(0, |from| from + at.len());
    if is_in(key) { &key[end("@").max(end(ESCAPED_AT))..] } else { key }
}

/// A key of somebody's file or list as it may be shown: with its user info masked.
#[must_use]
pub fn shown_key(key: &str) -> Cow<'_, str> {
    match without_user_info(key) {
        open if open.len() < key.len() => Cow::Owned(format!("{MASK}@{open}")),
        _ => Cow::Borrowed(key),
    }
}

/// A JSON pointer with the user info masked in each name on the way.
#[must_use]
pub fn shown_pointer(pointer: &str) -> String {
    let shown = |part: &str| {
        let name = part.replace("~1", "/").replace("~0", "~");
        match without_user_info(&name) {
            open if open.len() < name.len() && name.contains(':') => {
                format!("{MASK}@{}", open.replace('~', "~0").replace('/', "~1"))
            }
            _ => part.to_owned(),
        }
    };
    pointer.split('/').map(shown).collect::<Vec<_>>().join("/")
}

/// A text for people or programs with all user info masked: in addresses, in JSON pointers to them,
/// and in words such as `user:password@host`. A user name alone, an address for mail or the digest of
/// an image stay as they are.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains('@') && !text.contains(ESCAPED_AT) {
        return Cow::Borrowed(text);
    }
    let text = without(text, behind_a_scheme);
    match without(&text, in_a_word) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => Cow::Owned(text),
    }
}

/// A text with every place masked that `find` finds, one after the other.
fn without(text: &str, find: fn(&str) -> Found) -> Cow<'_, str> {
    let (mut out, mut rest) = (String::new(), text);
    loop {
        match find(rest) {
            Found::Nothing if out.is_empty() => return Cow::Borrowed(text),
            Found::Nothing => return Cow::Owned(out + rest),
            Found::UserInfo(from, to) => {
                out.push_str(&rest[..from]);
                out.push_str(MASK);
                rest = &rest[to..];
            }
        }
    }
}

/// The first place of user info.
enum Found {
    Nothing,
    /// From its first byte to the `@` behind it.
    UserInfo(usize, usize),
}

/// User info behind `://`, also as a JSON pointer writes it. A password with spaces and slashes is one where what stands before is no
/// host with a port.
fn behind_a_scheme(text: &str) -> Found {
    for (at, _) in text.match_indices(':') {
        let behind = &text[at + 1..];
        let Some(rest) = behind.strip_prefix("//").or_else(|| behind.strip_prefix("~1~1")) else {
            continue;
        };
        let from = text.len() - rest.len();
        let word = rest.split([' ', '"']).next().unwrap_or(rest);
        let authority = authority(word);
        let end = if let Some(escaped) = authority.rfind(ESCAPED_AT).filter(|_| !word.contains('@'))
        {
            Some(escaped)
        } else if authority.contains('@') {
            last_at(word)
        } else if begins_a_login(authority) {
            last_at(rest)
        } else {
            None
        };
        if let Some(end) = end.filter(|end| &rest[..*end] != MASK) {
            return Found::UserInfo(from, from + end);
        }
    }
    Found::Nothing
}

/// `user:password` in a word that has no scheme, or a JSON pointer's.
fn in_a_word(text: &str) -> Found {
    let mut from = 0;
    for word in text.split_inclusive(' ') {
        let start = from;
        from += word.len();
        let Some(end) = last_at(word) else { continue };
        let head = &word[..end];
        let Some(colon) = login_colon(head) else { continue };
        let begin = head[..colon].rfind(['/', '"', '\'', '(', '[', '{', '<', '=']);
        let begin = begin.map_or(0, |before| before + 1);
        if &head[begin..] != MASK {
            return Found::UserInfo(start + begin, start + end);
        }
    }
    Found::Nothing
}

/// The colon between a user name and a password, in what stands before an `@`: not that of a scheme
/// and its host, nor that of a drive.
fn login_colon(head: &str) -> Option<usize> {
    let mut from = 0;
    if head.as_bytes().get(1..3).is_some_and(|drive| drive == b":\\") {
        from = 3;
    }
    loop {
        let colon = from + head.get(from..)?.find(':')?;
        let rest = &head[colon..];
        match rest.strip_prefix("://") {
            Some(rest) => from = colon + 3 + authority(rest).len(),
            None => return (rest.len() > 1).then_some(colon),
        }
    }
}

/// The last `@` that is not the one before an image's digest.
fn last_at(text: &str) -> Option<usize> {
    let is_digest = |rest: &str| {
        ["sha256:", "sha384:", "sha512:"].iter().any(|name| rest[1..].starts_with(name))
    };
    text.rmatch_indices('@').map(|(at, _)| at).find(|at| *at > 0 && !is_digest(&text[*at..]))
}

/// From the beginning to the path, the query or the fragment.
fn authority(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    &rest[..rest.find("~1").map_or(end, |slash| end.min(slash))]
}

/// Whether it is as the beginning of `user:password`, and not a host with a port in a sentence.
fn begins_a_login(authority: &str) -> bool {
    let end = |c: char| ",;.:)]}'`".contains(c);
    let has_password =
        authority.split_once(':').is_some_and(|(_, rest)| !rest.trim_end_matches(end).is_empty());
    has_password && !is_host_and_port(authority.trim_end_matches(end))
}

fn is_host_and_port(authority: &str) -> bool {
    split_port(authority).is_some_and(|(host, _)| is_host(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{InvalidKey, ServerKey};

    #[test]
    fn no_key_holds_user_info() {
        for key in [
            "https://ada:PW@h",
            "http://ada:PW@h:5000/v2/",
            "ada:PW@h",
            "ada@h",
            "https://PW@h",
            "//ada:PW@h",
            "https:\\\\ada:PW@h",
            "https://ada:P/W@h",
            "https://ada:P W#@h",
            "ada:P/W@h",
            "ftp://ada:PW@h",
            "https://ada:PW%40h",
        ] {
            assert_eq!(ServerKey::parse(key).err(), Some(InvalidKey::UserInfo), "{key}");
            assert!(["h", "h:5000/v2/"].contains(&without_user_info(key)), "{key}");
        }
        for key in ["https://h/a@b", "ghcr.io/org", "h/@scope", "https://h:5000/v2/?a=b@c"] {
            assert!(ServerKey::parse(key).is_ok(), "{key}");
            assert_eq!(without_user_info(key), key);
        }
    }

    #[test]
    fn user_info_is_masked_wherever_it_stands() {
        for (text, expected) in [
            ("https://ada:PW@h/v2/", "https://****@h/v2/"),
            ("\"ada:PW@h\" is no registry", "\"****@h\" is no registry"),
            ("2 logins: https://a:PW@h, http://b:PW@i", "2 logins: https://****@h, http://****@i"),
            ("https://ada:P W@h is no registry", "https://****@h is no registry"),
            ("https://ada:P/W@h", "https://****@h"),
            ("https://ada:P@W@h", "https://****@h"),
            ("https://ada:P@/W@h", "https://****@h"),
            ("https://PW@h", "https://****@h"),
            ("https://ada:PW%40h", "https://****%40h"),
            ("/auths/https:~1~1ada:P~1W@h/auth", "/auths/****@h/auth"),
            ("/auths/https:~1~1ada:P W@h/auth", "/auths/****@h/auth"),
            ("/auths/ada:P~1W@h/auth", "/auths/****@h/auth"),
            ("~/ada:PW@h/config.json:3", "~/****@h/config.json:3"),
            ("credHelpers.\"ada:PW@h\": \"x\"", "credHelpers.\"****@h\": \"x\""),
        ] {
            assert_eq!(shown(text), expected);
            assert_eq!(shown(&shown(text)), expected, "masked twice");
        }
    }

    #[test]
    fn each_name_of_a_pointer_is_a_key_of_its_own() {
        for (pointer, expected) in [
            ("/auths/ada:P W@h:5000~1v2/auth", "/auths/****@h:5000~1v2/auth"),
            ("/auths/https:~1~1ada:P W@h/auth", "/auths/****@h/auth"),
            ("/a/@scope~1x/ada@example.com", "/a/@scope~1x/ada@example.com"),
        ] {
            assert_eq!(shown_pointer(pointer), expected);
        }
    }

    #[test]
    fn what_is_no_user_info_stays() {
        for text in [
            "ghcr.io (ada@example.com): moved",
            "https://index.docker.io/v1/: ada@example.com",
            "https://r.example:5000, ada@example.com",
            "ghcr.io/acme/app:1.2@sha256:0123abcd",
            "r.example:5000/app@sha256:0123abcd",
            "https://h:5000/node_modules/@scope/x:3",
            "file:///home/ada/@scope/config.json",
            "C:\\Users\\ada@corp\\config.json",
            "git@github.com:acme/app",
            "nobody is at home @ 12:30",
            "docker login -u ada@example.com r.example:5000",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
