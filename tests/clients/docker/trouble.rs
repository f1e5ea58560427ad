//! Docker while our store is locked, absent, silent or damaged: Docker stops and says why, a login
//! is never kept somewhere weaker, and what was kept is there when the trouble is over.
#![cfg(target_os = "linux")]

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::bus::{Bus, PATIENCE};
use crate::support::engine::Engine;
use crate::support::person::{Login, Person, Store};
use crate::support::process::{self, Ran};

const OURS: &str = "registry.example:5000";

fn start(mut me: Person) -> (Engine, Person, Login) {
    let engine = Engine::start();
    me.use_engine(engine.host());
    let amy = me.new_login("amy");
    (engine, me, amy)
}

/// A person with one login, whose store is then locked.
fn locked(store: Store) -> (Engine, Person, Login) {
    let (engine, me, amy) = start(Person::new(store));
    me.log_in("docker", OURS, &amy).ok();
    me.lock();
    engine.requests();
    (engine, me, amy)
}

/// The client is done soon and shows our words and what to do.
#[track_caller]
fn says(ran: impl FnOnce() -> Ran, words: &str) -> Ran {
    let begun = Instant::now();
    let ran = ran();
    assert!(begun.elapsed() < PATIENCE, "{:?} {ran:#?}", begun.elapsed());
    let said = ran.said();
    assert!(said.contains(words) && said.contains("hint: "), "{ran:#?}");
    assert!(!said.contains("credentials not found"), "{ran:#?}");
    ran
}

/// Compose (and Docker from 29 on) stops and says why. Older Docker goes on as nobody, which the
/// registry refuses, and shows at least what our helper says.
#[track_caller]
fn stops(me: &Person, engine: &Engine, words: &str) {
    says(|| compose_pull(me), words).fails();
    assert!(engine.requests().is_empty(), "went on without the login");
    let push = says(|| push(me, OURS), words);
    let went_on = engine.requests();
    assert!(went_on.len() == usize::from(push.status.success()), "{push:#?} {went_on:?}");
    assert!(went_on.iter().all(|request| request.logins.get("username").is_none()), "{went_on:?}");
}

/// The client uses the login.
#[track_caller]
fn goes_on(me: &Person, engine: &Engine, login: &Login) {
    compose_pull(me).ok();
    push(me, OURS).ok();
    let sent = engine.requests().into_iter().map(|request| request.logins["password"].clone());
    assert_eq!(sent.collect::<Vec<_>>(), [json!(login.password), json!(login.password)]);
}

fn push(me: &Person, server: &str) -> Ran {
    me.docker(&["push", &format!("{server}/amy/app")])
}

fn compose_pull(me: &Person) -> Ran {
    let file = me.folder().join("compose.yaml");
    fs::write(&file, format!("services: {{ app: {{ image: {OURS}/amy/app }} }}")).unwrap();
    let mut pull = me.command(process::need("docker-compose"));
    me.finish(pull.arg("--file").arg(file).arg("pull"), b"")
}

