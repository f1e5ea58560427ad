//! The verbs that ask a registry: login, verify, rotate.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::Clerk;
use crate::support::person::{Person, Store};
use crate::support::web::{Reply, Request, Web};

const ADA: &str = "Basic YWRhOmh1bnRlcjI=";
const ADA_NEXT: &str = "Basic YWRhOmh1bnRlcjM=";

/// A registry of one password at a time.
fn registry(known: &'static Mutex<&'static str>) -> Web {
    Web::start(move |request: &Request| {
        let is_known = request.header("authorization") == Some(*known.lock().unwrap());
        let challenge = r#"Basic realm="x""#;
        if is_known {
            Reply::status(200)
        } else {
            Reply::status(401).with("WWW-Authenticate", challenge)
        }
    })
}

/// One with a token server beside it.
fn with_tokens() -> Web {
    let host: std::sync::Arc<std::sync::OnceLock<String>> = std::sync::Arc::default();
    let known = host.clone();
    let web = Web::start(move |request| {
        let is_known = request.header("authorization") == Some(ADA);
        match request.header("authorization") {
            _ if request.path.starts_with("/token") && is_known => {
                Reply::json(&json!({"token": "t-ada"}))
            }
            _ if request.path.starts_with("/token") => Reply::status(401),
            Some("Bearer t-ada") => Reply::status(200),
            _ => {
                let realm = format!(r#"Bearer realm="http://{}/token""#, known.get().unwrap());
                Reply::status(401).with("WWW-Authenticate", realm)
            }
        }
    });
    host.set(web.host()).unwrap();
    web
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn login_and_verify() {
    static KNOWN: Mutex<&str> = Mutex::new(ADA);
    let mut clerk = Clerk::default();
    let me = Person::new(Store::Sealed);
    let (basic, bearer) = (registry(&KNOWN), with_tokens());
    let broken = Web::start(|_| Reply::status(500));
    let login = |web: &Web| format!("login {} -u ada --password-stdin", web.host());
    for web in [&basic, &bearer] {
        clerk.ask(&me, &login(web), "wrong-1\n", 1);
        clerk.ask(&me, &login(web), "hunter2\n", 0);
    }
    let again = clerk.ask(&me, &login(&basic), "hunter2\n", 0);
    assert_eq!((&again["replaced"], &again["used_by_docker"]), (&json!(true), &json!(true)));
    clerk.ask(&me, &login(&broken), "hunter2\n", 5);
    let unasked = clerk.ask(&me, &format!("{} --no-verify", login(&broken)), "hunter2\n", 0);
    assert_eq!((&unasked["verdict"], &unasked["tls"]), (&json!("not-checked"), &Value::Null));
    let admin = clerk.ask(&me, &format!("{} --admin", login(&basic)), "hunter2\n", 0);
    assert_eq!((&admin["admin"], &admin["stored"]), (&json!(true), &json!(true)));
    clerk.ask(&me, &login(&basic), "", 6);
    clerk.ask(&me, &format!("login {}", basic.host()), "", 6);

    clerk.ask(&me, &format!("verify {}", basic.host()), "", 0);
    clerk.ask(&me, &format!("verify {} --negative-control", bearer.host()), "", 0);
    let image = format!("verify --image {}/a/b --actions pull,push", bearer.host());
    let access = clerk.ask(&me, &image, "", 5);
    assert_eq!(access["items"][0]["access"]["actions"]["pull"], "yes", "{access}");
    me.keep("http://r.example", "ada", "hunter2");
    clerk.ask(&me, "verify http://r.example", "", 6);
    let all = clerk.ask(&me, "verify --all", "", 5);
    assert_eq!(all["items"].as_array().unwrap().len(), 4, "{all}");
    assert_eq!(clerk.ask(&me, "verify b.example", "", 1)["error"]["kind"], "not-found");
    let some = clerk.ask(&me, &format!("verify {} b.example c.example", basic.host()), "", 1);
    assert_eq!(some["items"].as_array().unwrap().len(), 1, "{some}");
    assert_eq!((&some["ok"], &some["complete"]), (&json!(false), &json!(false)));
    let left: Vec<_> = some["left"].as_array().unwrap().iter().map(|l| &l["registry"]).collect();
    assert_eq!(left, ["b.example", "c.example"]);
    assert_eq!(clerk.ask(&me, "verify b.example c.example", "", 1)["items"], json!([]));
    clerk.ask(&me, "verify --image A/B", "", 2);
    me.lock();
    assert_eq!(clerk.ask(&me, "verify --all", "", 4)["error"]["kind"], "locked");
    clerk.closes(&["login", "verify"]);
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn rotate() {
    static KNOWN: Mutex<&str> = Mutex::new(ADA);
    let mut clerk = Clerk::default();
    let me = Person::new(Store::Sealed);
    let web = registry(&KNOWN);
    me.keep(&web.host(), "ada", "hunter2");
    let rotate = format!("rotate {}", web.host());
    let given = format!("{rotate} --password-stdin");
    clerk.ask(&me, &rotate, "", 6);
    clerk.ask(&me, "rotate b.example --password-stdin", "hunter3\n", 1);
    clerk.ask(&me, &given, "wrong-1\n", 1);
    clerk.ask(&me, &format!("{given} --dry-run"), "hunter3\n", 0);
    *KNOWN.lock().unwrap() = ADA_NEXT;
    let done = clerk.ask(&me, &format!("{given} --hook true"), "hunter3\n", 0);
    assert_eq!(done["items"][0]["state"], "rotated", "{done}");
    assert_eq!(done["items"][0]["hooks"], json!([{"name": "true", "ok": true}]));
    *KNOWN.lock().unwrap() = ADA;
    clerk.ask(&me, &format!("{rotate} --undo"), "", 0);
    clerk.ask(&me, &format!("{given} --verify skip --expires-at 2199-01-31"), "hunter3\n", 0);
    clerk.ask(&me, &format!("{rotate} --retire-previous --yes"), "", 0);
    let minted = format!("{rotate} --yes --from-command");
    clerk.ask(&me, &format!("{minted} false"), "", 3);
    clerk.ask(&me, "rotate --all --if-due --yes", "", 0);
    let failed = clerk.ask(&me, &format!("{given} --verify skip --hook false"), "hunter2\n", 3);
    assert_eq!(failed["items"][0]["hooks"], json!([{"name": "false", "ok": false}]), "{failed}");
    clerk.ask(&me, &format!("{rotate} --resume"), "", 3);
    let skipped = clerk.ask(&me, &format!("{rotate} --resume --skip-hooks"), "", 0);
    assert_eq!(skipped["items"][0]["state"], "rotated", "{skipped}");
    me.lock();
    clerk.ask(&me, &given, "hunter3\n", 4);
    clerk.closes(&["rotate"]);
}
