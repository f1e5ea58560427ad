//! Registries that want a login and have no image. Each names itself as its token server and notes
//! which login it got there: a password, an identity token, or a token that was there already.

use std::sync::{Arc, Mutex};

use base64ct::{Base64, Encoding};
use serde_json::json;

use crate::support::web::{Reply, Request, Web};

/// What a token server hands out to everybody.
const GRANTED: &str = "granted";

/// A registry that listens for logins.
pub(crate) struct Registry {
    web: Web,
    seen: Arc<Mutex<Seen>>,
}

/// What was seen since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) asked: bool,
    /// The first login: `user:password`, `identity TOKEN` or `bearer TOKEN`.
    pub(crate) login: Option<String>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let noted = Arc::clone(&seen);
        let web = Web::start(move |request| {
            let mut seen = noted.lock().unwrap();
            seen.asked = true;
            let login = login_of(request);
            if seen.login.is_none() {
                seen.login = login;
            }
            answer(request)
        });
        Self { web, seen }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.web.host()
    }

    /// `localhost:PORT`.
    pub(crate) fn other_host(&self) -> String {
        self.web.other_host()
    }

    /// What was seen since this was last asked.
    pub(crate) fn seen(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

fn answer(request: &Request) -> Reply {
    let host = request.header("host").unwrap_or_default();
    if request.path.starts_with("/token") {
        return Reply::json(&json!({ "token": GRANTED, "access_token": GRANTED }));
    }
    if request.header("authorization").is_none() {
        let challenge = format!(r#"Bearer realm="http://{host}/token",service="{host}""#);
        let body = json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "log in" }] });
        return status(401, &body).with("WWW-Authenticate", challenge);
    }
    if request.path == "/v2/" || request.path == "/v2" {
        return Reply::json(&json!({}));
    }
    let errors = json!({ "errors": [{ "code": "MANIFEST_UNKNOWN", "message": "no such image" }] });
    status(404, &errors)
}

fn status(status: u16, body: &serde_json::Value) -> Reply {
    let headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("Docker-Distribution-API-Version", "registry/2.0".to_owned()),
    ];
    Reply::Say { status, headers, body: body.to_string().into_bytes() }
}

fn login_of(request: &Request) -> Option<String> {
    let header = request.header("authorization").unwrap_or_default();
    if let Some(pair) = header.strip_prefix("Basic ") {
        let pair = String::from_utf8(Base64::decode_vec(pair).ok()?).ok()?;
        return Some(pair).filter(|pair| !pair.starts_with(':'));
    }
    if let Some(token) = header.strip_prefix("Bearer ").filter(|token| *token != GRANTED) {
        return Some(format!("bearer {token}"));
    }
    let field = |name: &str| {
        let fields = request.body.split('&').filter_map(|field| field.split_once('='));
        fields.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
    };
    match (field("refresh_token"), field("username"), field("password")) {
        (Some(token), _, _) if !token.is_empty() => Some(format!("identity {token}")),
        (_, Some(user), Some(password)) if !user.is_empty() => Some(format!("{user}:{password}")),
        _ => None,
    }
}
