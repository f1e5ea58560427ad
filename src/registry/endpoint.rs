//! Where a registry answers: scheme, host and port, made from the key its credential is kept under
//! or from an address it gave us.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::server::{DOCKER_HUB, ServerKey};

/// Docker Hub's own registry; its credentials are kept under another name
/// (docker/cli `internal/registry/config.go`).
const HUB_API: &str = "registry-1.docker.io";

/// The start of an address: what decides who gets what is sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Over TLS.
    pub is_https: bool,
    /// Lower case; an IPv6 address in brackets.
    pub host: String,
    /// Where it is not the scheme's own.
    pub port: Option<u16>,
}

/// An address that can be asked: an origin, and a path with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// Whom it is sent to.
    pub origin: Origin,
    /// From the first `/` on; never empty. A query may name the user, so it is not shown.
    pub path: String,
}

impl Origin {
    /// Where the registry of this key answers; `None` for a key that is no registry's (another
    /// scheme, an item of our own, Docker Hub's tokens). Paths (namespaces) are left out.
    #[must_use]
    pub fn of(server: &ServerKey) -> Option<Self> {
        if server.is_hidden() {
            return None;
        }
        if server.canonical() == DOCKER_HUB {
            return Some(Self { is_https: true, host: HUB_API.to_owned(), port: None });
        }
        let origin = Url::parse(server.canonical())?.origin;
        // Docker keeps `docker.io/org` under the name of the Hub as well.
        Some(match origin.host.as_str() {
            "docker.io" | "index.docker.io" => Self { host: HUB_API.to_owned(), ..origin },
            _ => origin,
        })
    }

    /// Whether it is this machine itself, by its address or the name `localhost`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.ip().is_some_and(|ip| match ip {
                IpAddr::V4(ip) => ip.is_loopback(),
                IpAddr::V6(ip) => {
                    ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback())
                }
            })
    }

    /// Whether the host is written as an address of a machine or a network that is not public:
    /// loopback, private, link-local (where clouds serve their metadata), or a number that resolvers
    /// read as an address.
    #[must_use]
    pub fn is_local_address(&self) -> bool {
        match self.ip() {
            Some(IpAddr::V4(ip)) => is_local_v4(ip),
            Some(IpAddr::V6(ip)) => is_local_v6(ip),
            None => self.is_loopback() || ends_in_a_number(&self.host),
        }
    }

    /// Its address with a path.
    #[must_use]
    pub fn at(&self, path: &str) -> Url {
        Url { origin: self.clone(), path: path.to_owned() }
    }

    /// The same host and port over plain HTTP.
    #[must_use]
    pub fn without_tls(&self) -> Self {
        Self { is_https: false, ..self.clone() }
    }

    /// `host` or `host:port`.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    fn ip(&self) -> Option<IpAddr> {
        let host = self.host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        host.unwrap_or(&self.host).parse().ok()
    }
}

impl Url {
    /// An absolute address over http or https; `None` where it is something else, and where it has
    /// a user name, a fragment, a space, a backslash or anything beyond ASCII: what two programs
    /// could read in two ways.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        if rest.bytes().any(|b| !b.is_ascii_graphic() || b"\\#".contains(&b)) {
            return None;
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let server = ServerKey::parse(&format!("http://{authority}")).ok()?;
        if !server.is_address() {
            return None;
        }
        let authority = server.canonical().strip_prefix("http://")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok()?)),
            _ => (authority, None),
        };
        // The key drops port 80; here it may stand beside https.
        let port = if port.is_none() && text_port(rest) == Some(80) { Some(80) } else { port };
        let port = port.filter(|&p| p != if is_https { 443 } else { 80 });
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { origin: Origin { is_https, host: host.to_owned(), port }, path })
    }

    /// The same address with these parameters behind those it has, each value percent-encoded.
    #[must_use]
    pub fn with_query(&self, parameters: &[(&str, &str)]) -> Self {
        let mut path = self.path.clone();
        for (name, value) in parameters {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str(&format!("{name}={}", percent(value)));
        }
        Self { origin: self.origin.clone(), path }
    }

    /// An address that a `Location` header names, seen from this one.
    #[must_use]
    pub fn join(&self, location: &str) -> Option<Self> {
        if location.starts_with('/') && !location.starts_with("//") {
            return Self::parse(&format!("{}{location}", self.origin));
        }
        Self::parse(location)
    }

    /// Whole, with its query: for the request alone.
    #[must_use]
    pub fn whole(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

impl fmt::Display for Url {
    /// Without its query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path.split('?').next().unwrap_or_default())
    }
}

