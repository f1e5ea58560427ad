//! A variable that holds Docker's settings.

use super::assignments::Assignment;
use super::siblings::Siblings;
use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::within::inner;
use crate::audit::{auths, hosts};

/// JSON with `auths`, as it is or as base64; else base64 of `user:password`.
pub(super) fn find(
    assignment: &Assignment,
    kind: Kind,
    found: &mut Vec<Found>,
    siblings: &Siblings<'_>,
) {
    // Lines that the value says itself, as `\n` or in base64, are none of the file's.
    let below = |line: usize| Some(line.saturating_sub(1)).filter(|at| *at <= assignment.ends);
    let place = |found: Found| Found {
        kind,
        line: assignment.line + below(found.line).unwrap_or(0),
        pointer: assignment.pointer.clone(),
        ..found
    };
    let mut inside = Vec::new();
    for node in &inner::trees(&assignment.value) {
        auths::find(&Here::root(node), &mut inside);
        headers(&Here::root(node), &mut inside);
    }
    if inside.is_empty()
        && let Some((user, secret)) = auths::decode(&assignment.value)
        && !secret.is_empty()
        // JSON that is empty, or not all of it.
        && !user.trim_start().starts_with('{')
    {
        let registry = siblings.registry(assignment);
        inside.push(Found::on_line(0, kind, secret).of(registry.as_deref(), Some(&user)));
    }
    found.extend(inside.into_iter().map(place));
}

/// A header for each host: `{"r.lan":"Basic …"}`, as `CNB_REGISTRY_AUTH` has it
/// (buildpacks/lifecycle `auth/env_keychain.go`).
fn headers(here: &Here<'_>, found: &mut Vec<Found>) {
    for (host, at) in here.fields().filter(|(host, _)| hosts::is_address(host)) {
        if let Some((user, secret)) = at.node.text().and_then(auths::header) {
            let header = Found::at(&at, Kind::HttpHeader, secret);
            found.push(header.of(Some(host), user.as_deref()));
        }
    }
}
