//! Two of GitLab's access tokens that take turns, as `doc/api/personal_access_tokens.md` and
//! `project_access_tokens.md` say; a rotated token keeps its name, and one that is rotated again ends
//! all that came of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::fake_api::{Fake, Fault, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, Shared, clean, create, failed, fresh};

const IDLE: &str = "canary-idle-00000003";

struct Token {
    secret: String,
    is_active: bool,
    /// The first of those that came of each other.
    family: u64,
    about: Value,
}

impl Token {
    fn new(id: u64, name: &str, secret: &str) -> Self {
        let about = json!({"id": id, "name": name, "user_id": 3, "expires_at": "2099-01-01",
            "scopes": ["read_registry"], "created_at": "2026-01-01T00:00:00.123Z"});
        Self { secret: secret.to_owned(), is_active: true, family: id, about }
    }

    fn told(&self) -> Value {
        let mut about = self.about.clone();
        about["active"] = json!(self.is_active);
        about["revoked"] = json!(!self.is_active);
        about
    }
}

struct State {
    tokens: Vec<Token>,
    counter: u64,
    base: &'static str,
    /// A token was rotated that was revoked already.
    was_reused: bool,
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        let asks = request.header("private-token").unwrap_or_default().to_owned();
        let refused = || Reply::json(401, &json!({"message": "401 Unauthorized"}));
        if request.is("GET", "/api/v4/personal_access_tokens/self") {
            let mine = self.tokens.iter().find(|token| token.secret == asks && token.is_active);
            return mine.map_or_else(refused, |token| Reply::json(200, &token.told()));
        }
        if asks != ADMIN {
            return refused();
        }
        let rest = request.path.strip_prefix(self.base).unwrap();
        if rest.is_empty() {
            assert_eq!(
                (request.method.as_str(), request.parameter("state")),
                ("GET", Some("active"))
            );
            let is_personal = self.base.ends_with("personal_access_tokens");
            assert!(!is_personal || [None, Some("3")].contains(&request.parameter("user_id")));
            // Older ones do not know the state, and give all.
            let all: Vec<_> = self.tokens.iter().map(Token::told).collect();
            return Reply::json(200, &json!(request.page(&all, "per_page", 100)));
        }
        let id: u64 = rest[1..].trim_end_matches("/rotate").parse().unwrap();
        let Some(of) = self.tokens.iter().position(|token| token.about["id"] == id) else {
            // Who is no administrator is not told whether there is such a token.
            let is_personal = self.base.ends_with("personal_access_tokens");
            return if is_personal { refused() } else { Reply::json(404, &json!({})) };
        };
        match request.method.as_str() {
            "GET" => Reply::json(200, &self.tokens[of].told()),
            _ => self.rotate(of, request),
        }
    }

    fn rotate(&mut self, of: usize, request: &Request) -> Reply {
        let family = self.tokens[of].family;
        if !self.tokens[of].is_active {
            self.was_reused = true;
            let all = self.tokens.iter_mut().filter(|token| token.family == family);
            all.for_each(|token| token.is_active = false);
            return Reply::json(401, &json!({"message": "401 Unauthorized"}));
        }
        self.tokens[of].is_active = false;
        let secret = fresh(&mut self.counter);
        let mut about = self.tokens[of].about.clone();
        about["id"] = json!(1000 + self.counter);
        about["expires_at"] = request.body["expires_at"].clone();
        let new = Token { secret: secret.clone(), is_active: true, family, about };
        let mut answer = new.told();
        answer["token"] = json!(secret);
        self.tokens.push(new);
        Reply::json(200, &answer)
    }
}

const PERSONAL: &str = "/api/v4/personal_access_tokens";

struct Pair {
    case: Case,
    state: Shared<State>,
}

impl Pair {
    /// The names of the active tokens; both of the pair must always be among them.
    fn is_whole(&self) -> bool {
        let state = self.state.lock().unwrap();
        let count = |name: &str| {
            state.tokens.iter().filter(|t| t.is_active && t.about["name"] == name).count()
        };
        count("ci-a") == 1 && count("ci-b") == 1 && !state.was_reused
    }

    fn revoke(&self, handle: &str) -> Result<(), imgsec_cred::store::Error> {
        self.case.provider.revoke(handle)
    }
}

fn with(
    base: &'static str,
    pairs: &[(&str, &str)],
    change: impl Fn(&mut Vec<Token>),
    limit: Duration,
) -> Pair {
    let mut tokens: Vec<_> = (1..=130).map(|id| Token::new(id, "other", "x")).collect();
    tokens.push(Token::new(201, "ci-a", OLD));
    tokens.push(Token::new(202, "ci-b", IDLE));
    change(&mut tokens);
    let state = Arc::new(Mutex::new(State { tokens, counter: 0, base, was_reused: false }));
    let shared = Arc::clone(&state);
    let fake = Fake::start(move |request| shared.lock().unwrap().answer(request));
    let mut all = vec![("pair", "ci-a,ci-b")];
    all.extend(pairs);
    let admin = Some(("owner", ADMIN));
    let setup = Setup { name: "gitlab", pairs: &all, username: "ada", admin };
    let works = Arc::clone(&state);
    let case = Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| {
            let state = works.lock().unwrap();
            state.tokens.iter().any(|token| token.secret == secret && token.is_active)
        }),
        create: "/rotate",
        recovers: false,
    };
    Pair { case, state }
}

pub(crate) fn case(limit: Duration) -> Case {
    with(PERSONAL, &[], |_| {}, limit).case
}

