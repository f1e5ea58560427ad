//! GitLab's access tokens, as `doc/api/personal_access_tokens.md` says: `self`, `rotate`, and what
//! happens to the family of a token that is rotated after it was revoked.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use imgsec_cred::ledger::time;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::fake_api::{Fake, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, Shared, clean, create, failed, fresh};

struct Token {
    secret: String,
    is_active: bool,
    about: Value,
}

#[derive(Default)]
struct State {
    tokens: Vec<Token>,
    counter: u64,
    /// The latest end that the instance allows.
    most: Option<String>,
}

fn date(days: i64) -> String {
    let day = Duration::from_secs(24 * 60 * 60);
    let now = SystemTime::now();
    let at = if days < 0 { now - day * (-days) as u32 } else { now + day * days as u32 };
    time(at)[..10].to_owned()
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        let asks = request.header("private-token").unwrap_or_default();
        let refused = || Reply::json(401, &json!({"message": "401 Unauthorized"}));
        let Some(mine) = self.tokens.iter().position(|token| token.secret == asks) else {
            return refused();
        };
        let path = request.path.strip_prefix("/api/v4").unwrap();
        if request.method == "GET" && path == "/personal_access_tokens/self" {
            let token = &self.tokens[mine];
            return if token.is_active { Reply::json(200, &token.about) } else { refused() };
        }
        let place = ["/personal_access_tokens/", "/projects/7/access_tokens/"];
        let rest = place.iter().find_map(|place| path.strip_prefix(place)).unwrap();
        let id = rest.strip_suffix("/rotate").unwrap();
        let scopes = self.tokens[mine].about["scopes"].as_array().unwrap().clone();
        let of = if id == "self" {
            mine
        } else {
            let id: Option<u64> = id.parse().ok();
            self.tokens.iter().position(|token| token.about["id"].as_u64() == id).unwrap()
        };
        let may = |scope: &str| scopes.contains(&json!(scope));
        if !(may("api") || of == mine && may("self_rotate")) {
            return Reply::json(403, &json!({"error": "insufficient_scope"}));
        }
        self.rotate(of, request)
    }

    fn rotate(&mut self, of: usize, request: &Request) -> Reply {
        if !self.tokens[of].is_active {
            self.tokens.iter_mut().for_each(|token| token.is_active = false);
            return Reply::json(401, &json!({"message": "401 Unauthorized"}));
        }
        let end = request.body["expires_at"].as_str().unwrap_or(&date(7)).to_owned();
        if self.most.as_ref().is_some_and(|most| &end > most) {
            return Reply::json(400, &json!({"message": "400 Bad request"}));
        }
        self.tokens[of].is_active = false;
        let secret = fresh(&mut self.counter);
        let mut about = self.tokens[of].about.clone();
        about["id"] = json!(1000 + self.counter);
        about["expires_at"] = json!(end);
        let mut answer = about.clone();
        answer["token"] = json!(secret);
        self.tokens.push(Token { secret, is_active: true, about });
        Reply::json(200, &answer)
    }
}

fn start(scopes: &[&str], life: (i64, i64), most: Option<String>) -> (Fake, Shared<State>) {
    let about = |id: u64, scopes: &[&str]| {
        json!({"id": id, "name": "t", "revoked": false, "active": true, "user_id": 3,
            "scopes": scopes, "expires_at": date(life.1), "last_used_at": null,
            "created_at": format!("{}T00:00:00.123Z", date(life.0))})
    };
    let token = |secret: &str, about| Token { secret: secret.to_owned(), is_active: true, about };
    let state = State {
        tokens: vec![token(OLD, about(42, scopes)), token(ADMIN, about(1, &["api"]))],
        counter: 0,
        most,
    };
    let state = Arc::new(Mutex::new(state));
    let shared = Arc::clone(&state);
    (Fake::start(move |request| shared.lock().unwrap().answer(request)), state)
}

