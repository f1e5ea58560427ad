//! GitLab's deploy tokens, as `doc/api/deploy_tokens.md` says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::fake_api::{Fake, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, create, failed, fresh};

struct State {
    /// What is listed, and the secret.
    tokens: Vec<(Value, String)>,
    counter: u64,
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.header("private-token") != Some(ADMIN) {
            return Reply::json(401, &json!({"message": "401 Unauthorized"}));
        }
        let base = "/api/v4/projects/group%2Fapp/deploy_tokens";
        if request.is("GET", base) {
            let all: Vec<_> = self.tokens.iter().map(|(token, _)| token.clone()).collect();
            return Reply::json(200, &json!(request.page(&all, "per_page", 100)));
        }
        if request.is("POST", base) {
            let secret = fresh(&mut self.counter);
            let mut token = request.body.clone();
            token["id"] = json!(1000 + self.counter);
            token["revoked"] = json!(false);
            token["expired"] = json!(false);
            self.tokens.push((token.clone(), secret.clone()));
            token["token"] = json!(secret);
            return Reply::json(201, &token);
        }
        let id: Option<u64> = request.path.strip_prefix(base).unwrap()[1..].parse().ok();
        assert_eq!(request.method, "DELETE");
        let before = self.tokens.len();
        self.tokens.retain(|(token, _)| token["id"].as_u64() != id);
        Reply::empty(if self.tokens.len() < before { 204 } else { 404 })
    }
}

fn token(id: u64, username: &str, expires_at: Value) -> Value {
    json!({"id": id, "name": "n", "username": username, "expires_at": expires_at,
        "revoked": false, "expired": false, "scopes": ["read_registry", "write_registry"]})
}

fn with(pairs: &[(&str, &str)], twins: bool, limit: Duration) -> Case {
    let mut tokens = Vec::new();
    for id in 1..=130 {
        tokens.push((token(id, &format!("gitlab+deploy-token-{id}"), json!(null)), String::new()));
    }
    let end = json!("2099-01-01T00:00:00.000Z");
    tokens.push((token(131, "ci", end.clone()), OLD.to_owned()));
    if twins {
        tokens.push((token(132, "ci", end), "another".to_owned()));
    }
    let state = Arc::new(Mutex::new(State { tokens, counter: 0 }));
    let shared = Arc::clone(&state);
    let fake = Fake::start(move |request| shared.lock().unwrap().answer(request));
    let mut all = vec![("kind", "deploy"), ("project", "group/app")];
    all.extend(pairs);
    let setup =
        Setup { name: "gitlab", pairs: &all, username: "ci", admin: Some(("owner", ADMIN)) };
    Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| {
            state.lock().unwrap().tokens.iter().any(|(_, kept)| kept == secret)
        }),
        create: "POST /api/v4/projects/",
        recovers: false,
    }
}

pub(crate) fn case(limit: Duration) -> Case {
    with(&[], false, limit)
}

#[test]
fn the_new_one_has_the_same_name_and_rights() {
    let case = case(LONG);
    let issued = create(&case).unwrap();
    let sent = case.fake.seen().pop().unwrap().body;
    assert_eq!(sent["scopes"], json!(["read_registry", "write_registry"]));
    assert_eq!(sent["username"], "ci");
    assert_eq!(issued.username.as_deref(), Some("ci"));
    assert!(issued.expires.is_some(), "the old one had an end");
}

#[test]
fn of_two_with_the_same_user_name_one_must_be_named() {
    let case = with(&[], true, LONG);
    assert!(case.provider.preflight(&case.current).is_err());
    failed(create(&case), true, "two");
    let case = with(&[("token-id", "131")], true, LONG);
    assert_eq!(case.provider.preflight(&case.current).unwrap().handle.as_deref(), Some("131"));
    assert!((case.works)(create(&case).unwrap().secret.expose_secret()));
}