/// A value for a query or a form (`application/x-www-form-urlencoded`, WHATWG URL §5.2, with `%20`
/// for a space).
#[must_use]
pub fn percent(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The port as it is written.
fn text_port(rest: &str) -> Option<u16> {
    let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    authority.rsplit_once(':')?.1.parse().ok()
}

/// As a resolver reads it, such a name is an address: `2130706433`, `0x7f.1`.
fn ends_in_a_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_hex = last.strip_prefix("0x").is_some_and(|l| l.bytes().all(|b| b.is_ascii_hexdigit()));
    is_hex || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
}

fn is_local_v4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || first == 0 || is_shared
}

fn is_local_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
        || ip.to_ipv4().is_some_and(is_local_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(key: &str) -> Option<String> {
        Origin::of(&ServerKey::parse(key).unwrap()).map(|origin| origin.to_string())
    }

    #[test]
    fn a_key_says_where_its_registry_answers() {
        for (key, at) in [
            ("ghcr.io", "https://ghcr.io"),
            ("docker.io", "https://registry-1.docker.io"),
            (DOCKER_HUB, "https://registry-1.docker.io"),
            ("docker.io/library", "https://registry-1.docker.io"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            ("https://h:8443/v2/", "https://h:8443"),
            ("quay.io/org/image", "https://quay.io"),
            ("[::1]:5000", "https://[::1]:5000"),
            ("h:80", "https://h:80"),
        ] {
            assert_eq!(origin(key).as_deref(), Some(at), "{key}");
        }
        for none in ["ftp://x", "imgsec-internal://pending/ghcr.io", "a b", "http://h:080"] {
            assert_eq!(origin(none), None, "{none}");
        }
        assert_eq!(origin("https://index.docker.io/v1/access-token"), None);
    }

    #[test]
    fn an_address_that_could_be_read_in_two_ways_is_none() {
        for text in [
            "https://good.example@evil.example/",
            "https://good.example\\@evil.example/",
            "https://evil.example#.good.example/",
            "https://",
            "https:///token",
            "//evil.example/token",
            "/token",
            "https://good.example /",
            "https://gооd.example/",
            "https://h:99999/",
            "https://h:/",
            "file:///etc/passwd",
            "https://h%2eexample/",
            "https://h:080/",
            "https://[h]:1/",
            "https://a[b]/",
            "https://h../",
        ] {
            assert_eq!(Url::parse(text), None, "{text}");
        }
        let url = Url::parse("HTTPS://Auth.Example:443/token?a=b").unwrap();
        assert_eq!(url.whole(), "https://auth.example/token?a=b");
        assert_eq!(url.to_string(), "https://auth.example/token");
        let url = url.with_query(&[("scope", "repository:a/b:pull,push"), ("x", "ü&")]);
        assert_eq!(url.path, "/token?a=b&scope=repository%3Aa%2Fb%3Apull%2Cpush&x=%C3%BC%26");
    }

    #[test]
    fn local_addresses_are_known_however_they_are_written() {
        let is_local = |host: &str| Url::parse(&format!("https://{host}/")).unwrap().origin;
        for host in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.9.9",
            "169.254.169.254",
            "[::1]",
            "[fe80::1]",
            "[fd00::1]",
            "[fd00::0]",
            "[::ffff:127.0.0.1]",
            "localhost",
            "2130706433",
            "0x7f.1",
            "0.0.0.0",
            "127.1",
            "100.64.1.1",
        ] {
            assert!(is_local(host).is_local_address(), "{host}");
        }
        for host in ["ghcr.io", "1.1.1.1", "[2606:4700::1]", "172.32.0.1", "registry1.example"] {
            assert!(!is_local(host).is_local_address(), "{host}");
        }
        assert!(is_local("127.0.0.2:5000").is_loopback() && !is_local("10.0.0.1").is_loopback());
    }
}
