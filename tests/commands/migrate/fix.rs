//! `audit --fix`: just what is shown, and the copies that lie about.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{answer, auth, code, person, read, write};

const DOCKER: &str = ".docker/config.json";

#[test]
fn what_is_found_moves_and_what_needs_a_person_is_left() {
    let person = person();
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    let path = write(&person, DOCKER, &json!({"auths": {"ghcr.io": auth(&ada)}}).to_string());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let history = format!("docker login -u {} -p '{}' quay.io\n", bob.user, bob.password);
    write(&person, ".bash_history", &history);
    let dry = person.run_ours(&["audit", "--fix", "--dry-run"]);
    assert!(dry.stdout.contains("nothing was changed"), "{dry:#?}");
    assert!(person.listed().is_empty());
    assert_eq!(code(&person.run_ours(&["audit", "--fix"])), 6);

    let ran = person.run_ours(&["audit", "--fix", "--yes", "--json"]);
    assert_eq!(code(&ran), 1, "the history is still there: {ran:#?}");
    let answer = answer(&ran);
    assert_eq!(answer["schema"], "imgsec.audit/1");
    assert_eq!(answer["fixed"]["items"][0]["source_removed"], true);
    assert_eq!(answer["fixed"]["rotate"][0]["signals"], json!(["world-readable"]));
    assert_eq!(answer["fixed"]["left"].as_array().unwrap().len(), 1);
    assert_eq!(person.login_for("ghcr.io"), Some(ada));
    assert_eq!(fs::read_to_string(person.home().join(".bash_history")).unwrap(), history);
    let ran = person.run_ours(&["audit", "--fix", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert!(ran.stdout.contains("1 back in"), "{ran:#?}");
}

#[test]
fn what_the_baseline_accepts_and_examples_are_not_touched() {
    let person = person();
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    let example = json!({"auth": "dXNlcjpwYXNzd29yZA=="});
    let mut config = json!({"auths": {"a.lan": auth(&ada), "example.com": example}});
    write(&person, DOCKER, &config.to_string());
    person.run_ours(&["audit", "--baseline", "accepted", "--update-baseline"]).ok();
    config["auths"]["b.lan"] = auth(&bob);
    write(&person, DOCKER, &config.to_string());
    person.run_ours(&["audit", "--fix", "--yes", "--baseline", "accepted"]).ok();
    config["auths"]["b.lan"] = json!({});
    config["credHelpers"] = json!({"b.lan": "imgsec"});
    assert_eq!(read(&person, DOCKER), config);
}

#[test]
fn a_copy_is_deleted_only_when_the_store_keeps_all_of_it_and_somebody_says_so() {
    let person = person();
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    let config = json!({"auths": {"a.lan": auth(&ada)}});
    write(&person, DOCKER, &config.to_string());
    let whole = write(&person, ".docker/config.json.bak", &config.to_string());
    let more = json!({"auths": {"a.lan": auth(&ada), "b.lan": auth(&bob)}});
    let other = write(&person, ".docker/config.json.old", &more.to_string());
    let leftover = write(&person, ".docker/config.json4711", &config.to_string());

    let ran = person.run_ours(&["audit", "--fix", "--yes"]);
    assert!(ran.stdout.contains("--delete-leftovers deletes it"), "{ran:#?}");
    assert!(whole.exists() && other.exists() && leftover.exists());

    let ran = person.run_ours(&["audit", "--fix", "--yes", "--delete-leftovers"]);
    assert_eq!(code(&ran), 1, "{ran:#?}");
    assert!(!whole.exists() && other.exists() && !leftover.exists(), "{ran:#?}");
    assert!(ran.stdout.contains("the store does not keep all that is in it"), "{ran:#?}");
}

#[test]
fn a_file_that_changes_meanwhile_is_not_touched() {
    let person = person();
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    let path = write(&person, DOCKER, &json!({"auths": {"a.lan": auth(&ada)}}).to_string());
    let theirs = json!({"auths": {"a.lan": auth(&bob)}}).to_string();
    write(&person, "theirs", &theirs);
    // A second program beside the helper: Docker writes while the credential is stored.
    let bin = person.folder().join("other");
    fs::create_dir(&bin).unwrap();
    let ours = bin.join("imgsec-cred");
    fs::copy(env!("CARGO_BIN_EXE_imgsec-cred"), &ours).unwrap();
    let script = format!(
        "#!/bin/sh\n[ $1 = store ] && cp '{}' '{}'\nexec '{}' \"$@\"\n",
        person.home().join("theirs").display(),
        path.display(),
        env!("CARGO_BIN_EXE_docker-credential-imgsec"),
    );
    let wrapper = bin.join("docker-credential-imgsec");
    fs::write(&wrapper, script).unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    for verb in [&["migrate", "--yes"][..], &["audit", "--fix", "--yes"]] {
        fs::write(&path, json!({"auths": {"a.lan": auth(&ada)}}).to_string()).unwrap();
        let ran = person.finish(person.command(&ours).args(verb), b"");
        assert_eq!(code(&ran), 3, "{ran:#?}");
        assert!(ran.stdout.contains("changed in between"), "{ran:#?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
        assert_eq!(person.login_for("a.lan").as_ref(), Some(&ada));
        person.helper("erase", "a.lan").ok();
    }
}

#[test]
fn a_locked_store_is_said_to_be_locked_and_no_copy_is_deleted() {
    let person = person();
    let ada = person.new_login("ada");
    person.keep("a.lan", &ada.user, &ada.password);
    let config = json!({"auths": {"a.lan": auth(&ada)}});
    let copy = write(&person, ".docker/config.json.bak", &config.to_string());
    person.lock();
    let ran = person.run_ours(&["audit", "--fix", "--yes", "--delete-leftovers"]);
    assert_eq!(code(&ran), 4, "{ran:#?}");
    assert!(ran.stderr.contains("locked") && ran.stderr.contains("hint: "), "{ran:#?}");
    assert!(copy.exists());
}
