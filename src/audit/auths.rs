//! Entries of `auths`, which a dozen programs write alike
//! (docker/cli `cli/config/types/authconfig.go`).

use base64ct::{Base64Unpadded, Encoding};

use super::document::{Here, Node, Value};
use super::finding::{Found, Kind, MAX_IN_FILE};

/// Docker Hub's key in Docker's settings.
const HUB: &str = "https://index.docker.io/v1/";

/// The credentials in the `auths` of a map; Docker reads each where there are several.
pub fn find(here: &Here<'_>, found: &mut Vec<Found>) {
    for (_, auths) in here.fields().filter(|(name, _)| name.eq_ignore_ascii_case("auths")) {
        let entries = auths.fields().take(MAX_IN_FILE + 1);
        entries.for_each(|(registry, entry)| entry_of(registry, &entry, found));
    }
}

/// The fields that hold a secret as it is, and what it is.
const PLAIN: &[(&str, Kind)] = &[
    ("password", Kind::UserPass),
    ("identitytoken", Kind::IdentityToken),
    ("identity_token", Kind::IdentityToken),
    ("registrytoken", Kind::RegistryToken),
];

/// The credentials in one entry of `auths`, of `.dockercfg`, or of containerd's `configs`.
///
/// A password that `auth` and `password` both say is found once, at `auth`. An empty password, as
/// Docker leaves it beside an identity token, is none.
pub fn entry_of(registry: &str, entry: &Here<'_>, found: &mut Vec<Found>) {
    let (registry, kind) = role(registry);
    let written = entry.text(&["username"]);
    let mut said = Vec::new();
    let mut push = |at: &Here<'_>, kind: Kind, username: Option<&str>, secret: &str| {
        if !secret.is_empty() && !said.iter().any(|other| other == secret) {
            found.push(Found::at(at, kind, secret).of(Some(registry), username));
            said.push(secret.to_owned());
        }
    };
    let auth = entry.field("auth").and_then(|at| Some((at, decode(at.node.text()?)?)));
    let named = auth.as_ref().map(|(_, (name, _))| name.as_str()).filter(|name| !name.is_empty());
    let user = named.or(written);
    if let Some((at, (_, password))) = &auth {
        push(at, kind.unwrap_or(Kind::Auth), user, password);
    }
    for (name, plain) in PLAIN {
        let Some(at) = entry.field(name) else { continue };
        let is_password = *plain == Kind::UserPass;
        let username = written.filter(|_| is_password).or(user);
        let kind = kind.filter(|_| is_password).unwrap_or(*plain);
        push(&at, kind, username, at.node.text().unwrap_or_default());
    }
}

/// The registry that a key of `auths` stands for. Docker's web login keeps its tokens under keys of
/// their own (docker/cli `internal/oauth/manager/manager.go`), and so did hub-tool
/// (docker/hub-tool `pkg/credentials/store.go`).
fn role(key: &str) -> (&str, Option<Kind>) {
    let path = key.trim_end_matches('/');
    if path.ends_with("/v1/access-token") || path.ends_with("/v1//access-token") {
        (HUB, Some(Kind::OauthAccess))
    } else if path.ends_with("/v1/refresh-token") || path.ends_with("/v1//refresh-token") {
        (HUB, Some(Kind::OauthRefresh))
    } else if matches!(key, "hub-tool" | "hub-tool-token" | "hub-tool-refresh-token") {
        (HUB, None)
    } else {
        (key, None)
    }
}

/// `auth`: base64 of `user:password`; Docker drops NULs around the password.
///
/// More is read than Docker reads: line ends inside, the alphabet of URLs, missing padding. Such a
/// value does not work, and still tells the password.
#[must_use]
pub fn decode(auth: &str) -> Option<(String, String)> {
    let text = text(&bytes(auth)?)?;
    let (user, password) = text.split_once(':')?;
    // A document has colons as well: no user's name has a control character or begins as JSON does.
    if user.chars().any(|c| c.is_control() && c != '\0') || user.trim_start().starts_with('{') {
        return None;
    }
    let password = password.trim_matches('\0');
    // `echo user:password | base64` takes the line end in; a key of several lines keeps its own.
    let line = password.trim_end_matches(['\r', '\n']);
    let password = if line.contains('\n') { password } else { line };
    Some((user.trim_matches('\0').to_owned(), password.to_owned()))
}

