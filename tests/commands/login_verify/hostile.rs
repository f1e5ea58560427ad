//! Registries and token servers that answer as nobody should: each gets a verdict in time, from a
//! bounded answer, and nothing of what they wrote reaches a terminal as it is.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{SECRET, basic, code, is, is_ada, unauthorized, verify, verify_as};
use crate::support::person::{Person, Store};
use crate::support::web::{Reply, Request, Web};

const NOW: Duration = Duration::ZERO;

fn raw(head: &str) -> Reply {
    Reply::Raw(format!("{head}\r\n\r\n").into_bytes())
}

/// A registry whose challenge is `header`, byte by byte.
fn challenges(header: &[u8]) -> impl Fn(&Request) -> Reply + Send + Sync + use<> {
    let head = [b"HTTP/1.1 401 x\r\nContent-Length: 0\r\n", header, b"\r\n\r\n"].concat();
    move |request| {
        if is_ada(request) { Reply::status(200) } else { Reply::Raw(head.clone()) }
    }
}

/// A registry with a token server beside it that answers `token`.
fn with_token(token: impl Fn() -> Reply + Send + Sync + 'static) -> Web {
    Web::start(move |request| {
        if request.path.starts_with("/token") {
            return token();
        }
        unauthorized(&format!(r#"Bearer realm="http://{}/token""#, request.header("host").unwrap()))
    })
}

#[test]
fn what_never_ends_is_left_in_time_and_bounded() {
    let head = b"HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=x\r\n";
    let then = |more: &[u8]| [&head[..], more].concat();
    let slow = Duration::from_millis(200);
    let many = format!("X-Y: {}\r\n", "z".repeat(1100)).repeat(64).into_bytes();
    let chunk = [b"10000\r\n", "a".repeat(65_536).as_bytes(), b"\r\n"].concat();
    for (first, again, pause, reason) in [
        (then(b""), b"X: y\r\n".to_vec(), slow, "timed_out"),
        (then(b"Content-Length: 9999\r\n\r\n"), b"y".to_vec(), slow, "timed_out"),
        (then(b""), many, NOW, "too_large"),
        (then(b"Transfer-Encoding: chunked\r\n\r\n"), chunk, NOW, "too_large"),
        (then(b"\r\n"), vec![b'y'; 65_536], NOW, "too_large"),
    ] {
        let web = Web::start(move |_| Reply::Endless(first.clone(), again.clone(), pause));
        let start = Instant::now();
        is(&verify(&web, SECRET, &["--timeout", "1s"]), "unreachable", reason, 5);
        assert!(start.elapsed() < Duration::from_secs(20), "the limit was not kept");
        assert!(!web.was_told(SECRET));
    }
    let web = with_token(|| {
        Reply::Endless(b"HTTP/1.1 200 x\r\n\r\n{\"token\":\"".to_vec(), vec![b'a'; 65_536], NOW)
    });
    is(&verify(&web, SECRET, &[]), "unreachable", "too_large", 5);
}

#[test]
fn what_is_no_answer_is_no_verdict() {
    for head in [
        "hello there",
        "SSH-2.0-OpenSSH_9",
        "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: -5",
        "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 5\r\nContent-Length: 500",
        "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
        "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm=\"https://evil\u{1b}[31m.example/\"",
    ] {
        let web = Web::start(move |_| raw(head));
        is(&verify(&web, SECRET, &[]), "unreachable", "broken", 5);
        assert!(!web.was_told(SECRET), "{head}");
    }
    for status in [204, 299, 999] {
        let web = Web::start(move |_| raw(&format!("HTTP/1.1 {status} x\r\nContent-Length: 0")));
        is(&verify(&web, SECRET, &[]), "inconclusive", "unexpected_status", 5);
    }
    // A token that cannot be sent, and answers that are none.
    for body in [
        json!({"token": "a\r\nX-Evil: 1"}).to_string(),
        json!({"token": 7}).to_string(),
        format!("{{\"x\":{}", "[".repeat(50_000)),
        "\u{feff}".to_owned(),
    ] {
        let web = with_token(move || Reply::Say {
            status: 200,
            headers: Vec::new(),
            body: body.clone().into_bytes(),
        });
        is(&verify(&web, SECRET, &[]), "inconclusive", "no_token", 5);
    }
}

#[test]
fn a_challenge_in_any_clothes_is_read() {
    let many = b"WWW-Authenticate: Foo a=b\r\n".repeat(90);
    let list = format!("WWW-Authenticate: {}Basic realm=\"x\"", "Foo a=b, ".repeat(3000));
    for header in [
        &b"WWW-Authenticate: Basic realm=\"D\xc3\xbcsseldorf\""[..],
        b"WWW-Authenticate: Basic realm=\"D\xfcsseldorf\"",
        b"WWW-Authenticate: basic",
        b"www-authenticate: Basic realm=\"x\", charset=\"UTF-8\"",
        b"WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm=x",
        list.as_bytes(),
        &[&many[..], b"WWW-Authenticate: Basic realm=\"x\""].concat(),
    ] {
        let web = Web::start(challenges(header));
        is(&verify(&web, SECRET, &[]), "verified", "accepted", 0);
    }
    // An old server, which says with its end where its answer ends.
    let old = Web::start(|request| {
        if is_ada(request) {
            return raw("HTTP/1.0 200 OK");
        }
        raw("HTTP/1.0 401 x\r\nWWW-Authenticate: Basic realm=\"x\"")
    });
    is(&verify(&old, SECRET, &[]), "verified", "accepted", 0);
}

#[test]
fn a_realm_that_two_programs_could_read_in_two_ways_gets_nothing() {
    for (realm, reason) in [
        ("http://HOST@evil.example/token", "realm_invalid"),
        ("http://HOST\\@evil.example/token", "realm_invalid"),
        ("http://ada:x@HOST/token", "realm_invalid"),
        ("//HOST/token", "realm_invalid"),
        ("http://[::1]:PORT/token", "realm_untrusted"),
        ("http://0x7f.1:PORT/token", "realm_plain_http"),
        ("https://xn--mnchen-3ya.example/token", "realm_untrusted"),
        ("https://m\u{fc}nchen.example/token", "realm_invalid"),
        ("http://HOST/token\", realm=\"https://evil.example", "rejected"),
    ] {
        let web = Web::start(move |request| {
            if request.path.starts_with("/token") {
                return Reply::status(401);
            }
            let host = request.header("host").unwrap();
            let port = host.rsplit(':').next().unwrap();
            let realm = realm.replace("HOST", host).replace("PORT", port);
            raw(&format!(
                "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm=\"{realm}\"\r\nContent-Length: 0"
            ))
        });
        let verified = verify(&web, SECRET, &[]);
        assert_eq!(verified.item["reason"], reason, "{realm}: {}", verified.whole);
        // Of two realms the first is the one that is judged, and the one that is asked.
        assert_eq!(web.was_told(SECRET), reason == "rejected", "{realm}");
    }
}

#[test]
fn nothing_that_came_from_outside_drives_a_terminal() {
    let person = Person::new(Store::Sealed);
    let web = Web::start(basic);
    let host = web.host();
    let image = format!("{host}/x");
    for user in ["eve\u{1b}[2J\u{9b}1m", "eve\u{202e}gpj\u{200b}"] {
        is(&verify_as(&person, &web, user, "wrong-1", &[]), "rejected", "rejected", 1);
        let rotate = ["rotate", &host, "--dry-run", "--from-command", "true"];
        for words in [
            &["verify", &host][..],
            &["list"],
            &["show", &host],
            &["which", &image],
            &["export", &host, "--k8s", "x", "--pod"],
            &rotate,
        ] {
            let ran = person.run_ours(words);
            assert!(code(&ran) <= 6 && !ran.said().is_empty(), "{words:?}: {ran:?}");
            let is_bad = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{200b}".contains(c);
            assert!(!ran.said().contains(is_bad), "{words:?}: {ran:?}");
        }
    }
}
