//! To whom a secret is sent: not where a redirect leads, nor to a token server that nobody named.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{SECRET, basic, bearer, is, tokens, unauthorized, verify, verify_as};
use crate::support::person::{Person, Store};
use crate::support::web::{Reply, Web};

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

#[test]
fn where_tls_was_spoken_once_plain_http_is_no_way_any_more() {
    let person = Person::new(Store::Sealed);
    let web = Web::start(basic);
    is(&verify_as(&person, &web, "ada", SECRET, &[]), "verified", "accepted", 0);
    let path = person.home().join(".local/state/imgsec-cred/ledger.json");
    let mut ledger: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let records = ledger.as_object_mut().unwrap().values_mut().filter_map(Value::as_object_mut);
    for record in records.flat_map(|records| records.values_mut()) {
        record["speaks_tls"] = json!(true);
    }
    std::fs::write(&path, ledger.to_string()).unwrap();
    let before = web.asked().len();
    let now = verify_as(&person, &web, "ada", SECRET, &[]);
    assert_eq!(now.item["verdict"], "unreachable", "{:?}", now.item);
    assert_eq!(web.asked().len(), before);
}
