//! Many helpers at once, as `docker compose` starts them, and helpers that are killed.

use std::thread;
use std::time::Duration;

use serde_json::{Map, Value};

use super::super::judge::expect;
use super::super::row::{Answer, SECRET, login, request};
use super::{Talk, ask, helper, with_login};
use crate::support::person::{Person, Store};
use crate::support::process::{self, Ran};

pub(crate) const CASES: &[u8] = &[70, 100, 101, 102, 103];

const MANY: usize = 50;

on_each_store! {
    many_read_one_login_at_once
    many_keep_different_logins_at_once
    many_keep_one_login_at_once
    a_list_is_always_whole
    a_login_is_old_or_new_whenever_its_writer_is_killed
}

/// Runs `MANY` helpers at the same time; each one's work is its own.
fn at_once(me: &Person, verb: &str, request: impl Fn(usize) -> String + Sync) -> Vec<Ran> {
    thread::scope(|scope| {
        let run = |number: usize| {
            let request = request(number);
            scope.spawn(move || process::run(&mut helper(me, verb), request.as_bytes()))
        };
        let all: Vec<_> = (0..MANY).map(run).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn many_read_one_login_at_once(store: Store) {
    let me = Person::new(store);
    with_login(&me, "ghcr.io");
    for ran in at_once(&me, "get", |_| "ghcr.io".to_owned()) {
        expect(&ran, &login("ghcr.io", "amy", SECRET));
    }
}

fn many_keep_different_logins_at_once(store: Store) {
    let me = Person::new(store);
    for ran in at_once(&me, "store", |n| request(&format!("r{n}.example"), "amy", &n.to_string())) {
        expect(&ran, &Answer::Done);
    }
    assert_eq!(me.listed().len(), MANY);
    for (n, ran) in at_once(&me, "get", |n| format!("r{n}.example")).iter().enumerate() {
        expect(ran, &login(&format!("r{n}.example"), "amy", &n.to_string()));
    }
}

fn many_keep_one_login_at_once(store: Store) {
    let me = Person::new(store);
    for ran in at_once(&me, "store", |n| request("ghcr.io", &format!("u{n}"), &n.to_string())) {
        expect(&ran, &Answer::Done);
    }
    let kept = me.login_for("ghcr.io").unwrap();
    assert_eq!(kept.user, format!("u{}", kept.password), "mixed");
    assert_eq!(me.listed().into_iter().collect::<Vec<_>>(), [("ghcr.io".to_owned(), kept.user)]);
}

/// While others come and go, one that stays is in every list, and no list is torn.
fn a_list_is_always_whole(store: Store) {
    let me = Person::new(store);
    with_login(&me, "stays.example");
    thread::scope(|scope| {
        for number in 0..3 {
            let me = &me;
            scope.spawn(move || {
                for round in 0..8 {
                    let server = format!("r{number}.example");
                    let kept = request(&server, "amy", &round.to_string());
                    expect(&process::run(&mut helper(me, "store"), kept.as_bytes()), &Answer::Done);
                    let erase = process::run(&mut helper(me, "erase"), server.as_bytes());
                    expect(&erase, &Answer::Done);
                }
            });
        }
        for _ in 0..20 {
            let ran = process::run(&mut helper(&me, "list"), b"").ok();
            let listed: Map<String, Value> = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(listed["stays.example"], "amy", "{listed:?}");
            assert!(listed.values().all(|user| user == "amy"), "{listed:?}");
        }
    });
    assert_eq!(me.listed().len(), 1);
}

/// `tests/faults.rs` kills it between any two changes; this, in the midst of things.
fn a_login_is_old_or_new_whenever_its_writer_is_killed(store: Store) {
    let me = Person::new(store);
    let mut kept = me.new_login("amy");
    me.keep("ghcr.io", &kept.user, &kept.password);
    for round in 0..40 {
        let new = me.new_login("amy");
        let mut writer = Talk::start(helper(&me, "store"));
        writer.write(request("ghcr.io", &new.user, &new.password).as_bytes()).unwrap();
        writer.close();
        // Not a wait for something: the moment of death.
        thread::sleep(Duration::from_micros(700 * round));
        drop(writer);
        let now = me.login_for("ghcr.io");
        assert!([Some(&kept), Some(&new)].contains(&now.as_ref()), "{now:?}");
        kept = now.unwrap();
        assert_eq!(me.listed()["ghcr.io"], kept.user);
    }
    expect(&ask(&me, "erase", "ghcr.io"), &Answer::Done);
    assert_eq!(me.login_for("ghcr.io"), None);
    me.assert_no_secret_on_disk();
}
