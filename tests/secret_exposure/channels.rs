//! Every door of a process, while the commands run: files, sockets, arguments and variables of other
//! programs; and what is on the disk and on the bus.

use std::fs;

use super::{HELPER, IMGSEC, OURS, command, request};
use crate::support::engine::Engine;
use crate::support::leak::Secrets;
use crate::support::person::{Login, Store};
use crate::support::plain::PlainText;
use crate::support::process::{self, Service};

/// From plain text into the store, all that can be done there, and back.
fn a_life_of_secrets(plain: &PlainText, secrets: &mut Secrets) {
    let person = &plain.person;
    for (_, login) in &plain.logins {
        secrets.search_for(core_of(login));
    }
    let ours = |arguments: &[&str], secrets: &Secrets| {
        let ran = secrets.watch(&command(person, IMGSEC, arguments), "", "");
        secrets.assert_not_in(&format!("{arguments:?} said"), ran.said().as_bytes());
        ran
    };
    ours(&[&plain.setup()[..], &["--dry-run", "--json"]].concat(), secrets).ok();
    ours(&plain.setup(), secrets).ok();
    secrets.assert_not_on_disk(person);

    let first = secrets.new_login(person, "amy");
    let second = secrets.new_login(person, "amy");
    let mut large = secrets.new_login(person, "bob");
    large.password.push_str(&"x".repeat(60 * 1024));
    for login in [&first, &second, &large] {
        secrets.watch(&command(person, HELPER, &["store"]), &request(OURS, login), "").ok();
        let got = secrets.watch(&command(person, HELPER, &["get"]), OURS, "").ok();
        assert!(secrets.find(got.stdout.as_bytes()).is_some() && got.stderr.is_empty());
        secrets.assert_not_on_disk(person);
    }
    for verb in ["list", "version"] {
        let ran = secrets.watch(&command(person, HELPER, &[verb]), "", "").ok();
        secrets.assert_not_in(verb, ran.said().as_bytes());
    }
    ours(&["status"], secrets);
    ours(&["status", "--json"], secrets);
    ours(&["list"], secrets).ok();
    ours(&["list", "--json"], secrets).ok();
    ours(&plain.setup(), secrets).ok();
    ours(&["logout", OURS, "--json"], secrets).ok();
    secrets.watch(&command(person, HELPER, &["erase"]), OURS, "").ok();
    ours(&["setup", "--undo", "--yes", "--logged-out", "--json"], secrets).ok();
    secrets.assert_not_on_disk(person);

    // Only where the person asks for it in so many words, a secret goes into a file: Docker's own.
    ours(&plain.setup(), secrets).ok();
    let undo = command(person, IMGSEC, &["setup", "--undo", "--yes", "--insecure-plaintext"]);
    let ran = secrets.watch(&undo, "", "/home/.docker/").ok();
    secrets.assert_not_in("undo", ran.said().as_bytes());
    fs::remove_file(person.home().join(".docker/config.json")).unwrap();
    secrets.assert_not_on_disk(person);
}

/// The part of a password of [`PlainText`] that survives every form of writing.
fn core_of(login: &Login) -> &str {
    login.password.split('"').next().unwrap()
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn with_a_sealed_store_no_secret_leaves_by_any_door() {
    a_life_of_secrets(&PlainText::without_store(), &mut Secrets::default());
}

#[test]
#[ignore = "needs strace and gnome-keyring; run tests/run"]
fn with_a_keychain_no_secret_leaves_by_any_door() {
    a_life_of_secrets(&PlainText::with_store(Store::Keychain), &mut Secrets::default());
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn with_a_passphrase_it_is_shown_once_and_neither_it_nor_the_key_leaves_by_another_door() {
    let plain = PlainText::without_key_file();
    let ran = plain.set_up().ok();
    let shown: Vec<_> = ran.stderr.lines().filter(|line| line.matches('-').count() == 5).collect();
    let [passphrase] = shown[..] else { panic!("{ran:#?}") };
    let mut secrets = Secrets::default();
    secrets.search_for(passphrase.trim());
    secrets.search_for("AGE-SECRET-KEY-1");
    secrets.assert_not_in("setup on standard output", ran.stdout.as_bytes());
    secrets.assert_not_on_disk(&plain.person);
    for arguments in [&["lock"][..], &["unlock", "--passphrase-fd", "0", "--for", "60s", "--json"]]
    {
        let command = command(&plain.person, IMGSEC, arguments);
        let ran = secrets.watch(&command, passphrase.trim(), "").ok();
        secrets.assert_not_in(&format!("{arguments:?}"), ran.said().as_bytes());
    }
    plain.docker_has_every_login(&"unlock");
    secrets.assert_not_on_disk(&plain.person);
    plain.person.run_ours(&["lock"]).ok();
}

#[test]
#[ignore = "needs strace, docker and gnome-keyring; run tests/run"]
fn docker_login_passes_the_secret_to_us_by_no_argument_and_no_variable() {
    for store in [Store::Sealed, Store::Keychain] {
        let engine = Engine::start();
        let mut plain = PlainText::with_store(store);
        plain.set_up().ok();
        plain.person.use_engine(engine.host());
        let mut secrets = Secrets::default();
        let login = secrets.new_login(&plain.person, "amy");
        let docker = process::need("docker");
        let arguments = ["login", "--username", &login.user, "--password-stdin", OURS];
        // The engine is told the password, over its own socket.
        let ran =
            secrets.watch(&command(&plain.person, &docker, &arguments), &login.password, "socket:");
        secrets.assert_not_in("docker login", ran.ok().said().as_bytes());
        assert_eq!(plain.person.login_for(OURS), Some(login));
        secrets.assert_not_on_disk(&plain.person);
    }
}

#[test]
#[ignore = "needs dbus-monitor, secret-tool and gnome-keyring; run tests/run"]
fn who_watches_the_bus_sees_no_secret() {
    let plain = PlainText::with_store(Store::Keychain);
    let person = &plain.person;
    let log = tempfile::NamedTempFile::new().unwrap();
    let bus = person.bus.as_ref().unwrap().address();
    let program = process::need("dbus-monitor");
    let mut monitor = Service::start(&program, log.path(), |command| {
        command.args(["--address", &bus, "--binary"]);
    });
    // What a program sends that takes no care is seen.
    let mut sees = |text: &str| {
        let mut send = person.command(process::need("dbus-send"));
        send.args(["--dest=org.freedesktop.DBus", "/", "no.such.Method"]);
        send.arg(format!("string:{text}"));
        monitor.until(|monitor| {
            process::run(&mut send, b"").ok();
            monitor.log().contains(text).then_some(())
        });
    };
    sees("is anybody watching?");
    let mut secrets = Secrets::default();
    for (_, login) in &plain.logins {
        secrets.search_for(core_of(login));
    }
    plain.set_up().ok();
    for user in ["amy", "bob"] {
        let login = secrets.new_login(person, user);
        person.keep(OURS, &login.user, &login.password);
        assert_eq!(person.login_for(OURS), Some(login));
    }
    person.listed();
    person.helper("erase", OURS).ok();
    person.run_ours(&["setup", "--undo", "--yes", "--insecure-plaintext"]).ok();
    sees("that was all");
    let seen = fs::read(log.path()).unwrap();
    assert!(String::from_utf8_lossy(&seen).contains("CreateItem"));
    secrets.assert_not_in("the bus", &seen);
}
