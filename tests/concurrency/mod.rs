//! Sixty-four processes at once: nothing is lost, nothing is torn, and every list is of one moment.
#![cfg(target_os = "linux")]

mod setups;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::{self, Ran};

const CROWD: usize = 64;
const OURS: &str = "registry.example:5000";

/// Does it sixty-four times, all beginning at the same moment.
fn crowd<T: Send>(act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(CROWD);
    thread::scope(|scope| {
        let one = |number| {
            let (start, act) = (&start, &act);
            scope.spawn(move || {
                start.wait();
                act(number)
            })
        };
        let all: Vec<_> = (0..CROWD).map(one).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// A secret that shows whether it is whole: `length` letters that only `number` has.
fn secret(number: usize, length: usize) -> String {
    let word = format!("{number:04}-");
    word.repeat(length.div_ceil(word.len()))[..length].to_owned()
}

fn login(number: usize, length: usize) -> Login {
    Login { user: format!("user{number}"), password: secret(number, length) }
}

fn request(server: &str, login: &Login) -> String {
    json!({"ServerURL": server, "Username": login.user, "Secret": login.password}).to_string()
}

/// The helper, which may take its time where so many ask at once.
fn helper(person: &Person, verb: &str, stdin: &str) -> Ran {
    let mut command = person.command(env!("CARGO_BIN_EXE_docker-credential-imgsec"));
    process::run(command.arg(verb).env("IMGSEC_TIMEOUT", "60"), stdin.as_bytes())
}

fn store(person: &Person, server: &str, login: &Login) -> Ran {
    helper(person, "store", &request(server, login))
}

fn listed(person: &Person) -> BTreeMap<String, String> {
    serde_json::from_str(&helper(person, "list", "").ok().stdout).unwrap()
}

fn login_for(person: &Person, server: &str) -> Option<Login> {
    let ran = helper(person, "get", server);
    if ran.stdout == "credentials not found in native keychain\n" {
        return None;
    }
    let got: Value = serde_json::from_str(&ran.ok().stdout).unwrap();
    let [user, password] =
        ["Username", "Secret"].map(|name| got[name].as_str().unwrap().to_owned());
    Some(Login { user, password })
}

fn logins_of_different_servers_are_all_kept(kind: Store) {
    let person = Person::new(kind);
    let server = |number: usize| format!("r{number}.example");
    for ran in crowd(|n| store(&person, &server(n), &login(n, 1000))) {
        ran.ok();
    }
    let all = listed(&person);
    let expected = (0..CROWD).map(|n| (server(n), login(n, 0).user));
    assert_eq!(all, expected.collect::<BTreeMap<_, _>>());
    for (n, got) in crowd(|n| login_for(&person, &server(n))).into_iter().enumerate() {
        assert_eq!(got, Some(login(n, 1000)));
    }
    // Every other one goes, while the others are replaced and everything is listed and read.
    let seen = crowd(|n| match n % 2 {
        0 => {
            helper(&person, "erase", &server(n)).ok();
            listed(&person)
        }
        _ => {
            store(&person, &server(n), &login(n, 2000)).ok();
            assert_eq!(login_for(&person, &server(n)), Some(login(n, 2000)));
            listed(&person)
        }
    });
    for (n, listed) in seen.iter().enumerate() {
        assert_eq!(listed.contains_key(&server(n)), n % 2 == 1, "{n}: {listed:?}");
        assert!((0..CROWD).all(|n| n % 2 == 0 || listed.contains_key(&server(n))), "{listed:?}");
    }
    assert_eq!(listed(&person).len(), CROWD / 2);
}

/// So many of them store, the others read what is there.
fn logins_of_one_server_replace_each_other(kind: Store, length: usize, writers: usize) {
    let person = Person::new(kind);
    store(&person, OURS, &login(0, length)).ok();
    let got = crowd(|n| {
        if n % (CROWD / writers) > 0 {
            return login_for(&person, OURS);
        }
        store(&person, OURS, &login(n, length)).ok();
        Some(login(n, length))
    });
    let written: Vec<_> = (0..CROWD).map(|n| login(n, length)).collect();
    for got in got {
        let got = got.expect("it was there all the time");
        assert!(written.contains(&got), "torn: {}", got.user);
    }
    let last = login_for(&person, OURS).unwrap();
    assert!(written.contains(&last));
    assert_eq!(listed(&person), BTreeMap::from([(OURS.to_owned(), last.user)]));
    let whole = Some(last.password);
    crowd(|_| assert_eq!(login_for(&person, OURS).map(|l| l.password), whole));
}

/// One login is stored and erased by all of them; each says that it was done.
fn one_login_comes_and_goes(kind: Store) {
    let person = Person::new(kind);
    store(&person, OURS, &login(0, 100)).ok();
    for ran in crowd(|_| helper(&person, "erase", OURS)) {
        ran.ok();
    }
    assert_eq!((login_for(&person, OURS), listed(&person).len()), (None, 0));
    let all = crowd(|n| match n % 4 {
        0 => helper(&person, "erase", OURS),
        1 => helper(&person, "list", ""),
        _ => store(&person, OURS, &login(n, 100)),
    });
    all.into_iter().for_each(|ran| drop(ran.ok()));
    let kept = login_for(&person, OURS).map(|l| (OURS.to_owned(), l.user));
    assert_eq!(listed(&person), kept.into_iter().collect());
}

/// One process always has `b` only while it has `a`; no list may see it otherwise.
fn every_list_is_of_one_moment(kind: Store) {
    let person = Person::new(kind);
    store(&person, "other.example", &login(0, 10)).ok();
    let (a, b) = ("a.example", "b.example");
    let is_over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0;
            while !is_over.load(Ordering::Relaxed) {
                round += 1;
                store(&person, a, &login(round, 100)).ok();
                store(&person, b, &login(round, 100)).ok();
                helper(&person, "erase", b).ok();
                helper(&person, "erase", a).ok();
            }
        });
        let lists = |_| -> Vec<_> { (0..4).map(|_| listed(&person)).collect() };
        let seen: Vec<_> = (0..3).flat_map(|_| crowd(lists)).flatten().collect();
        is_over.store(true, Ordering::Relaxed);
        seen
    });
    for listed in &seen {
        assert_eq!(listed.get("other.example").map(String::as_str), Some("user0"), "{listed:?}");
        assert!(!listed.contains_key(b) || listed.contains_key(a), "{listed:?}");
    }
    let kinds: BTreeSet<_> = seen.iter().map(BTreeMap::len).collect();
    assert!(kinds.len() > 1, "the writer was never seen at work: {kinds:?}");
}

