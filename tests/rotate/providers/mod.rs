//! Each provider against a fake of its API made from the published description: what its class
//! promises holds, every loss is told for what it is, and no secret gets into an error.

pub(crate) mod acr;
pub(crate) mod docker_hub;
pub(crate) mod fake_api;
pub(crate) mod gitea;
pub(crate) mod gitlab;
pub(crate) mod gitlab_deploy;
pub(crate) mod gitlab_pair;
pub(crate) mod harbor;
pub(crate) mod quay;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use imgsec_cred::credential::Credential;
use imgsec_cred::registry::http::Client;
use imgsec_cred::registry::tls::Places;
use imgsec_cred::rotate::provider::{Class, Failure, Issued, Provider};
use imgsec_cred::rotate::providers::{self, Recipe, Settings};
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::Error;
use secrecy::{ExposeSecret, SecretString};

use fake_api::{Fake, Fault, Reply, Request};

const OPERATION: &str = "op-7";

/// The secret in use, and that of the stronger login.
pub(crate) const OLD: &str = "canary-old-00000001";
pub(crate) const ADMIN: &str = "canary-admin-00000002";

/// What every new secret begins with.
pub(crate) const NEW: &str = "canary-new-";

/// A provider and the fake it talks to.
pub(crate) struct Case {
    pub(crate) fake: Fake,
    pub(crate) provider: Box<dyn Provider>,
    pub(crate) current: Credential,
    /// Whether the registry accepts a secret.
    pub(crate) works: Box<dyn Fn(&str) -> bool>,
    /// The request that makes the new secret.
    pub(crate) create: &'static str,
    /// The server tells the new secret once more when the answer was lost.
    pub(crate) recovers: bool,
}

/// How to make a [`Case`]: the provider's name, its settings, both logins.
pub(crate) struct Setup<'a> {
    pub(crate) name: &'a str,
    pub(crate) pairs: &'a [(&'a str, &'a str)],
    pub(crate) username: &'a str,
    pub(crate) admin: Option<(&'a str, &'a str)>,
}

impl Setup<'_> {
    pub(crate) fn current(&self, host: &str) -> Credential {
        let server = ServerKey::parse(&format!("http://{host}")).unwrap();
        Credential::new(server, self.username.to_owned(), SecretString::from(OLD))
    }

    pub(crate) fn open(&self, fake: &Fake, limit: Duration) -> Result<Box<dyn Provider>, Error> {
        self.open_at(&fake.address(), limit)
    }

    fn open_at(&self, api: &str, limit: Duration) -> Result<Box<dyn Provider>, Error> {
        let server = ServerKey::parse("http://127.0.0.1:1").unwrap();
        let admin = self.admin.map(|(user, secret)| {
            Credential::new(server.clone(), user.to_owned(), SecretString::from(secret))
        });
        let recipe = Recipe::new(self.name, self.pairs, Some(api)).unwrap();
        let username = self.username.to_owned();
        let settings = Settings { recipe, server, username, admin };
        let shown = format!("{settings:?}");
        assert!(!shown.contains("canary"), "{shown}");
        providers::open(&settings, &Client::new(Places::default(), limit))
    }
}

/// Enough for a machine that does a lot at once; nothing waits for it where all goes well.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// For what hangs.
const SHORT: Duration = Duration::from_secs(5);

type Make = fn(Duration) -> Case;

const CASES: &[(&str, Make)] = &[
    ("gitlab", gitlab::case),
    ("gitlab deploy token", gitlab_deploy::case),
    ("gitlab pair", gitlab_pair::case),
    ("harbor", harbor::case),
    ("docker-hub", docker_hub::case),
    ("quay", quay::case),
    ("gitea", gitea::case),
    ("acr", acr::case),
];

pub(crate) fn create(case: &Case) -> Result<Issued, Failure> {
    let chosen = case.provider.choose().unwrap();
    case.provider.create(OPERATION, &case.current, chosen.as_ref())
}

pub(crate) fn clean(error: &Error) {
    let shown = format!("{error} {error:?} {:?}", error.hint());
    assert!(!shown.contains("canary"), "{shown}");
    assert!(!shown.contains('\n'));
}

