//! Keeping, reading, listing and forgetting.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use imgsec_cred::credential::{Credential, MAX_SECRET_BYTES};
use imgsec_cred::store::sealed::{NewSlot, Sealed, create};
use imgsec_cred::store::{ErrorKind, Store};
use secrecy::ExposeSecret;

use super::world::{CANARY, World, contents, files_below, got, key, listed, login, pair, sources};

#[test]
fn a_credential_comes_back_as_it_was_kept() {
    let world = World::new();
    let store = world.store();
    let comes_back = |username: &str, secret: &str| {
        let kept = Credential::new(key("GHCR.io:443"), username.to_owned(), secret.into());
        store.put(&kept).unwrap();
        let back = store.get(&key("https://ghcr.io/v2/")).unwrap();
        assert!(back.same_login(&kept), "{username:?}");
        assert_eq!(back.server.as_str(), "GHCR.io:443");
        let expected = BTreeMap::from([("GHCR.io:443".to_owned(), username.to_owned())]);
        assert_eq!(listed(&store), Ok(expected));
    };
    for username in ["", "<token>", "ada \"lovelace\"", "ü\u{2028}"] {
        for secret in ["", "hunter2", "\r\n\"\\\u{2028} ü€😀\0", "\u{feff}  x  "] {
            comes_back(username, secret);
        }
    }
    comes_back("ada", &"\u{1}".repeat(MAX_SECRET_BYTES));
}

#[test]
fn times_come_back() {
    let world = World::new();
    let rotated = humantime::parse_rfc3339("2026-02-03T04:05:06Z").unwrap();
    let kept =
        Credential { rotated_at: Some(rotated), created_at: rotated, ..login("a", "b", "c") };
    world.store().put(&kept).unwrap();
    let back = world.store().get(&key("a")).unwrap();
    assert_eq!((back.created_at, back.rotated_at), (rotated, Some(rotated)));
}

#[test]
fn keeping_replaces_and_forgetting_forgets_for_one_server_only() {
    let world = World::new();
    let store = world.store();
    store.put(&login("ghcr.io", "ada", "1")).unwrap();
    store.put(&login("quay.io", "bob", "2")).unwrap();
    store.put(&login("ghcr.io", "eve", "3")).unwrap();
    assert_eq!(got(&store, "ghcr.io"), pair("eve", "3"));
    store.remove(&key("https://ghcr.io/")).unwrap();
    store.remove(&key("ghcr.io")).unwrap();
    store.remove(&key("never.example")).unwrap();
    assert_eq!(got(&store, "ghcr.io"), Err(ErrorKind::NotFound));
    assert_eq!(got(&store, "quay.io"), pair("bob", "2"));
    assert_eq!(listed(&store).unwrap().into_keys().collect::<Vec<_>>(), ["quay.io"]);
}

