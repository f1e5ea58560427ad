//! Tokens of Azure's registries, as Azure/azure-rest-api-specs `containerregistry.json` (2022-12-01)
//! says: two passwords, of which one is made anew only when it is named; done later, with a 202.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::fake_api::{Fake, Fault, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, clean, create, failed, fresh};

const REGISTRY: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/reg";

/// How Azure tells that it is done.
#[derive(Clone)]
enum How {
    AtOnce,
    Location,
    State,
    Elsewhere(String),
    Nowhere,
    Fails,
}

struct State {
    /// Name, secret, end.
    slots: Vec<(String, String, Value)>,
    /// When those were made that are not old.
    made: BTreeMap<String, SystemTime>,
    /// How far Azure's clock is ahead.
    ahead: Duration,
    counter: u64,
    how: How,
    left: u32,
    result: Value,
}

impl State {
    fn answer(&mut self, request: &Request, host: &str) -> Reply {
        if request.bearer() != Some(ADMIN) {
            return Reply::json(401, &json!({"error": {"code": "InvalidAuthenticationToken"}}));
        }
        assert_eq!(request.parameter("api-version"), Some("2022-12-01"));
        let token = format!("{REGISTRY}/tokens/ci");
        if request.is("PATCH", &token) {
            let left = request.body["properties"]["credentials"]["passwords"].as_array().unwrap();
            self.slots.retain(|(name, ..)| left.iter().any(|entry| entry["name"] == **name));
        }
        if request.path == token {
            let slots = self.slots.iter().map(|(name, _, end)| {
                let made = self.made.get(name).map(|&at| humantime::format_rfc3339(at).to_string());
                let made = made.unwrap_or_else(|| "2026-01-01T00:00:00.1Z".to_owned());
                json!({"name": name, "expiry": end, "creationTime": made})
            });
            let slots: Vec<_> = slots.collect();
            return Reply::json(
                200,
                &json!({"name": "ci", "properties": {
                "status": "enabled", "credentials": {"passwords": slots}}}),
            );
        }
        if request.is("POST", &format!("{REGISTRY}/generateCredentials")) {
            assert_eq!(request.body["tokenId"], token);
            self.generate(request);
            return self.started(host);
        }
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/later"));
        self.left -= 1;
        match (&self.how, self.left) {
            (How::Location, 0) => Reply::json(200, &self.result),
            (How::State, 0) => {
                Reply::json(200, &json!({"status": "Succeeded", "properties": self.result}))
            }
            (How::Fails, 0) => Reply::json(200, &json!({"status": "Failed"})),
            (How::Location, _) => Reply::empty(202).with("Retry-After", "0"),
            _ => Reply::json(200, &json!({"status": "InProgress"})).with("Retry-After", "0"),
        }
    }

    fn generate(&mut self, request: &Request) {
        let names: Vec<String> = match request.body["name"].as_str() {
            Some(name) => vec![name.to_owned()],
            None => vec!["password1".to_owned(), "password2".to_owned()],
        };
        let mut made = Vec::new();
        for name in names {
            let secret = fresh(&mut self.counter);
            let end = request.body["expiry"].clone();
            self.slots.retain(|(other, ..)| *other != name);
            made.push(json!({"name": name, "value": secret, "expiry": end}));
            self.made.insert(name.clone(), SystemTime::now() + self.ahead);
            self.slots.push((name, secret, end));
        }
        self.result = json!({"username": "ci", "passwords": made});
    }

    fn started(&self, host: &str) -> Reply {
        let later = format!("http://{host}/later?api-version=2022-12-01");
        let reply = Reply::empty(202).with("Retry-After", "0");
        match &self.how {
            How::AtOnce => Reply::json(200, &self.result),
            How::Location => reply.with("Location", later),
            How::State | How::Fails => reply.with("Azure-AsyncOperation", later),
            How::Elsewhere(to) => reply.with("Location", to.clone()),
            How::Nowhere => reply,
        }
    }
}

type Slot<'a> = (&'a str, &'a str, Value);

fn with(pairs: &[(&str, &str)], slots: &[Slot<'_>], how: How, limit: Duration) -> Case {
    with_clock(pairs, slots, how, limit, Duration::ZERO)
}

fn with_clock(
    pairs: &[(&str, &str)],
    slots: &[Slot<'_>],
    how: How,
    limit: Duration,
    ahead: Duration,
) -> Case {
    let owned =
        |(name, secret, end): &Slot<'_>| ((*name).to_owned(), (*secret).to_owned(), end.clone());
    let slots = slots.iter().map(owned).collect();
    let made = BTreeMap::new();
    let state = State { slots, made, ahead, counter: 0, how, left: 3, result: json!(null) };
    let state = Arc::new(Mutex::new(state));
    let shared = Arc::clone(&state);
    let fake = Fake::start(move |request| {
        let host = request.header("host").unwrap().to_owned();
        shared.lock().unwrap().answer(request, &host)
    });
    let mut all = vec![("subscription", "s"), ("resource-group", "g"), ("registry", "reg")];
    all.extend(pairs);
    let setup = Setup { name: "acr", pairs: &all, username: "ci", admin: Some(("x", ADMIN)) };
    Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| {
            let state = state.lock().unwrap();
            state
                .slots
                .iter()
                .any(|(_, kept, end)| kept == secret && end.as_str().is_none_or(|end| end > "2026"))
        }),
        create: "/generateCredentials",
        recovers: false,
    }
}

