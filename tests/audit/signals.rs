//! What makes a finding worse: who may read the file, where it travels, and which program looks at
//! it. Seen from outside, in the program's JSON.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use base64ct::{Base64, Encoding};
use serde_json::Value;

fn auth() -> String {
    Base64::encode_string(b"ada:kept-nowhere-else-72")
}

fn config(rest: &str) -> String {
    format!(r#"{{"auths":{{"ghcr.io":{{"auth":"{}"}}}}{rest}}}"#, auth())
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The first finding in a folder, with these variables.
fn finding(folder: &Path, variables: &[(&str, &str)]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["audit", "--json"]).arg(folder).env_clear().env("HOME", folder);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["findings"][0].clone()
}

fn signals(folder: &Path) -> Vec<String> {
    let signals = finding(folder, &[])["signals"].as_array().unwrap().clone();
    signals.iter().map(|signal| signal.as_str().unwrap().to_owned()).collect()
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@b.example"]);
    assert!(git.args(arguments).output().unwrap().status.success(), "{arguments:?}");
}

#[test]
fn a_private_file_has_none() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/config.json", &config(""));
    assert!(signals(folder.path()).is_empty());
    assert_eq!(finding(folder.path(), &[])["severity"], "high");
}

#[test]
fn who_else_may_read_or_replace_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/config.json", &config(""));
    let set = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    set("a/config.json", 0o640);
    assert_eq!(signals(folder.path()), ["group-readable"]);
    set("a/config.json", 0o644);
    assert_eq!(signals(folder.path()), ["world-readable"]);
    assert_eq!(finding(folder.path(), &[])["severity"], "critical");
    set("a/config.json", 0o600);
    set("a", 0o777);
    assert_eq!(signals(folder.path()), ["folder-open"]);
}

#[test]
#[ignore = "needs git; run tests/run"]
fn what_git_makes_of_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/config.json", &config(""));
    git(folder.path(), &["init", "-q"]);
    assert_eq!(signals(folder.path()), ["not-ignored-by-git"]);
    git(folder.path(), &["add", "."]);
    for version in ["2", "4"] {
        git(folder.path(), &["update-index", "--index-version", version]);
        assert_eq!(signals(folder.path()), ["tracked-by-git"], "version {version}");
    }
    git(folder.path(), &["rm", "-q", "--cached", "a/config.json"]);
    write(folder.path(), "a/.gitignore", "config.*\n");
    assert!(signals(folder.path()).is_empty());
}

#[test]
fn whether_a_build_would_send_it_along() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "app/deploy/config.json", &config(""));
    write(folder.path(), "app/Dockerfile", "FROM scratch\nCOPY . /\n");
    assert_eq!(signals(folder.path()), ["in-build-context"]);
    write(folder.path(), "app/.dockerignore", "deploy\n");
    assert!(signals(folder.path()).is_empty());
}

#[test]
fn which_helper_stands_before_it() {
    let folder = tempfile::tempdir().unwrap();
    for (rest, expected) in [
        (r#","credsStore":"pass""#, "shadowed-by-helper"),
        (r#","credHelpers":{"ghcr.io":"pass"}"#, "shadowed-by-helper"),
        (r#","credHelpers":{"ghcr.io":""},"credsStore":"pass""#, "empty-helper"),
    ] {
        write(folder.path(), ".docker/config.json", &config(rest));
        assert_eq!(signals(folder.path()), [expected], "{rest}");
    }
    write(folder.path(), ".docker/config.json", &config(r#","credHelpers":{"quay.io":"pass"}"#));
    assert!(signals(folder.path()).is_empty());
    let overridden = finding(folder.path(), &[("DOCKER_AUTH_CONFIG", "{}")]);
    assert_eq!(overridden["signals"][0], "overridden-by-env");
}

#[test]
fn copies_synced_folders_and_one_secret_for_two_registries() {
    let folder = tempfile::tempdir().unwrap();
    for (name, expected) in [
        ("a/config.json.bak", "backup"),
        ("a/config.json~", "backup"),
        ("a/config.json2847193056", "backup"),
        ("Dropbox/config.json", "synced-folder"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), name, &config(""));
        assert_eq!(signals(folder.path()), [expected], "{name}");
    }
    let entry = format!(r#"{{"auth":"{}"}}"#, auth());
    let two = format!(r#"{{"auths":{{"ghcr.io":{entry},"http://quay.io":{entry}}}}}"#);
    write(folder.path(), "a/config.json", &two);
    let all = signals(folder.path());
    assert!(all.contains(&"same-secret-other-registry".to_owned()), "{all:?}");
}
