//! Server keys: what a client calls a registry, and when two names mean the same one.
//!
//! This is the only place where two servers are compared. A credential goes to
//! the server it was stored for and to no other, so every rule here is narrow:
//! nothing crosses a scheme, a host, a port or a path, but for the spellings
//! listed in [`ServerKey::canonical`].

use std::fmt;

/// The key under which Docker keeps a Docker Hub login
/// (docker/cli `cli/config/configfile/file.go`, docker/docker `registry.IndexServer`).
pub const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// Other host names of Docker Hub, as clients send them.
const HUB_HOSTS: &[&str] =
    &["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// Paths of Docker Hub's OAuth tokens, kept beside the login by Docker's own web login
/// (docker/cli `cli/internal/oauth/manager/manager.go`); Docker Desktop doubles the slash.
const HUB_TOKEN_PATHS: &[&str] =
    &["/v1/access-token", "/v1/refresh-token", "/v1//access-token", "/v1//refresh-token"];

/// Scheme of the keys that only imgsec-cred uses; no server key can ever match one.
const INTERNAL_SCHEME: &str = "imgsec-internal://";

/// The longest key, in bytes; Docker's own helpers stop at the same length.
pub const MAX_KEY_BYTES: usize = 65_535;

/// What a client calls a registry: an address, a bare host, or any other text.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerKey {
    text: String,
    canonical: String,
    /// The address without a scheme and with a path: `host/org`.
    is_namespace: bool,
}

/// Why a text is no server key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKey {
    /// Nothing but white space.
    Empty,
    /// A control character inside: a second line could name another server.
    Control,
    /// More than [`MAX_KEY_BYTES`].
    TooLong,
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            // Docker's clients compare this text.
            Self::Empty => "no credentials server URL",
            Self::Control => "invalid server URL: it holds a control character",
            Self::TooLong => "server URL too long",
        })
    }
}

impl std::error::Error for InvalidKey {}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

impl fmt::Display for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl ServerKey {
    /// Reads a key as clients send it: surrounding white space and a byte order mark are dropped.
    ///
    /// # Errors
    /// [`InvalidKey`] for a text that no credential can be kept under.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if text.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if text.len() > MAX_KEY_BYTES {
            return Err(InvalidKey::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidKey::Control);
        }
        let (canonical, is_namespace) = match Address::parse(text) {
            Some(address) => (address.canonical(), address.is_namespace()),
            None => (text.to_owned(), false),
        };
        Ok(Self { text: text.to_owned(), canonical, is_namespace })
    }

    /// The key as the client wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The one name of all spellings of this server.
    ///
    /// The scheme defaults to https, the host is lower case without its last dot, the scheme's own
    /// port is dropped, and the paths `/`, `/v1`, `/v1/`, `/v2`, `/v2/` are the host itself; every
    /// https spelling of Docker Hub is [`DOCKER_HUB`]. A path is kept byte for byte. A text that
    /// is no such address (another scheme, a user name, a fragment, letters beyond ASCII in the
    /// host) is opaque: it is its own canonical name. Two keys mean the same server exactly when
    /// these are equal.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The spelling shown by `list`: as stored, but Docker Hub always as Docker calls it.
    #[must_use]
    pub fn display(&self) -> &str {
        if self.canonical == DOCKER_HUB { DOCKER_HUB } else { &self.text }
    }

    /// Whether the credential stored under `self` is the answer to a request for `asked`.
    ///
    /// It is when both mean the same server, and when `self` is a namespace entry (`host/org`)
    /// and `asked`, written without a scheme, lies below it (`host/org/image`).
    #[must_use]
    pub fn answers(&self, asked: &Self) -> bool {
        self.canonical == asked.canonical || (self.is_namespace && self.covers(asked))
    }

    /// Whether a namespace entry other than the key itself could answer it.
    #[must_use]
    pub fn may_lie_in_a_namespace(&self) -> bool {
        self.is_namespace
    }

    /// Whether `list` leaves this key out: Docker Hub's OAuth tokens, which Docker fetches by
    /// their exact key, and imgsec-cred's own.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.text.starts_with(INTERNAL_SCHEME)
            || self
                .canonical
                .strip_prefix("https://index.docker.io")
                .is_some_and(|path| HUB_TOKEN_PATHS.contains(&path))
    }

    fn covers(&self, asked: &Self) -> bool {
        asked.is_namespace
            && asked
                .canonical
                .strip_prefix(self.canonical.as_str())
                .is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
    }
}