/// Runs a test on one store.
macro_rules! on {
    ($($(#[$needs:meta])* $name:ident = $test:expr;)*) => {
        $(#[test]
        $(#[$needs])*
        fn $name() {
            $test;
        })*
    };
}

on! {
    the_sealed_store_keeps_the_logins_of_64_processes =
        logins_of_different_servers_are_all_kept(Store::Sealed);
    #[ignore = "needs gnome-keyring; run tests/run"]
    the_keychain_keeps_the_logins_of_64_processes =
        logins_of_different_servers_are_all_kept(Store::Keychain);
    in_the_sealed_store_64_processes_replace_one_login_as_a_whole =
        logins_of_one_server_replace_each_other(Store::Sealed, 60 * 1024, 32);
    #[ignore = "needs gnome-keyring; run tests/run"]
    in_the_keychain_64_processes_replace_one_login_as_a_whole =
        logins_of_one_server_replace_each_other(Store::Keychain, 60 * 1024, 32);
    in_the_sealed_store_64_processes_replace_or_read_a_mebibyte =
        logins_of_one_server_replace_each_other(Store::Sealed, 1024 * 1024, 4);
    #[ignore = "needs gnome-keyring; run tests/run"]
    in_the_keychain_64_processes_replace_or_read_a_mebibyte =
        logins_of_one_server_replace_each_other(Store::Keychain, 1024 * 1024, 4);
    in_the_sealed_store_64_processes_store_and_erase_one_login =
        one_login_comes_and_goes(Store::Sealed);
    #[ignore = "needs gnome-keyring; run tests/run"]
    in_the_keychain_64_processes_store_and_erase_one_login =
        one_login_comes_and_goes(Store::Keychain);
    every_list_of_the_sealed_store_is_of_one_moment = every_list_is_of_one_moment(Store::Sealed);
    #[ignore = "needs gnome-keyring; run tests/run"]
    every_list_of_the_keychain_is_of_one_moment = every_list_is_of_one_moment(Store::Keychain);
}
