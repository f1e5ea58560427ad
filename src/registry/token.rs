//! Tokens from a registry's token server (distribution `docs/content/spec/auth/token.md`,
//! `oauth.md`). An offline token is never asked for: it would outlive the check.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::endpoint::{Url, percent};
use super::http::{Body, Client, Login, MAX_ANSWER_BYTES};
use super::trouble::Trouble;

/// The client's name in OAuth's form; some servers want one.
const CLIENT_ID: &str = "imgsec-cred";

/// Who asks for a token.
#[derive(Clone, Copy)]
pub(super) enum Asker<'a> {
    Nobody,
    Password(&'a str, &'a SecretString),
    /// By an identity token (`grant_type=refresh_token`).
    Identity(&'a SecretString),
}

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoToken {
    Status(u16),
    /// 200, and no token in it.
    Nonsense,
    Trouble(Trouble),
}

#[derive(Deserialize)]
struct Reply {
    token: Option<String>,
    access_token: Option<String>,
}

/// Asks the token server once.
pub(super) fn ask(
    client: &Client,
    realm: &Url,
    service: Option<&str>,
    scope: Option<&str>,
    asker: Asker<'_>,
) -> Result<SecretString, NoToken> {
    let answer = match asker {
        Asker::Nobody => client.get(&query(realm, service, scope), Login::Nobody),
        Asker::Password(user, secret) => {
            client.get(&query(realm, service, scope), Login::Basic(user, secret))
        }
        Asker::Identity(token) => {
            let body = Body::Form(form(service, scope, token));
            client.send("POST", realm, Login::Nobody, &body, MAX_ANSWER_BYTES)
        }
    };
    let answer = answer.map_err(NoToken::Trouble)?;
    if answer.status != 200 {
        return Err(NoToken::Status(answer.status));
    }
    let reply: Reply = serde_json::from_slice(&answer.body).map_err(|_| NoToken::Nonsense)?;
    // What is none of RFC 6750 cannot be sent (`b64token`).
    let is_token = |t: &String| !t.is_empty() && t.bytes().all(|b| b.is_ascii_graphic());
    let token = [reply.token, reply.access_token].into_iter().flatten().find(is_token);
    token.map(SecretString::from).ok_or(NoToken::Nonsense)
}

fn query(realm: &Url, service: Option<&str>, scope: Option<&str>) -> Url {
    let mut parameters = Vec::new();
    parameters.extend(service.map(|service| ("service", service)));
    for one in scope.unwrap_or_default().split_whitespace() {
        parameters.push(("scope", one));
    }
    realm.with_query(&parameters)
}

fn form(service: Option<&str>, scope: Option<&str>, token: &SecretString) -> Zeroizing<Vec<u8>> {
    let mut form = Zeroizing::new(Vec::with_capacity(token.expose_secret().len() * 3 + 1024));
    let mut field = |name: &str, value: &str| {
        if !form.is_empty() {
            form.push(b'&');
        }
        form.extend_from_slice(name.as_bytes());
        form.push(b'=');
        form.extend_from_slice(Zeroizing::new(percent(value)).as_bytes());
    };
    field("grant_type", "refresh_token");
    field("client_id", CLIENT_ID);
    field("service", service.unwrap_or_default());
    if let Some(scope) = scope {
        field("scope", scope);
    }
    field("refresh_token", token.expose_secret());
    form
}