/// User and secret in the value of an `Authorization` header: `Basic` is decoded, what follows
/// `Bearer` is taken as it is.
#[must_use]
pub fn header(value: &str) -> Option<(Option<String>, String)> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let is = |word: &str| scheme.eq_ignore_ascii_case(word);
    let (user, secret) = match () {
        () if is("basic") => decode(rest.trim())?,
        () if is("bearer") || is("token") => (String::new(), rest.trim().to_owned()),
        () => return None,
    };
    (!secret.is_empty()).then(|| (Some(user).filter(|user| !user.is_empty()), secret))
}

/// What base64 of any alphabet says, folded or not, padded or not; of one that is cut off within a
/// group of four, what the groups before it say.
fn bytes(encoded: &str) -> Option<Vec<u8>> {
    let plain = encoded.chars().filter(|c| !c.is_ascii_whitespace()).map(|c| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    });
    let plain: String = plain.collect();
    let plain = plain.trim_end_matches('=');
    let groups = plain.get(..plain.len() / 4 * 4).filter(|groups| !groups.is_empty());
    let whole = || Base64Unpadded::decode_vec(groups?).ok();
    Base64Unpadded::decode_vec(plain).ok().or_else(whole)
}

/// Text of UTF-8, or of Latin-1 where it is mostly ASCII; nothing for other bytes, which decoding a
/// text that is no base64 gives.
fn text(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let foreign = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let is_text = bytes.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte >= 0xa0);
    (is_text && foreign * 4 <= bytes.len()).then(|| bytes.iter().copied().map(char::from).collect())
}

