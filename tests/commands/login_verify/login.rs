//! `login`: what it takes a secret from, what it keeps and under which name.

use serde_json::{Value, json};

use super::{SECRET, basic, code};
use crate::support::person::{Person, Store};
use crate::support::web::{Reply, Web};

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
    assert!(unasked.stdout.contains("replacing the previous one"), "{}", unasked.said());
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
