//! Server keys: what a client calls a registry, and when two names mean the same one.
//!
//! This is the only place where two servers are compared. A credential goes to
//! the server it was stored for and to no other, so every rule here is narrow:
//! nothing crosses a scheme, a host, a port or a path, but for the spellings
//! listed in [`ServerKey::canonical`].

use std::fmt;

mod invalid;
mod user_info;

pub use invalid::InvalidKey;
pub use user_info::{shown, shown_key, shown_pointer, without_user_info};

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
    is_address: bool,
    /// The address without a scheme and with a path: `host/org`.
    is_namespace: bool,
}

/// What is kept for a server beside its credential, under a key that `list` hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// A secret of a rotation that is not yet in use.
    Pending,
    /// The secret before the last rotation.
    Previous,
    /// The login that may make new secrets for this server.
    Admin,
}

impl Reserved {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Previous => "previous",
            Self::Admin => "admin",
        }
    }
}

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
        if user_info::is_in(text) {
            return Err(InvalidKey::UserInfo);
        }
        let address = Address::parse(text);
        let canonical = address.as_ref().map_or_else(|| text.to_owned(), Address::canonical);
        let is_namespace = address.as_ref().is_some_and(Address::is_namespace);
        Ok(Self { text: text.to_owned(), canonical, is_address: address.is_some(), is_namespace })
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
    /// is no such address (another scheme, a fragment, letters beyond ASCII in the
    /// host) is opaque: it is its own canonical name. Two keys mean the same server exactly when
    /// these are equal.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether it is an address, with a host and a port that can be compared, and not opaque.
    #[must_use]
    pub fn is_address(&self) -> bool {
        self.is_address
    }

    /// The spelling shown by `list`: as stored, but Docker Hub always as Docker calls it.
    #[must_use]
    pub fn display(&self) -> &str {
        if self.canonical == DOCKER_HUB { DOCKER_HUB } else { &self.text }
    }

    /// The host, with its port, as Podman's family calls a registry: `docker.io` for Docker Hub;
    /// `None` for what those clients cannot ask for: plain HTTP, a path, what is no address.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        if self.canonical == DOCKER_HUB {
            return Some("docker.io");
        }
        let host = self.canonical.strip_prefix("https://").filter(|_| self.is_address)?;
        let is_alone = !host.contains(['/', '?']);
        // As it is typed in the names of images, where it was stored so.
        is_alone.then(|| if self.text.contains('/') { host } else { &self.text })
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

    /// Whether it is a key of imgsec-cred's own, of which no client of the protocol learns anything.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.text.starts_with(INTERNAL_SCHEME)
    }

    /// Whether `list` leaves this key out: Docker Hub's OAuth tokens, which Docker fetches by
    /// their exact key, and imgsec-cred's own.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.is_internal()
            || self
                .canonical
                .strip_prefix("https://index.docker.io")
                .is_some_and(|path| HUB_TOKEN_PATHS.contains(&path))
    }

    /// The key of an item beside this server's own, which no client ever asks for: the same for all
    /// spellings of the server.
    #[must_use]
    pub fn reserved(&self, what: Reserved) -> Self {
        let text = format!("{INTERNAL_SCHEME}{}/{}", what.name(), self.canonical);
        Self { canonical: text.clone(), text, is_address: false, is_namespace: false }
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
mod tests;
