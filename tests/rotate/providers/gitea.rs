//! Access tokens of Gitea, as go-gitea/gitea `routers/api/v1/user/app.go` says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::fake_api::{Fake, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, clean, create, failed, fresh};

struct State {
    tokens: Vec<(Value, String)>,
    counter: u64,
    lies: bool,
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.basic() != Some(("ada".to_owned(), ADMIN.to_owned())) {
            return Reply::json(401, &json!({"message": "invalid username, password or token"}));
        }
        let rest = request.path.strip_prefix("/api/v1/users/ada/tokens").unwrap();
        match (request.method.as_str(), rest) {
            ("GET", "") => {
                let all: Vec<_> = self.tokens.iter().map(|(token, _)| token.clone()).collect();
                Reply::json(200, &json!(request.page(&all, "limit", 50)))
            }
            ("POST", "") => {
                if self.tokens.iter().any(|(token, _)| token["name"] == request.body["name"]) {
                    return Reply::json(400, &json!({"message": "name has been used already"}));
                }
                let secret = fresh(&mut self.counter);
                let name = request.body["name"].as_str().unwrap();
                let token = token(1000 + self.counter, name, &secret);
                let mut answer = token.clone();
                answer["sha1"] = json!(secret);
                answer["scopes"] = json!(null);
                self.tokens.push((token, secret));
                Reply::json(201, &answer)
            }
            ("DELETE", id) => {
                let before = self.tokens.len();
                if !self.lies {
                    self.tokens.retain(|(token, _)| !is_id(&token["id"], &id[1..]));
                }
                Reply::empty(if self.tokens.len() < before { 204 } else { 404 })
            }
            other => panic!("{other:?}"),
        }
    }
}

fn is_id(id: &Value, text: &str) -> bool {
    id.as_u64() == text.parse().ok()
}

fn token(id: u64, name: &str, secret: &str) -> Value {
    json!({"id": id, "name": name, "sha1": "", "token_last_eight": &secret[secret.len() - 8..],
        "scopes": ["read:package", "write:package"]})
}

fn with(pairs: &[(&str, &str)], kept: &str, lies: bool, limit: Duration) -> Case {
    let mut tokens: Vec<_> = (1..=120)
        .map(|id| (token(id, &format!("t{id}"), &format!("other{:08}", 7000 + id)), String::new()))
        .collect();
    tokens.push((token(500, "mine", kept), kept.to_owned()));
    let state = Arc::new(Mutex::new(State { tokens, counter: 0, lies }));
    let shared = Arc::clone(&state);
    let fake = Fake::start(move |request| shared.lock().unwrap().answer(request));
    let setup = Setup { name: "forgejo", pairs, username: "ada", admin: Some(("ada", ADMIN)) };
    Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| {
            state.lock().unwrap().tokens.iter().any(|(_, kept)| kept == secret)
        }),
        create: "POST ",
        recovers: false,
    }
}

pub(crate) fn case(limit: Duration) -> Case {
    with(&[], OLD, false, limit)
}

#[test]
fn a_password_is_not_taken_for_a_token() {
    let case = with(&[], "another-99999999", false, LONG);
    assert!(case.provider.preflight(&case.current).is_err(), "which rights?");
    let case = with(&[("scopes", "write:package")], "another-99999999", false, LONG);
    let facts = case.provider.preflight(&case.current).unwrap();
    assert!(facts.handle.is_none() && facts.warnings[0].contains("password"));
}

#[test]
fn fewer_rights_are_said() {
    let case = with(&[("scopes", "write:package")], OLD, false, LONG);
    let facts = case.provider.preflight(&case.current).unwrap();
    assert!(facts.warnings[0].contains("read:package"));
}

#[test]
fn a_name_is_used_once() {
    let case = case(LONG);
    create(&case).unwrap();
    failed(create(&case), true, "the same operation again");
}

#[test]
fn a_token_that_is_still_listed_is_not_called_gone() {
    let case = with(&[], OLD, true, LONG);
    clean(&case.provider.revoke("500").unwrap_err());
    assert!(case.provider.revoke("mine").is_err(), "a name is no number");
}
