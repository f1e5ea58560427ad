//! One entry of `auths`: the login in it, read as Docker reads it, taken out and put back.

use base64ct::{Base64, Encoding};
use jsonc_parser::cst::{CstInputValue, CstObject};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::super::json;
use super::Reader;
use crate::credential::{Credential, Login};
use crate::server::{DOCKER_HUB, InvalidKey, ServerKey};

/// The user name that marks a secret as an identity token.
const TOKEN_USER: &str = "<token>";

/// The fields of an entry that say who logs in.
pub const LOGIN_FIELDS: &[&str] = &["auth", "identitytoken", "username", "password"];

/// The credential in one entry of `auths`; `None` where it holds no secret.
pub(super) fn plain_login(
    key: &str,
    entry: &Map<String, Value>,
    reader: Reader,
) -> Option<Result<Credential, &'static str>> {
    let text = |name| json::get(entry, name).and_then(Value::as_str).filter(|t| !t.is_empty());
    let auth = match text("auth").map(decode) {
        Some(Some((_, password))) if password.is_empty() => None,
        Some(None) => return Some(Err("its auth is not base64 of user:password")),
        auth => auth.flatten(),
    };
    let written = text("password")
        .map(|p| (text("username").unwrap_or_default().to_owned(), Zeroizing::new(p.to_owned())));
    if let (Some((_, used)), Some((_, other))) = (&auth, &written)
        && used != other
    {
        return Some(Err("it holds two passwords, and a helper keeps one"));
    }
    // Docker decodes `auth` over the fields `username` and `password`.
    let login = auth.or(written);
    let token = text("identitytoken");
    if text("registrytoken").is_some() {
        return Some(Err("it holds a registry token, which no helper can keep"));
    }
    let (username, secret) = match (login, token) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            return Some(Err(
                "it holds a password and an identity token, and a helper keeps one secret",
            ));
        }
        (None, Some(token)) => (TOKEN_USER.to_owned(), SecretString::from(token)),
        (Some((username, _)), None) if username.is_empty() => {
            return Some(Err("it has no user name"));
        }
        (Some((username, password)), None) => (username, SecretString::from(password.as_str())),
    };
    Some(server_key(key, reader).map(|server| Credential::new(server, username, secret)))
}

/// The login of an entry: as Docker reads it, and as Podman and the kubelet's kin do, which look at
/// `auth` alone (containers/image `pkg/docker/config/config.go`, `decodeDockerAuth`). `None` where it
/// holds no secret for them.
pub(super) fn logins(entry: &Map<String, Value>) -> (Option<Login>, Option<Login>) {
    let text = |name| json::get(entry, name).and_then(Value::as_str).filter(|t| !t.is_empty());
    let token = text("identitytoken").map(|token| Login::new(TOKEN_USER, token));
    let auth = text("auth").and_then(decode).and_then(|(user, password)| match &token {
        Some(token) => Some(token.clone()),
        None => (!password.is_empty()).then(|| Login::new(&user, &password)),
    });
    let written = text("password").map(|p| Login::new(text("username").unwrap_or_default(), p));
    let registry_token = text("registrytoken").map(|token| Login::new(TOKEN_USER, token));
    (auth.clone().or(written).or(token).or(registry_token), auth)
}

/// The key under which clients will ask a helper for what is written under `key`.
fn server_key(key: &str, reader: Reader) -> Result<ServerKey, &'static str> {
    let no_server = |e| match e {
        InvalidKey::UserInfo => "its key holds a user name or password: log in without it",
        _ => "its key is no server",
    };
    let server = ServerKey::parse(key).map_err(no_server)?;
    if server.canonical() == DOCKER_HUB || server.is_hidden() {
        return Ok(server);
    }
    if reader == Reader::Podman && server.may_lie_in_a_namespace() {
        return Err("its key is a namespace, which helpers are never asked for");
    }
    // As images write it: clients that take a helper's list at its word look for just that.
    let host = ServerKey::parse(&host_of(key).to_ascii_lowercase()).map_err(no_server)?;
    if host.is_address() { Ok(host) } else { Err("its key is no server") }
}

/// The host by which Docker finds an entry (docker/cli `cli/config/credentials/file_store.go`,
/// `ConvertToHostname`).
pub(super) fn host_of(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Whether the value of a field of [`LOGIN_FIELDS`] tells no secret: it is empty, or an `auth` that
/// names a user alone, as Docker writes it beside an identity token.
#[must_use]
pub fn tells_no_secret(value: &str) -> bool {
    value.is_empty() || decode(value).is_some_and(|(_, password)| password.is_empty())
}

/// `auth`: base64 of `user:password`. Docker drops NULs around the password.
fn decode(auth: &str) -> Option<(String, Zeroizing<String>)> {
    let bytes = Zeroizing::new(Base64::decode_vec(auth).ok()?);
    let (username, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    Some((username.to_owned(), Zeroizing::new(password.trim_matches('\0').to_owned())))
}

/// Takes the login out of an entry; what else it holds stays.
pub(super) fn blank(entry: &CstObject) {
    for field in LOGIN_FIELDS {
        json::set(entry, field, None);
    }
    if entry.properties().is_empty() {
        // As Docker leaves it: other programs read the empty entry as "logged in".
        let _ = entry.clone().replace_with(CstInputValue::Object(Vec::new()));
    }
}

/// Puts a login into an entry, as Docker writes it; as two fields, which Docker reads too, where
/// `auth` would be read as another login.
pub(super) fn restore(entry: &CstObject, credential: &Credential) {
    let secret = credential.secret.expose_secret();
    if credential.username == TOKEN_USER {
        json::set(entry, "identitytoken", Some(secret));
        return;
    }
    let auth = auth(credential);
    let read = decode(&auth);
    if read.is_some_and(|(user, password)| user == credential.username && *password == secret) {
        json::set(entry, "auth", Some(&auth));
    } else {
        json::set(entry, "username", Some(&credential.username));
        json::set(entry, "password", Some(secret));
    }
}

/// The value of `auth` for a login: base64 of `user:password`.
#[must_use]
pub fn auth(credential: &Credential) -> Zeroizing<String> {
    let secret = credential.secret.expose_secret();
    let login = Zeroizing::new(format!("{}:{secret}", credential.username));
    Zeroizing::new(Base64::encode_string(login.as_bytes()))
}
