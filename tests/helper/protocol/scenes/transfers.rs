//! From the one kind of store into the other, through the helper alone: whole items and hidden keys.

use std::path::PathBuf;
use std::time::Duration;

use imgsec_cred::credential::Credential;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::{self, Differing, Store as _};
use secrecy::ExposeSecret as _;

use super::super::judge::expect;
use super::super::row::{HUB, login, not_found, request};
use super::super::subject::HELPER;
use super::{ask, helper};
use crate::support::person::{Person, Store};
use crate::support::process;

/// Logins, Docker Hub's two tokens, and what a rotation keeps beside a login.
const KEPT: &[&str] = &[
    "GHCR.io",
    HUB,
    "ghcr.io/org",
    "http://plain.example:5000",
    "https://index.docker.io/v1/access-token",
    "https://index.docker.io/v1/refresh-token",
    "imgsec-internal://pending/https://ghcr.io",
    "imgsec-internal://previous/https://ghcr.io",
    "imgsec-internal://admin/https://ghcr.io",
];

/// A person who has both kinds of store.
fn with_both() -> Person {
    let mut me = Person::new(Store::Sealed);
    me.bus = Some(crate::support::bus::Bus::unlocked(&me.home(), &me.runtime()));
    me
}

/// Our helper on this kind of store, as `imgsec-cred` asks it.
fn on(me: &Person, kind: &str) -> Helper {
    let environment = helper(me, "get");
    let helper = Helper::new(PathBuf::from(HELPER), Duration::from_secs(60));
    let variables = environment.get_envs();
    let with = variables.fold(helper, |helper, (name, value)| {
        helper.with_variable(name.to_str().unwrap(), value.unwrap())
    });
    with.with_variable("IMGSEC_STORE", kind)
}

fn keep_all(me: &Person, kind: &str) {
    for (number, server) in KEPT.iter().enumerate() {
        let (user, secret) = (format!("user{number}"), format!("secret{number}"));
        let server = ServerKey::parse(server).unwrap();
        on(me, kind).put(&Credential::new(server, user, secret.into())).unwrap();
    }
}

#[track_caller]
fn has_all(me: &Person, kind: &str) {
    let store = on(me, kind);
    for (number, server) in KEPT.iter().enumerate() {
        let kept = store.whole_store().get(&ServerKey::parse(server).unwrap()).unwrap();
        assert_eq!((kept.server.as_str(), kept.username), (*server, format!("user{number}")));
        assert_eq!(kept.secret.expose_secret(), format!("secret{number}"));
    }
    assert_eq!(store.whole_store().contents().unwrap().listed.len(), KEPT.len());
}

fn each_item_is_copied(from: &str, to: &str) {
    let me = with_both();
    keep_all(&me, from);
    let (old, new) = (on(&me, from), on(&me, to));
    let (old, new) = (old.whole_store(), new.whole_store());
    let before = old.get(&ServerKey::parse("ghcr.io").unwrap()).unwrap().created_at;
    // Not within the second in which it was stored.
    std::thread::sleep(Duration::from_millis(1100));
    for _ in 0..2 {
        let done = store::transfer(&old, &new, Differing::Left).unwrap();
        assert_eq!((done.copied.len(), done.left.len()), (KEPT.len(), 0), "{:?}", done.left);
    }
    has_all(&me, to);
    has_all(&me, from);
    assert_eq!(new.get(&ServerKey::parse("ghcr.io").unwrap()).unwrap().created_at, before);
    // What is removed from the old store is removed from there alone, key by key.
    for server in KEPT {
        old.remove(&ServerKey::parse(server).unwrap()).unwrap();
    }
    assert!(old.contents().unwrap().listed.is_empty());
    has_all(&me, to);
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn from_the_sealed_store_into_the_keychain() {
    each_item_is_copied("sealed", "keychain");
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn from_the_keychain_into_the_sealed_store() {
    each_item_is_copied("keychain", "sealed");
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn what_cannot_be_read_or_kept_is_named_and_stays() {
    let mut me = with_both();
    keep_all(&me, "sealed");
    let (sealed, keychain) = (on(&me, "sealed"), on(&me, "keychain"));
    let (old, new) = (sealed.whole_store(), keychain.whole_store());
    // Another login is in the keychain already.
    let mut store = helper(&me, "store");
    store.env("IMGSEC_STORE", "keychain");
    process::run(&mut store, request("ghcr.io", "zed", "other").as_bytes()).ok();
    let entries = me.home().join(".local/share/imgsec-cred/sealed/entries");
    let of_org = "https://ghcr.io/org";
    let damaged = old.contents().unwrap().listed.len();
    std::fs::write(entries.join(format!("{}.age", name_of(of_org))), "x").unwrap();
    let done = store::transfer(&old, &new, Differing::Left).unwrap();
    assert_eq!(done.copied.len(), damaged - 2);
    let left: Vec<_> =
        done.left.iter().map(|(server, e)| (server.clone(), e.to_string())).collect();
    let why = |key: &str| {
        let found =
            left.iter().find(|(server, _)| server.as_ref().is_some_and(|s| s.as_str() == key));
        &found.unwrap_or_else(|| panic!("{key} is not among {left:?}")).1
    };
    assert!(why("GHCR.io").contains("another login for GHCR.io"), "{left:?}");
    assert!(why("ghcr.io/org").contains("is damaged"), "{left:?}");
    let mut get = helper(&me, "get");
    get.env("IMGSEC_STORE", "keychain");
    expect(&process::run(&mut get, b"ghcr.io"), &login("ghcr.io", "zed", "other"));
    expect(&process::run(&mut get, b"ghcr.io/org"), &not_found());
    // A keychain that is locked takes nothing, and says so once for all.
    me.bus.as_mut().unwrap().lock();
    assert!(store::transfer(&old, &new, Differing::Replaced).is_err());
    expect(&ask(&me, "get", "GHCR.io"), &login("GHCR.io", "user0", "secret0"));
}

/// As the sealed store names an entry.
fn name_of(canonical: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new();
    hash.update(b"imgsec-cred/v1\0");
    hash.update(canonical);
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_login_takes_along_what_a_rotation_keeps_beside_it_whatever_its_spelling() {
    let me = with_both();
    for kind in ["sealed", "keychain"] {
        keep_all(&me, kind);
        let kept = |name: &str| {
            let key = ServerKey::parse(&format!("imgsec-internal://{name}/https://ghcr.io"));
            on(&me, kind).get(&key.unwrap()).map(|c| c.username).ok()
        };
        assert!(kept("pending").is_some() && kept("previous").is_some());
        let mut erase = helper(&me, "erase");
        process::run(erase.env("IMGSEC_STORE", kind), b"https://GHCR.io/v2/").ok();
        assert_eq!((kept("pending"), kept("previous")), (None, None));
        assert_eq!(kept("admin").as_deref(), Some("user8"));
    }
}
