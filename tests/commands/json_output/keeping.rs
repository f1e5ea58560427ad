//! The verbs of the store: setup, status, list, show, which, logout, unlock, lock.

use std::fs;

use serde_json::{Value, json};

use super::Clerk;
use crate::support::person::{Person, Store};

/// `ada:hunter2`.
const ADA: &str = "YWRhOmh1bnRlcjI=";

fn person(config: &Value) -> Person {
    let person = Person::without_keychain(Store::Sealed);
    person.write_docker_config(config);
    person
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn setup_and_its_undo() {
    let mut clerk = Clerk::default();
    let person = person(&json!({
        "auths": {"ghcr.io": {"auth": ADA}, "a.example": {"auth": ADA}, "b.example": {"registrytoken": "x"}},
        "credHelpers": {"1.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login", "a.example": ""},
    }));
    let key = person.key_file().display().to_string();
    let setup = format!("setup --store sealed --key-file {key}");
    clerk.ask(&person, &setup, "", 6);
    clerk.ask(&person, &format!("{setup} --dry-run"), "", 0);
    let done = clerk.ask(&person, &format!("{setup} --yes"), "", 3);
    assert_eq!(
        (&done["undo"], &done["left_behind"][0]["registry"]),
        (&json!(false), &json!("b.example"))
    );
    clerk.ask(&person, "setup --undo --dry-run", "", 0);
    clerk.ask(&person, "setup --undo", "", 6);
    let undone = clerk.ask(&person, "setup --undo --yes --insecure-plaintext", "", 0);
    assert_eq!(undone["restored"].as_array().unwrap().len(), 2, "{undone}");
    clerk.ask(&person, "setup --undo --yes", "", 6);
    // The store keeps another login than the file.
    person.keep("ghcr.io", "bob", "swordfish");
    clerk.ask(&person, &format!("{setup} --yes --registry ghcr.io"), "", 6);
    fs::write(person.home().join(".docker/config.json"), "{").unwrap();
    let broken = clerk.ask(&person, &format!("{setup} --yes"), "", 3);
    assert_eq!(broken["error"]["kind"], "damaged");
    clerk.closes(&["setup"]);
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn status_list_show_which_and_logout() {
    let mut clerk = Clerk::default();
    let mut me = Person::new(Store::Sealed);
    clerk.ask(&me, "status", "", 0);
    clerk.ask(&me, "list", "", 0);
    clerk.ask(&me, "verify --all", "", 0);
    let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjQwMDAwMDAwMDB9.x";
    for (server, user, secret) in [
        ("https://index.docker.io/v1/", "ada", "hunter2"),
        ("ghcr.io", "<token>", "swordfish"),
        ("a.example", "oauth2accesstoken", jwt),
        ("1.dkr.ecr.eu-west-1.amazonaws.com", "AWS", "hunter3"),
    ] {
        me.keep(server, user, secret);
    }
    clerk.ask(&me, "list", "", 0);
    let due = clerk.ask(&me, "list --expires-within 90y --exit-code", "", 1);
    assert_eq!((&due["ok"], &due["items"][0]["due"]), (&json!(false), &json!(["expiry"])), "{due}");
    for server in ["docker.io", "ghcr.io", "a.example", "1.dkr.ecr.eu-west-1.amazonaws.com"] {
        clerk.ask(&me, &format!("show {server}"), "", 0);
    }
    let shown = clerk.ask(&me, "show docker.io --reveal", "", 0);
    assert_eq!((&shown["secret"], &shown["contains_secret"]), (&json!("hunter2"), &json!(true)));
    clerk.ask(&me, "show ", "", 6);
    assert_eq!(clerk.ask(&me, "show b.example", "", 1)["error"]["kind"], "not-found");
    clerk.ask(&me, "which nginx", "", 0);
    clerk.ask(&me, "which ghcr.io/a/b:1@sha256:0", "", 2);
    me.lock();
    clerk.ask(&me, "status", "", 4);
    let closed = clerk.ask(&me, "list", "", 0);
    assert_eq!(
        (&closed["complete"], &closed["store_error"]["kind"]),
        (&json!(false), &json!("locked"))
    );
    clerk.ask(&me, "list --older-than 1d", "", 4);
    assert_eq!(clerk.ask(&me, "show docker.io", "", 4)["error"]["kind"], "locked");
    clerk.ask(&me, "which nginx", "", 0);
    me.unlock();
    clerk.ask(&me, "logout ghcr.io", "", 0);
    clerk.ask(&me, "logout ghcr.io", "", 0);
    clerk.ask(&me, "login docker.io --admin -u ada --password-stdin", "hunter4\n", 0);
    clerk.ask(&me, "logout docker.io --admin", "", 0);
    clerk.ask(&me, "logout ", "", 6);
    clerk.ask(&me, "logout --all --confirm=all", "", 0);
    plain_text(&mut clerk, &me);
    fs::rename(me.home().join(".local"), me.home().join("away")).unwrap();
    fs::write(me.home().join(".local"), "").unwrap();
    clerk.ask(&me, "logout ghcr.io", "", 3);
    clerk.ask(&me, "list", "", 3);
    let trouble = clerk.ask(&me, "which nginx", "", 4);
    assert!(trouble["store_error"]["message"].is_string(), "{trouble}");
    clerk.closes(&["list", "show", "which", "logout"]);
}

/// Docker's file as it should not be.
fn plain_text(clerk: &mut Clerk, me: &Person) {
    me.keep("ghcr.io", "ada", "hunter2");
    me.write_docker_config(&json!({
        "auths": {"ghcr.io": {"auth": ADA}}, "credHelpers": {"a.example": "ecr-login"},
    }));
    clerk.ask(me, "status", "", 1);
    let which = clerk.ask(me, "which ghcr.io/acme/app:1.2", "", 0);
    assert_eq!(which["clients"][0]["plain_text_wins"], true, "{which}");
    clerk.ask(me, "which a.example/app", "", 0);
    let which = clerk.ask(me, "which ghcr.io", "", 0);
    assert!(which["image"].is_null(), "{which}");
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn unlock_and_lock() {
    let mut clerk = Clerk::default();
    let mut me = Person::without_keychain(Store::Sealed);
    me.names_store = false;
    clerk.ask(&me, "lock", "", 4);
    clerk.ask(&me, "unlock --passphrase-fd 0", "x\n", 4);
    clerk.ask(&me, "setup --store sealed --yes --passphrase-fd 0", "correct horse 7\n", 0);
    clerk.ask(&me, "lock", "", 0);
    clerk.ask(&me, "unlock --for 1h --passphrase-fd 0", "correct horse 7\n", 0);
    clerk.ask(&me, "unlock --passphrase-fd 0", "wrong\n", 4);
    clerk.ask(&me, "unlock", "", 6);
    clerk.ask(&me, "lock", "", 0);
    let keychain = Person::without_keychain(Store::Keychain);
    clerk.ask(&keychain, "unlock --passphrase-fd 0", "x\n", 6);
    clerk.ask(&keychain, "lock", "", 6);
    let with_key_file = Person::new(Store::Sealed);
    let open = clerk.ask(&with_key_file, "lock", "", 1);
    assert_eq!((&open["ok"], &open["locked"]), (&json!(false), &json!(false)), "{open}");
    clerk.closes(&["unlock", "lock"]);
}
