//! What is kept cannot be used: that is said, never "not found", and every file stays as it is.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::super::judge::expect;
use super::super::row::{Answer, SECRET, listed, login, not_found, request};
use super::others::SecretTool;
use super::{ask, says, with_login};
use crate::support::person::{Person, Store};
use crate::support::process::Ran;
use crate::support::snapshot::Snapshot;

pub(crate) const CASES: &[u8] = &[39, 40];

/// A person with one login in a sealed store, and the folder of the store.
fn sealed() -> (Person, PathBuf) {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    let root = me.home().join(".local/share/imgsec-cred/sealed");
    assert!(root.join("store.json").exists());
    (me, root)
}

/// The one entry of a store.
fn entry(root: &Path) -> PathBuf {
    let mut files = fs::read_dir(root.join("entries")).unwrap();
    files.next().unwrap().unwrap().path()
}

fn write_private(path: &Path, text: &str) {
    let _ = fs::remove_file(path);
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

/// Every verb in `verbs` fails so, and no file is changed.
#[track_caller]
fn fails_and_keeps_all(me: &Person, verbs: &[&str], words: &str) {
    let home = [me.home()];
    let before = Snapshot::of(&home);
    for verb in verbs {
        let stdin = match *verb {
            "store" => request("ghcr.io", "zed", "other"),
            "list" => String::new(),
            _ => "ghcr.io".to_owned(),
        };
        let ran: Ran = ask(me, verb, stdin);
        expect(&ran, &Answer::Failure(words.to_owned()));
        assert!(Snapshot::of(&home) == before, "changes files: {ran:#?}");
    }
}

#[test]
fn a_damaged_entry_is_no_missing_login_and_a_new_login_mends_it() {
    let (me, root) = sealed();
    let whole = fs::read(entry(&root)).unwrap();
    let with_last_byte = |byte: u8| [&whole[..whole.len() - 1], &[byte]].concat();
    for damaged in
        [Vec::new(), whole[..whole.len() / 2].to_vec(), with_last_byte(!whole[whole.len() - 1])]
    {
        fs::write(entry(&root), damaged).unwrap();
        fails_and_keeps_all(&me, &["get"], "the entry for ghcr.io is damaged");
        says(&ask(&me, "get", "ghcr.io"), "is damaged", "imgsec-cred login ghcr.io");
        let list = ask(&me, "list", "").ok();
        assert_eq!(list.stdout, "{}\n");
        let said = "docker-credential-imgsec: left out: the entry for ghcr.io is damaged: ";
        assert!(list.stderr.starts_with(said), "{list:#?}");
        assert!(list.stderr.ends_with("; hint: imgsec-cred login ghcr.io\n"), "{list:#?}");
    }
    expect(&ask(&me, "get", "quay.io"), &not_found());
    expect(&ask(&me, "store", request("ghcr.io", "amy", SECRET)), &Answer::Done);
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    fs::write(entry(&root), "damaged").unwrap();
    expect(&ask(&me, "erase", "ghcr.io"), &Answer::Done);
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
}

#[test]
fn the_entry_of_another_server_is_not_given_out() {
    let (me, root) = sealed();
    let ghcr = entry(&root);
    let of_ghcr = fs::read(&ghcr).unwrap();
    fs::remove_file(&ghcr).unwrap();
    with_login(&me, "evil.example");
    fs::write(entry(&root), of_ghcr).unwrap();
    let ran = ask(&me, "get", "evil.example");
    expect(&ran, &Answer::Failure("is for another server".to_owned()));
}

#[test]
fn a_store_that_is_damaged_or_newer_is_left_alone() {
    let verbs = ["get", "store", "erase", "list"];
    for (text, words) in [
        ("", "store.json: it is damaged"),
        ("{", "store.json: it is damaged"),
        ("{\"format\":2}", "store.json: it was written by a newer imgsec-cred"),
        ("{\"store_id\":\"ab\"}", "store.json: it has no format"),
    ] {
        let (me, root) = sealed();
        write_private(&root.join("store.json"), text);
        fails_and_keeps_all(&me, &verbs, words);
    }
    let (me, root) = sealed();
    fs::remove_file(root.join("store.json")).unwrap();
    fails_and_keeps_all(&me, &verbs, "store.json is missing");
    let (me, root) = sealed();
    fs::remove_dir_all(root.join("entries")).unwrap();
    fails_and_keeps_all(&me, &verbs, "entries is missing");
}

#[test]
fn a_newer_index_is_left_alone_and_a_damaged_one_is_made_anew() {
    let (me, root) = sealed();
    write_private(&root.join("index.json"), "{\"format\":2}");
    fails_and_keeps_all(
        &me,
        &["list", "store"],
        "index.json: it was written by a newer imgsec-cred",
    );
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    for text in ["", "{\"format\":1,", "null"] {
        write_private(&root.join("index.json"), text);
        expect(&ask(&me, "list", ""), &listed(&[("ghcr.io", "amy")]));
    }
    // Without the key nobody knows what the entry is for: then there is no list, not a shorter one.
    write_private(&root.join("index.json"), "");
    me.lock();
    says(&ask(&me, "list", ""), "it is locked", "imgsec-cred unlock");
}

#[test]
fn the_key_of_another_store_is_a_locked_store() {
    let (me, _) = sealed();
    let (other, _) = sealed();
    fs::copy(other.key_file(), me.key_file()).unwrap();
    fs::set_permissions(me.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
    fails_and_keeps_all(&me, &["get"], "does not open this store");
    expect(&ask(&me, "list", ""), &listed(&[("ghcr.io", "amy")]));
    fs::write(me.key_file(), "no key").unwrap();
    fails_and_keeps_all(&me, &["get"], "");
}

#[test]
#[ignore = "needs gnome-keyring and secret-tool; run tests/run"]
fn an_item_of_the_keychain_that_is_not_ours_is_left_alone() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "quay.io");
    let items = SecretTool(&me);
    for (secret, words) in [
        ("", "it is not our JSON"),
        ("hunter2", "it is not our JSON"),
        (
            r#"{"v":2,"server":"ghcr.io","secret":"hunter2"}"#,
            "it was written by a newer imgsec-cred",
        ),
        (r#"{"server":"ghcr.io","secret":"hunter2"}"#, "it has no version"),
        (r#"{"v":1,"server":"ghcr.io","username":"amy"}"#, "a field is missing"),
        (
            r#"{"v":1,"server":"evil.example","username":"amy","secret":"hunter2","created_at":"2026-01-01T00:00:00Z"}"#,
            "is for another server",
        ),
    ] {
        items.plant("https://ghcr.io", secret);
        let ran = ask(&me, "get", "ghcr.io");
        let helps = if words.contains("newer") { "update" } else { "imgsec-cred login ghcr.io" };
        says(&ran, words, helps);
        assert_eq!(items.look("https://ghcr.io"), secret);
        if words == "is for another server" {
            // Under which name it lies is not asked for each item.
            items.clear("https://ghcr.io");
            continue;
        }
        let list = ask(&me, "list", "").ok();
        assert_eq!(list.stdout, "{\"quay.io\":\"amy\"}\n");
        let left_out = "left out: the keychain's item for ghcr.io: ";
        assert!(list.stderr.contains(left_out) && list.stderr.contains(helps), "{list:#?}");
        assert!(!list.stderr.contains(SECRET), "{list:#?}");
        items.clear("https://ghcr.io");
    }
    items.plant("https://ghcr.io", "hunter2");
    with_login(&me, "ghcr.io");
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    items.plant("https://ghcr.io", "hunter2");
    expect(&ask(&me, "erase", "ghcr.io"), &Answer::Done);
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
}