/// A login that cannot be kept is an error, and is kept nowhere else.
#[track_caller]
fn cannot_log_in(me: &Person, login: &Login, words: &str) {
    says(|| me.log_in("docker", OURS, login), words).fails();
    assert_eq!(me.docker_config().get("auths").unwrap_or(&json!({})), &json!({}));
    me.assert_no_secret_on_disk();
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn a_locked_keychain_stops_docker_and_says_so() {
    use_while_locked(Store::Keychain, "the keychain is locked");
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn a_locked_sealed_store_stops_docker_and_says_so() {
    use_while_locked(Store::Sealed, "the sealed store is locked");
}

fn use_while_locked(store: Store, words: &str) {
    let (engine, mut me, amy) = locked(store);
    stops(&me, &engine, words);
    // Certainly no login for this one, locked or not: Docker may go on.
    assert_eq!(me.login_for("quay.io"), None);
    let push = push(&me, "quay.io").ok();
    assert!(!push.said().contains("hint: "), "{push:#?}");
    engine.requests();
    me.unlock();
    goes_on(&me, &engine, &amy);
    me.assert_no_secret_on_disk();
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn logging_out_of_a_locked_keychain_loses_nothing_else() {
    let (_engine, mut me, amy) = locked(Store::Keychain);
    me.docker(&["logout", "quay.io"]).ok();
    me.docker(&["logout", OURS]).ok();
    me.unlock();
    // Docker hides that its helper could not erase; the login is whole or gone, never half.
    assert!(me.login_for(OURS).is_none_or(|login| login == amy));
    me.docker(&["logout", OURS]).ok();
    assert_eq!(me.login_for(OURS), None);
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn logging_in_works_while_the_sealed_store_is_locked() {
    let (_engine, mut me, amy) = locked(Store::Sealed);
    let zed = me.new_login("zed");
    me.log_in("docker", "ghcr.io", &zed).ok();
    let amy_again = Login { user: amy.user, ..me.new_login("again") };
    me.log_in("docker", OURS, &amy_again).ok();
    me.unlock();
    assert_eq!(me.login_for("ghcr.io"), Some(zed));
    assert_eq!(me.login_for(OURS), Some(amy_again));
    me.assert_no_secret_on_disk();
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn logging_in_with_a_locked_keychain_keeps_the_password_nowhere() {
    let (_engine, me, amy) = start(Person::new(Store::Keychain));
    me.bus.as_ref().unwrap().lock();
    cannot_log_in(&me, &amy, "keychain is locked");
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn logging_in_without_a_keychain_keeps_the_password_nowhere() {
    let (_engine, mut me, amy) = start(Person::without_keychain(Store::Keychain));
    cannot_log_in(&me, &amy, "no keychain here");
    me.bus = Some(Bus::without_secrets(&me.home(), &me.runtime()));
    cannot_log_in(&me, &amy, "no keychain here");
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn logging_in_with_a_keychain_that_nobody_unlocked_keeps_the_password_nowhere() {
    let (_engine, mut me, amy) = start(Person::without_keychain(Store::Keychain));
    me.bus = Some(Bus::never_unlocked(&me.home(), &me.runtime()));
    cannot_log_in(&me, &amy, "keychain");
    // "not found" would let Docker go on as nobody, although a login may be there.
    let get = me.helper("get", OURS).fails();
    assert!(!get.stdout.contains("not found"), "{get:#?}");
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn a_keychain_that_does_not_answer_is_given_up() {
    let (engine, me, amy) = start(Person::new(Store::Keychain));
    me.log_in("docker", OURS, &amy).ok();
    engine.requests();
    let hanging = me.bus.as_ref().unwrap().hang_secrets();
    stops(&me, &engine, "keychain");
    drop(hanging);
    goes_on(&me, &engine, &amy);
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn a_keychain_that_came_back_still_has_the_logins() {
    let (engine, mut me, amy) = start(Person::new(Store::Keychain));
    me.log_in("docker", OURS, &amy).ok();
    me.bus.as_mut().unwrap().stop_secrets();
    stops(&me, &engine, "keychain");
    me.bus.as_mut().unwrap().unlock();
    goes_on(&me, &engine, &amy);
}

#[test]
#[ignore = "needs docker; run tests/run"]
fn one_damaged_login_does_not_take_the_others_from_a_build() {
    let (engine, me, _) = start(Person::new(Store::Sealed));
    let servers = ["a.example", "b.example", "c.example", "d.example", "e.example"];
    let mut before = sealed_files(&me);
    for server in servers {
        me.keep(server, "amy", &format!("of {server}"));
        let now = sealed_files(&me);
        if server == "c.example" {
            let new = now.iter().find(|file| !before.contains(file)).unwrap();
            fs::write(new, "damaged").unwrap();
        }
        before = now;
    }
    let get = me.helper("get", "c.example").fails();
    assert!(!get.stdout.contains("not found"), "{get:#?}");
    let folder = me.folder().join("build");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("Dockerfile"), "FROM scratch\n").unwrap();
    let mut build = me.command(process::need("docker"));
    me.finish(build.env("DOCKER_BUILDKIT", "0").arg("build").arg(folder), b"").ok();
    let [sent] = engine.requests().try_into().unwrap();
    let others = servers.into_iter().filter(|server| *server != "c.example");
    for server in others {
        assert_eq!(sent.logins[server]["password"], Value::from(format!("of {server}")));
    }
    // A new login repairs it.
    me.keep("c.example", "amy", "again");
    assert_eq!(me.login_for("c.example").unwrap().password, "again");
}

fn sealed_files(me: &Person) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    crate::support::person::each_file(&me.home(), &mut |path, _| {
        if path.parent().is_some_and(|parent| parent.ends_with("entries")) {
            files.push(path.to_owned());
        }
    });
    files
}
