//! Where a secret may be sent. Not over plain HTTP, but to this machine; not where a redirect leads;
//! to a token server on another host or port only if it is known, was used before, or is named by a person.

use super::endpoint::{Origin, Url};
use super::verdict::{Finding, Verdict};

/// Registries whose token server is on another host, by their hosts
/// (distribution `docs/content/spec/auth/token.md`; docs.gitlab.com `user/packages/container_registry`;
/// docs.digitalocean.com; elastic/docs).
const KNOWN: &[(&str, &str)] = &[
    ("registry-1.docker.io", "auth.docker.io"),
    ("registry.gitlab.com", "gitlab.com"),
    ("registry.digitalocean.com", "api.digitalocean.com"),
    ("docker.elastic.co", "docker-auth.elastic.co"),
];

/// What a person allowed, and what was seen before.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Hosts of token servers that are trusted for this one check, as `host` or `host:port`.
    pub realms: Vec<String>,
    /// The host of the token server that answered the last time.
    pub pinned: Option<String>,
    /// The registry answered over TLS before: plain HTTP is no way to it any more.
    pub speaks_tls: bool,
    /// Secrets may go over plain HTTP.
    pub insecure_http: bool,
}

/// What is to be done about a token server.
#[derive(Debug, PartialEq, Eq)]
pub enum Realm {
    /// The secret may be sent there.
    Trusted(Url),
    /// It is on a host, or a port, that nobody named yet: ask, or refuse.
    Unknown(Url),
}

impl Policy {
    /// Whether a secret may be sent to this registry at all.
    ///
    /// # Errors
    /// [`Verdict::Refused`].
    pub fn check_origin(&self, origin: &Origin) -> Result<(), Finding> {
        if origin.is_https || origin.is_loopback() || self.insecure_http {
            return Ok(());
        }
        let words =
            format!("{origin} is not encrypted: everybody on the way could read the secret");
        Err(refused("plain_http", words)
            .with_hint("use https, or --insecure-http in a network of your own"))
    }

    /// Whether a secret for `registry` may be sent to the token server it names.
    ///
    /// # Errors
    /// [`Verdict::Refused`].
    pub fn check_realm(&self, registry: &Origin, realm: &str) -> Result<Realm, Finding> {
        let Some(url) = Url::parse(realm) else {
            return Err(refused(
                "realm_invalid",
                "the address of its token server is not a plain https address",
            ));
        };
        let origin = &url.origin;
        let is_downgrade = !origin.is_https && registry.is_https;
        if is_downgrade || (!origin.is_https && !origin.is_loopback() && !self.insecure_http) {
            let words = format!(
                "its token server {origin} is not encrypted: everybody on the way could read the secret"
            );
            return Err(refused("realm_plain_http", words));
        }
        let host = origin.authority();
        if host == registry.authority() || self.realms.contains(&host) {
            return Ok(Realm::Trusted(url));
        }
        if origin.is_local_address() && !registry.is_local_address() {
            let words = format!(
                "its token server {host} is an address inside a network, and the registry is not"
            );
            return Err(refused("realm_local", words));
        }
        let is_known = KNOWN.contains(&(registry.host.as_str(), host.as_str()));
        match &self.pinned {
            _ if is_known => Ok(Realm::Trusted(url)),
            Some(pinned) if *pinned == host => Ok(Realm::Trusted(url)),
            Some(pinned) => {
                let words = format!(
                    "its token server was {pinned} and is {host} now; the secret was not sent"
                );
                Err(refused("realm_changed", words).with_hint(allow(&host)))
            }
            None => Ok(Realm::Unknown(url)),
        }
    }

    /// What is said where nobody can be asked about a token server.
    #[must_use]
    pub fn untrusted(url: &Url) -> Finding {
        let host = url.origin.authority();
        let words = format!("its token server is another one, {host}; the secret was not sent");
        refused("realm_untrusted", words).with_hint(allow(&host))
    }
}

fn allow(host: &str) -> String {
    format!("if that is right: --allow-realm {}", crate::text::shell_word(host))
}

fn refused(reason: &'static str, words: impl Into<String>) -> Finding {
    Finding::new(Verdict::Refused, reason, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm(registry: &str, realm: &str, policy: &Policy) -> &'static str {
        let registry = Url::parse(registry).unwrap().origin;
        match policy.check_realm(&registry, realm) {
            Ok(Realm::Trusted(_)) => "trusted",
            Ok(Realm::Unknown(_)) => "unknown",
            Err(finding) => finding.reason,
        }
    }

    #[test]
    fn a_token_server_is_trusted_by_name_and_not_by_likeness() {
        let none = Policy::default();
        for (registry, at, said) in [
            ("https://ghcr.io", "https://ghcr.io/token", "trusted"),
            ("https://ghcr.io", "https://ghcr.io:443/token", "trusted"),
            ("https://ghcr.io", "https://ghcr.io:8443/token", "unknown"),
            ("https://registry-1.docker.io", "https://auth.docker.io/token", "trusted"),
            ("https://registry-1.docker.io", "https://auth.docker.io:8443/token", "unknown"),
            ("https://r.example.com", "https://auth.example.com/token", "unknown"),
            ("https://r.example.com", "https://auth.docker.io/token", "unknown"),
            ("https://r.example.com", "http://r.example.com/token", "realm_plain_http"),
            ("https://r.example.com", "http://127.0.0.1/token", "realm_plain_http"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000/token", "trusted"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5001/token", "unknown"),
            ("http://127.0.0.1:5000", "http://auth.example/token", "realm_plain_http"),
            ("https://r.example.com", "https://169.254.169.254/latest", "realm_local"),
            ("https://r.example.com", "https://2852039166/latest", "realm_local"),
            ("https://10.0.0.5", "https://10.0.0.6/token", "unknown"),
            ("https://r.example.com", "https://r.example.com@evil.example/", "realm_invalid"),
            ("https://r.example.com", "/token", "realm_invalid"),
        ] {
            assert_eq!(realm(registry, at, &none), said, "{registry} {at}");
        }
    }

    #[test]
    fn a_token_server_that_changes_is_an_event() {
        let policy = Policy { pinned: Some("auth.example.com".to_owned()), ..Policy::default() };
        let at = |host: &str| realm("https://r.example.com", &format!("https://{host}/t"), &policy);
        assert_eq!(at("auth.example.com"), "trusted");
        assert_eq!(at("auth.evil.example"), "realm_changed");
        let policy = Policy { realms: vec!["auth.evil.example".to_owned()], ..policy };
        assert_eq!(
            realm("https://r.example.com", "https://auth.evil.example/", &policy),
            "trusted"
        );
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        let check = |url: &str, insecure_http: bool| {
            let policy = Policy { insecure_http, ..Policy::default() };
            policy.check_origin(&Url::parse(url).unwrap().origin).is_ok()
        };
        assert!(check("https://r.example", false) && check("http://127.0.0.1:5000", false));
        assert!(!check("http://r.example", false) && !check("http://10.0.0.1", false));
        assert!(check("http://r.example", true));
    }
}
