//! login and verify against registries that answer as a test says: what is sent to whom, and what
//! is made of every answer. Nothing installed is needed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "each test file uses its part")]
mod support {
    pub(crate) mod bus;
    pub(crate) mod person;
    pub(crate) mod process;
    pub(crate) mod web;
}
mod other_checks {
    mod unchecked;
}

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::person::{Person, Store};
use support::process::Ran;
use support::web::{Reply, Request, Web};

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
fn a_secret_does_not_follow_a_redirect() {
    let other = Web::start(basic);
    let there = format!("http://{}/v2/", other.other_host());
    for status in [301, 302, 307, 308] {
        let to = there.clone();
        let web = Web::start(move |_| Reply::status(status).with("Location", to.clone()));
        is(&verify(&web, SECRET, &[]), "refused", "redirected", 6);
        assert!(!web.was_told(SECRET));
    }
    // After the challenge, and at the token server.
    let to = there.clone();
    let web = Web::start(move |request| match request.header("authorization") {
        None => unauthorized("Basic"),
        Some(_) => Reply::status(307).with("Location", to.clone()),
    });
    is(&verify(&web, SECRET, &[]), "refused", "redirected", 6);
    let web = Web::start(move |request| {
        if request.path.starts_with("/token") {
            return Reply::status(302).with("Location", there.clone());
        }
        unauthorized(&format!(r#"Bearer realm="http://{}/token""#, request.header("host").unwrap()))
    });
    is(&verify(&web, SECRET, &[]), "refused", "redirected", 6);
    assert!(other.asked().is_empty());
    // Another path of the same registry is no other address.
    let web = Web::start(|request| {
        if request.path == "/v2/" {
            return Reply::status(302).with("Location", "/registry/v2/");
        }
        basic(request)
    });
    is(&verify(&web, SECRET, &[]), "verified", "accepted", 0);
    let web = Web::start(|_| Reply::status(302).with("Location", "/v2/"));
    is(&verify(&web, SECRET, &[]), "refused", "redirected", 6);
}

#[test]
fn a_token_server_on_another_host_is_named_by_a_person_and_then_remembered() {
    let person = Person::new(Store::Sealed);
    let tokens = Web::start(tokens);
    let realm = format!("http://{}/token", tokens.other_host());
    let web = Web::start(bearer(realm, false));
    let refused = verify_as(&person, &web, "ada", SECRET, &[]);
    is(&refused, "refused", "realm_untrusted", 6);
    assert!(tokens.asked().is_empty());
    let host = tokens.other_host();
    let allowed = verify_as(&person, &web, "ada", SECRET, &["--allow-realm", &host]);
    is(&allowed, "verified", "accepted", 0);
    assert_eq!(allowed.item["realm"], json!(host));
    is(&verify_as(&person, &web, "ada", SECRET, &[]), "verified", "accepted", 0);

    // No offline token is asked for: it would outlive the check.
    assert!(
        tokens.asked().iter().all(|r| !r.path.contains("offline") && !r.body.contains("offline"))
    );
    assert!(
        web.asked()
            .iter()
            .all(|r| r.header("authorization").is_none_or(|a| a.starts_with("Bearer")))
    );
}

#[test]
fn a_token_server_that_changes_is_refused() {
    let person = Person::new(Store::Sealed);
    let (first, second) = (Web::start(tokens), Web::start(tokens));
    let realm: Arc<std::sync::Mutex<String>> =
        Arc::new(std::sync::Mutex::new(format!("http://{}/token", first.other_host())));
    let now = realm.clone();
    let web = Web::start(move |request| bearer(now.lock().unwrap().clone(), false)(request));
    let host = first.other_host();
    is(
        &verify_as(&person, &web, "ada", SECRET, &["--allow-realm", &host]),
        "verified",
        "accepted",
        0,
    );
    *realm.lock().unwrap() = format!("http://{}/token", second.other_host());
    is(&verify_as(&person, &web, "ada", SECRET, &[]), "refused", "realm_changed", 6);
    assert!(second.asked().is_empty());
    for hostile in ["http://auth.example/token", "https://a@b/", "/token", "ftp://x/", ""] {
        *realm.lock().unwrap() = hostile.to_owned();
        let verified = verify_as(&person, &web, "ada", SECRET, &[]);
        assert_eq!(verified.code, 6, "{hostile}: {}", verified.whole);
    }
    assert!(!web.was_told(SECRET));
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
fn an_identity_token_is_sent_in_the_body_and_never_as_a_password() {
    let host: Arc<std::sync::OnceLock<String>> = Arc::default();
    let known = host.clone();
    let web = Web::start(move |request| {
        if request.path.starts_with("/token") && request.method == "POST" {
            let is_right = request.body.contains("grant_type=refresh_token")
                && request.body.contains("refresh_token=id%2Ftoken");
            return if is_right {
                Reply::json(&json!({"access_token": "t-ada"}))
            } else {
                Reply::status(400)
            };
        }
        if request.path.starts_with("/token") {
            return Reply::status(401);
        }
        bearer(format!("http://{}/token", known.get().unwrap()), false)(request)
    });
    host.set(web.host()).unwrap();
    let person = Person::new(Store::Sealed);
    is(&verify_as(&person, &web, "<token>", "id/token", &[]), "verified", "accepted", 0);
    is(&verify_as(&person, &web, "<token>", "another", &[]), "rejected", "rejected", 1);
    let web = Web::start(basic);
    is(&verify_as(&person, &web, "<token>", "id/token", &[]), "inconclusive", "identity_token", 5);
    assert!(!web.was_told("id/token"));
}

#[test]
fn login_stores_what_the_registry_accepted_and_nothing_else() {
    let person = Person::new(Store::Sealed);
    let web = Web::start(basic);
    let host = web.host();
    let login = |secret: &str, more: &[&str]| {
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["login", &host, "-u", "ada", "--password-stdin"]).args(more);
        person.finish(&mut command, secret.as_bytes())
    };
    let rejected = login("wrong-1\n", &[]);
    assert_eq!(code(&rejected), 1, "{}", rejected.said());
    assert!(rejected.stdout.contains("Nothing was stored"), "{}", rejected.said());
    assert!(person.listed().is_empty() && !rejected.said().contains("wrong-1"));
    let done = login(&format!("{SECRET}\r\n"), &["--json"]).ok();
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        (&answer["schema"], &answer["stored"], &answer["replaced"], &answer["verdict"]),
        (&json!("imgsec.login/1"), &json!(true), &json!(false), &json!("verified"))
    );
    assert_eq!(person.login_for(&host).unwrap().password, SECRET);
    // A registry that gives no verdict keeps nothing from being lost: the one before stays.
    let hangs = Web::start(|_| Reply::status(500));
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["login", &hangs.host(), "-u", "ada", "--password-stdin"]);
    let none = person.finish(&mut command, b"new-secret-1");
    assert_eq!((code(&none), person.listed().len()), (5, 1), "{}", none.said());
    assert!(none.stdout.contains("--no-verify"), "{}", none.said());
    let unasked = login("unchecked-1", &["--no-verify"]).ok();
    assert!(unasked.stdout.contains("in the place of the one before"), "{}", unasked.said());
    assert_eq!(person.login_for(&host).unwrap().password, "unchecked-1");
    for bad in ["", "\n", "  \n"] {
        assert_eq!(code(&login(bad, &["--no-verify"])), 6, "{bad:?}");
    }
}

