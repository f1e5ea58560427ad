//! What the rows share: findings at the fields of a map, and what names of registries look like.

use secrecy::SecretString;

use crate::audit::document::{Here, Node, Step};
use crate::audit::finding::{Found, Kind};

/// The value of a name in a map.
pub(super) fn below<'a>(map: &'a Here<'a>, name: &'a str, node: &'a Node) -> Here<'a> {
    Here { node, step: Step::Name(name), up: Some(map) }
}

/// A secret at a value; nothing is known of its registry and its user.
pub(super) fn found(at: &Here<'_>, kind: Kind, secret: &str) -> Found {
    Found {
        registry: None,
        username: None,
        kind,
        secret: SecretString::from(secret.to_owned()),
        line: at.line(),
        pointer: at.pointer(),
        expiry: None,
    }
}

/// The secret under the first of these names that has one.
pub(super) fn secret(map: &Here<'_>, names: &[&str], kind: Kind) -> Option<Found> {
    names.iter().find_map(|name| {
        let node = map.get(name)?;
        Some(found(&below(map, name, node), kind, node.text()?))
    })
}

/// `username` and `password` of a map, as most formats call them.
pub(super) fn login(map: &Here<'_>, registry: Option<&str>) -> Option<Found> {
    Some(Found {
        registry: registry.map(str::to_owned),
        username: map.text(&["username", "user"]).map(str::to_owned),
        ..secret(map, &["password", "pass"], Kind::UserPass)?
    })
}

/// Whether a text is an address or a host with a dot or a port: `https://r.lan/v1/`, `r.lan/org`,
/// `localhost:5000`.
pub(super) fn is_host(text: &str) -> bool {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let host = rest.split('/').next().unwrap_or(rest);
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]*".contains(&b);
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    // `community.docker.docker_login` is no host; names of services with `_` have a port.
    let has_dot = host.contains('.') && !host.contains('_');
    let has_form = scheme.is_some() || has_dot || has_port || host == "localhost";
    has_form
        && host.len() <= 255
        && host.bytes().all(is_name)
        && host.starts_with(|c: char| c.is_ascii_alphanumeric() || "[*".contains(c))
}

/// Whether one of the values above has this name, in any case.
pub(super) fn is_below(here: &Here<'_>, name: &str) -> bool {
    here.names().any(|above| above.eq_ignore_ascii_case(name))
}

/// Everything that a test asks of a text in a file: rule, registry, user, kind and secret of each.
#[cfg(test)]
pub(super) fn hits(path: &str, text: &str) -> Vec<(&'static str, String, String, Kind, String)> {
    use secrecy::ExposeSecret;
    let hits = crate::audit::examine::examine(path, text);
    let plain = |hit: crate::audit::examine::Hit| {
        let found = hit.found;
        let secret = found.secret.expose_secret().to_owned();
        let registry = found.registry.unwrap_or_else(|| "*".to_owned());
        (hit.rule, registry, found.username.unwrap_or_default(), found.kind, secret)
    };
    hits.into_iter().map(plain).collect()
}

/// [`hits`] of these rules, as `registry user kind secret`.
#[cfg(test)]
pub(super) fn lines_of(rule: &str, path: &str, text: &str) -> Vec<String> {
    let hits = hits(path, text).into_iter().filter(|hit| hit.0 == rule);
    hits.map(|(_, registry, user, kind, secret)| {
        format!("{registry} {user} {} {secret}", kind.name())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_a_dot_a_port_or_a_scheme() {
        for host in [
            "https://index.docker.io/v1/",
            "r.lan:5000",
            "localhost:5000",
            "quay.io/org/app",
            "http://r",
        ] {
            assert!(is_host(host), "{host}");
        }
        for other in [
            "default",
            "auth",
            ".dockerconfigjson",
            "two words.x",
            "",
            "a/b.c",
            "x:y",
            "a.docker.b_c",
        ] {
            assert!(!is_host(other), "{other}");
        }
    }
}
