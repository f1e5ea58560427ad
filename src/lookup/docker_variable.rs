//! `DOCKER_AUTH_CONFIG`, as Docker reads it since 28.3 (docker/cli
//! `cli/config/configfile/file.go`, `parseEnvConfig`).

use serde_json::Value;

use super::auth_entry::Auth;
use super::auth_file::{AuthFile, Names};
use super::programs::DockerProgram;
use super::{Found, Source, Trail, World};
use crate::credential::Login;

/// Its name.
pub const NAME: &str = "DOCKER_AUTH_CONFIG";

/// Whether what answers to the name `docker` reads it: Docker since 28.3, and Podman never.
#[must_use]
pub fn is_read_by(program: DockerProgram) -> bool {
    !matches!(program, DockerProgram::Podman(_)) && program.is_at_least(28, 3)
}

/// Looks into it; keys must be exact.
pub(super) fn look(trail: &mut Trail, world: &World<'_>, key: &str) {
    let Some(text) = &world.places.docker_auth_config else { return };
    let found = match logins(text) {
        None => Found::Trouble("it is not what Docker takes, and passed over".to_owned()),
        Some(logins) => {
            Found::plain(logins.into_iter().find(|(k, _)| k == key).map(|(_, login)| login))
        }
    };
    trail.look(Source::Variable(NAME), key, found);
}

/// Notes what it holds for a Docker that is too old to read it.
pub(super) fn ignore(trail: &mut Trail, world: &World<'_>, key: &str) {
    let logins = world.places.docker_auth_config.as_ref().and_then(|text| logins(text));
    let login = logins.into_iter().flatten().find(|(k, _)| k == key);
    if let Some((_, login)) = login {
        trail.unread_source(Source::Variable(NAME), key, Found::Plain(login));
    }
}

/// The logins in `DOCKER_AUTH_CONFIG`; `None` where Docker does not take it: it must hold `auths` and
/// nothing else, each with an `auth` and nothing else.
pub(super) fn logins(text: &str) -> Option<Vec<(String, Login)>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let Ok(Value::Object(map)) = serde_json::from_str(text) else { return None };
    let has_only = |value: &Value, name: &str| match value {
        Value::Object(map) => map.keys().all(|key| key.eq_ignore_ascii_case(name)),
        value => value.is_null(),
    };
    let entries = map.values().filter_map(Value::as_object).flat_map(|auths| auths.values());
    let whole = Value::Object(map.clone());
    if !has_only(&whole, "auths") || !entries.into_iter().all(|entry| has_only(entry, "auth")) {
        return None;
    }
    let file = AuthFile::parse(text.as_bytes(), Names::AnyCase, false);
    if file.unmarshal_fault(|_| true).is_some() {
        return None;
    }
    let logins = file.entries.iter().map(|entry| match &entry.auth {
        Auth::Pair(user, password) if !user.is_empty() => {
            Some((entry.key.clone(), Login::new(user, password)))
        }
        _ => None,
    });
    logins.collect()
}
