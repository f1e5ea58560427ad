//! The places a key can come from, and the slots.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use imgsec_cred::store::sealed::{Identity, KeySources, NewSlot, OpenedBy, Sealed, create};
use imgsec_cred::store::{ErrorKind, Store};
use secrecy::{ExposeSecret, SecretString};

use super::world::{World, got, login, pair, sources};

fn write_identity(identity: &Identity, path: &Path, mode: u32) {
    fs::write(path, identity.to_text().expose_secret()).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn open(world: &World, sources: &KeySources) -> Sealed {
    Sealed::open(&world.root(), sources.clone()).unwrap()
}

/// A store with a login and without slots.
fn without_slots() -> World {
    let dir = tempfile::tempdir().unwrap();
    let identity = World::create_in(dir.path(), &[]).unwrap().identity;
    let world = World { dir, identity };
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    world
}

#[test]
fn a_service_gets_the_key_among_its_credentials() {
    let world = without_slots();
    let folder = world.dir.path().join("credentials");
    fs::create_dir(&folder).unwrap();
    let sources =
        KeySources { credentials_directory: Some(folder.clone()), ..sources(&world.root()) };
    assert_eq!(got(&open(&world, &sources), "ghcr.io"), Err(ErrorKind::Locked));
    let file = folder.join("imgsec-cred.identity");
    for (mode, answer) in
        [(0o400, pair("ada", "1")), (0o440, pair("ada", "1")), (0o444, Err(ErrorKind::Refused))]
    {
        write_identity(&world.identity, &file, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(got(&open(&world, &sources), "ghcr.io"), answer, "{mode:o}");
    }
}

#[test]
fn a_given_file_opens_the_store_and_its_absence_is_said() {
    let world = without_slots();
    let file = world.dir.path().join("identity");
    let sources = KeySources { identity_file: Some(file.clone()), ..sources(&world.root()) };
    let error = open(&world, &sources).get(&super::world::key("ghcr.io")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    write_identity(&world.identity, &file, 0o600);
    let store = open(&world, &sources);
    assert_eq!(got(&store, "ghcr.io"), pair("ada", "1"));
    assert_eq!(store.state().unwrap().opened_by, Some(OpenedBy::IdentityFile(file)));
}

#[test]
fn a_key_of_another_store_is_said_to_be_one_and_nothing_is_stored() {
    let (world, other) = (World::new(), World::new());
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    let file = world.dir.path().join("identity");
    write_identity(&other.identity, &file, 0o600);
    let sources = KeySources { identity_file: Some(file), ..sources(&world.root()) };
    let store = open(&world, &sources);
    for error in [
        store.put(&login("ghcr.io", "ada", "2")).unwrap_err(),
        store.get(&super::world::key("ghcr.io")).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Locked);
        assert!(error.to_string().contains("does not belong to this store"), "{error}");
    }
    assert_eq!(got(&world.store(), "ghcr.io"), pair("ada", "1"));
    assert!(store.state().unwrap_err().to_string().contains("does not belong"));
    assert_eq!(store.keep_unlocked(&other.identity, None).unwrap_err().kind(), ErrorKind::Refused);
    fs::copy(other.key_file(), world.key_file()).unwrap();
    let error = world.store().get(&super::world::key("ghcr.io")).unwrap_err();
    assert!(error.to_string().contains("does not open this store"), "{error}");
}

#[test]
fn what_is_no_key_is_an_error_and_not_passed_over() {
    let world = World::new();
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    let file = world.dir.path().join("identity");
    fs::write(&file, "hello").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let sources = KeySources { identity_file: Some(file), ..sources(&world.root()) };
    assert_eq!(got(&open(&world, &sources), "ghcr.io"), Err(ErrorKind::Damaged));
}

#[test]
fn passphrases_open_the_store_and_the_recovery_is_read_as_typed() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let chosen = SecretString::from("correct horse");
    let made = create(
        &root,
        &[NewSlot::Passphrase(&chosen), NewSlot::Recovery],
        sources(&root).state.as_deref(),
    )
    .unwrap();
    let store = Sealed::open(&root, sources(&root)).unwrap();
    let typed = made.recovery.unwrap().expose_secret().replace('-', " ").to_uppercase();
    for passphrase in ["correct horse", &typed] {
        let identity = store.unlock_with_passphrase(&passphrase.into()).unwrap();
        assert_eq!(identity.to_text().expose_secret(), made.identity.to_text().expose_secret());
    }
    let error = store.unlock_with_passphrase(&"wrong".into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    let names: Vec<_> = store.slots().iter().map(|s| s.kind.name()).collect();
    assert_eq!(names, ["passphrase", "recovery"]);
}

#[test]
fn slots_come_and_go_but_the_last_one_stays() {
    let world = World::new();
    let mut store = world.store();
    let recovery = store.add_slot(&world.identity, &NewSlot::Recovery).unwrap().unwrap();
    assert!(world.store().unlock_with_passphrase(&recovery).is_ok());
    let first = store.slots()[0].id.clone();
    store.remove_slot(&first).unwrap();
    assert_eq!(store.remove_slot(&first).unwrap_err().kind(), ErrorKind::Refused);
    let last = store.slots()[0].id.clone();
    assert_eq!(store.remove_slot(&last).unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(fs::read_dir(world.root().join("slots")).unwrap().count(), 1);
    assert_eq!(world.store().state().unwrap().opened_by, None);
    assert!(world.store().unlock_with_passphrase(&recovery).is_ok());
    let foreign = World::new().identity;
    let error = store.add_slot(&foreign, &NewSlot::Recovery).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[test]
fn a_key_file_is_not_put_beside_the_data() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let inside: PathBuf = root.join("key");
    let error =
        create(&root, &[NewSlot::KeyFile(&inside)], sources(&root).state.as_deref()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
