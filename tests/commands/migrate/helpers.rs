//! Other helpers: a stand-in that misbehaves, and what is no source at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{actions, answer, auth, code, person};
use crate::support::person::{Login, Person};

/// `docker-credential-fake`: files in a folder, one for each server; some servers misbehave.
fn fake(person: &Person) -> std::path::PathBuf {
    let kept = person.folder().join("fake");
    fs::create_dir(&kept).unwrap();
    let script = format!(
        "#!/bin/sh\ncd '{}'\ncase $1 in\n\
         list) cat list ;;\n\
         get) read -r server || true\n\
         case $server in slow*) sleep 60 ;; esac\n\
         cat \"$server\" 2>/dev/null || {{ echo 'it is broken'; exit 1; }} ;;\n\
         erase) read -r server || true; rm \"$server\" ;;\n\
         store) cat >stored ;;\nesac\n",
        kept.display()
    );
    let program = person.folder().join("bin/docker-credential-fake");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    kept
}

fn add(kept: &std::path::Path, server: &str, login: &Login) {
    let answer = json!({"ServerURL": server, "Username": login.user, "Secret": login.password});
    fs::write(kept.join(server), answer.to_string()).unwrap();
}

#[test]
fn each_credential_is_asked_for_and_one_that_fails_does_not_stop_the_rest() {
    let person = person();
    let kept = fake(&person);
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    add(&kept, "a.lan", &ada);
    // Some releases of docker-credential-secretservice list the label of an item.
    add(&kept, "b.lan", &bob);
    let list = json!({"a.lan": ada.user, "Registry credentials for b.lan": bob.user,
        "broken.lan": "x", "slow.lan": "x", " ": "x"});
    fs::write(kept.join("list"), list.to_string()).unwrap();
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["migrate", "--from", "fake", "--yes", "--json"]).env("IMGSEC_TIMEOUT", "1");
    let ran = person.finish(&mut command, b"");
    assert_eq!(code(&ran), 3, "{ran:#?}");
    let expected = [
        "  - stays".to_owned(),
        format!("a.lan {} copied", ada.user),
        format!("b.lan {} copied", bob.user),
        "broken.lan - stays".to_owned(),
        "slow.lan - stays".to_owned(),
    ];
    assert_eq!(actions(&answer(&ran)), expected);
    assert_eq!(person.login_for("b.lan"), Some(bob));
    // It goes on to keep its own.
    assert!(kept.join("a.lan").exists());
}

#[test]
fn what_is_removed_from_a_helper_comes_back_into_it() {
    let person = person();
    let kept = fake(&person);
    let ada = person.new_login("ada");
    add(&kept, "a.lan", &ada);
    fs::write(kept.join("list"), json!({"a.lan": ada.user}).to_string()).unwrap();
    person.run_ours(&["migrate", "--from", "fake", "--yes", "--remove-from-helper"]).ok();
    assert!(!kept.join("a.lan").exists());
    assert_eq!(person.login_for("a.lan").as_ref(), Some(&ada));
    person.assert_no_secret_on_disk();
    let ran = person.run_ours(&["migrate", "--undo", "--yes"]);
    let stored = fs::read_to_string(kept.join("stored")).unwrap();
    assert!(stored.contains(&json!(ada.password).to_string()));
    // This helper does not give back what it stored: that is seen.
    assert_eq!(code(&ran), 3, "{ran:#?}");
}

#[test]
fn a_helper_forgets_nothing_that_a_client_still_asks_it_for() {
    let person = person();
    let kept = fake(&person);
    let ada = person.new_login("ada");
    add(&kept, "a.lan", &ada);
    fs::write(kept.join("list"), json!({"a.lan": ada.user}).to_string()).unwrap();
    let config = person.home().join(".docker/config.json");
    fs::write(&config, "{\"credsStore\":\"fake\"}").unwrap();
    let ran = person.run_ours(&["migrate", "--from", "fake", "--yes", "--remove-from-helper"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    assert!(ran.stdout.contains("it stays in fake, which docker"), "{ran:#?}");
    assert!(kept.join("a.lan").exists());
    assert_eq!(person.login_for("a.lan").as_ref(), Some(&ada));
}

#[test]
fn a_file_is_named_by_its_bare_name() {
    let person = person();
    let ada = person.new_login("ada");
    let text = json!({"auths": {"a.lan": auth(&ada)}}).to_string();
    fs::write(person.home().join("r.json"), text).unwrap();
    person.run_ours(&["migrate", "--from", "r.json", "--yes"]).ok();
    assert_eq!(person.login_for("a.lan").as_ref(), Some(&ada));
    let after: serde_json::Value =
        serde_json::from_slice(&fs::read(person.home().join("r.json")).unwrap()).unwrap();
    assert_eq!(after["auths"]["a.lan"], json!({}));
}

#[test]
fn what_is_no_source_is_said_in_one_line() {
    let person = person();
    fake(&person);
    fs::write(person.folder().join("fake/list"), "no JSON").unwrap();
    for (from, status, words) in [
        ("ecr-login", 6, "keeps no credentials"),
        ("imgsec", 6, "where credentials move to"),
        ("nosuch", 3, "docker-credential-nosuch is not on the PATH"),
        ("./nosuch", 3, "no such file"),
    ] {
        let ran = person.run_ours(&["migrate", "--from", from, "--yes"]);
        assert_eq!(code(&ran), status, "{ran:#?}");
        assert!(ran.stderr.contains(words) && ran.stderr.lines().count() == 1, "{ran:#?}");
    }
    let ran = person.run_ours(&["migrate", "--from", "fake", "--yes"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    assert!(ran.stdout.contains("docker-credential-fake was not read"), "{ran:#?}");
}
