//! The library that Podman, Skopeo and Buildah call, as Podman 6 and as Podman 5 have it, for it is
//! not to be had with them: what each order of `credential-helpers` does to their logins.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;

use base64ct::{Base64, Encoding};
use serde_json::json;

use crate::support::clients::{log_in, log_out, run};
use crate::support::containers::set_up;
use crate::support::person::{Login, Person, Store};
use crate::support::process::Ran;

const LIBRARIES: [&str; 2] = ["containers-image", "containers-image-5.39"];
const HUB: &str = "https://index.docker.io/v1/";
const HOST: &str = "registry.example:5000";
const IMAGE: &str = "registry.example:5000/team/app";

/// One order, and what it does.
struct Order {
    helpers: &'static [&'static str],
    /// Whose login is used where the files and our helper have one each; then where only the files
    /// have one.
    both: &'static str,
    only_files: &'static str,
    /// Whose login is used where the files have one for the namespace, and our helper the host's.
    namespace: &'static str,
    /// Is a new login kept by our helper?
    keeps: bool,
}

const ORDERS: [Order; 4] = [
    Order { helpers: &[], both: "file", only_files: "file", namespace: "space", keeps: false },
    Order { helpers: &["OURS"], both: "kept", only_files: "", namespace: "kept", keeps: true },
    Order {
        helpers: &["containers-auth.json", "OURS"],
        both: "file",
        only_files: "file",
        namespace: "space",
        keeps: false,
    },
    Order {
        helpers: &["OURS", "containers-auth.json"],
        both: "kept",
        only_files: "file",
        namespace: "kept",
        keeps: true,
    },
];

/// A person whose Podman was told of these helpers.
fn person(store: Store, helpers: &[&str], ours: &str) -> Person {
    let me = Person::new(store);
    // What `setup` has told them already.
    let _ = fs::remove_dir_all(me.home().join(".config/containers"));
    let named: Vec<_> = helpers.iter().map(|name| name.replace("OURS", ours)).collect();
    let line =
        if named.is_empty() { String::new() } else { format!("credential-helpers = {named:?}\n") };
    set_up(&me, &line);
    me
}

/// Writes plain logins into Podman's own file.
fn write_plain(me: &Person, logins: &[(&str, &str)]) {
    let auth = |user: &str| json!({"auth": Base64::encode_string(format!("{user}:x").as_bytes())});
    let auths: BTreeMap<_, _> = logins.iter().map(|(key, user)| (*key, auth(user))).collect();
    fs::create_dir_all(me.runtime().join("containers")).unwrap();
    let file = me.runtime().join("containers/auth.json");
    fs::write(file, json!({ "auths": auths }).to_string()).unwrap();
}

/// The user of the login for an image; it is empty where there is none.
fn user(me: &Person, library: &str, image: &str) -> String {
    run(me, library, &["get", image]).ok().stdout.trim().to_owned()
}

/// `play` with each library and each name of our helper.
fn with_each(play: impl Fn(&str, &str)) {
    for library in LIBRARIES {
        for ours in ["imgsec", "imgsec-containers"] {
            play(library, ours);
        }
    }
}

#[test]
#[ignore = "needs this year's clients; run tests/run"]
fn each_order_of_helpers_finds_and_keeps_what_the_table_says() {
    with_each(|library, ours| {
        for order in ORDERS {
            let told = format!("{library}, {:?} with {ours}", order.helpers);
            let me = person(Store::Sealed, order.helpers, ours);
            write_plain(&me, &[(HOST, "file")]);
            assert_eq!(user(&me, library, IMAGE), order.only_files, "{told}");
            me.keep(HOST, "kept", "x");
            assert_eq!(user(&me, library, IMAGE), order.both, "{told}");
            write_plain(&me, &[("registry.example:5000/team", "space")]);
            assert_eq!(user(&me, library, IMAGE), order.namespace, "{told}");
            let new = Login { user: "new".into(), password: "y".into() };
            log_in(&me, library, HOST, &new).ok();
            assert_eq!(me.login_for(HOST) == Some(new), order.keeps, "{told}");
        }
    });
}

