//! `imgsec-cred show`: masked for everybody, and the one door for a script that asks for the secret.
#![cfg(target_os = "linux")]

use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::{self, Ran};

const HUB: &str = "https://index.docker.io/v1/";

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

/// Runs `show`, which may let a secret out.
fn show(person: &Person, words: &[&str]) -> Ran {
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    process::run(command.arg("show").args(words), b"")
}

fn kept(person: &Person, server: &str) -> Login {
    let login = person.new_login("ada");
    person.keep(server, &login.user, &login.password);
    login
}

#[test]
fn a_secret_is_masked_and_not_even_its_length_is_told() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, HUB);
    person.keep("ghcr.io", "ada", &["gh", "p_", &"x".repeat(36)].concat());
    let said = person.run_ours(&["show", "docker.io"]).ok().stdout;
    let head =
        format!("registry  docker.io\nuser      {}\nsecret    ******** (password)\n", login.user);
    assert!(said.starts_with(&head), "{said}");
    let said = person.run_ours(&["get", "ghcr.io"]).ok().stdout;
    assert!(said.contains("secret    ghp_****… (github-pat)\n"), "{said}");
    assert!(said.contains("revoke    https://github.com/settings/tokens"), "{said}");
    let answer = person.run_ours(&["show", "index.docker.io", "--json"]).ok().stdout;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (&answer["schema"], &answer["registry"]),
        (&json!("imgsec.show/1"), &json!("docker.io"))
    );
    assert_eq!((&answer["username"], &answer["masked"]), (&json!(login.user), &json!("********")));
    assert_eq!((&answer["contains_secret"], &answer["secret"]), (&json!(false), &Value::Null));
}

#[test]
fn a_pipe_gets_the_secret_and_nothing_else() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, "ghcr.io");
    for words in [&["ghcr.io", "--reveal"][..], &["ghcr.io", "--reveal", "--field", "secret"]] {
        let ran = show(&person, words).ok();
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (login.password.as_str(), ""));
    }
    let ran = show(&person, &["ghcr.io", "--field", "username"]).ok();
    assert_eq!(ran.stdout, login.user);
    let answer: Value =
        serde_json::from_str(&show(&person, &["ghcr.io", "--reveal", "--json"]).ok().stdout)
            .unwrap();
    assert_eq!(
        (&answer["secret"], &answer["contains_secret"]),
        (&json!(login.password), &json!(true))
    );
    person.keep("r.example", "ada", "two\nlines\n\u{1b}[2K");
    assert_eq!(show(&person, &["r.example", "--reveal"]).ok().stdout, "two\nlines\n\u{1b}[2K");
    person.assert_no_secret_on_disk();
}

#[test]
fn the_secret_needs_reveal_and_a_name_that_is_one_too() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    assert_eq!(code(&person.run_ours(&["show", "ghcr.io", "--field", "secret"])), 6);
    let token = person.new_login("token");
    person.keep("registry.digitalocean.com", &token.password, &token.password);
    let shown = person.run_ours(&["show", "registry.digitalocean.com"]).ok().stdout;
    assert!(shown.contains("user      (hidden)"), "{shown}");
    person.run_ours(&["show", "registry.digitalocean.com", "--json"]).ok();
    let name = ["show", "registry.digitalocean.com", "--field", "username"];
    assert_eq!(code(&person.run_ours(&name)), 6);
}

#[test]
fn what_is_not_kept_is_said_and_is_exit_1() {
    let person = Person::new(Store::Sealed);
    for registry in ["ghcr.io", "x\u{1b}[31m.example", "a b", "https://u@h/", "é"] {
        let ran = person.run_ours(&["show", registry, "--reveal"]);
        assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 2), "{ran:?}");
        assert!(ran.stderr.contains("no credential is kept for") || code(&ran) == 6, "{ran:?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
    assert_eq!(code(&person.run_ours(&["show", "ghcr.io"])), 1);
    assert_eq!(code(&person.run_ours(&["show", "ghcr.io\nx"])), 6);
    assert_eq!(code(&person.run_ours(&["show"])), 2);
}

#[test]
fn a_locked_store_is_exit_4_and_says_how_to_open_it() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    person.lock();
    let ran = person.run_ours(&["show", "ghcr.io", "--reveal", "--json"]);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((code(&ran), &answer["error"]["kind"]), (4, &json!("locked")), "{ran:?}");
    assert!(ran.stderr.contains("locked") && ran.stderr.contains("hint: "), "{ran:?}");
    let without = Person::without_keychain(Store::Sealed);
    assert_eq!(code(&without.run_ours(&["show", "ghcr.io"])), 4);
}

#[test]
fn a_reader_that_goes_away_is_told_by_the_exit_status() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    let mut command = person.command("sh");
    command.args(["-c", "\"$0\" show ghcr.io --reveal >/dev/full"]);
    let ran = person.finish(command.arg(env!("CARGO_BIN_EXE_imgsec-cred")), b"");
    assert_eq!((code(&ran), ran.stdout.as_str()), (3, ""), "{ran:?}");
}

#[test]
fn logout_says_where_the_secret_is_revoked() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    let said = person.run_ours(&["logout", "ghcr.io"]).ok();
    assert!(said.stderr.contains("still works: revoke it at https://github.com/settings/tokens"));
    person.keep("1.dkr.ecr.eu-west-1.amazonaws.com", "AWS", "short");
    let said = person.run_ours(&["logout", "1.dkr.ecr.eu-west-1.amazonaws.com", "--json"]).ok();
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(answer["removed"][0]["revoke"]["ends_by_itself"], true);
    assert!(said.stderr.contains("ends 12 hours after"), "{said:?}");
}

#[test]
#[ignore = "needs script; run tests/run"]
fn on_a_terminal_it_warns_and_escapes() {
    let person = Person::new(Store::Sealed);
    person.keep("ghcr.io", "ada", "a\u{1b}[2Kb");
    let line = format!("{} show ghcr.io --reveal", env!("CARGO_BIN_EXE_imgsec-cred"));
    let mut script = person.command(process::need("script"));
    let ran = process::run(script.args(["-qec", &line, "/dev/null"]), b"").ok();
    assert!(ran.stdout.contains("warn: the secret is on your screen"), "{ran:?}");
    assert!(ran.stdout.contains(r"a\x1b[2Kb"), "{ran:?}");
}
