//! Files of Docker, Podman and Helm.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use base64ct::{Base64, Encoding};
use serde_json::json;

use super::{actions, answer, auth, code, person, read, write};

const DOCKER: &str = ".docker/config.json";
const PODMAN: &str = ".config/containers/auth.json";
const HELM: &str = ".config/helm/registry/config.json";

#[test]
fn the_files_of_three_programs_move_and_come_back_as_they_were() {
    let person = person();
    let (ada, bob, eve) =
        (person.new_login("ada"), person.new_login("bob"), person.new_login("eve"));
    // As each program writes it.
    let docker = format!(
        "{{\n\t\"auths\": {{\n\t\t\"ghcr.io\": {{\n\t\t\t\"auth\": {}\n\t\t}},\n\t\t\"https://index.docker.io/v1/\": {{\n\t\t\t\"auth\": {}\n\t\t}}\n\t}},\n\t\"HttpHeaders\": {{\n\t\t\"X\": \"\\u003cy\\u003e\"\n\t}}\n}}",
        auth(&ada)["auth"],
        auth(&bob)["auth"]
    );
    let podman = format!(
        "{{\n\t\"auths\": {{\n\t\t\"docker.io\": {{\n\t\t\t\"auth\": {}\n\t\t}},\n\t\t\"quay.io\": {{\n\t\t\t\"auth\": {}\n\t\t}}\n\t}}\n}}",
        auth(&bob)["auth"],
        auth(&eve)["auth"]
    );
    write(&person, DOCKER, &docker);
    let target = write(&person, "dotfiles/auth.json", &podman);
    fs::create_dir_all(person.home().join(".config/containers")).unwrap();
    symlink("../../dotfiles/auth.json", person.home().join(PODMAN)).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    write(&person, HELM, &json!({"auths": {"reg.lan:5000": auth(&eve)}}).to_string());
    let helm = fs::read(person.home().join(HELM)).unwrap();

    let dry = person.run_ours(&["migrate", "--dry-run"]).ok();
    assert!(dry.stdout.contains("credHelpers.\"ghcr.io\": \"imgsec\""), "{dry:#?}");
    assert_eq!(fs::read_to_string(person.home().join(DOCKER)).unwrap(), docker);
    assert!(person.listed().is_empty());

    let ran = person.run_ours(&["migrate", "--yes"]).ok();
    assert!(ran.stderr.contains("rotate at the registry: quay.io"), "{ran:#?}");
    person.assert_no_secret_on_disk();
    for (server, login) in [
        ("ghcr.io", &ada),
        ("https://index.docker.io/v1/", &bob),
        ("docker.io", &bob),
        ("quay.io", &eve),
        ("reg.lan:5000", &eve),
    ] {
        assert_eq!(person.login_for(server).as_ref(), Some(login), "{server}");
    }
    let names = |path| read(&person, path)["credHelpers"].clone();
    let hub = "https://index.docker.io/v1/";
    // Podman has the helper from registries.conf; Jib reads its file, and that only.
    let docker_names = json!({"ghcr.io": "imgsec", hub: "imgsec"});
    assert_eq!(names(DOCKER), docker_names);
    assert_eq!(names(PODMAN), json!({"quay.io": "imgsec"}));
    assert_eq!(names(HELM), json!({"reg.lan:5000": "imgsec"}));
    let after = fs::read_to_string(person.home().join(DOCKER)).unwrap();
    assert!(after.contains("\"X\": \"\\u003cy\\u003e\""), "other bytes changed: {after}");
    assert!(person.home().join(PODMAN).is_symlink());
    assert_eq!(fs::metadata(&target).unwrap().mode() & 0o777, 0o640);

    // Nothing is left to do.
    let again = person.run_ours(&["migrate", "--yes"]).ok();
    assert!(again.stdout.starts_with("nothing to move"), "{again:#?}");

    person.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert_eq!(fs::read_to_string(person.home().join(DOCKER)).unwrap(), docker);
    assert_eq!(fs::read_to_string(&target).unwrap(), podman);
    let text = fs::read(person.home().join(HELM)).unwrap();
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&text).unwrap(),
        serde_json::from_slice::<serde_json::Value>(&helm).unwrap()
    );
    assert_eq!(code(&person.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"])), 6);
}

#[test]
fn a_login_in_two_files_moves_from_both_and_another_for_the_registry_stays() {
    let person = person();
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    write(&person, DOCKER, &json!({"auths": {"ghcr.io": auth(&ada)}}).to_string());
    write(&person, PODMAN, &json!({"auths": {"ghcr.io": auth(&ada)}}).to_string());
    write(&person, HELM, &json!({"auths": {"ghcr.io": auth(&bob)}}).to_string());
    let ran = person.run_ours(&["migrate", "--yes", "--json"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    let (ada, bob) = (format!("ghcr.io {} copied", ada.user), "ghcr.io - stays".to_owned());
    assert_eq!(actions(&answer(&ran)), [bob, ada.clone(), ada]);
    assert!(read(&person, HELM)["auths"]["ghcr.io"]["auth"].is_string());
}

#[test]
fn what_is_kept_already_is_taken_out_and_what_differs_is_not_overwritten() {
    let person = person();
    let (old, new) = (person.new_login("ada"), person.new_login("ada"));
    person.keep("ghcr.io", &old.user, &old.password);
    person.keep("quay.io", &new.user, &new.password);
    write(
        &person,
        DOCKER,
        &json!({"auths": {"ghcr.io": auth(&new), "quay.io": auth(&new)}}).to_string(),
    );
    let ran = person.run_ours(&["migrate", "--yes", "--json"]);
    assert_eq!(code(&ran), 6, "{ran:#?}");
    let conflict = format!("ghcr.io {} conflict", new.user);
    assert_eq!(actions(&answer(&ran)), [conflict, format!("quay.io {} copied", new.user)]);
    assert_eq!(person.login_for("ghcr.io"), Some(old));
    let config = read(&person, DOCKER);
    assert_eq!(config["auths"]["ghcr.io"], auth(&new));
    assert_eq!(config["auths"]["quay.io"], json!({}));
    person.run_ours(&["migrate", "--yes", "--overwrite"]).ok();
    assert_eq!(person.login_for("ghcr.io"), Some(new));
    person.assert_no_secret_on_disk();
}

#[test]
fn what_no_helper_can_keep_stays_and_is_said() {
    let person = person();
    let login = person.new_login("ada");
    let both = Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes());
    let text = json!({"auths": {
        "t.lan": {"registrytoken": login.password},
        "b.lan": {"auth": both, "identitytoken": login.password},
        "x.lan": {"auth": "!"},
    }})
    .to_string();
    write(&person, DOCKER, &text);
    let ran = person.run_ours(&["migrate", "--yes"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    for word in ["registry token", "one secret", "not base64"] {
        assert!(ran.stdout.contains(word), "{word}: {ran:#?}");
    }
    assert_eq!(read(&person, DOCKER).to_string(), text);
    assert!(person.listed().is_empty());
}

#[test]
fn podman_would_lose_a_namespace_beside_a_helper_so_its_registry_stays() {
    let person = person();
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    let text =
        json!({"auths": {"quay.io": auth(&ada), "quay.io/org": auth(&bob), "h": auth(&ada)}});
    write(&person, PODMAN, &text.to_string());
    let ran = person.run_ours(&["migrate", "--yes"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    let after = read(&person, PODMAN);
    assert_eq!(after["auths"]["quay.io"], auth(&ada));
    assert_eq!(after["credHelpers"], json!({"h": "imgsec"}));
}

#[test]
fn helpers_that_answer_already_are_left_as_they_are() {
    let person = person();
    let (ada, bob, eve) =
        (person.new_login("ada"), person.new_login("bob"), person.new_login("eve"));
    let auths = json!({"a.lan": auth(&ada), "b.lan": auth(&bob), "c.lan": auth(&eve)});
    let before = json!({"auths": auths, "credsStore": "pass",
        "credHelpers": {"a.lan": "ecr-login", "b.lan": ""}});
    write(&person, DOCKER, &before.to_string());
    let ran = person.run_ours(&["migrate", "--yes"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    // Nobody would ask for it in the store.
    assert!(ran.stdout.contains("a.lan: docker-credential-ecr-login is named for it"), "{ran:#?}");
    let after = read(&person, DOCKER);
    assert_eq!(after["auths"]["a.lan"], auth(&ada));
    assert_eq!(after["credsStore"], "pass");
    // The empty name said that the login is in the file: it is with us now.
    assert_eq!(
        after["credHelpers"],
        json!({"a.lan": "ecr-login", "b.lan": "imgsec", "c.lan": "imgsec"})
    );
    assert_eq!(person.login_for("c.lan"), Some(eve));
    person.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert_eq!(read(&person, DOCKER), before);
}

#[test]
fn files_by_path_one_registry_and_a_copy_that_leaves_the_file() {
    let person = person();
    let (ada, bob) = (person.new_login("ada"), person.new_login("bob"));
    let text = json!({"auths": {"a.lan": auth(&ada), "docker.io": auth(&bob)}}).to_string();
    let path = write(&person, "my logins/some.json", &text);
    let path = path.to_str().unwrap();
    let migrate =
        |more: &[&str]| person.run_ours(&[&["migrate", "--yes", "--from", path], more].concat());
    migrate(&["--keep-source", "--registry", "a.lan"]).ok();
    assert_eq!(fs::read_to_string(path).unwrap(), text);
    assert_eq!(person.listed().len(), 1);
    migrate(&["--registry", "docker.io"]).ok();
    let after = read(&person, "my logins/some.json");
    assert_eq!(after["auths"]["a.lan"], auth(&ada));
    // Only Podman and its kin read a file of this name, and setup has named the helper to them.
    assert_eq!(after.get("credHelpers"), None);

    let old = write(&person, ".dockercfg", &json!({"https://h.lan": auth(&ada)}).to_string());
    person.run_ours(&["migrate", "--yes", "--from", old.to_str().unwrap()]).ok();
    assert_eq!(read(&person, ".dockercfg"), json!({"https://h.lan": {}}));
    assert_eq!(person.login_for("h.lan"), Some(ada));
}

#[test]
fn one_file_that_cannot_be_read_does_not_stop_the_others() {
    let person = person();
    let ada = person.new_login("ada");
    write(&person, DOCKER, "{\"auths\": {");
    write(&person, PODMAN, &json!({"auths": {"h": auth(&ada)}}).to_string());
    let ran = person.run_ours(&["migrate", "--yes", "--json"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    let answer = answer(&ran);
    assert_eq!(answer["complete"], false);
    assert!(answer["unread"][0]["message"].as_str().unwrap().contains("line 1"), "{answer}");
    assert_eq!(person.login_for("h"), Some(ada));
    person.assert_no_secret_on_disk();
}

#[test]
fn nothing_is_moved_without_a_yes_or_while_the_store_is_locked() {
    let person = person();
    let ada = person.new_login("ada");
    let text = json!({"auths": {"h": auth(&ada)}}).to_string();
    write(&person, DOCKER, &text);
    let ran = person.run_ours(&["migrate"]);
    assert_eq!((code(&ran), ran.stderr.lines().count()), (6, 2), "{ran:#?}");
    person.lock();
    let ran = person.run_ours(&["migrate", "--yes"]);
    assert_eq!(code(&ran), 4, "{ran:#?}");
    assert!(ran.stderr.contains("hint: "), "{ran:#?}");
    assert_eq!(fs::read_to_string(person.home().join(DOCKER)).unwrap(), text);
}

#[test]
fn an_undo_leaves_alone_what_somebody_changed_since() {
    let person = person();
    let (ada, bob, eve) =
        (person.new_login("ada"), person.new_login("bob"), person.new_login("eve"));
    let before = json!({"auths": {"a": auth(&ada), "b": auth(&bob), "c": auth(&eve)}});
    write(&person, DOCKER, &before.to_string());
    person.run_ours(&["migrate", "--yes"]).ok();
    // Another login by hand, another helper by hand, a logout.
    let mut now = read(&person, DOCKER);
    now["auths"]["a"] = auth(&eve);
    now["credHelpers"]["b"] = json!("pass");
    fs::write(person.home().join(DOCKER), now.to_string()).unwrap();
    person.helper("erase", "c").ok();
    let ran = person.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"]);
    assert_eq!(code(&ran), 3, "{ran:#?}");
    assert!(ran.stdout.contains("c is not back"), "{ran:#?}");
    let after = read(&person, DOCKER);
    assert_eq!(after["auths"], json!({"a": auth(&eve), "b": auth(&bob), "c": {}}));
    assert_eq!(after["credHelpers"], json!({"b": "pass", "c": "imgsec"}));
}

#[test]
fn many_at_once_move_all_and_each_can_be_undone() {
    let person = person();
    let files: Vec<_> = (0..16)
        .map(|n| {
            let login = person.new_login("ada");
            let text = json!({"auths": {format!("r{n}.lan"): auth(&login)}}).to_string();
            (write(&person, &format!("m{n}/config.json"), &text), text)
        })
        .collect();
    std::thread::scope(|scope| {
        for (path, _) in &files {
            let from = path.to_str().unwrap();
            let person = &person;
            scope.spawn(move || person.run_ours(&["migrate", "--yes", "--from", from]).ok());
        }
    });
    person.assert_no_secret_on_disk();
    assert_eq!(person.listed().len(), files.len());
    for _ in &files {
        person.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"]).ok();
    }
    for (path, text) in &files {
        let now: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        assert_eq!(now.to_string(), *text);
    }
}
