//! `imgsec-cred setup` and its undo, on Docker settings of all kinds; nothing installed is needed.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use serde_json::{Value, json};

use crate::support::person::{Person, Store};
use crate::support::process::Ran;

/// `ada:hunter2`, and `bob:swordfish`.
const ADA: &str = "YWRhOmh1bnRlcjI=";
const BOB: &str = "Ym9iOnN3b3JkZmlzaA==";

/// A person whose Docker has these settings, and who never ran us.
fn person(config: &str) -> Person {
    let person = Person::without_keychain(Store::Sealed);
    fs::write(config_path(&person), config).unwrap();
    person
}

fn config_path(person: &Person) -> std::path::PathBuf {
    person.home().join(".docker/config.json")
}

fn config(person: &Person) -> String {
    fs::read_to_string(config_path(person)).unwrap()
}

/// `setup` with a key file, as a script runs it.
fn setup(person: &Person, more: &[&str]) -> Ran {
    let key = person.key_file();
    let mut arguments = vec![
        "setup",
        "--store",
        "sealed",
        "--yes",
        "--no-input",
        "--key-file",
        key.to_str().unwrap(),
    ];
    arguments.extend(more);
    person.run_ours(&arguments)
}

fn password(person: &Person, server: &str) -> Option<String> {
    person.login_for(server).map(|login| login.password)
}

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

#[test]
fn logins_move_and_the_rest_of_the_file_stays_byte_for_byte() {
    let before = format!(
        "{{\n    \"psFormat\": \"a\\u003cb\",\n    \"auths\": {{\n        \"ghcr.io\": {{\n            \"auth\": \"{ADA}\"\n        }},\n        \"https://index.docker.io/v1/\": {{\"auth\": \"{BOB}\", \"email\": \"b@x\"}}\n    }},\n    \"credHelpers\": {{\"1.dkr.ecr.eu-west-1.amazonaws.com\": \"ecr-login\"}},\n    \"x\": 1.0\n}}\n"
    );
    let person = person(&before);
    let said = setup(&person, &[]).ok();
    let after = before
        .replace(&format!("{{\n            \"auth\": \"{ADA}\"\n        }}"), "{}")
        .replace(&format!("\"auth\": \"{BOB}\","), "")
        .replace("\"x\": 1.0\n", "\"x\": 1.0,\n    \"credsStore\": \"imgsec\"\n");
    assert_eq!(config(&person), after);
    assert_eq!(password(&person, "ghcr.io").as_deref(), Some("hunter2"));
    assert_eq!(password(&person, "docker.io").as_deref(), Some("swordfish"));
    assert!(said.stdout.contains("2 logins moved: stored and verified"), "{said:?}");
    assert!(
        said.stdout.contains("keep credHelpers: 1.dkr.ecr.eu-west-1.amazonaws.com = \"ecr-login\"")
    );
    let last = said.stderr.lines().last();
    assert_eq!(last, Some("Next: imgsec-cred login REGISTRY     Undo: imgsec-cred setup --undo"));
    assert!(!said.said().contains("hunter2") && !said.said().contains(ADA));
}

#[test]
fn doing_it_again_changes_nothing() {
    let person = person(&format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{ADA}\"}}}}}}"));
    setup(&person, &[]).ok();
    let before = config(&person);
    setup(&person, &[]).ok();
    assert_eq!(config(&person), before);
    assert_eq!(password(&person, "ghcr.io").as_deref(), Some("hunter2"));
}

