//! A user name and a password in one map: the shape that most sources have in common.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};

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
    let all = secrets.iter().filter_map(|name| secret(here, name, Kind::UserPass));
    found.extend(all.map(|secret| secret.of(registry, here.text(users))));
}

/// The text in a map under a name, as a secret of this kind.
pub(super) fn secret(map: &Here<'_>, name: &str, kind: Kind) -> Option<Found> {
    let at = map.field(name)?;
    Some(Found::at(&at, kind, at.node.text()?))
}

/// Whether a map has a text under one of the names of passwords.
pub(super) fn has_secret(here: &Here<'_>) -> bool {
    here.text(SECRETS).is_some()
}
