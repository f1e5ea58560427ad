//! `imgsec-cred which`: what each client would use, as a person and as a script see it. That the
//! clients do use that, `clients/client_requests.rs` looks at.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;

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

/// A program on the person's `PATH` that says its version.
fn installs(person: &Person, name: &str, says: &str) {
    let path = person.folder().join("bin").join(name);
    fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// What `which` says where no program is installed but ours and the person's.
fn said(person: &Person, words: &[&str]) -> String {
    let ours = env!("CARGO_BIN_EXE_imgsec-cred");
    let folders = [person.folder().join("bin"), Path::new(ours).parent().unwrap().to_owned()];
    let mut command = person.command(ours);
    command.env("PATH", std::env::join_paths(folders).unwrap()).arg("which").args(words);
    person.finish(&mut command, b"").ok().stdout
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
    installs(&person, "kubectl", "");
    let said = said(&person, &["nginx"]);
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
    installs(&person, "podman", "podman version 4.9.3");
    installs(&person, "skopeo", "skopeo version 1.14.0");
    let said = said(&person, &["ghcr.io/acme/app:1.2"]);
    let line = "warn  podman, skopeo, docker_credential (Rust): the login in plain text is used, not \
                the one for ghcr.io that the store keeps: imgsec-cred migrate";
    assert!(said.contains(line), "{said}");
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
    let warning = "warn  DOCKER_AUTH_CONFIG is set, and Docker 28.2.2 ignores it: Docker reads it from 28.3 on";
    // Docker reads it since 28.3.
    for (version, is_read) in [("28.2.2", false), ("28.3.0", true)] {
        installs(&person, "docker", &format!("Docker version {version}, build 0"));
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.env("DOCKER_AUTH_CONFIG", &value).args(["which", "ghcr.io/x", "--json"]);
        let answer = serde_json::from_str(&person.finish(&mut command, b"").ok().stdout).unwrap();
        let expected = match is_read {
            true => three("variable", "plain-text", &env.user),
            false => three("helper", "kept", &kept.user),
        };
        assert_eq!(uses(&answer, "docker"), expected, "{version}");
        assert_eq!(answer["docker"], format!("Docker {version}"));
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.env("DOCKER_AUTH_CONFIG", &value).args(["which", "ghcr.io/x"]);
        let said = person.finish(&mut command, b"").ok().stdout;
        assert_eq!(said.contains(warning), !is_read, "{said}");
        assert_eq!(said.contains("ignored by this version of Docker"), !is_read, "{said}");
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
    // Docker before 29 goes on without the helper.
    installs(&person, "docker", "Docker version 29.0.0, build 0");
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

#[test]
fn clients_that_are_installed_are_shown_and_equal_answers_once() {
    let person = Person::new(Store::Sealed);
    let login = person.new_login("ada");
    person.keep("ghcr.io", &login.user, &login.password);
    // As a login leaves it: without the mark testcontainers for Go do not ask for it.
    person.write_docker_config(&json!({"credsStore": "imgsec", "auths": {"ghcr.io": {}}}));
    for (name, says) in [
        ("docker", "Docker version 29.1.0, build 0"),
        ("crane", "0.22.1"),
        ("podman", "podman version 4.9.3"),
        ("skopeo", "skopeo version 1.14.0"),
    ] {
        installs(&person, name, says);
    }
    let shown = said(&person, &["ghcr.io/x"]);
    let clients: Vec<_> = shown.split("\n\n").map(|block| block.lines().next().unwrap()).collect();
    let [_, dockers, podmans, left] = clients[..] else { panic!("{shown}") };
    assert_eq!((dockers, podmans), ("docker, crane", "podman, skopeo"), "{shown}");
    assert!(left.contains("more with --all"), "{shown}");
    let all = said(&person, &["ghcr.io/x", "--all"]);
    assert!(all.contains("helm") && all.contains("jib") && !all.contains("--all"), "{all}");
    let answer: Value = serde_json::from_str(&said(&person, &["ghcr.io/x", "--json"])).unwrap();
    let clients = answer["clients"].as_array().unwrap();
    let installed = |name: &str| {
        let has = |c: &&Value| c["clients"].as_array().unwrap().contains(&json!(name));
        clients.iter().find(has).unwrap()["installed"].clone()
    };
    assert_eq!(installed("cosign"), json!(["crane"]));
    assert_eq!((installed("helm"), installed("jib")), (json!([]), json!([])));
}

#[test]
fn a_registry_that_is_known_is_meant_by_its_name() {
    let person = Person::new(Store::Sealed);
    let login = person.new_login("ada");
    let answer = which(&person, "localhost:5000");
    assert_eq!(answer["image"], "docker.io/library/localhost:5000");
    assert_eq!(answer["other_reading"], "localhost:5000/IMAGE");
    let shown = said(&person, &["localhost:5000"]);
    let line =
        "read as an image, as Docker does; as a registry: imgsec-cred which localhost:5000/IMAGE";
    assert!(shown.contains(line), "{shown}");
    // The store keeps a login for it.
    person.keep("localhost:5000", &login.user, &login.password);
    let answer = which(&person, "localhost:5000");
    let none = (&Value::Null, &Value::Null);
    assert_eq!((&answer["image"], &answer["repository"]), none);
    assert_eq!(answer["registry"], "localhost:5000");
    assert_eq!(answer["other_reading"], "docker.io/library/localhost:5000");
    assert_eq!(uses(&answer, "docker"), three("helper", "kept", &login.user));
    let shown = said(&person, &["localhost:5000"]);
    assert!(shown.starts_with("registry  localhost:5000 (any image in it)\n"), "{shown}");
    assert!(shown.contains("as an image: imgsec-cred which docker.io/library/localhost:5000"));
    // A file names it.
    assert_eq!(which(&person, "ghcr.io")["image"], "docker.io/library/ghcr.io:latest");
    person.write_docker_config(&json!({"auths": {"https://ghcr.io/v1/": auth(&login)}}));
    let answer = which(&person, "ghcr.io");
    assert_eq!((&answer["image"], &answer["registry"]), (&Value::Null, &json!("ghcr.io")));
    assert_eq!(uses(&answer, "docker"), three("file", "plain-text", &login.user));
}

#[test]
fn where_docker_is_podman_it_answers_as_podman_does() {
    let person = Person::new(Store::Sealed);
    let login = person.new_login("ada");
    person.write_docker_config(&json!({"credsStore": "gone", "auths": {"ghcr.io": auth(&login)}}));
    person.forget_containers();
    installs(&person, "docker", "podman version 4.9.3");
    installs(&person, "podman", "podman version 4.9.3");
    let answer = which(&person, "ghcr.io/x");
    assert_eq!(answer["docker"], "Podman 4.9.3");
    // It never reads credsStore.
    assert_eq!(uses(&answer, "docker"), three("file", "plain-text", &login.user));
    let shown = said(&person, &["ghcr.io/x"]);
    assert!(shown.contains("\ndocker (Podman 4.9.3), podman\n> 1  ~/.docker"), "{shown}");
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.env("DOCKER_AUTH_CONFIG", "{}").args(["which", "ghcr.io/x"]);
    let shown = person.finish(&mut command, b"").ok().stdout;
    let line = "DOCKER_AUTH_CONFIG is set, and docker, which is Podman 4.9.3, ignores it";
    assert!(shown.contains(line), "{shown}");
}

#[test]
fn a_build_without_buildkit_is_shown_where_it_gets_no_login() {
    let person = Person::new(Store::Sealed);
    let login = person.new_login("ada");
    let fails = json!({
        "credHelpers": {"other.example": "gone"}, "auths": {"ghcr.io": auth(&login)},
    });
    person.write_docker_config(&fails);
    installs(&person, "docker", "Docker version 20.10.24, build 0");
    let used = three("file", "plain-text", &login.user);
    let answer = which(&person, "ghcr.io/x");
    assert_eq!(uses(&answer, "docker"), used);
    assert_eq!(uses(&answer, "docker build (classic)"), three("", "", ""));
    let shown = said(&person, &["ghcr.io/x"]);
    assert!(shown.contains("\ndocker build (classic)\n"), "{shown}");
    assert!(
        shown.contains("docker-credential-gone is not on the PATH\n> no credential"),
        "{shown}"
    );
    // Docker 23 does without the helper that fails.
    installs(&person, "docker", "Docker version 23.0.0, build 0");
    assert_eq!(uses(&which(&person, "ghcr.io/x"), "docker build (classic)"), used);
    assert!(!said(&person, &["ghcr.io/x"]).contains("docker build (classic)"));
}