#[test]
fn undo_brings_the_settings_back_and_the_secrets_only_when_told_so() {
    let before = format!(
        "{{\n\t\"auths\": {{\n\t\t\"ghcr.io\": {{\n\t\t\t\"auth\": \"{ADA}\"\n\t\t}}\n\t}}\n}}\n"
    );
    let person = person(&before);
    setup(&person, &[]).ok();
    setup(&person, &[]).ok();
    let refused = person.run_ours(&["setup", "--undo", "--no-input"]);
    assert_eq!((code(&refused), config(&person).contains("imgsec")), (6, true), "{refused:?}");
    person.run_ours(&["setup", "--undo", "--yes", "--logged-out"]).ok();
    assert_eq!(
        config(&person),
        before.replace(&format!("{{\n\t\t\t\"auth\": \"{ADA}\"\n\t\t}}"), "{}")
    );
    assert_eq!(password(&person, "ghcr.io").as_deref(), Some("hunter2"));
    assert_eq!(code(&person.run_ours(&["setup", "--undo", "--yes"])), 6);

    fs::write(config_path(&person), &before).unwrap();
    setup(&person, &[]).ok();
    person.run_ours(&["setup", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert_eq!(config(&person), before);
}

#[test]
fn a_dry_run_changes_nothing_and_a_script_without_yes_is_refused() {
    let before = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{ADA}\"}}}}}}");
    let person = person(&before);
    let plan = setup(&person, &["--dry-run"]).ok();
    assert!(plan.stdout.contains("move ghcr.io (ada) out of plain text"), "{plan:?}");
    let refused = person.run_ours(&["setup", "--no-input"]);
    assert_eq!(code(&refused), 6);
    assert!(refused.stderr.ends_with("hint: imgsec-cred setup --yes\n"), "{refused:?}");
    assert_eq!(config(&person), before);
    assert!(!person.home().join(".local").exists() && !person.key_file().exists());
}

#[test]
fn one_registry_gets_the_helper_and_the_others_are_left_alone() {
    let person = person(&format!(
        "{{\n\t\"auths\": {{\n\t\t\"ghcr.io\": {{\"auth\":\"{ADA}\"}},\n\t\t\"quay.io\": {{\"auth\":\"{BOB}\"}}\n\t}}\n}}"
    ));
    setup(&person, &["--registry", "ghcr.io"]).ok();
    let config = person.docker_config();
    assert_eq!(config["credHelpers"], json!({"ghcr.io": "imgsec"}));
    assert_eq!(config["auths"], json!({"ghcr.io": {}, "quay.io": {"auth": BOB}}));
    assert_eq!(config.get("credsStore"), None);
    person.run_ours(&["setup", "--undo", "--yes", "--logged-out"]).ok();
    assert_eq!(person.docker_config().get("credHelpers"), None);
    let hub = setup(&person, &["--registry", "docker.io", "--json"]).ok();
    let answer: Value = serde_json::from_str(&hub.stdout).unwrap();
    assert_eq!(answer["changes"][0]["key"], "credHelpers.https://index.docker.io/v1/");
}

#[test]
fn what_no_helper_can_keep_stays_and_docker_goes_on_reading_it() {
    let person = person(&format!(
        "{{\"auths\":{{\"a.example\":{{\"registrytoken\":\"tok\"}},\"b.example\":{{\"auth\":\"{BOB}\"}}}}}}"
    ));
    let said = setup(&person, &[]);
    assert_eq!(code(&said), 3, "{said:?}");
    assert!(
        said.stdout
            .contains("stays: a.example in ~/.docker/config.json: it holds a registry token"),
        "{said:?}"
    );
    let config = person.docker_config();
    // With a helper for all Docker would no longer read it; an empty name kills docker-py.
    assert_eq!(config["credHelpers"], json!({"b.example": "imgsec"}));
    assert_eq!(config.get("credsStore"), None);
    assert_eq!(config["auths"]["a.example"], json!({"registrytoken": "tok"}));
    assert_eq!(password(&person, "b.example").as_deref(), Some("swordfish"));
}

#[test]
fn who_would_lose_by_a_default_helper_is_named() {
    let person = person("{}");
    fs::remove_file(config_path(&person)).unwrap();
    let old = person.home().join(".dockercfg");
    fs::write(&old, format!("{{\"b.example\":{{\"auth\":\"{BOB}\"}}}}")).unwrap();
    let said = setup(&person, &[]);
    let why = "could then no longer find the login for b.example in ~/.dockercfg";
    assert!(said.stdout.contains(why), "{said:?}");
    assert!(!config_path(&person).exists(), "{said:?}");
}

#[test]
fn another_login_that_is_kept_already_is_not_overwritten_in_silence() {
    let before = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{ADA}\"}}}}}}");
    let person = person("{}");
    setup(&person, &[]).ok();
    person.keep("https://ghcr.io", "carol", "other");
    fs::write(config_path(&person), &before).unwrap();
    let refused = setup(&person, &[]);
    assert_eq!((code(&refused), config(&person)), (6, before));
    assert!(refused.stderr.contains("another login for ghcr.io (carol)"), "{refused:?}");
    assert_eq!(password(&person, "ghcr.io").as_deref(), Some("other"));
    setup(&person, &["--overwrite"]).ok();
    assert_eq!(password(&person, "ghcr.io").as_deref(), Some("hunter2"));
}