#[test]
#[ignore = "needs this year's clients; run tests/run"]
fn a_login_is_kept_used_and_forgotten_and_nothing_lies_in_plain_text() {
    with_each(|library, ours| {
        let me = person(Store::Sealed, &["OURS", "containers-auth.json"], ours);
        let login = me.new_login("amy");
        for (host, image, key) in [(HOST, IMAGE, HOST), ("docker.io", "nginx", HUB)] {
            log_in(&me, library, host, &login).ok();
            assert_eq!(user(&me, library, image), login.user);
            // Docker finds it as well, under its own name for the Hub.
            assert_eq!(me.login_for(key).as_ref(), Some(&login));
            log_out(&me, library, host).ok();
            assert_eq!(user(&me, library, image), "");
        }
        assert_eq!(me.listed(), BTreeMap::new());
        me.assert_no_secret_on_disk();
    });
}

#[test]
#[ignore = "needs this year's clients; run tests/run"]
fn a_login_for_a_namespace_goes_into_the_file() {
    with_each(|library, ours| {
        let me = person(Store::Sealed, &["OURS", "containers-auth.json"], ours);
        let login = Login { user: "amy".into(), password: "x".into() };
        log_in(&me, library, "registry.example:5000/team", &login).ok();
        assert_eq!((user(&me, library, IMAGE), me.listed()), ("amy".to_owned(), BTreeMap::new()));
        assert_eq!(user(&me, library, "registry.example:5000/other/app"), "");
    });
}

/// A locked store is passed over when a login is looked for; returns what a logout said then, and
/// what was kept after it.
fn log_out_while_locked(store: Store, library: &str, ours: &str) -> (Ran, usize) {
    let mut me = person(store, &["OURS", "containers-auth.json"], ours);
    write_plain(&me, &[(HOST, "file")]);
    me.keep(HOST, "kept", "x");
    me.lock();
    assert_eq!(user(&me, library, IMAGE), "file");
    let out = log_out(&me, library, HOST);
    me.unlock();
    (out, me.listed().len())
}

#[test]
#[ignore = "needs this year's clients; run tests/run"]
fn a_locked_sealed_store_is_passed_over_and_forgets_all_the_same() {
    with_each(|library, ours| {
        let (out, kept) = log_out_while_locked(Store::Sealed, library, ours);
        out.ok();
        assert_eq!(kept, 0);
    });
}

#[test]
#[ignore = "needs gnome-keyring and this year's clients; run tests/run"]
fn a_locked_keychain_is_passed_over_but_not_by_a_logout() {
    with_each(|library, ours| {
        let (out, kept) = log_out_while_locked(Store::Keychain, library, ours);
        assert!(out.fails().said().contains("locked"));
        assert_eq!(kept, 1);
    });
}

#[test]
#[ignore = "needs this year's clients; run tests/run"]
fn all_logins_at_once_are_to_be_had_from_the_helper_for_containers() {
    for library in LIBRARIES {
        for (ours, works) in [("imgsec", false), ("imgsec-containers", true)] {
            let me = person(Store::Sealed, &["OURS", "containers-auth.json"], ours);
            write_plain(&me, &[("plain.example", "file")]);
            me.keep(HOST, "kept", "x");
            let all = || run(&me, library, &["all"]);
            let of = |logins: serde_json::Value| {
                assert_eq!(
                    serde_json::from_str::<serde_json::Value>(&all().ok().stdout).unwrap(),
                    logins
                );
            };
            of(json!({ HOST: "kept", "plain.example": "file" }));
            me.keep(HUB, "hubs", "x");
            if works {
                of(json!({ HOST: "kept", "plain.example": "file", "docker.io": "hubs" }));
            } else {
                assert!(all().fails().said().contains("http"), "{library}: a scheme is an error");
            }
        }
    }
}