#[test]
fn login_takes_a_secret_from_a_command_and_never_from_the_command_line() {
    let person = Person::new(Store::Sealed);
    let web = Web::start(basic);
    let host = web.host();
    let login =
        |line: &str| person.run_ours(&["login", &host, "-u", "ada", "--from-command", line]);
    login(&format!("printf '%s\\n' {SECRET}")).ok();
    assert_eq!(person.login_for(&host).unwrap().password, SECRET);
    for (line, says) in [
        ("false", "gave no secret"),
        ("/nonexistent/program", "cannot run program"),
        ("printf 'open", "holds no command"),
        ("true", "is empty"),
    ] {
        let ran = login(line).fails();
        assert!(ran.stderr.contains(says), "{line}: {}", ran.said());
    }
    let refused = person.run_ours(&["login", &host, "-u", "ada", "-p", "hunter2"]);
    assert_eq!(code(&refused), 2);
    assert!(refused.stderr.contains("--password-stdin"), "{}", refused.said());
    let hostile = person.run_ours(&["login", &host, "--timeout", "\u{9b}2K\u{202e}1s"]);
    assert_eq!(code(&hostile), 2);
    assert!(!hostile.said().contains(['\u{9b}', '\u{202e}']), "{}", hostile.said());
    let no_terminal = person.run_ours(&["login", &host, "-u", "ada"]);
    assert_eq!(code(&no_terminal), 6, "{}", no_terminal.said());
}