struct With<'a> {
    scopes: &'a [&'a str],
    pairs: &'a [(&'a str, &'a str)],
    admin: bool,
    life: (i64, i64),
    most: Option<String>,
}

fn with(with: With<'_>, limit: Duration) -> Case {
    let (fake, state) = start(with.scopes, with.life, with.most);
    let admin = with.admin.then_some(("owner", ADMIN));
    let setup = Setup { name: "gitlab", pairs: with.pairs, username: "ada", admin };
    Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| {
            let state = state.lock().unwrap();
            state.tokens.iter().any(|token| token.secret == secret && token.is_active)
        }),
        create: "/rotate",
        recovers: false,
    }
}

const PLAIN: With<'static> = With {
    scopes: &["read_registry", "self_rotate"],
    pairs: &[],
    admin: false,
    life: (-10, 50),
    most: None,
};

pub(crate) fn case(limit: Duration) -> Case {
    with(PLAIN, limit)
}

/// Whether the new one lives this long, on whichever side of midnight.
fn lives(days: i64, pairs: &[(&str, &str)], life: (i64, i64)) {
    let before = date(days);
    let case = with(With { pairs, life, ..PLAIN }, LONG);
    let issued = create(&case).unwrap();
    let sent = case.fake.seen().last().unwrap().body["expires_at"].as_str().unwrap().to_owned();
    assert_eq!(issued.expires.unwrap().at, format!("{sent}T00:00:00Z"));
    assert!([before, date(days)].contains(&sent), "{sent}, not in {days} days");
}

#[test]
fn the_end_is_always_given() {
    // As long as the old one, but for a week, which is nobody's choice.
    lives(60, &[], (-10, 50));
    lives(90, &[], (-3, 4));
    lives(364, &[], (-1000, 1000));
    lives(20, &[("expires-in-days", "20")], (-10, 50));
}

#[test]
fn an_end_later_than_allowed_is_refused_and_not_tried_again() {
    let case = with(With { most: Some(date(30)), ..PLAIN }, LONG);
    let error = failed(create(&case), true, "cap");
    assert!(error.hint().unwrap().contains("expires-in-days"), "{error:?}");
    assert_eq!(case.fake.count("/rotate"), 1);
    assert!((case.works)(OLD));
}

#[test]
fn a_token_that_may_not_rotate_itself_is_found_before() {
    let case = with(With { scopes: &["read_registry"], ..PLAIN }, LONG);
    let error = case.provider.preflight(&case.current).unwrap_err();
    assert!(error.hint().unwrap().contains("self_rotate"));
    failed(create(&case), true, "scope");
    assert_eq!(case.fake.count("/rotate"), 0);
    // Its owner can.
    let case = with(With { scopes: &["read_registry"], admin: true, ..PLAIN }, LONG);
    let issued = create(&case).unwrap();
    assert!((case.works)(issued.secret.expose_secret()) && !(case.works)(OLD));
    assert_eq!(case.fake.count("/42/rotate"), 1);
}

#[test]
fn a_dead_token_is_never_rotated_because_that_ends_its_family() {
    let case = case(LONG);
    let first = create(&case).unwrap();
    // The old one again, as after a lost answer.
    clean(&failed(create(&case), true, "dead"));
    assert_eq!(case.fake.count("/rotate"), 1);
    assert!((case.works)(first.secret.expose_secret()));
}

#[test]
fn a_projects_token_is_rotated_at_its_project() {
    let pairs = &[("kind", "project"), ("project", "7")];
    let case = with(With { pairs, ..PLAIN }, LONG);
    create(&case).unwrap();
    assert_eq!(case.fake.count("POST /api/v4/projects/7/access_tokens/self/rotate"), 1);
}

#[test]
fn an_earlier_end_than_todays_is_said() {
    let pairs = &[("expires-in-days", "20")];
    let case = with(With { pairs, ..PLAIN }, LONG);
    let facts = case.provider.preflight(&case.current).unwrap();
    assert!(facts.expires.is_some());
    assert!(facts.warnings[0].contains("earlier"));
}
