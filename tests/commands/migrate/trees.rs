//! `audit --fix` on a tree that somebody else wrote: its logins do not become this user's by a yes.

use std::fs;

use serde_json::json;

use super::{actions, answer, auth, code, person, read, write};

const DOCKER: &str = ".docker/config.json";

#[test]
fn logins_of_a_tree_are_not_stored_by_a_yes() {
    let person = person();
    let evil = person.new_login("evil");
    let config = json!({"auths": {"ghcr.io": auth(&evil), "h;id|sh": auth(&evil)}});
    let tree = write(&person, "clone/.docker/config.json", &config.to_string());
    write(&person, "clone/auth.json", &json!({"auths": {"quay.io": auth(&evil)}}).to_string());
    let ran = person.run_ours(&["audit", "--fix", "--yes", "clone"]);
    assert_eq!(code(&ran), 6, "{ran:#?}");
    assert!(person.listed().is_empty(), "{ran:#?}");
    assert_eq!(fs::read_to_string(&tree).unwrap(), config.to_string());
    let command =
        "imgsec-cred audit --fix --registry REGISTRY --registry ghcr.io --registry quay.io clone";
    assert!(ran.stdout.contains(command), "{ran:#?}");
    let json = answer(&person.run_ours(&["audit", "--fix", "--yes", "clone", "--json"]));
    assert_eq!(json["fixed"]["confirm"], command, "{json}");
    assert!(person.listed().is_empty());
    // By its word, and nothing else.
    let ran =
        person.run_ours(&["audit", "--fix", "--yes", "--registry", "ghcr.io", "clone", "--json"]);
    let json = answer(&ran);
    assert_eq!(json["fixed"]["confirm"], json!(null), "{json}");
    assert_eq!(actions(&json["fixed"]), [format!("ghcr.io {} copied", evil.user)]);
    assert_eq!(person.listed().len(), 1);
    assert_eq!(person.login_for("ghcr.io"), Some(evil));
}

#[test]
fn files_that_a_client_reads_move_by_a_yes_also_where_a_tree_holds_them() {
    let person = person();
    let (ada, evil) = (person.new_login("ada"), person.new_login("evil"));
    write(&person, DOCKER, &json!({"auths": {"a.lan": auth(&ada)}}).to_string());
    let podman = ".config/containers/auth.json";
    write(&person, podman, &json!({"auths": {"b.lan": auth(&ada)}}).to_string());
    write(&person, "src/config.json", &json!({"auths": {"c.lan": auth(&evil)}}).to_string());
    let ran = person.run_ours(&["audit", "--fix", "--yes", ".", "--json"]);
    assert_eq!(code(&ran), 6, "{ran:#?}");
    assert_eq!(person.listed().into_keys().collect::<Vec<_>>(), ["a.lan", "b.lan"], "{ran:#?}");
    assert_eq!(read(&person, "src/config.json")["auths"]["c.lan"], auth(&evil));
}

#[test]
fn a_login_that_is_there_is_never_replaced_from_a_tree() {
    let person = person();
    let (ada, evil) = (person.new_login("ada"), person.new_login("evil"));
    person.keep("ghcr.io", &ada.user, &ada.password);
    write(&person, DOCKER, &json!({"auths": {"quay.io": auth(&ada)}}).to_string());
    let config = json!({"auths": {"ghcr.io": auth(&evil), "quay.io": auth(&evil)}});
    write(&person, "clone/config.json", &config.to_string());
    let words = ["audit", "clone", "--fix", "--yes", "--overwrite"];
    let (ghcr, quay) = (["--registry", "ghcr.io"], ["--registry", "quay.io"]);
    for more in [&[][..], &ghcr, &quay, &[ghcr, quay].concat()] {
        let ran = person.run_ours(&[&words[..], more].concat());
        assert!(!ran.status.success(), "{ran:#?}");
        assert!(!ran.stdout.contains("--overwrite"), "{ran:#?}");
        assert_eq!(person.login_for("ghcr.io").as_ref(), Some(&ada), "{ran:#?}");
        assert_eq!(person.login_for("quay.io"), None, "{ran:#?}");
        assert_eq!(read(&person, "clone/config.json"), config);
    }
}

#[test]
fn a_registry_is_named_as_servers_are() {
    let person = person();
    let ada = person.new_login("ada");
    let config =
        json!({"auths": {"https://ghcr.io/v2/": auth(&ada), "ghcr.io.evil.example": auth(&ada)}});
    write(&person, "clone/config.json", &config.to_string());
    let ran = person.run_ours(&["audit", "--fix", "--yes", "clone", "--registry", "u:p@ghcr.io"]);
    assert_eq!(code(&ran), 6, "{ran:#?}");
    person.run_ours(&["audit", "--fix", "--yes", "clone", "--registry", "https://GHCR.io"]);
    assert_eq!(person.listed().into_keys().collect::<Vec<_>>(), ["ghcr.io"]);
}