#[test]
fn while_locked_one_can_keep_forget_and_list_but_not_read() {
    let world = World::new();
    let store = world.store();
    store.put(&login("ghcr.io", "ada", "1")).unwrap();
    store.put(&login("quay.io", "bob", "2")).unwrap();
    world.lock();
    store.put(&login("ghcr.io", "eve", "3")).unwrap();
    store.put(&login("docker.io", "dan", "4")).unwrap();
    store.remove(&key("quay.io")).unwrap();
    let error = store.get(&key("ghcr.io")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert!(error.hint().unwrap().starts_with("bring that file back"), "{error:?}");
    assert_eq!(got(&store, "quay.io"), Err(ErrorKind::NotFound));
    assert_eq!(listed(&store).unwrap().into_values().collect::<Vec<_>>(), ["dan", "eve"]);
    assert_eq!(store.state().unwrap().opened_by, None);
    world.unlock();
    assert_eq!(got(&store, "ghcr.io"), pair("eve", "3"));
    assert_eq!(got(&store, "docker.io"), pair("dan", "4"));
    assert_eq!(store.state().unwrap().entries, 2);
}

#[test]
fn internal_keys_are_kept_as_any_other() {
    let world = World::new();
    let store = world.store();
    store.put(&login("imgsec-internal://pending/ghcr.io", "ada", "1")).unwrap();
    assert_eq!(got(&store, "imgsec-internal://pending/ghcr.io"), pair("ada", "1"));
    assert_eq!(listed(&store).unwrap().len(), 1);
}

#[test]
fn no_file_ever_holds_a_secret_and_none_is_left_of_one_that_was_forgotten() {
    let world = World::new();
    let store = world.store();
    let empty = files_below(&world.root());
    for round in 0..3 {
        store.put(&login("ghcr.io", "ada", &round.to_string())).unwrap();
    }
    for (path, bytes) in contents(world.dir.path()) {
        assert!(!bytes.windows(CANARY.len()).any(|w| w == CANARY.as_bytes()), "{path:?}");
    }
    assert_eq!(files_below(&world.root()).len(), empty.len() + 1);
    store.remove(&key("ghcr.io")).unwrap();
    assert_eq!(files_below(&world.root()), empty);
    assert!(!fs::read_to_string(world.index()).unwrap().contains("ada"));
}

#[test]
fn a_credential_that_could_not_be_read_again_is_refused() {
    let world = World::new();
    let store = world.store();
    store.put(&login("ghcr.io", "ada", "1")).unwrap();
    let huge = "\u{1}".repeat(2 * MAX_SECRET_BYTES);
    let error = store.put(&Credential::new(key("ghcr.io"), "eve".into(), huge.into())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(got(&store, "ghcr.io"), pair("ada", "1"));
}

#[test]
fn a_store_is_made_whole_and_never_over_another() {
    let world = World::new();
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    let before = contents(world.dir.path());
    let error = create(&world.root(), &[NewSlot::Recovery], None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("already there"), "{error}");
    fs::remove_file(world.root().join("store.json")).unwrap();
    assert_eq!(create(&world.root(), &[], None).unwrap_err().kind(), ErrorKind::Refused);
    let other = world.dir.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("file"), "x").unwrap();
    assert_eq!(
        create(&other, &[], sources(&other).state.as_deref()).unwrap_err().kind(),
        ErrorKind::Refused
    );
    fs::remove_file(other.join("file")).unwrap();
    create(&other, &[], sources(&other).state.as_deref()).unwrap();
    assert!(Sealed::open(&other, sources(&other)).unwrap().list().unwrap().is_empty());
    // Without `store.json`, the key file and the note of state.
    assert_eq!(contents(&world.root()).len(), before.len() - 3);
}

#[test]
fn only_one_of_many_makes_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let made = thread::scope(|scope| {
        let tasks: Vec<_> =
            (0..8).map(|_| scope.spawn(|| World::create_in(dir.path(), &[]).is_ok())).collect();
        tasks.into_iter().map(|t| t.join().unwrap()).filter(|&ok| ok).count()
    });
    assert_eq!(made, 1);
    let mut names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["state", "store"]);
}

#[test]
fn many_at_once_lose_nothing_and_always_see_whole_entries() {
    let world = World::new();
    world.store().put(&login("standing.example", "ada", "0")).unwrap();
    world.store().put(&login("busy.example", "first", "first")).unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                let store = world.store();
                assert_eq!(got(&store, "standing.example"), pair("ada", "0"));
                let list = listed(&store).unwrap();
                assert!(list.contains_key("standing.example") && list.contains_key("busy.example"));
                let busy = store.get(&key("busy.example")).unwrap();
                assert_eq!(busy.secret.expose_secret(), format!("{CANARY}-{}", busy.username));
            }
        });
        let writers: Vec<_> = (0..16)
            .map(|n| {
                scope.spawn({
                    let world = &world;
                    move || {
                        let name = format!("user{n}");
                        world.store().put(&login("busy.example", &name, &name)).unwrap();
                        world.store().put(&login(&format!("r{n}.example"), &name, &name)).unwrap();
                        world
                            .store()
                            .put(&login(&format!("gone{n}.example"), &name, &name))
                            .unwrap();
                        world.store().remove(&key(&format!("gone{n}.example"))).unwrap();
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|w| w.join().unwrap());
        is_done.store(true, Ordering::Relaxed);
    });
    let store = world.store();
    assert_eq!(listed(&store).unwrap().len(), 18);
    for n in 0..16 {
        assert_eq!(
            got(&store, &format!("r{n}.example")),
            pair(&format!("user{n}"), &format!("user{n}"))
        );
    }
    assert_eq!(files_below(&world.root().join("entries")).len(), 18);
}
