//! Requests to a registry by hand: `curl -u USER:PASSWORD https://HOST/v2/…`, and what wget and HTTPie
//! have for it.

use super::login::{Login, USERNAME, pair_of};
use super::options::Options;
use super::words::Word;
use crate::audit::{auths, hosts};

/// The login of a request to a registry.
pub(super) fn login(options: &Options<'_>) -> Option<Login> {
    let option = options.get(&["url"]);
    let mut addresses = option.into_iter().chain(options.others.iter().copied());
    let address = addresses.find(|word| is_registry_address(&word.text))?;
    let host = Some(registry_of_address(&address.text));
    let text = |names: &[&str]| options.get(names).map(|word| word.text.clone());
    if let Some(secret) = options.get(&["password", "http-password"]) {
        let username = text(&["user", "http-user"]);
        return Some(Login { registry: host, username, secret: secret.clone() });
    }
    if let Some(pair) = options.get(USERNAME).or_else(|| options.get(&["a", "auth"])) {
        return pair_of(pair, host);
    }
    if let Some(userinfo) = userinfo(&address.text) {
        return pair_of(&Word { text: userinfo.to_owned(), ..address.clone() }, host);
    }
    header(options, host.clone()).or_else(|| body(options, host))
}

/// `-H "Authorization: Basic …"`, and `Bearer …`.
fn header(options: &Options<'_>, registry: Option<String>) -> Option<Login> {
    let (word, value) = options.all(&["H", "header"]).find_map(|word| {
        let (name, value) = word.text.split_once(':')?;
        name.eq_ignore_ascii_case("authorization").then(|| (word, value.trim()))
    })?;
    let (scheme, given) = value.split_once(' ')?;
    let given = given.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        let secret = Word { text: given.to_owned(), ..word.clone() };
        return Some(Login { registry, username: None, secret });
    }
    let (user, secret) = auths::decode(given).filter(|(_, secret)| !secret.is_empty())?;
    let secret = Word { text: secret, ..word.clone() };
    let login = Login { registry, username: Some(user), secret };
    scheme.eq_ignore_ascii_case("basic").then_some(login)
}

/// `-d '{"username": …, "password": …}'`, and `-d 'username=…&password=…'`.
fn body(options: &Options<'_>, registry: Option<String>) -> Option<Login> {
    const DATA: &[&str] = &["d", "data", "data-raw", "data-urlencode", "json", "F", "form"];
    let mut username = None;
    let mut secret = None;
    for word in options.all(DATA) {
        if let Ok(said) = serde_json::from_str::<serde_json::Value>(&word.text) {
            let text = |name: &str| Some(said.get(name)?.as_str()?.to_owned());
            let password = text("password")?;
            return Some(Login {
                registry,
                username: text("username"),
                secret: Word { text: password, ..word.clone() },
            });
        }
        for (name, value) in word.text.split('&').filter_map(|part| part.split_once('=')) {
            match name {
                "username" | "principal" => username = Some(value.to_owned()),
                "password" => secret = Some(Word { text: value.to_owned(), ..word.clone() }),
                _ => {}
            }
        }
    }
    Some(Login { registry, username, secret: secret? })
}

fn userinfo(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split('/').next()?;
    authority.rsplit_once('@').map(|(userinfo, _)| userinfo)
}

/// Whether it is one of the registries' API, or of a registry.
pub(in crate::audit::sources) fn is_registry_address(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    is_api(path) || (rest.len() < address.len() && hosts::is_registry(address))
}

/// Whether a path is one of the registry's interface (distribution-spec `spec.md`, end-1 to end-13);
/// `/v2/users` is another program's.
fn is_api(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let Some(rest) = path.strip_prefix("/v2") else { return false };
    let parts = ["/manifests/", "/blobs/", "/tags/list", "/referrers/"];
    matches!(rest, "" | "/" | "/_catalog") || parts.iter().any(|part| rest.contains(part))
}

/// The registry that such an address is of.
pub(in crate::audit::sources) fn registry_of_address(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host {
        "auth.docker.io" | "hub.docker.com" => "docker.io".to_owned(),
        host => host.to_owned(),
    }
}
