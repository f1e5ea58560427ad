//! Many logins: the list is whole, sorted and quick. Many clients: each gets its answer.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use age::x25519;
use imgsec_cred::credential::Credential;
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::payload;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value as Variant};

use super::super::judge::expect;
use super::super::row::{SECRET, login};
use super::{ask, helper, with_login};
use crate::support::person::{Person, Store};
use crate::support::process;

pub(crate) const CASES: &[u8] = &[85, 100];

/// This may be a debug build on a busy machine; `benches` measure.
const QUICK: Duration = Duration::from_secs(8);

on_each_store! {
    many_read_one_login_at_once
}

/// As `docker compose` does; `concurrency` has the writers.
fn many_read_one_login_at_once(store: Store) {
    let me = Person::new(store);
    with_login(&me, "ghcr.io");
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let ran = process::run(&mut helper(&me, "get"), b"ghcr.io");
                expect(&ran, &login("ghcr.io", "amy", SECRET));
            });
        }
    });
}

fn server(number: usize) -> String {
    format!("https://r{number}.example:5000")
}

fn credential(number: usize) -> Credential {
    let (user, secret) = (format!("user{number}"), format!("secret{number}"));
    Credential::new(ServerKey::parse(&server(number)).unwrap(), user, secret.into())
}

#[track_caller]
fn lists(me: &Person, count: usize) {
    let begun = Instant::now();
    let ran = process::run(&mut helper(me, "list"), b"").ok();
    assert!(begun.elapsed() < QUICK, "{:?} for {count} logins", begun.elapsed());
    assert_eq!(ran.stderr, "");
    let listed: serde_json::Map<String, Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert!(listed.keys().is_sorted());
    let listed: BTreeMap<_, _> = listed.into_iter().collect();
    let expected = (0..count).map(|n| (server(n), json!(format!("user{n}"))));
    assert!(listed == expected.collect(), "{} logins are listed", listed.len());
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_thousand_logins_in_the_keychain() {
    let me = Person::new(Store::Keychain);
    let items = Items::new(&me);
    for number in 0..1000 {
        items.plant(number);
    }
    lists(&me, 1000);
    expect(&ask(&me, "get", server(999)), &login(&server(999), "user999", "secret999"));
}

/// Items as ours, made over one connection: one process for each would take too long.
struct Items {
    bus: Connection,
    session: OwnedObjectPath,
}

impl Items {
    const SERVICE: &str = "org.freedesktop.secrets";
    /// The collection in gnome-keyring's memory: it writes no file for each item.
    const COLLECTION: &str = "/org/freedesktop/secrets/collection/session";

    fn new(me: &Person) -> Self {
        let address = me.bus.as_ref().unwrap().address();
        let bus = Builder::address(address.as_str()).unwrap().build().unwrap();
        let reply = bus.call_method(
            Some(Self::SERVICE),
            "/org/freedesktop/secrets",
            Some("org.freedesktop.Secret.Service"),
            "OpenSession",
            &("plain", Variant::from("")),
        );
        let reply = reply.unwrap();
        let (_, session): (OwnedValue, OwnedObjectPath) = reply.body().deserialize().unwrap();
        Self { bus, session }
    }

    fn plant(&self, number: usize) {
        let credential = credential(number);
        let name = credential.server.canonical();
        let attributes = HashMap::from([("service", "imgsec-cred"), ("username", name)]);
        let properties = HashMap::from([
            ("org.freedesktop.Secret.Item.Label", Variant::from("many")),
            ("org.freedesktop.Secret.Item.Attributes", Variant::from(attributes)),
        ]);
        let item = payload::write(&credential);
        let secret = (&self.session, Vec::<u8>::new(), &**item, "text/plain");
        let collection = Some("org.freedesktop.Secret.Collection");
        let made = self.bus.call_method(
            Some(Self::SERVICE),
            Self::COLLECTION,
            collection,
            "CreateItem",
            &(properties, secret, false),
        );
        made.unwrap();
    }
}

/// Entries as the store names them, made by age: to keep a thousand one by one would take too long.
#[test]
fn a_thousand_logins_in_the_sealed_store() {
    let me = Person::new(Store::Sealed);
    let root = me.home().join(".local/share/imgsec-cred/sealed");
    let settings: Value =
        serde_json::from_slice(&fs::read(root.join("store.json")).unwrap()).unwrap();
    let recipient: x25519::Recipient = settings["recipient"].as_str().unwrap().parse().unwrap();
    for number in 0..1000 {
        let credential = credential(number);
        let mut hash = Sha256::new();
        hash.update(b"imgsec-cred/v1\0");
        hash.update(credential.server.canonical());
        let name: String = hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let sealed = age::encrypt(&recipient, &payload::write(&credential)).unwrap();
        write_private(&root.join("entries").join(format!("{name}.age")), &sealed);
    }
    // The first list makes the index: it opens every entry, in a debug build perhaps slowly.
    process::run(&mut helper(&me, "list"), b"").ok();
    lists(&me, 1000);
    expect(&ask(&me, "get", server(999)), &login(&server(999), "user999", "secret999"));
    me.lock();
    lists(&me, 1000);
}

fn write_private(path: &Path, bytes: &[u8]) {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(bytes).unwrap();
}
