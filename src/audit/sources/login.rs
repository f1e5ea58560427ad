//! A user name and a password in one map: the shape that most sources have in common.

use secrecy::SecretString;

use crate::audit::document::{Here, Step};
use crate::audit::finding::{Found, Kind};

/// Docker Hub, which programs log in to where nothing else is said.
pub(super) const HUB: &str = "docker.io";

/// What user names are called.
pub(super) const USERS: &[&str] = &["username", "user", "user_name", "login"];

/// What passwords are called.
pub(super) const SECRETS: &[&str] = &["password", "passwd", "pass", "token"];

/// The passwords in a map, under any of their usual names.
pub(super) fn take(here: &Here<'_>, registry: Option<&str>, found: &mut Vec<Found>) {
    take_named(here, registry, (USERS, SECRETS), found);
}

/// The texts in a map under the second names, with the user name under one of the first.
pub(super) fn take_named(
    here: &Here<'_>,
    registry: Option<&str>,
    (users, secrets): (&[&str], &[&str]),
    found: &mut Vec<Found>,
) {
    let username = here.text(users);
    for name in secrets {
        let entry = here.entries().filter(|(field, _)| field.eq_ignore_ascii_case(name)).last();
        let Some((field, node)) = entry else { continue };
        let Some(secret) = node.text() else { continue };
        let at = Here { node, step: Step::Name(field), up: Some(here) };
        found.push(Found {
            registry: registry.map(str::to_owned),
            username: username.map(str::to_owned),
            kind: Kind::UserPass,
            secret: SecretString::from(secret),
            line: at.line(),
            pointer: at.pointer(),
            expiry: None,
        });
    }
}

/// A login that a text without a structure says.
pub(super) fn in_text(
    registry: Option<&str>,
    username: Option<&str>,
    secret: &str,
    line: usize,
) -> Found {
    Found {
        registry: registry.map(str::to_owned),
        username: username.map(str::to_owned),
        kind: Kind::UserPass,
        secret: SecretString::from(secret),
        line,
        pointer: String::new(),
        expiry: None,
    }
}

/// Whether a map has a text under one of the names of passwords.
pub(super) fn has_secret(here: &Here<'_>) -> bool {
    here.text(SECRETS).is_some()
}

/// Whether the nearest name above, or its own, is one of these in any case.
pub(super) fn is_named(here: &Here<'_>, names: &[&str]) -> bool {
    here.name().is_some_and(|name| names.iter().any(|n| n.eq_ignore_ascii_case(name)))
}

/// The registry of an image reference, by Docker's rule: what is before the first `/` where it
/// looks like a host, else Docker Hub. `None` where that is a variable.
pub(super) fn of_image(image: &str) -> Option<&str> {
    let bare = image.trim();
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    if bare.is_empty() || bare.starts_with(['$', '{', '(', '<']) {
        return None;
    }
    match bare.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => Some(bare),
        _ => Some(HUB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_names_its_registry() {
        assert_eq!(of_image("ghcr.io/o/a:1"), Some("ghcr.io/o/a:1"));
        assert_eq!(of_image("docker://localhost/a"), Some("localhost/a"));
        assert_eq!(of_image("registry:5000/a"), Some("registry:5000/a"));
        assert_eq!(of_image("acme/app:1"), Some(HUB));
        assert_eq!(of_image("node:18"), Some(HUB));
        assert_eq!(of_image("$IMAGE/x"), None);
    }
}