#[test]
fn the_idle_one_is_rotated_and_nothing_else() {
    for (base, pairs) in [
        (PERSONAL, &[][..]),
        ("/api/v4/projects/7/access_tokens", &[("kind", "project"), ("project", "7")]),
        ("/api/v4/groups/9/access_tokens", &[("kind", "group"), ("group", "9")]),
    ] {
        let pair = with(base, pairs, |_| {}, LONG);
        let facts = pair.case.provider.preflight(&pair.case.current).unwrap();
        assert_eq!(facts.handle.as_deref(), Some("201"));
        assert!(facts.warnings[0].starts_with("ci-b is taken to be idle"), "{facts:?}");
        let issued = create(&pair.case).unwrap();
        assert_eq!(pair.case.fake.count("POST"), 1);
        assert_eq!(pair.case.fake.count(&format!("POST {base}/202/rotate")), 1);
        let works = &pair.case.works;
        assert!(works(OLD) && works(issued.secret.expose_secret()) && !works(IDLE));
        assert!(pair.is_whole());
        // The other one's secret ends, and the pair stays one.
        pair.revoke("201").unwrap();
        assert!(!works(OLD) && works(issued.secret.expose_secret()) && pair.is_whole());
    }
}

#[test]
fn a_lost_answer_costs_the_idle_one_and_the_next_time_takes_what_came_of_it() {
    for fault in [Fault::AnswerLost, Fault::RequestLost, Fault::Html, Fault::Status(502)] {
        let pair = with(PERSONAL, &[], |_| {}, LONG);
        pair.case.fake.next_fails("/rotate", fault.clone());
        clean(&failed(create(&pair.case), false, "lost"));
        assert!((pair.case.works)(OLD) && pair.is_whole(), "{fault:?}");
        assert!(pair.case.provider.orphans(super::OPERATION).unwrap().is_empty());
        let issued = create(&pair.case).unwrap();
        assert!((pair.case.works)(issued.secret.expose_secret()), "{fault:?}");
        assert!((pair.case.works)(OLD) && pair.is_whole(), "{fault:?}");
    }
}

#[test]
fn an_end_whose_answer_was_lost_is_looked_at_and_never_asked_for_twice() {
    let faults = [Fault::AnswerLost, Fault::RequestLost, Fault::Html, Fault::Status(500)];
    // At each call: the look, the rotation, the look after it.
    for what in ["GET /api/v4/personal_access_tokens/201", "/201/rotate"] {
        for fault in &faults {
            let pair = with(PERSONAL, &[], |_| {}, LONG);
            let new = create(&pair.case).unwrap();
            pair.case.fake.next_fails(what, fault.clone());
            let first = pair.revoke("201");
            if let Err(error) = &first {
                clean(error);
            }
            pair.revoke("201").unwrap();
            pair.revoke("201").unwrap();
            assert!(!(pair.case.works)(OLD), "{what} {fault:?}");
            assert!((pair.case.works)(new.secret.expose_secret()), "{what} {fault:?}");
            assert!(pair.is_whole(), "{what} {fault:?}");
        }
    }
}

#[test]
fn where_it_is_not_clear_which_is_idle_nothing_is_rotated() {
    type Change = fn(&mut Vec<Token>);
    let changes: [(&str, Change); 5] = [
        ("none of the pair", |t| t[130].about["name"] = json!("elsewhere")),
        ("exactly one", |t| t[131].about["name"] = json!("elsewhere")),
        ("exactly one", |t| t[131].is_active = false),
        ("exactly one", |t| t[5].about["name"] = json!("ci-b")),
        ("no scope", |t| t[131].about["scopes"] = json!(["read_api"])),
    ];
    for (why, change) in changes {
        let pair = with(PERSONAL, &[], change, LONG);
        let error = pair.case.provider.preflight(&pair.case.current).unwrap_err();
        assert!(error.to_string().contains(why) && error.hint().is_some(), "{error:?}");
        clean(&failed(create(&pair.case), true, why));
        assert_eq!(pair.case.fake.count("POST"), 0, "{why}");
    }
}

#[test]
fn what_is_no_token_of_the_pair_is_not_ended() {
    let project = &[("kind", "project"), ("project", "7")];
    let places = [(PERSONAL, &[][..]), ("/api/v4/projects/7/access_tokens", project)];
    for (base, pairs) in places {
        let pair = with(base, pairs, |_| {}, LONG);
        clean(&pair.revoke("7").unwrap_err());
        // Unknown, while those of the pair are seen: it is gone.
        pair.revoke("999").unwrap();
        assert_eq!(pair.case.fake.count("POST"), 0);
        let others = |tokens: &mut Vec<Token>| tokens.retain(|t| t.about["name"] == "other");
        let pair = with(base, pairs, others, LONG);
        clean(&pair.revoke("999").unwrap_err());
    }
}

#[test]
fn a_pair_is_two_names_and_a_second_login() {
    for pairs in [
        &[("pair", "ci-a")][..],
        &[("pair", "ci-a,ci-a")],
        &[("pair", "a,b,c")],
        &[("pair", "a,b"), ("kind", "deploy"), ("project", "7")],
    ] {
        let fake = Fake::start(|_: &Request| Reply::empty(500));
        let setup = Setup { name: "gitlab", pairs, username: "ada", admin: Some(("x", ADMIN)) };
        let error = setup.open(&fake, LONG).err().unwrap();
        assert!(error.hint().is_some(), "{pairs:?}");
        let admin = None;
        let pairs = &[("pair", "a,b")];
        let without = Setup { name: "gitlab", pairs, username: "ada", admin };
        assert!(without.open(&fake, LONG).err().unwrap().to_string().contains("second login"));
    }
}
