//! `imgsec-cred which`: what each client would use, as a person and as a script see it. That the
//! clients do use that, `clients/client_requests.rs` looks at.
#![cfg(target_os = "linux")]

use std::fs;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::Ran;

const HUB: &str = "https://index.docker.io/v1/";

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

fn auth(login: &Login) -> Value {
    json!({"auth": Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes())})
}

fn which(person: &Person, image: &str) -> Value {
    let ran = person.run_ours(&["which", image, "--json"]).ok();
    serde_json::from_str(&ran.stdout).unwrap()
}

/// What a client uses: the kind of the source, what is found, the user.
fn uses(answer: &Value, client: &str) -> (String, String, String) {
    let clients = answer["clients"].as_array().unwrap();
    let has = |c: &&Value| c["clients"].as_array().unwrap().contains(&json!(client));
    let uses = &clients.iter().find(has).unwrap()["uses"];
    let text = |key: &str| uses[key].as_str().unwrap_or_default().to_owned();
    (text("source"), text("found"), text("username"))
}

fn three(source: &str, found: &str, user: &str) -> (String, String, String) {
    (source.to_owned(), found.to_owned(), user.to_owned())
}

#[test]
fn an_image_is_told_in_full_with_what_each_client_uses() {
    let person = Person::new(Store::Sealed);
    let login = person.new_login("ada");
    person.keep(HUB, &login.user, &login.password);
    let answer = which(&person, "nginx");
    assert_eq!(answer["schema"], "imgsec.which/1");
    assert_eq!(answer["image"], "docker.io/library/nginx:latest");
    assert_eq!((&answer["registry"], &answer["ok"]), (&json!("docker.io"), &json!(true)));
    let kept = three("helper", "kept", &login.user);
    assert_eq!(uses(&answer, "docker"), kept);
    assert_eq!(uses(&answer, "crane"), kept);
    // It does not read credsStore: setup has named the helper to it in registries.conf.
    assert_eq!(uses(&answer, "skopeo"), kept);
    assert_eq!(uses(&answer, "kubernetes"), three("", "", ""));
    let said = person.run_ours(&["which", "nginx"]).ok().stdout;
    assert!(said.starts_with("image     docker.io/library/nginx:latest\n"), "{said}");
    assert!(said.contains("imgsec-cred export docker.io --k8s NAME"), "{said}");
    assert!(said.contains(&format!("{} for {HUB}; this is used", login.user)), "{said}");
}

#[test]
fn plain_text_that_wins_over_the_store_is_warned_of() {
    let person = Person::new(Store::Sealed);
    let (kept, left) = (person.new_login("kept"), person.new_login("left"));
    person.keep("ghcr.io", &kept.user, &kept.password);
    person.write_docker_config(&json!({"credsStore": "imgsec", "auths": {"ghcr.io": auth(&left)}}));
    person.forget_containers();
    let answer = which(&person, "ghcr.io/acme/app:1.2");
    assert_eq!(uses(&answer, "docker"), three("helper", "kept", &kept.user));
    assert_eq!(uses(&answer, "podman"), three("file", "plain-text", &left.user));
    let said = person.run_ours(&["which", "ghcr.io/acme/app:1.2"]).ok().stdout;
    assert!(said.contains("warn  podman uses what lies in plain text"), "{said}");
    assert!(said.contains("that Docker never reads"), "{said}");
}

#[test]
fn a_helper_of_somebody_else_is_named_and_never_run() {
    let person = Person::new(Store::Sealed);
    let ran = person.folder().join("was-run");
    let program = person.folder().join("bin/docker-credential-ecr-login");
    fs::write(&program, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    person.write_docker_config(&json!({"credHelpers": {registry: "ecr-login", "ghcr.io": "gone"}}));
    let answer = which(&person, &format!("{registry}/app"));
    assert_eq!(uses(&answer, "docker"), three("helper", "unknown", ""));
    let said = person.run_ours(&["which", &format!("{registry}/app")]).ok().stdout;
    assert!(said.contains("asks ecr-login for"), "{said}");
    let said = person.run_ours(&["which", "ghcr.io/app"]).ok().stdout;
    assert!(said.contains("docker-credential-gone is not on the PATH; it fails here"), "{said}");
    assert!(!ran.exists());
}

#[test]
fn the_variable_is_named_before_the_store() {
    let person = Person::new(Store::Sealed);
    let (kept, env) = (person.new_login("kept"), person.new_login("env"));
    person.keep("ghcr.io", &kept.user, &kept.password);
    let value = json!({"auths": {"ghcr.io": auth(&env)}}).to_string();
    let docker = person.folder().join("bin/docker");
    // Docker reads it since 28.3.
    for (version, is_read) in [("28.2.2", false), ("28.3.0", true)] {
        let script = format!("#!/bin/sh\necho 'Docker version {version}, build 0'\n");
        fs::write(&docker, script).unwrap();
        fs::set_permissions(&docker, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.env("DOCKER_AUTH_CONFIG", &value).args(["which", "ghcr.io/x", "--json"]);
        let answer = serde_json::from_str(&person.finish(&mut command, b"").ok().stdout).unwrap();
        let expected = match is_read {
            true => three("variable", "plain-text", &env.user),
            false => three("helper", "kept", &kept.user),
        };
        assert_eq!(uses(&answer, "docker"), expected, "{version}");
    }
}

#[test]
fn what_is_no_image_is_a_usage_error_in_one_line() {
    let person = Person::new(Store::Sealed);
    for image in [
        "",
        "https://ghcr.io/x",
        "Nginx",
        "a b",
        "ghcr.io/\u{1b}[31mx",
        "x@sha256:12",
        &"a".repeat(9999),
    ] {
        let ran = person.run_ours(&["which", image]);
        assert_eq!((code(&ran), ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert_eq!(ran.stderr.lines().count(), 2, "{ran:?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
    let ran = person.run_ours(&["which", "https://ghcr.io/x"]);
    assert!(ran.stderr.contains("has no scheme"), "{ran:?}");
}

#[test]
fn a_store_that_gives_no_answer_makes_the_answer_partial() {
    let person = Person::new(Store::Sealed);
    let login = person.new_login("ada");
    person.keep("ghcr.io", &login.user, &login.password);
    // Its names stay readable while it is locked.
    person.lock();
    assert_eq!(uses(&which(&person, "ghcr.io/x"), "docker"), three("helper", "kept", &login.user));
    fs::write(person.home().join(".local/share/imgsec-cred/sealed/index.json"), "{").unwrap();
    let ran = person.run_ours(&["which", "ghcr.io/x", "--json"]);
    assert_eq!(code(&ran), 4, "{ran:?}");
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&answer["complete"], &answer["ok"]), (&json!(false), &json!(false)));
    assert_eq!(uses(&answer, "docker"), three("helper", "trouble", ""));
    assert_eq!(uses(&answer, "podman"), three("helper", "trouble", ""));
}

#[test]
fn without_a_store_it_is_said_and_the_rest_is_told() {
    let person = Person::without_keychain(Store::Keychain);
    let ran = person.run_ours(&["which", "ghcr.io/x", "--json"]);
    assert_eq!(code(&ran), 4, "{ran:?}");
    assert!(ran.stderr.contains("hint: imgsec-cred setup"), "{ran:?}");
    person.write_docker_config(&json!({}));
    assert_eq!(code(&person.run_ours(&["which", "ghcr.io/x"])), 0);
}