/// The parts of an address that can be compared.
struct Address<'a> {
    has_scheme: bool,
    is_http: bool,
    host: String,
    port: Option<&'a str>,
    /// From the first `/` or `?` to the end.
    path: &'a str,
}

impl<'a> Address<'a> {
    /// Takes an address apart, or `None` where the text is not one.
    fn parse(text: &'a str) -> Option<Self> {
        let (has_scheme, is_http, rest) = match text.split_once("://") {
            None => (false, false, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, false, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (true, true, rest),
            Some(_) => return None,
        };
        if rest.contains('#') {
            return None;
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = split_port(authority)?;
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if !is_host(&host) || host.ends_with('.') {
            return None;
        }
        let port = port.filter(|&p| p != if is_http { "80" } else { "443" });
        Some(Self { has_scheme, is_http, host, port, path })
    }

    fn canonical(&self) -> String {
        let scheme = if self.is_http { "http" } else { "https" };
        let port = self.port.map(|p| format!(":{p}")).unwrap_or_default();
        let is_root = is_root(self.path);
        let is_hub = HUB_HOSTS.contains(&self.host.as_str()) && !self.is_http && port.is_empty();
        if is_hub && is_root {
            return DOCKER_HUB.to_owned();
        }
        let path = if is_root { "" } else { self.path };
        format!("{scheme}://{}{port}{path}", self.host)
    }

    fn is_namespace(&self) -> bool {
        !self.has_scheme && !is_root(self.path) && !self.path.contains('?')
    }
}

/// Splits `host[:port]`; `None` where the port is not one or the colons are not clear.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let after_host = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at(after_host);
    if rest.is_empty() {
        return Some((host, None));
    }
    let port = rest.strip_prefix(':')?;
    let is_port = !port.starts_with('0')
        && port.bytes().all(|b| b.is_ascii_digit())
        && port.parse::<u16>().is_ok();
    is_port.then_some((host, Some(port)))
}

/// A name of letters, digits, `.`, `-`, `_`, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(ip) => ip.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        }
    }
}

