//! Entries of `auths`, which a dozen programs write alike
//! (docker/cli `cli/config/types/authconfig.go`).

use base64ct::{Base64, Encoding};
use secrecy::SecretString;

use super::document::{Here, Node, Step, Value};
use super::finding::{Found, Kind};

/// The credentials in the `auths` of a map.
pub fn find(here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(auths) = here.get("auths") else { return };
    let auths = Here { node: auths, step: Step::Name("auths"), up: Some(here) };
    for (registry, entry) in auths.entries() {
        let entry = Here { node: entry, step: Step::Name(registry), up: Some(&auths) };
        entry_of(registry, &entry, found);
    }
}

/// The credentials in one entry of `auths`, or of `.dockercfg`.
pub fn entry_of(registry: &str, entry: &Here<'_>, found: &mut Vec<Found>) {
    let mut push = |field: &str, node: &Node, kind, username: Option<String>, secret: String| {
        let at = Here { node, step: Step::Name(field), up: Some(entry) };
        found.push(Found {
            registry: Some(registry.to_owned()),
            username: username.filter(|name| !name.is_empty()),
            kind,
            secret: SecretString::from(secret),
            line: at.line(),
            pointer: at.pointer(),
            expiry: None,
        });
    };
    let text = |name: &str| entry.get(name).and_then(|node| Some((node, node.text()?)));
    let auth = text("auth").and_then(|(node, auth)| Some((node, decode(auth)?)));
    let username = text("username").map(|(_, name)| name.to_owned());
    let user = auth.as_ref().map(|(_, (user, _))| user.clone()).or_else(|| username.clone());
    if let Some((node, (user, password))) = auth
        && !password.is_empty()
    {
        push("auth", node, Kind::Auth, Some(user), password);
    } else if let Some((node, password)) = text("password") {
        push("password", node, Kind::UserPass, username, password.to_owned());
    }
    if let Some((node, token)) = text("identitytoken") {
        push("identitytoken", node, Kind::IdentityToken, user.clone(), token.to_owned());
    }
    if let Some((node, token)) = text("registrytoken") {
        push("registrytoken", node, Kind::RegistryToken, user, token.to_owned());
    }
}

/// `auth`: base64 of `user:password`; Docker drops NULs around the password.
#[must_use]
pub fn decode(auth: &str) -> Option<(String, String)> {
    let bytes = Base64::decode_vec(auth.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.trim_matches('\0').to_owned()))
}

/// Whether a map looks like an entry of `auths`.
#[must_use]
pub fn is_entry(node: &Node) -> bool {
    matches!(node.value, Value::Map(_)) && node.get("auth").and_then(Node::text).is_some()
}
