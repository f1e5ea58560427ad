//! The values of a Kubernetes Secret: `stringData` as it is written, `data` in base64
//! (<https://kubernetes.io/docs/concepts/configuration/secret/>).

use crate::audit::document::{Here, Node, Step};
use crate::audit::finding::{Found, Kind};
use crate::audit::within::inner::decoded;

/// One value of a Secret.
pub(crate) struct SecretValue<'t> {
    part: &'static str,
    above: &'t Node,
    /// Its name.
    pub(super) name: &'t str,
    node: &'t Node,
    /// What it says, decoded.
    pub(super) text: String,
}

impl SecretValue<'_> {
    /// Calls back with the place of the value in this Secret.
    pub(crate) fn at<T>(&self, secret: &Here<'_>, look: impl FnOnce(&Here<'_>) -> T) -> T {
        let part = Here { node: self.above, step: Step::Name(self.part), up: Some(secret) };
        look(&Here { node: self.node, step: Step::Name(self.name), up: Some(&part) })
    }

    /// A finding of all it says.
    pub(crate) fn found(&self, secret: &Here<'_>, kind: Kind) -> Found {
        let text = self.text.trim_end_matches(['\r', '\n']);
        self.at(secret, |at| Found::at(at, kind, text))
    }
}

/// Whether a map is a Secret of Kubernetes.
pub(crate) fn is_secret(here: &Here<'_>) -> bool {
    here.text(&["kind"]) == Some("Secret")
}

/// The values of a Secret, those first that win: `stringData` over `data`. What is no base64 in
/// `data` (a template's expression) is as it is written.
pub(crate) fn values<'t>(secret: &Here<'t>) -> Vec<SecretValue<'t>> {
    let mut values = Vec::new();
    for part in ["stringData", "data"] {
        let Some(above) = secret.get(part) else { continue };
        let map = Here { node: above, ..*secret };
        for (name, node) in map.entries() {
            let Some(text) = node.text() else { continue };
            let plain = (part == "data").then(|| decoded(text)).flatten();
            let text = plain.unwrap_or_else(|| text.to_owned());
            values.push(SecretValue { part, above, name, node, text });
        }
    }
    values
}

/// The first value with one of these names.
pub(crate) fn text<'v>(values: &'v [SecretValue<'_>], names: &[&str]) -> Option<&'v str> {
    let named = |name: &&str| values.iter().find(|value| value.name.eq_ignore_ascii_case(name));
    names.iter().find_map(named).map(|value| value.text.trim()).filter(|text| !text.is_empty())
}

/// The passwords under one of these names: one, or two where `data` and `stringData` differ.
pub(crate) fn passwords(
    secret: &Here<'_>,
    values: &[SecretValue<'_>],
    names: &[&str],
    registry: Option<&str>,
) -> Vec<Found> {
    let mut said: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for value in values {
        let text = value.text.trim();
        let is_password = names.iter().any(|name| value.name.eq_ignore_ascii_case(name));
        if !is_password || text.is_empty() || said.contains(&text) {
            continue;
        }
        said.push(text);
        let username = self::text(values, &["username", "user"]);
        found.push(value.found(secret, Kind::UserPass).of(registry, username));
        if said.len() == 2 {
            break;
        }
    }
    found
}