/// Whether a map looks like an entry of `auths`.
#[must_use]
pub fn is_entry(node: &Node) -> bool {
    matches!(node.value, Value::Map(_)) && node.get("auth").and_then(Node::text).is_some()
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Url};
    use secrecy::ExposeSecret;

    use super::*;
    use crate::audit::document::{Format, parse};

    /// Registry, user, kind and secret of each finding.
    fn found(json: &str) -> Vec<(String, String, Kind, String)> {
        let tree = parse(Format::Json, json).unwrap().remove(0);
        let mut found = Vec::new();
        find(&Here::root(&tree), &mut found);
        let plain = |f: Found| {
            let secret = f.secret.expose_secret().to_owned();
            (f.registry.unwrap(), f.username.unwrap_or_default(), f.kind, secret)
        };
        found.into_iter().map(plain).collect()
    }

    fn one(json: &str) -> (String, String, Kind, String) {
        let mut found = found(json);
        assert_eq!(found.len(), 1, "{json}");
        found.remove(0)
    }

    fn says(
        registry: &str,
        user: &str,
        kind: Kind,
        secret: &str,
    ) -> (String, String, Kind, String) {
        (registry.to_owned(), user.to_owned(), kind, secret.to_owned())
    }

    fn entry(registry: &str, entry: &str) -> String {
        format!(r#"{{"auths":{{"{registry}":{entry}}}}}"#)
    }

    #[test]
    fn auth_is_read_however_it_is_encoded() {
        let auth = Base64::encode_string(b"ada:s3cret?>word~");
        let url = Base64Url::encode_string(b"ada:s3cret?>word~");
        assert_ne!(auth, url);
        let folded = format!("{}\n  {}", &auth[..8], &auth[8..]);
        for auth in [&auth, &url, auth.trim_end_matches('='), &folded] {
            let (user, password) = decode(auth).unwrap();
            assert_eq!((user.as_str(), password.as_str()), ("ada", "s3cret?>word~"));
        }
    }

    #[test]
    fn what_is_left_of_a_cut_off_auth_is_read() {
        let auth = Base64::encode_string(b"ada:s3cret-word");
        for (length, password) in [(9, "s3"), (13, "s3cre"), (14, "s3cre"), (16, "s3cret-w")] {
            let (user, said) = decode(&auth[..length]).unwrap();
            assert_eq!((user.as_str(), said.as_str()), ("ada", password), "{length}");
        }
        assert_eq!(decode(&auth[..5]), None);
    }

    #[test]
    fn the_password_begins_after_the_first_colon_and_has_no_nuls_around() {
        let read = |plain: &[u8]| decode(&Base64::encode_string(plain));
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(read(b"ada:a:b:c"), pair("ada", "a:b:c"));
        assert_eq!(read(b"ada:word\0\0"), pair("ada", "word"));
        assert_eq!(read(b"ada:word\n"), pair("ada", "word"));
        assert_eq!(read(b"ada:"), pair("ada", ""));
        assert_eq!(read(b":word"), pair("", "word"));
        assert_eq!(read("ada:pässwörd".as_bytes()), pair("ada", "pässwörd"));
        assert_eq!(read(b"ada:p\xe4sswort"), pair("ada", "pässwort"));
        let key = "_json_key:{\n  \"type\": \"service_account\"\n}\n";
        assert_eq!(read(key.as_bytes()).unwrap().1, key[10..]);
        assert_eq!(read(b"no colon"), None);
        assert_eq!(read(b"{\"auths\":{}}"), None);
        assert_eq!(read(b"\x01\x02:\xff\xfe"), None);
    }

    #[test]
    fn what_is_no_base64_is_no_login() {
        for auth in ["not base64!", "${AUTH}", "{{ auth }}", "<auth>", "changeme", "====", "a"] {
            assert_eq!(decode(auth), None, "{auth}");
        }
        assert!(found(&entry("ghcr.io", r#"{"auth":"not-base64!"}"#)).is_empty());
    }

    #[test]
    fn a_password_said_twice_is_found_once_and_two_passwords_are_two() {
        let auth = "YWRhOnMzY3JldC13b3Jk"; // ada:s3cret-word
        let same = format!(r#"{{"username":"ada","password":"s3cret-word","auth":"{auth}"}}"#);
        let expected = says("ghcr.io", "ada", Kind::Auth, "s3cret-word");
        assert_eq!(one(&entry("ghcr.io", &same)), expected);
        let other = format!(r#"{{"username":"bob","password":"older","auth":"{auth}"}}"#);
        let both = found(&entry("ghcr.io", &other));
        assert_eq!(both, [expected, says("ghcr.io", "bob", Kind::UserPass, "older")]);
        let broken = r#"{"username":"bob","password":"older","auth":"${AUTH}"}"#;
        assert_eq!(one(&entry("r.lan", broken)), says("r.lan", "bob", Kind::UserPass, "older"));
    }

    #[test]
    fn an_identity_token_has_the_user_of_the_empty_auth() {
        let json = entry("a.azurecr.io", r#"{"auth":"YWRhOg==","identitytoken":"t0ken"}"#);
        assert_eq!(one(&json), says("a.azurecr.io", "ada", Kind::IdentityToken, "t0ken"));
        let json = entry("r.lan", r#"{"registrytoken":"t0ken"}"#);
        assert_eq!(one(&json), says("r.lan", "", Kind::RegistryToken, "t0ken"));
        let json = entry("r.lan", r#"{"username":"bob","auth":"Og==","identitytoken":"t0ken"}"#);
        assert_eq!(one(&json), says("r.lan", "bob", Kind::IdentityToken, "t0ken"));
    }

    #[test]
    fn the_web_login_keeps_three_secrets_of_docker_hub() {
        let auth = "YWRhOnMzY3JldC13b3Jk";
        let json = format!(
            r#"{{"auths":{{"https://index.docker.io/v1/":{{"auth":"{auth}"}},
            "https://index.docker.io/v1/access-token":{{"auth":"{auth}"}},
            "https://index.docker.io/v1/refresh-token":{{"auth":"{auth}"}},
            "hub-tool-token":{{"auth":"YWRhOg==","identitytoken":"t0ken"}}}}}}"#
        );
        let kinds: Vec<_> = found(&json).into_iter().map(|f| (f.0, f.2)).collect();
        let expected = [Kind::Auth, Kind::OauthAccess, Kind::OauthRefresh, Kind::IdentityToken];
        assert_eq!(kinds, expected.map(|kind| (HUB.to_owned(), kind)));
    }

    #[test]
    fn names_are_read_in_any_case_and_markers_are_no_login() {
        let json = r#"{"Auths":{"r.lan":{"Auth":"YWRhOnMzY3JldC13b3Jk"}},"AUTHS":{"q.lan":{"USERNAME":"u","Password":"word"}}}"#;
        let registries: Vec<_> = found(json).into_iter().map(|f| f.0).collect();
        assert_eq!(registries, ["r.lan", "q.lan"]);
        for clean in ["{}", "null", "[]", "\"x\"", "7", r#"{"auth":""}"#, r#"{"auth":"Og=="}"#] {
            assert!(found(&entry("r.lan", clean)).is_empty(), "{clean}");
        }
        for clean in [r#"{"auths":{}}"#, r#"{"auths":null}"#, r#"{"auths":[{"auth":"x"}]}"#] {
            assert!(found(clean).is_empty(), "{clean}");
        }
    }
}
