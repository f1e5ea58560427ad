//! A locked store: what is certainly absent is "not found", everything else says "locked" at once
//! and names what opens it.

use super::super::judge::expect;
use super::super::row::{Answer, SECRET, listed, login, not_found, request};
use super::{ask, helper, says, with_login};
use crate::support::person::{Person, Store};
use crate::support::process;

pub(crate) const CASES: &[u8] = &[6, 37, 38, 80, 90];

on_each_store! {
    getting_what_is_there_names_what_opens_the_store
    getting_what_is_certainly_absent_is_not_found
    the_version_needs_no_store
}

#[track_caller]
fn says_locked(store: Store, ran: &process::Ran) {
    match store {
        Store::Keychain => says(ran, "the keychain is locked", "unlock the keychain"),
        Store::Sealed => says(ran, "the sealed store is locked: ", "bring that file back"),
    }
}

fn getting_what_is_there_names_what_opens_the_store(store: Store) {
    let mut me = Person::new(store);
    with_login(&me, "ghcr.io");
    me.lock();
    for key in ["ghcr.io", "https://ghcr.io/v2/", "ghcr.io:443\n"] {
        says_locked(store, &ask(&me, "get", key));
    }
    me.unlock();
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

fn getting_what_is_certainly_absent_is_not_found(store: Store) {
    let me = Person::new(store);
    with_login(&me, "ghcr.io");
    me.lock();
    for key in ["quay.io", "ghcr.io:5000", "https://index.docker.io/v1/", "not a server"] {
        expect(&ask(&me, "get", key), &not_found());
        expect(&ask(&me, "erase", key), &Answer::Done);
    }
}

fn the_version_needs_no_store(store: Store) {
    let me = Person::new(store);
    me.lock();
    for arguments in ["version", "--version", "-v", "--help", "-h"] {
        assert!(ask(&me, arguments, "").ok().stdout.contains("docker-credential-imgsec"));
    }
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_locked_keychain_keeps_forgets_and_lists_nothing() {
    let mut me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    me.lock();
    says_locked(Store::Keychain, &ask(&me, "store", request("ghcr.io", "zed", "other")));
    says_locked(Store::Keychain, &ask(&me, "store", request("quay.io", "zed", "other")));
    says_locked(Store::Keychain, &ask(&me, "erase", "ghcr.io"));
    says_locked(Store::Keychain, &ask(&me, "list", ""));
    // A namespace could answer, and it cannot be told which there are.
    says_locked(Store::Keychain, &ask(&me, "get", "ghcr.io/org/img"));
    me.unlock();
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    expect(&ask(&me, "list", ""), &listed(&[("ghcr.io", "amy")]));
}

/// It has not shown that it searches while locked, so it is not believed.
#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_locked_keychain_with_nothing_of_ours_is_not_believed_to_be_empty() {
    let me = Person::new(Store::Keychain);
    me.lock();
    for (verb, request) in [("get", "ghcr.io"), ("list", "")] {
        says_locked(Store::Keychain, &ask(&me, verb, request));
    }
}

/// Nobody can answer: the prompter of the desktop is not there.
#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_prompt_that_nobody_can_answer_is_an_error() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    me.lock();
    let mut get = helper(&me, "get");
    let ran = super::at_once(get.env("DISPLAY", ":99").env("IMGSEC_TIMEOUT", "2"), "ghcr.io");
    expect(&ran, &Answer::Failure("keychain".to_owned()));
    assert!(!ran.stderr.is_empty(), "{ran:#?}");
}

/// A sealed store is written without its key: `docker login` and `docker logout` work.
#[test]
fn a_locked_sealed_store_keeps_forgets_and_lists() {
    let mut me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    with_login(&me, "quay.io");
    me.lock();
    expect(&ask(&me, "store", request("ghcr.io", "zed", "other")), &Answer::Done);
    expect(&ask(&me, "store", request("new.example", "zed", "new")), &Answer::Done);
    expect(&ask(&me, "erase", "quay.io"), &Answer::Done);
    expect(&ask(&me, "list", ""), &listed(&[("ghcr.io", "zed"), ("new.example", "zed")]));
    expect(&ask(&me, "get", "ghcr.io/org/img"), &not_found());
    expect(&ask(&me, "get", "quay.io"), &not_found());
    says_locked(Store::Sealed, &ask(&me, "get", "new.example"));
    me.unlock();
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "zed", "other"));
    expect(&ask(&me, "get", "new.example"), &login("new.example", "zed", "new"));
}
