//! Debian's `age` opens what we write: nobody needs this program to get at their credentials.

use std::fs;
use std::process::Command;

use imgsec_cred::store::Store;
use imgsec_cred::store::sealed::{NewSlot, Sealed, create};
use secrecy::ExposeSecret;

use super::world::{World, files_below, login, sources};
use crate::support::process;

#[test]
#[ignore = "needs age; run tests/run"]
fn age_opens_a_slot_with_the_key_file_and_an_entry_with_what_is_in_it() {
    let world = World::new();
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    let slot = files_below(&world.root().join("slots")).remove(0);
    let identity = world.dir.path().join("identity");
    let age = process::need("age");
    let key = world.key_file();
    let open =
        Command::new(&age).arg("-d").arg("-i").arg(key).arg("-o").arg(&identity).arg(slot).status();
    assert!(open.unwrap().success());
    let mut open = Command::new(&age);
    open.arg("-d").arg("-i").arg(&identity).arg(world.only_entry());
    let plain = process::run(&mut open, b"").ok().stdout;
    let json: serde_json::Value = serde_json::from_str(&plain).unwrap();
    assert_eq!(json["server"], "ghcr.io");
    assert_eq!(json["username"], "ada");
    assert_eq!(json["v"], 1);
}

#[test]
#[ignore = "needs age; run tests/run"]
fn age_opens_a_slot_with_the_passphrase_as_it_was_printed() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let created = create(&root, &[NewSlot::Recovery], sources(&root).state.as_deref()).unwrap();
    let slot = files_below(&root.join("slots")).remove(0);
    let out = dir.path().join("identity");
    // age reads a passphrase from a terminal only; `script` gives it one.
    let line = format!(
        "'{}' -d -o '{}' '{}'",
        process::need("age").display(),
        out.display(),
        slot.display()
    );
    let mut script = Command::new(process::need("script"));
    script.args(["-qec", &line, "/dev/null"]);
    let typed = format!("{}\n", created.recovery.unwrap().expose_secret());
    process::run(&mut script, typed.as_bytes()).ok();
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!(text.trim(), created.identity.to_text().expose_secret());
}

#[test]
#[ignore = "needs age-keygen; run tests/run"]
fn a_key_file_made_by_age_keygen_is_used_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (root, key) = (dir.path().join("store"), dir.path().join("key"));
    process::run(Command::new(process::need("age-keygen")).arg("-o").arg(&key), b"").ok();
    let before = fs::read(&key).unwrap();
    create(&root, &[NewSlot::KeyFile(&key)], sources(&root).state.as_deref()).unwrap();
    let store = Sealed::open(&root, sources(&root)).unwrap();
    store.put(&login("ghcr.io", "ada", "1")).unwrap();
    assert!(store.get(&super::world::key("ghcr.io")).is_ok());
    assert_eq!(fs::read(&key).unwrap(), before);
}
