//! A rotation on a desktop's own keychain: what is pending and what was before are items of it that
//! no client sees, also where the program is killed or the keychain is locked in the middle.

use serde_json::json;

use super::scene::{NOTE_SURROUNDINGS, Scene, nothing_beside_stdin};
use crate::support::person::Store;

const KILL: &str = "kill -9 $PPID; while kill -0 $PPID 2>/dev/null; do :; done;";

const LOCK: &str = "dbus-send --session --print-reply --dest=org.freedesktop.secrets \
    /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock \
    array:objpath:/org/freedesktop/secrets/collection/login >/dev/null;";

/// What a person and a client see is one credential, in use.
#[track_caller]
fn one_is_seen(scene: &Scene) {
    let seen = scene.person.listed();
    let users: Vec<_> = seen.values().collect();
    assert_eq!((seen.len(), users), (1, vec![&scene.old.user]), "{seen:?}");
    let shown = scene.person.run_ours(&["list", "--json"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["items"].as_array().unwrap().len(), 1, "{shown:#}");
    assert_eq!(shown["items"][0]["username"], scene.old.user, "{shown:#}");
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_secret_by_hand_is_used_taken_back_and_retired() {
    let scene = Scene::with(Store::Keychain);
    scene.accept(&[&scene.old, &scene.new]);
    scene.give(&scene.new, &[]).is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    assert_eq!(scene.beside("previous").as_ref(), Some(&scene.old));
    one_is_seen(&scene);
    scene.rotate(&["--undo"]).is("undone", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    assert_eq!(scene.beside("previous").as_ref(), Some(&scene.new));
    scene.rotate(&["--undo"]).is("undone", 0);
    one_is_seen(&scene);
    scene.rotate(&["--retire-previous", "--yes"]).is("retired", 0);
    assert_eq!((scene.current(), scene.beside("previous")), (Some(scene.new.clone()), None));
    one_is_seen(&scene);
    scene.is_tidy();
    // A logout leaves nothing behind.
    scene.give(&scene.old, &[]).is("rotated", 0);
    scene.person.run_ours(&["logout", &scene.host()]).ok();
    assert_eq!((scene.current(), scene.beside("previous")), (None, None));
    assert_eq!(scene.person.listed().len(), 0);
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_rejected_secret_leaves_no_item() {
    let scene = Scene::with(Store::Keychain);
    scene.give(&scene.new, &[]).is("rejected", 1);
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    assert_eq!(scene.beside("previous"), None);
    one_is_seen(&scene);
    scene.is_tidy();
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_commands_secret_is_kept_before_it_is_used() {
    let scene = Scene::with(Store::Keychain);
    let exec = scene.script("exec", &format!("{NOTE_SURROUNDINGS}cp new accepted; cat answer"));
    let said = scene.rotate(&["--yes", "--pass-current", "--exec", &exec]).is("rotated", 0);
    assert_eq!(said.item["old"], json!("replaced"));
    assert!(scene.current_works());
    nothing_beside_stdin(&scene);
    one_is_seen(&scene);
    scene.is_tidy();
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_pending_secret_is_seen_by_nobody_until_it_is_used() {
    let scene = Scene::with(Store::Keychain);
    scene.accept(&[&scene.old, &scene.new]);
    // The registry falls silent, so the new secret stays pending.
    let fetch = scene.script("fetch", "touch silent; cat secret");
    scene.rotate(&["--from-command", &fetch]).is("staged", 3);
    assert_eq!(scene.beside("pending").as_ref(), Some(&scene.new));
    one_is_seen(&scene);
    scene.is_silent(false);
    scene.rotate(&["--resume"]).is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.is_tidy();
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn killed_before_and_behind_the_change_it_is_settled_when_resumed() {
    let scene = Scene::with(Store::Keychain);
    scene.accept(&[&scene.old, &scene.new]);
    let host = scene.host();
    let fetch = scene.script("fetch", &format!("{KILL} cat secret"));
    scene.person.finish(&mut scene.command(&[&host, "--from-command", &fetch]), b"");
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    scene.rotate(&["--resume"]).is("rolled-back", 0);
    one_is_seen(&scene);
    scene.is_tidy();
    let fetch = scene.script("fetch", "cat secret");
    let hook = scene.script("hook", &format!("cat >/dev/null; test -e ready && exit; {KILL}"));
    let words = [host.as_str(), "--hook", &hook, "--from-command", &fetch];
    scene.person.finish(&mut scene.command(&words), b"");
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    assert_eq!(scene.beside("previous").as_ref(), Some(&scene.old));
    scene.write("ready", "");
    scene.rotate(&["--resume"]).is("rotated", 0);
    one_is_seen(&scene);
    scene.is_tidy();
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_locked_keychain_changes_nothing_and_an_open_one_goes_on() {
    let mut scene = Scene::with(Store::Keychain);
    scene.accept(&[&scene.old, &scene.new]);
    scene.person.lock();
    let said = scene.give(&scene.new, &[]);
    assert!(said.code == 4 && said.stderr.contains("unlock the keychain"), "{said:#?}");
    scene.person.unlock();
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    // As by the screen lock, while a command brings the secret.
    let fetch = scene.script("fetch", &format!("{LOCK} cat secret"));
    let said = scene.rotate(&["--from-command", &fetch]).is("store-locked", 4);
    assert!(said.stderr.contains("locked"), "{said:#?}");
    scene.person.unlock();
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    scene.rotate(&["--resume"]).is("nothing", 0);
    one_is_seen(&scene);
    scene.give(&scene.new, &[]).is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    one_is_seen(&scene);
    scene.is_tidy();
}
