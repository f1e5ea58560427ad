//! Docker Hub's access tokens, as docker/docs `content/reference/api/hub/latest.yaml` says, and the
//! refusal of docker/hub-feedback#2478.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::fake_api::{Fake, Fault, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, clean, create, failed, fresh};

const SESSION: &str = "canary-session-password";
const WEAK: &str = "canary-session-token";

struct State {
    tokens: Vec<(Value, String)>,
    counter: u64,
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.is("POST", "/v2/auth/token") {
            assert_eq!(request.header("authorization"), None);
            assert_eq!(request.body["identifier"], "ada");
            return match request.body["secret"].as_str().unwrap() {
                ADMIN => Reply::json(200, &json!({"access_token": SESSION})),
                OLD => Reply::json(200, &json!({"access_token": WEAK})),
                _ => Reply::json(401, &json!({"detail": "Incorrect authentication credentials"})),
            };
        }
        match request.bearer() {
            Some(SESSION) => {}
            Some(WEAK) => return Reply::json(403, &json!({"message": "not allowed"})),
            _ => return Reply::json(401, &json!({})),
        }
        let rest = request.path.strip_prefix("/v2/access-tokens").unwrap();
        match (request.method.as_str(), rest) {
            ("GET", "") => self.list(request),
            ("POST", "") => self.make(request),
            (_, uuid) => self.one(request, &uuid[1..]),
        }
    }

    fn list(&self, request: &Request) -> Reply {
        let all: Vec<_> = self.tokens.iter().map(|(token, _)| token.clone()).collect();
        let page = request.page(&all, "page_size", 50);
        let is_last = page.last() == all.last();
        let next = if is_last { json!(null) } else { json!("https://elsewhere.example/") };
        Reply::json(200, &json!({"count": all.len(), "next": next, "results": page}))
    }

    fn make(&mut self, request: &Request) -> Reply {
        let secret = fresh(&mut self.counter);
        let mut token = request.body.clone();
        token["uuid"] = json!(format!("u-{}", 1000 + self.counter));
        token["is_active"] = json!(true);
        token["token"] = json!("");
        self.tokens.push((token.clone(), secret.clone()));
        token["token"] = json!(secret);
        Reply::json(201, &token)
    }

    fn one(&mut self, request: &Request, uuid: &str) -> Reply {
        let Some(at) = self.tokens.iter().position(|(token, _)| token["uuid"] == uuid) else {
            return Reply::json(404, &json!({}));
        };
        match request.method.as_str() {
            "PATCH" => self.tokens[at].0["is_active"] = request.body["is_active"].clone(),
            "DELETE" => {
                assert_eq!(self.tokens[at].0["is_active"], false, "disabled first");
                self.tokens.remove(at);
                return Reply::empty(204);
            }
            _ => {}
        }
        Reply::json(200, &self.tokens[at].0)
    }
}

fn with(pairs: &[(&str, &str)], admin: (&str, &str), limit: Duration) -> Case {
    let token = |uuid: &str| {
        json!({"uuid": uuid, "token_label": "mine", "scopes": ["repo:write"], "is_active": true,
            "token": "", "created_at": "2021-07-20T12:00:00.000000Z", "last_used": null})
    };
    let mut tokens = vec![(token("u-0"), OLD.to_owned())];
    tokens.extend((1..=170).map(|n| (token(&format!("u-{n}")), String::new())));
    let state = Arc::new(Mutex::new(State { tokens, counter: 0 }));
    let shared = Arc::clone(&state);
    let fake = Fake::start(move |request| shared.lock().unwrap().answer(request));
    let setup = Setup { name: "docker-hub", pairs, username: "ada", admin: Some(admin) };
    Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| {
            let state = state.lock().unwrap();
            state.tokens.iter().any(|(token, kept)| kept == secret && token["is_active"] == true)
        }),
        create: "POST /v2/access-tokens",
        recovers: false,
    }
}

const KNOWN: &[(&str, &str)] = &[("token-id", "u-0")];

pub(crate) fn case(limit: Duration) -> Case {
    with(KNOWN, ("ada", ADMIN), limit)
}

#[test]
fn an_access_token_as_the_second_login_is_refused_with_the_reason() {
    let case = with(KNOWN, ("ada", OLD), LONG);
    let error = case.provider.preflight(&case.current).unwrap_err();
    assert!(error.hint().unwrap().contains("password"), "{error:?}");
    failed(create(&case), true, "weak");
    assert_eq!(case.fake.count("POST /v2/access-tokens"), 0);
    let case = with(KNOWN, ("ada", "canary-wrong"), LONG);
    clean(&case.provider.preflight(&case.current).unwrap_err());
}

#[test]
fn the_new_one_has_no_less_rights_than_the_old() {
    let case = case(LONG);
    create(&case).unwrap();
    let sent = case.fake.seen().pop().unwrap().body;
    assert_eq!(
        (&sent["scopes"], &sent["token_label"]),
        (&json!(["repo:write"]), &json!("imgsec-op-7"))
    );
    let less = with(&[("token-id", "u-0"), ("scopes", "repo:read")], ("ada", ADMIN), LONG);
    assert!(less.provider.preflight(&less.current).is_err());
    let more = with(&[("token-id", "u-0"), ("scopes", "repo:admin")], ("ada", ADMIN), LONG);
    create(&more).unwrap();
}

#[test]
fn a_token_that_cannot_be_known_stays_and_that_is_said() {
    let case = with(&[], ("ada", ADMIN), LONG);
    assert!(case.provider.preflight(&case.current).is_err(), "its rights are not known");
    let case = with(&[("scopes", "repo:read")], ("ada", ADMIN), LONG);
    let facts = case.provider.preflight(&case.current).unwrap();
    assert!(facts.handle.is_none() && facts.warnings[0].contains("token-id"));
    create(&case).unwrap();
}

#[test]
fn a_token_that_could_not_be_deleted_is_at_least_disabled() {
    let case = case(LONG);
    case.fake.next_fails("DELETE ", Fault::Status(500));
    clean(&case.provider.revoke("u-0").unwrap_err());
    assert!(!(case.works)(OLD));
    case.provider.revoke("u-0").unwrap();
}