/// Two passwords, of which the recipe names the one in use.
pub(crate) fn case(limit: Duration) -> Case {
    let slots = [("password1", "idle", json!(null)), ("password2", OLD, json!(null))];
    with(&[("token-id", "password2")], &slots, How::Location, limit)
}

#[test]
fn the_password_in_use_is_never_made_anew() {
    let never = json!(null);
    let over = json!("2020-12-31T15:59:59.0707808Z");
    for (pairs, slots, idle) in [
        (&[][..], vec![("password1", OLD, never.clone())], "password2"),
        (&[], vec![("password1", "over", over), ("password2", OLD, never.clone())], "password1"),
        (
            &[("token-id", "password1")],
            vec![("password1", OLD, never.clone()), ("password2", "x", never.clone())],
            "password2",
        ),
    ] {
        let case = with(pairs, &slots, How::AtOnce, LONG);
        let issued = create(&case).unwrap();
        assert_eq!(issued.handle.as_deref(), Some(idle));
        assert!((case.works)(OLD) && (case.works)(issued.secret.expose_secret()));
    }
}

#[test]
fn where_both_could_be_in_use_nothing_is_made() {
    let slots = [("password1", OLD, json!(null)), ("password2", "x", json!(null))];
    for slots in [&slots[..], &[]] {
        let case = with(&[], slots, How::AtOnce, LONG);
        let error = failed(create(&case), true, "two");
        assert!(error.hint().unwrap().contains("token-id"));
        assert_eq!(case.fake.count("/generateCredentials"), 0);
    }
}

#[test]
fn what_azure_does_later_is_waited_for_at_its_own_address_only() {
    let slots = [("password1", OLD, json!(null))];
    for how in [How::AtOnce, How::Location, How::State] {
        let case = with(&[("expires-in-days", "30")], &slots, how, LONG);
        let issued = create(&case).unwrap();
        assert!((case.works)(issued.secret.expose_secret()));
        assert!(issued.expires.is_some());
    }
    let other = Fake::start(|_: &Request| Reply::empty(200));
    let elsewhere = How::Elsewhere(format!("{}/later", other.address()));
    for how in [elsewhere, How::Nowhere, How::Fails] {
        let case = with(&[], &slots, how, LONG);
        clean(&failed(create(&case), false, "elsewhere"));
        assert!((case.works)(OLD));
    }
    assert!(other.seen().is_empty());
}

#[test]
fn the_last_password_is_not_taken_away() {
    let case = with(&[], &[("password1", OLD, json!(null))], How::AtOnce, LONG);
    clean(&case.provider.revoke("password1").unwrap_err());
    assert!((case.works)(OLD));
}

/// The first rotation of a token has no name yet for the password in use. What a lost answer made
/// is taken away, so that the next one is not in doubt either; what was there before is left alone.
#[test]
fn after_a_lost_answer_it_is_known_which_password_is_in_use() {
    let idle = ("password1", "idle", json!(null));
    let used = ("password2", OLD, json!(null));
    let named = [("token-id", "password2")];
    for (pairs, slots, ahead, fault, is_taken) in [
        (&[][..], vec![used.clone()], 0, Fault::AnswerLost, true),
        (&[], vec![used.clone()], 1800, Fault::AnswerLost, true),
        (&[], vec![used.clone()], 0, Fault::RequestLost, false),
        (&named, vec![idle.clone(), used.clone()], 0, Fault::AnswerLost, true),
        (&named, vec![idle.clone(), used.clone()], 0, Fault::RequestLost, false),
        // Days later somebody made one himself.
        (&named, vec![idle, used], 200_000, Fault::AnswerLost, false),
    ] {
        let ahead = Duration::from_secs(ahead);
        let case = with_clock(pairs, &slots, How::AtOnce, LONG, ahead);
        let trace = case.provider.preflight(&case.current).unwrap().trace.unwrap();
        case.fake.next_fails(case.create, fault.clone());
        failed(create(&case), false, "lost");
        let orphans = case.provider.orphans(&trace).unwrap();
        assert_eq!(orphans, if is_taken { vec!["password1"] } else { vec![] }, "{fault:?}");
        for orphan in &orphans {
            case.provider.revoke(orphan).unwrap();
        }
        assert!((case.works)(OLD));
        assert_eq!(case.provider.preflight(&case.current).unwrap().handle.unwrap(), "password2");
    }
}
