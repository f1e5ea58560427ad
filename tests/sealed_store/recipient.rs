//! Whose key `store.json` names: somebody who can write to the store's folder, or to all of the home,
//! writes their own into it.

use std::fs;
use std::path::Path;

use imgsec_cred::store::sealed::{KeySources, NewSlot, Sealed};
use imgsec_cred::store::{ErrorKind, Store};
use secrecy::{ExposeSecret, SecretString};

use super::world::{World, files_below, got, login, pair, sources};

/// A locked store with a login, and what opens it.
fn locked() -> (World, SecretString) {
    let dir = tempfile::tempdir().unwrap();
    let made = World::create_in(dir.path(), &[NewSlot::Recovery]).unwrap();
    let world = World { dir, identity: made.identity };
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    (world, made.recovery.unwrap())
}

/// Puts another recipient into `store.json`, and another id where one is given.
fn replace_recipient(root: &Path, id: Option<&str>) {
    let path = root.join("store.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    json["recipient"] = World::new().identity.recipient().into();
    if let Some(id) = id {
        json["store_id"] = id.into();
    }
    fs::write(&path, json.to_string()).unwrap();
}

/// Nothing is stored, and what was there stays.
fn refuses(store: &Sealed, root: &Path, kind: ErrorKind) {
    let before: Vec<_> =
        files_below(&root.join("entries")).iter().map(|f| fs::read(f).unwrap()).collect();
    for server in ["ghcr.io", "quay.io"] {
        let error = store.put(&login(server, "ada", "2")).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("imgsec-cred unlock")), "{error:?}");
    }
    let after: Vec<_> =
        files_below(&root.join("entries")).iter().map(|f| fs::read(f).unwrap()).collect();
    assert!(before == after);
}

#[test]
fn who_writes_to_the_folder_alone_gets_nothing_from_a_locked_store() {
    for id in [None, Some("00ff00ff00ff00ff")] {
        let (world, _) = locked();
        replace_recipient(&world.root(), id);
        refuses(&world.store(), &world.root(), ErrorKind::Refused);
        assert_eq!(world.store().state().unwrap_err().kind(), ErrorKind::Refused);
    }
}

#[test]
fn nor_from_one_that_a_key_file_opens() {
    let world = World::new();
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    replace_recipient(&world.root(), None);
    refuses(&world.store(), &world.root(), ErrorKind::Refused);
    // Whoever writes to the whole home takes the note away as well.
    fs::remove_dir_all(world.dir.path().join("state")).unwrap();
    assert_eq!(
        world.store().put(&login("ghcr.io", "ada", "2")).unwrap_err().kind(),
        ErrorKind::Locked
    );
}

#[test]
fn on_another_machine_a_store_is_not_proven_until_it_is_unlocked() {
    let (world, recovery) = locked();
    fs::remove_dir_all(world.dir.path().join("state")).unwrap();
    assert!(!world.store().state().unwrap().is_proven);
    refuses(&world.store(), &world.root(), ErrorKind::Locked);
    world.store().unlock_with_passphrase(&recovery).unwrap();
    assert!(world.store().state().unwrap().is_proven);
    world.store().put(&login("quay.io", "bob", "3")).unwrap();
    // With a key at hand nothing has to be noted before.
    let file = world.dir.path().join("identity");
    fs::write(&file, world.identity.to_text().expose_secret()).unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    fs::remove_dir_all(world.dir.path().join("state")).unwrap();
    let by_file = KeySources { identity_file: Some(file), ..sources(&world.root()) };
    let store = Sealed::open(&world.root(), by_file).unwrap();
    store.put(&login("ghcr.io", "ada", "4")).unwrap();
    assert_eq!(got(&store, "ghcr.io"), pair("ada", "4"));
}

#[test]
fn a_note_that_others_could_have_written_counts_as_none_and_is_said() {
    let (world, _) = locked();
    let note = files_below(&world.dir.path().join("state")).remove(0);
    fs::set_permissions(&note, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
    let error = world.store().put(&login("ghcr.io", "ada", "2")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert!(error.hint().is_some_and(|hint| hint.starts_with("chmod go-w ")), "{error:?}");
}