/// The error of a failure, which must be of this kind.
pub(crate) fn failed(result: Result<Issued, Failure>, is_unchanged: bool, what: &str) -> Error {
    match result {
        Err(Failure::Unchanged(error)) if is_unchanged => error,
        Err(Failure::Unknown(error)) if !is_unchanged => error,
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn the_promise_of_each_class_holds() {
    for (name, make) in CASES {
        let case = make(LONG);
        let facts = case.provider.preflight(&case.current).unwrap();
        assert!((case.works)(OLD), "{name}");
        assert_eq!(case.fake.count(case.create), 0, "{name}: preflight changes nothing");
        let issued = create(&case).unwrap();
        let new = issued.secret.expose_secret().to_owned();
        assert!(!format!("{issued:?}").contains("canary"));
        assert!(new != OLD && (case.works)(&new), "{name}");
        assert_eq!(case.fake.count(case.create), 1, "{name}");
        assert!(issued.username.is_none_or(|user| user == case.current.username));
        if case.provider.class() != Class::Additive {
            assert!(!(case.works)(OLD), "{name}");
            continue;
        }
        assert!((case.works)(OLD), "{name}: both live");
        let old = facts.handle.unwrap();
        assert_ne!(issued.handle.as_ref(), Some(&old), "{name}");
        for _ in 0..2 {
            case.provider.revoke(&old).unwrap();
            assert!(!(case.works)(OLD) && (case.works)(&new), "{name}");
        }
    }
}

#[test]
fn a_loss_is_told_for_what_it_is() {
    let faults = [
        (Fault::AnswerLost, true),
        (Fault::Html, true),
        (Fault::Megabytes, true),
        (Fault::RequestLost, false),
        (Fault::Status(500), false),
        (Fault::Status(503), false),
        (Fault::Status(408), false),
    ];
    for (name, make) in CASES {
        for (fault, acted) in &faults {
            let case = make(LONG);
            case.fake.next_fails(case.create, fault.clone());
            loss(&case, name, fault, *acted);
        }
    }
}

#[test]
fn what_hangs_is_given_up_and_told_for_what_it_is() {
    std::thread::scope(|threads| {
        for (name, make) in CASES {
            threads.spawn(|| {
                let case = make(SHORT);
                case.fake.next_fails(case.create, Fault::Hang);
                loss(&case, name, &Fault::Hang, true);
            });
        }
    });
}

fn loss(case: &Case, name: &str, fault: &Fault, acted: bool) {
    let what = format!("{name} {fault:?}");
    let trace = case.provider.preflight(&case.current).unwrap().trace;
    let trace = trace.unwrap_or_else(|| OPERATION.to_owned());
    let result = create(case);
    assert_eq!(case.fake.count(case.create), 1, "{what}: nothing is tried twice");
    if case.recovers && acted {
        assert!((case.works)(result.unwrap().secret.expose_secret()), "{what}");
        return;
    }
    clean(&failed(result, false, &what));
    let survives = !acted || case.provider.class() == Class::Additive;
    assert_eq!((case.works)(OLD), survives, "{what}");
    for orphan in case.provider.orphans(&trace).unwrap() {
        assert!(acted, "{what}");
        case.provider.revoke(&orphan).unwrap();
    }
    assert!(case.provider.orphans(&trace).unwrap().is_empty(), "{what}");
    assert_eq!((case.works)(OLD), survives, "{what}: an orphan is not the one in use");
}

#[test]
fn a_clear_refusal_changed_nothing() {
    for (name, make) in CASES {
        for status in [400, 401, 403, 404, 405, 409, 422, 429] {
            let case = make(LONG);
            case.fake.next_fails(case.create, Fault::Status(status));
            let error = failed(create(&case), true, name);
            clean(&error);
            assert!(error.to_string().contains(&status.to_string()), "{error}");
            assert!((case.works)(OLD), "{name}");
            assert_eq!(case.fake.count(case.create), 1, "{name}");
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    for (name, make) in CASES {
        let other = Fake::start(|_: &Request| Reply::empty(200));
        let case = make(LONG);
        case.fake.next_fails(case.create, Fault::Redirect(format!("{}/x", other.address())));
        clean(&failed(create(&case), false, name));
        let case = make(LONG);
        case.fake.next_fails("", Fault::Redirect(format!("{}/x", other.address())));
        clean(&case.provider.preflight(&case.current).unwrap_err());
        assert!(other.seen().is_empty(), "{name}");
    }
}

#[test]
fn what_a_server_answers_to_a_look_is_not_quoted() {
    for (name, make) in CASES {
        for fault in [
            Fault::Status(401),
            Fault::Status(403),
            Fault::Status(404),
            Fault::Status(429),
            Fault::Status(500),
            Fault::Html,
            Fault::Megabytes,
            Fault::RequestLost,
        ] {
            let case = make(LONG);
            case.fake.next_fails("", fault.clone());
            clean(&case.provider.preflight(&case.current).unwrap_err());
            case.fake.next_fails("", fault);
            clean(&failed(create(&case), true, name));
            assert!((case.works)(OLD), "{name}");
        }
    }
}

#[test]
fn nobody_who_listens_changed_nothing() {
    let setup = Setup { name: "quay", pairs: &[], username: "o+r", admin: Some(("x", ADMIN)) };
    let closed = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let current = setup.current("127.0.0.1:1");
    // RFC 6761: such a name is never known.
    for api in [&format!("http://127.0.0.1:{closed}"), "https://quay.invalid"] {
        let provider = setup.open_at(api, LONG).unwrap();
        clean(&failed(provider.create(OPERATION, &current, None), true, api));
    }
}

#[test]
fn no_login_goes_to_a_place_without_tls() {
    let setup = Setup { name: "quay", pairs: &[], username: "o+r", admin: Some(("x", ADMIN)) };
    for api in
        ["http://quay.example", "http://10.0.0.1", "ftp://h", "https://a@b", "h", "https://h/x"]
    {
        assert!(setup.open_at(api, LONG).is_err(), "{api}");
    }
    assert!(setup.open_at("https://quay.example", LONG).is_ok());
    let without = Setup { admin: None, ..setup };
    clean(&without.open_at("https://quay.example", LONG).err().unwrap());
}

/// The next new secret.
pub(crate) fn fresh(counter: &mut u64) -> String {
    *counter += 1;
    format!("{NEW}{:08}", 1000 + *counter)
}

pub(crate) type Shared<T> = Arc<Mutex<T>>;