#[test]
fn what_is_typed_is_read_as_a_registry() {
    let person = Person::new(Store::Sealed);
    let login = |typed: &str| {
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["login", typed, "-u", "ada", "--password-stdin", "--no-verify"]);
        person.finish(&mut command, b"some-secret")
    };
    let ran = login("https://ghcr.io/acme/app").ok();
    assert!(ran.stderr.contains("using ghcr.io"), "{}", ran.said());
    login("docker.io").ok();
    assert_eq!(
        person.listed().into_keys().collect::<Vec<_>>(),
        ["ghcr.io", "https://index.docker.io/v1/"]
    );
    for bad in ["", "a b", "ghcr.io\u{1b}[2K", "user@ghcr.io", "imgsec-internal://pending/x/"] {
        let ran = login(bad);
        assert!(code(&ran) == 6 || ran.stderr.contains("using"), "{bad:?}: {}", ran.said());
        assert!(!ran.said().contains('\u{1b}'));
    }
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

#[test]
fn a_login_that_makes_secrets_is_kept_where_nobody_lists_it() {
    let person = Person::new(Store::Sealed);
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["login", "h.example", "--admin", "-u", "root", "--password-stdin"]);
    person.finish(&mut command, b"admin-secret-1").ok();
    assert!(person.listed().is_empty() && person.login_for("h.example").is_none());
    let logout = person.run_ours(&["logout", "h.example"]).ok();
    assert!(logout.stderr.contains("nothing was kept"), "{}", logout.said());
    let logout = person.run_ours(&["logout", "h.example", "--admin"]).ok();
    assert!(logout.stdout.contains("h.example (admin) removed"), "{}", logout.said());
    let logout = person.run_ours(&["logout", "h.example", "--admin"]).ok();
    assert!(logout.stderr.contains("nothing was kept"), "{}", logout.said());
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

#[test]
fn a_proxy_sees_no_secret() {
    let person = Person::new(Store::Sealed);
    let (proxy, web) = (Web::start(|_| Reply::status(502)), Web::start(basic));
    let verify = |server: &str| {
        person.keep(server, "ada", SECRET);
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["verify", "--json", server]);
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            command.env(name, format!("http://{}", proxy.host()));
        }
        let ran = person.finish(&mut command, b"");
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["items"][0]["reason"].clone()
    };
    // Plain HTTP to this machine goes past it; TLS goes through a tunnel, or not at all.
    assert_eq!(verify(&web.host()), "accepted");
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    assert_eq!(verify("registry.invalid"), "proxy");
    let asked: Vec<_> = proxy.asked().into_iter().map(|r| (r.method, r.path)).collect();
    assert_eq!(asked, [("CONNECT".to_owned(), "registry.invalid:443".to_owned())]);
    assert!(!proxy.was_told(SECRET));
}
