//! A registry on the loopback that behaves as that of an animal, and who of it was told a secret.

use std::sync::{Arc, OnceLock};

use serde_json::json;

use super::secrets::base64;
use crate::support::web::{Reply, Request, Web};

/// How a registry behaves.
#[derive(Clone, Copy)]
pub(crate) struct Fake {
    pub(crate) scheme: Scheme,
    pub(crate) realm: Realm,
    pub(crate) nobody: Nobody,
    /// The answers to a wrong login, by its versions or its reasons.
    pub(crate) refuses: &'static [u16],
}

/// How it asks for a login; `HOST` stands for its own.
#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    Basic(&'static str),
    Bearer { path: &'static str, service: &'static str },
}

/// Where its token server is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Realm {
    Here,
    Elsewhere,
}

/// What somebody without a login gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nobody {
    Refused,
    /// A token that opens `/v2/` and no private repository.
    LetIn,
    /// The vendor does not say, or it is a setting.
    Unsaid,
}

/// A fake that runs.
pub(crate) struct Registry {
    pub(crate) web: Web,
    /// The token server, where it is on another host.
    pub(crate) tokens: Option<Web>,
}

/// A login that is right there.
#[derive(Clone)]
struct Right {
    basic: String,
    form: String,
}

impl Fake {
    pub(crate) fn scheme(&self) -> &'static str {
        if matches!(self.scheme, Scheme::Basic(_)) { "basic" } else { "bearer" }
    }

    /// Starts it for this login. A wrong one is answered with `refuses`; a token for nobody is
    /// given if `is_open`.
    pub(crate) fn start(self, user: &str, secret: &str, is_open: bool, refuses: u16) -> Registry {
        let right = Right {
            basic: format!("Basic {}", base64(&format!("{user}:{secret}"))),
            form: format!("refresh_token={secret}"),
        };
        let Scheme::Bearer { path, service } = self.scheme else {
            return Registry { web: self.with_passwords(right, refuses), tokens: None };
        };
        let token_server = move |request: &Request| token(request, &right, is_open, refuses);
        let elsewhere = (self.realm == Realm::Elsewhere).then(|| Web::start(token_server.clone()));
        let realm = elsewhere.as_ref().map(|web| format!("http://{}{path}", web.other_host()));
        let host: Arc<OnceLock<String>> = Arc::default();
        let known = host.clone();
        let is_here = elsewhere.is_none();
        let web = Web::start(move |request| {
            if is_here && is_at(request, path) {
                return token_server(request);
            }
            let here = known.get().unwrap();
            let realm = realm.clone().unwrap_or_else(|| format!("http://{here}{path}"));
            registry(request, &challenge(&realm, &service.replace("HOST", here)), is_open)
        });
        host.set(web.host()).unwrap();
        Registry { web, tokens: elsewhere }
    }

    fn with_passwords(self, right: Right, refuses: u16) -> Web {
        let Scheme::Basic(challenge) = self.scheme else { unreachable!() };
        Web::start(move |request| match request.header("authorization") {
            Some(login) if login == right.basic => Reply::status(200),
            Some(_) => Reply::status(refuses).with("WWW-Authenticate", challenge),
            None => Reply::status(401).with("WWW-Authenticate", challenge),
        })
    }
}

impl Registry {
    /// The addresses, without their queries, that were told this secret.
    pub(crate) fn told(&self, user: &str, secret: &str) -> Vec<String> {
        let basic = base64(&format!("{user}:{secret}"));
        let holds = |text: &str| text.contains(secret) || text.contains(&basic);
        let was_told = |request: &Request| {
            let login = request.header("authorization").unwrap_or_default();
            holds(login) || holds(&request.body) || holds(&request.path)
        };
        let webs = [("registry", Some(&self.web)), ("tokens", self.tokens.as_ref())];
        let mut told = Vec::new();
        for (name, web) in webs {
            let asked = web.map(Web::asked).unwrap_or_default();
            told.extend(asked.iter().filter(|request| was_told(request)).map(|request| {
                let path = request.path.split('?').next().unwrap_or_default();
                format!("{} {name}{path}", request.method)
            }));
        }
        told
    }
}

fn is_at(request: &Request, path: &str) -> bool {
    request.path.split('?').next() == Some(path)
}

fn challenge(realm: &str, service: &str) -> String {
    match service {
        "" => format!(r#"Bearer realm="{realm}""#),
        service => format!(r#"Bearer realm="{realm}",service="{service}""#),
    }
}

/// A token server (distribution `docs/content/spec/auth/token.md`, `oauth.md`).
fn token(request: &Request, right: &Right, is_open: bool, refuses: u16) -> Reply {
    if request.method == "POST" {
        let is_right = request.body.contains("grant_type=refresh_token")
            && request.body.split('&').any(|field| field == right.form);
        let token = json!({"access_token": "t-ours"});
        return if is_right { Reply::json(&token) } else { Reply::status(refuses) };
    }
    match request.header("authorization") {
        Some(login) if login == right.basic => Reply::json(&json!({"token": "t-ours"})),
        None if is_open => Reply::json(&json!({"token": "t-any"})),
        _ => Reply::status(refuses),
    }
}

/// A registry whose repositories are private.
fn registry(request: &Request, challenge: &str, is_open: bool) -> Reply {
    match request.header("authorization") {
        Some("Bearer t-ours") => Reply::status(200),
        Some("Bearer t-any") if is_open && is_at(request, "/v2/") => Reply::status(200),
        _ => Reply::status(401).with("WWW-Authenticate", challenge),
    }
}