#[test]
fn logins_of_the_helper_in_use_are_copied_and_it_keeps_its_own() {
    let person = person("{\"credsStore\":\"old\"}");
    let old = person.folder().join("bin/docker-credential-old");
    fs::write(&old, "#!/bin/sh\ncase $1 in list) echo '{\"quay.io\":\"bob\"}';; get) grep -qx quay.io || { echo 'credentials not found in native keychain'; exit 1; }; echo '{\"ServerURL\":\"quay.io\",\"Username\":\"bob\",\"Secret\":\"swordfish\"}';; *) exit 1;; esac\n").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).unwrap();
    let said = setup(&person, &[]).ok();
    assert!(said.stdout.contains("copy quay.io (bob) from docker-credential-old"), "{said:?}");
    assert_eq!(password(&person, "quay.io").as_deref(), Some("swordfish"));
    // Podman has it from our helper, and had it from nobody before.
    person.run_ours(&["setup", "--undo", "--yes", "--logged-out"]).ok();
    assert_eq!(config(&person), "{\"credsStore\":\"old\"}");
}

#[test]
fn a_broken_file_is_named_with_its_place_and_left_alone() {
    for (text, place) in [
        ("{\n  \"auths\": {,}\n}", "line 2, column 13"),
        ("{\"a\":1,\"a\":2}", "twice"),
        ("[]", "not a JSON object"),
        ("\u{feff}{}", "byte order mark"),
    ] {
        let person = person(text);
        let said = setup(&person, &[]);
        assert_eq!(code(&said), 3, "{said:?}");
        assert!(said.stderr.contains(place) && said.stderr.contains("hint: "), "{said:?}");
        assert_eq!(config(&person), text);
        assert!(!person.key_file().exists());
    }
}

#[test]
fn mode_and_links_of_the_file_stay_and_a_dangling_link_is_refused() {
    let person = person("{}");
    let (link, real) = (config_path(&person), person.folder().join("dotfiles.json"));
    fs::rename(&link, &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    setup(&person, &[]).ok();
    assert!(link.is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o7777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains("imgsec"));
    fs::remove_file(&real).unwrap();
    let said = setup(&person, &[]).fails();
    assert!(said.stderr.contains("symbolic link that leads nowhere"), "{said:?}");
}

#[test]
fn a_home_without_docker_gets_its_folder_and_file() {
    let person = person("{}");
    fs::remove_dir_all(person.home().join(".docker")).unwrap();
    setup(&person, &[]).ok();
    assert_eq!(config(&person), "{\n\t\"credsStore\": \"imgsec\"\n}\n");
    assert_eq!(fs::metadata(config_path(&person)).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(person.home().join(".docker")).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn a_key_file_beside_the_data_is_refused() {
    let person = person("{}");
    let inside = person.home().join(".local/share/imgsec-cred/sealed/key");
    let said = person
        .run_ours(&["setup", "--yes", "--no-input", "--key-file", inside.to_str().unwrap()])
        .fails();
    assert!(said.stderr.contains("imgsec-cred: "), "{said:?}");
    assert!(!inside.exists());
}

#[test]
fn a_helper_that_docker_could_not_find_is_said_before_docker_depends_on_it() {
    let before = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{ADA}\"}}}}}}");
    let person = person(&before);
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command
        .env("PATH", "/usr/bin:/bin")
        .args(["setup", "--yes", "--no-input", "--key-file"])
        .arg(person.key_file());
    let said = person.finish(&mut command, b"").fails();
    assert!(
        said.stderr.contains("not on the PATH") && said.stderr.contains("hint: export PATH="),
        "{said:?}"
    );
    assert_eq!(config(&person), before);
}

#[test]
fn an_undo_writes_nobody_elses_login_into_a_file() {
    let person = person(&format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{ADA}\"}}}}}}"));
    setup(&person, &[]).ok();
    person.keep("ghcr.io", "work", "other");
    let undone = person.run_ours(&["setup", "--undo", "--yes", "--insecure-plaintext"]);
    assert_eq!(code(&undone), 3, "{undone:?}");
    assert!(undone.stdout.contains("the store keeps a login of work for it now"), "{undone:?}");
    assert!(!undone.stdout.contains("config.json is as before\n"), "{undone:?}");
    assert_eq!(person.docker_config(), json!({"auths": {"ghcr.io": {}}}));
    assert_eq!(password(&person, "ghcr.io").as_deref(), Some("other"));
}

#[test]
fn a_passphrase_that_nobody_would_see_is_not_made() {
    let before = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{ADA}\"}}}}}}");
    let person = person(&before);
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["setup", "--store", "sealed", "--yes", "--json"]);
    let ran = command.stderr(std::process::Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        !ran.status.success() && said.contains("standard error goes to the null device"),
        "{said}"
    );
    assert_eq!(config(&person), before);
    assert!(!person.home().join(".local/share/imgsec-cred/sealed").exists());
}
