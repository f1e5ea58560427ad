//! login and verify against registries that answer as a test says: here what is made of every answer,
//! in the folder the rest. Nothing installed is needed.
#![cfg(target_os = "linux")]

mod hostile;
mod login;
mod trust;
mod unchecked;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::person::{Person, Store};
use crate::support::process::Ran;
use crate::support::web::{Reply, Request, Web};

const SECRET: &str = "correct-horse-7";

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

/// `Basic` of ada and her password.
fn is_ada(request: &Request) -> bool {
    request.header("authorization") == Some("Basic YWRhOmNvcnJlY3QtaG9yc2UtNw==")
}

fn unauthorized(challenge: &str) -> Reply {
    Reply::status(401).with("WWW-Authenticate", challenge)
}

/// A registry with one password.
fn basic(request: &Request) -> Reply {
    if is_ada(request) { Reply::status(200) } else { unauthorized(r#"Basic realm="x""#) }
}

/// A registry whose tokens come from `realm`; `t-ada` is good, and so is `t-any` where it is open.
fn bearer(realm: String, is_open: bool) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| match request.header("authorization") {
        Some("Bearer t-ada") => Reply::status(200),
        Some("Bearer t-any") if is_open => Reply::status(200),
        _ => unauthorized(&format!(r#"Bearer realm="{realm}",service="reg""#)),
    }
}

/// A token server: `t-ada` for ada, `t-any` for nobody, 401 for a wrong password.
fn tokens(request: &Request) -> Reply {
    match request.header("authorization") {
        Some(_) if is_ada(request) => Reply::json(&json!({"token": "t-ada"})),
        Some(_) => Reply::status(401),
        None => Reply::json(&json!({"token": "t-any"})),
    }
}

/// A registry and its token server, at one host.
fn both(is_open: bool) -> Web {
    let host: Arc<std::sync::OnceLock<String>> = Arc::default();
    let known = host.clone();
    let web = Web::start(move |request| {
        if request.path.starts_with("/token") {
            return tokens(request);
        }
        bearer(format!("http://{}/token", known.get().unwrap()), is_open)(request)
    });
    host.set(web.host()).unwrap();
    web
}

struct Verified {
    item: Value,
    code: i32,
    whole: String,
}

/// `verify --json` of a registry for which ada's credential is kept.
fn verify_as(person: &Person, web: &Web, user: &str, secret: &str, options: &[&str]) -> Verified {
    person.keep(&web.host(), user, secret);
    let host = web.host();
    let mut arguments = vec!["verify", "--json"];
    if !options.contains(&"--image") {
        arguments.push(&host);
    }
    arguments.extend(options);
    let ran = person.run_ours(&arguments);
    let whole = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!whole.contains(secret), "{whole}");
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{whole}"));
    Verified { item: answer["items"][0].clone(), code: code(&ran), whole }
}

fn verify(web: &Web, secret: &str, options: &[&str]) -> Verified {
    verify_as(&Person::new(Store::Sealed), web, "ada", secret, options)
}

#[track_caller]
fn is(verified: &Verified, verdict: &str, reason: &str, code: i32) {
    assert_eq!(
        (&verified.item["verdict"], &verified.item["reason"], verified.code),
        (&json!(verdict), &json!(reason), code),
        "{}",
        verified.whole
    );
}

/// The rows of what `docker login` makes of servers, with our verdicts.
#[test]
fn every_kind_of_server_gets_its_verdict() {
    let open = Web::start(|_| Reply::status(200));
    is(&verify(&open, "wrong-1", &[]), "inconclusive", "no_challenge", 5);
    assert!(!open.was_told("wrong-1"), "a secret for a registry that wants none");

    let web = Web::start(basic);
    let right = verify(&web, SECRET, &[]);
    is(&right, "verified", "accepted", 0);
    assert_eq!((&right.item["level"], &right.item["scheme"]), (&json!("strong"), &json!("basic")));
    is(&verify(&web, "wrong-1", &[]), "rejected", "rejected", 1);

    let right = verify(&both(false), SECRET, &[]);
    is(&right, "verified", "accepted", 0);
    assert_eq!((&right.item["level"], &right.item["scheme"]), (&json!("strong"), &json!("bearer")));
    is(&verify(&both(false), "wrong-1", &[]), "rejected", "rejected", 1);
    let weak = verify(&both(true), SECRET, &[]);
    is(&weak, "verified", "accepted", 0);
    assert_eq!(weak.item["level"], "weak");
}

#[test]
fn a_token_server_that_gives_tokens_to_anybody_is_weak_and_found_out() {
    let host: Arc<std::sync::OnceLock<String>> = Arc::default();
    let known = host.clone();
    let web = Web::start(move |request| {
        if request.path.starts_with("/token") {
            return Reply::json(&json!({"access_token": "t-any"}));
        }
        bearer(format!("http://{}/token", known.get().unwrap()), true)(request)
    });
    host.set(web.host()).unwrap();
    let weak = verify(&web, "wrong-1", &[]);
    is(&weak, "verified", "accepted", 0);
    assert_eq!(weak.item["level"], "weak");
    is(&verify(&web, "wrong-1", &["--negative-control"]), "inconclusive", "accepts_anything", 5);
    let web = Web::start(basic);
    is(&verify(&web, SECRET, &["--negative-control"]), "verified", "accepted", 0);
}

#[test]
fn what_says_nothing_about_the_login_is_no_verdict() {
    for (status, verdict, reason) in [
        (404, "inconclusive", "no_registry_api"),
        (403, "inconclusive", "unexpected_status"),
        (418, "inconclusive", "unexpected_status"),
        (429, "unreachable", "too_many_requests"),
        (500, "unreachable", "server_error"),
        (503, "unreachable", "server_error"),
    ] {
        let web = Web::start(move |_| Reply::status(status));
        is(&verify(&web, SECRET, &[]), verdict, reason, 5);
        assert!(!web.was_told(SECRET));
    }
    let scheme = Web::start(|_| unauthorized("Negotiate"));
    is(&verify(&scheme, SECRET, &[]), "inconclusive", "unknown_scheme", 5);
    // With the secret: once, and not again.
    for status in [429, 500] {
        let web = Web::start(
            move |request| {
                if is_ada(request) { Reply::status(status) } else { basic(request) }
            },
        );
        assert_eq!(verify(&web, SECRET, &[]).item["verdict"], "unreachable");
        assert_eq!(web.asked().iter().filter(|r| is_ada(r)).count(), 1);
    }
    let closes = Web::start(|_| Reply::Close);
    assert_eq!(verify(&closes, SECRET, &[]).item["verdict"], "unreachable");
}

#[test]
fn a_registry_that_hangs_or_never_ends_is_left_in_time() {
    let hangs = Web::start(|_| Reply::Hang(Duration::from_secs(30)));
    let start = Instant::now();
    is(&verify(&hangs, SECRET, &["--timeout", "1s"]), "unreachable", "timed_out", 5);
    assert!(start.elapsed() < Duration::from_secs(20), "the limit of one second was not kept");
    let large = Web::start(|request| {
        if request.path.starts_with("/token") {
            let body = vec![b'x'; 8 * 1024 * 1024];
            return Reply::Say { status: 200, headers: Vec::new(), body };
        }
        unauthorized(&format!(r#"Bearer realm="http://{}/token""#, request.header("host").unwrap()))
    });
    is(&verify(&large, SECRET, &[]), "unreachable", "too_large", 5);
}

#[test]
fn a_403_after_a_login_that_worked_may_be_a_ban() {
    let person = Person::new(Store::Sealed);
    let is_banned = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let banned = is_banned.clone();
    let web = Web::start(move |request| {
        if banned.load(std::sync::atomic::Ordering::SeqCst) && is_ada(request) {
            return Reply::status(403);
        }
        basic(request)
    });
    is(&verify_as(&person, &web, "ada", SECRET, &[]), "verified", "accepted", 0);
    is_banned.store(true, std::sync::atomic::Ordering::SeqCst);
    is(&verify_as(&person, &web, "ada", SECRET, &[]), "unreachable", "maybe_banned", 5);
    is(&verify(&web, SECRET, &[]), "rejected", "rejected", 1);
}

#[test]
fn verify_asks_all_and_says_the_worst() {
    let person = Person::new(Store::Sealed);
    let (good, bad) = (Web::start(basic), Web::start(|_| unauthorized("Basic")));
    person.keep(&good.host(), "ada", SECRET);
    person.keep(&bad.host(), "ada", SECRET);
    let all = person.run_ours(&["verify", "--all"]);
    assert_eq!(
        (code(&all), all.stdout.lines().filter(|l| l.starts_with("ok")).count()),
        (1, 1),
        "{}",
        all.said()
    );
    assert!(all.stdout.contains("FAIL"), "{}", all.said());
    let none = person.run_ours(&["verify", "ghcr.io"]);
    assert_eq!(code(&none), 1);
    assert!(none.stderr.contains("no credential is kept for ghcr.io"), "{}", none.said());
    assert_eq!(code(&person.run_ours(&["verify"])), 2);
}

/// The rights that a token server writes into its token.
#[test]
fn a_token_says_what_may_be_done_with_an_image() {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let host: Arc<std::sync::OnceLock<String>> = Arc::default();
    let known = host.clone();
    let granted = json!({"access": [{"type": "repository", "name": "team/app", "actions": ["pull", "push"]}]});
    let token =
        format!("e30.{}.x", Base64UrlUnpadded::encode_string(granted.to_string().as_bytes()));
    let web = Web::start(move |request| {
        let is_ours = request.header("authorization") == Some(&format!("Bearer {token}"));
        match request.path.as_str() {
            path if path.starts_with("/token") && is_ada(request) => {
                Reply::json(&json!({"token": token}))
            }
            path if path.starts_with("/token") => Reply::json(&json!({"token": "t-any"})),
            _ if is_ours => Reply::status(200),
            _ => unauthorized(&format!(
                r#"Bearer realm="http://{}/token",service="s""#,
                known.get().unwrap()
            )),
        }
    });
    host.set(web.host()).unwrap();
    let image = format!("{}/team/app:1", web.host());
    let options = ["--image", &image, "--actions", "pull,push,delete"];
    let verified = verify(&web, SECRET, &options);
    assert_eq!(
        verified.item["access"],
        json!({"role": "writer", "actions": {"pull": "yes", "push": "yes", "delete": "no"}}),
        "{}",
        verified.whole
    );
    assert_eq!((verified.code, &verified.item["level"]), (1, &json!("strong")));
    let reads = verify(&web, SECRET, &["--image", &image]);
    assert_eq!(
        (reads.code, &reads.item["access"]["role"]),
        (0, &json!("reader")),
        "{}",
        reads.whole
    );
    let web = Web::start(basic);
    let image = format!("{}/team/app:1", web.host());
    let unknown = verify(&web, SECRET, &["--image", &image, "--actions", "pull,push"]);
    assert_eq!(
        (unknown.code, &unknown.item["access"]["actions"]["push"]),
        (5, &json!("unknown")),
        "{}",
        unknown.whole
    );
}

#[test]
fn audit_asks_the_registry_of_what_it_finds_when_it_is_told_to() {
    use base64ct::{Base64, Encoding};
    let person = Person::new(Store::Sealed);
    let (good, other) = (Web::start(basic), Web::start(basic));
    let auth = |secret: &str| Base64::encode_string(format!("ada:{secret}").as_bytes());
    person.write_docker_config(&json!({"auths": {
        good.host(): {"auth": auth(SECRET)}, other.host(): {"auth": auth("wrong-1")},
    }}));
    let verdicts = |arguments: &[&str]| {
        let ran = person.run_ours(arguments);
        assert!(!ran.said().contains(SECRET) && !ran.said().contains("wrong-1"), "{}", ran.said());
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = answer["findings"].as_array().unwrap().clone();
        let mut all: Vec<_> = findings
            .iter()
            .map(|f| {
                (f["registry"] == json!(good.host()), f["verdict"].clone(), f["severity"] == "info")
            })
            .collect();
        all.sort_by_key(|(is_good, ..)| !is_good);
        all
    };
    let none = json!("not-checked");
    assert_eq!(verdicts(&["audit", "--json"]), [(true, none.clone(), false), (false, none, false)]);
    assert!(good.asked().is_empty() && other.asked().is_empty(), "audit went to the network");
    assert_eq!(
        verdicts(&["audit", "--json", "--verify"]),
        [(true, json!("verified"), false), (false, json!("rejected"), true)]
    );
    assert!(
        !good.was_told("wrong-1") && !other.was_told(SECRET),
        "a secret went to another registry"
    );
    let shown = person.run_ours(&["audit", "--verify"]).stdout;
    assert!(shown.contains("password, works") && shown.contains("password, rejected"), "{shown}");
}