/// Paths that mean the registry itself (its two API roots among them).
fn is_root(path: &str) -> bool {
    matches!(path, "" | "/" | "/v1" | "/v1/" | "/v2" | "/v2/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> ServerKey {
        ServerKey::parse(text).unwrap()
    }

    fn answers(stored: &str, asked: &str) -> bool {
        key(stored).answers(&key(asked))
    }

    #[test]
    fn every_spelling_of_docker_hub_is_one_server() {
        for spelling in [
            "docker.io",
            "index.docker.io",
            "registry-1.docker.io",
            "registry.hub.docker.com",
            "https://index.docker.io",
            "https://index.docker.io/v1",
            "HTTPS://INDEX.DOCKER.IO/v1/",
            "docker.io:443",
            "docker.io.",
            "https://registry-1.docker.io/v2/",
        ] {
            assert_eq!(key(spelling).canonical(), DOCKER_HUB, "{spelling}");
            assert_eq!(key(spelling).display(), DOCKER_HUB, "{spelling}");
        }
    }

    #[test]
    fn nothing_crosses_a_scheme_a_port_or_a_path() {
        for other in [
            "http://index.docker.io/v1/",
            "https://index.docker.io:8443/v1/",
            "https://index.docker.io/v1/refresh-token",
            "https://index.docker.io/v1//access-token",
            "index.docker.io/library/ubuntu",
            "docker.io.evil.example",
            "docker.io@evil.example",
            "evil.example/docker.io",
            "xdocker.io",
            "docker.io:5000",
            "https://user@docker.io",
        ] {
            assert!(!answers(DOCKER_HUB, other), "{other}");
            assert!(!answers(other, DOCKER_HUB), "{other}");
        }
    }

    #[test]
    fn a_host_is_the_same_with_its_default_port_and_api_root() {
        for spelling in
            ["ghcr.io", "ghcr.io:443", "https://ghcr.io/v2/", "https://GHCR.io.", "ghcr.io/v1"]
        {
            assert!(answers("ghcr.io", spelling), "{spelling}");
            assert!(answers(spelling, "https://ghcr.io"), "{spelling}");
        }
        assert!(answers("http://h", "http://h:80/"));
        assert!(!answers("http://h", "h:80"));
        assert!(answers("[::1]:5000", "https://[::1]:5000/v2/"));
    }

    #[test]
    fn a_namespace_entry_answers_for_what_lies_below_it() {
        assert!(answers("ghcr.io/org", "ghcr.io/org/image"));
        assert!(answers("ghcr.io/org", "ghcr.io/org"));
        assert!(!answers("ghcr.io/org", "ghcr.io/organic"));
        assert!(!answers("ghcr.io/org", "ghcr.io"));
        assert!(!answers("ghcr.io", "ghcr.io/org"));
        assert!(!answers("ghcr.io/org", "https://ghcr.io/org/image"));
        assert!(!answers("https://ghcr.io/org", "ghcr.io/org/image"));
        assert!(!answers("ghcr.io/v2", "ghcr.io/v2/org"));
    }

    #[test]
    fn what_is_no_address_is_compared_byte_for_byte() {
        for opaque in [
            "https://a b/",
            "ftp://x",
            "http://",
            "//h",
            "::1:8080",
            "h..",
            "https://index.docker.io../v1/",
            "ключ.example",
            "a b",
            "nerdctl-experimental://x:1/host/y:2/v2/",
            "h:0443",
            "h:99999",
            "h:",
            "https://h/#x",
            "[::1",
            "imgsec-internal://pending/ghcr.io",
            ".",
        ] {
            assert_eq!(key(opaque).canonical(), opaque, "{opaque}");
        }
    }

    #[test]
    fn a_control_character_is_refused_and_outer_white_space_is_not() {
        assert_eq!(key("\u{feff}  \tghcr.io \t\r\n").as_str(), "ghcr.io");
        assert_eq!(key("\u{a0}ghcr.io\u{a0}").as_str(), "ghcr.io");
        assert_eq!(ServerKey::parse("https://index.docker\n.io/v1/"), Err(InvalidKey::Control));
        assert_eq!(ServerKey::parse("a\0"), Err(InvalidKey::Control));
        assert_eq!(ServerKey::parse(" \r\n\t"), Err(InvalidKey::Empty));
        assert!(ServerKey::parse(&"a".repeat(65_535)).is_ok());
        assert_eq!(ServerKey::parse(&"a".repeat(65_536)), Err(InvalidKey::TooLong));
    }

    #[test]
    fn tokens_of_the_web_login_and_our_own_keys_are_hidden() {
        for hidden in [
            "https://index.docker.io/v1/access-token",
            "https://index.docker.io/v1//refresh-token",
            "imgsec-internal://previous/x",
        ] {
            assert!(key(hidden).is_hidden(), "{hidden}");
        }
        assert!(!key(DOCKER_HUB).is_hidden());
        assert!(!key("https://ghcr.io/v1/access-token").is_hidden());
    }

    fn any_key() -> impl Strategy<Value = ServerKey> {
        let part = prop::sample::select(vec![
            "https://",
            "http://",
            "HTTPS://",
            "imgsec-internal://",
            "ghcr.io",
            "docker.io",
            "GHCR.IO",
            "index.docker.io",
            "evil.example",
            ":443",
            ":80",
            ":5000",
            "/",
            "/v1/",
            "/v2",
            "/org",
            "/organic",
            "?q",
            "#f",
            "u@",
            "[::1]",
            ".",
            " ",
            "é",
        ]);
        prop_oneof![
            prop::collection::vec(part, 1..7).prop_map(|parts| parts.concat()),
            "\\PC{1,20}",
        ]
        .prop_filter_map("a key", |text| ServerKey::parse(&text).ok())
    }

    proptest! {
        #[test]
        fn a_canonical_name_is_its_own_canonical_name(k in any_key()) {
            let canonical = key(k.canonical());
            prop_assert_eq!(canonical.canonical(), k.canonical());
        }

        #[test]
        fn answering_stays_within_one_scheme_host_and_port(a in any_key(), b in any_key()) {
            if a.answers(&b) {
                let origin = |k: &ServerKey| Address::parse(k.canonical()).map(|x| (x.is_http, x.host.clone(), x.port.map(str::to_owned)));
                prop_assert_eq!(origin(&a), origin(&b));
                prop_assert!(a.canonical() == b.canonical() || b.canonical().starts_with(a.canonical()));
            }
        }

        #[test]
        fn a_key_answers_itself(k in any_key()) {
            prop_assert!(k.answers(&k));
        }
    }
}
