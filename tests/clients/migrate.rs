//! `imgsec-cred migrate` between real clients and real helpers: what Docker, Podman and Skopeo wrote
//! into plain files they go on using, and what docker-credential-secretservice and
//! docker-credential-pass keep comes over.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::{self, Ran};
use crate::support::registry::{Auth, Registry};
use crate::support::world::World;

/// A client in an environment where Docker's settings are in their usual place.
fn client(me: &Person, program: &str, arguments: &[&str]) -> Ran {
    let mut command = me.command(process::need(program));
    command.env_remove("DOCKER_CONFIG").args(arguments);
    me.finish(&mut command, b"")
}

/// Says to Podman and its like that this registry speaks without TLS.
fn trust(me: &Person, host: &str) {
    let settings = me.home().join(".config/containers");
    fs::create_dir_all(&settings).unwrap();
    let registries = format!("[[registry]]\nlocation = \"{host}\"\ninsecure = true\n");
    fs::write(settings.join("registries.conf"), registries).unwrap();
}

fn settings(path: &std::path::Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
#[ignore = "needs podman and skopeo; run tests/run"]
fn podman_and_skopeo_go_on_after_migrate_and_after_its_undo() {
    let registry = Registry::start(Auth::Password, &[]);
    let host = registry.host();
    let me = Person::new(Store::Sealed);
    me.forget_containers();
    trust(&me, &host);
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    let password = ["--username", &amy.user, "--password", &amy.password, &host];
    client(&me, "podman", &[&["login"], &password[..]].concat()).ok();
    let file = me.runtime().join("containers/auth.json");
    let before = settings(&file);
    assert!(before["auths"][&host]["auth"].is_string());

    me.run_ours(&["migrate", "--yes"]).ok();
    me.assert_no_secret_on_disk();
    let is_known = |me: &Person| {
        for name in ["podman", "skopeo"] {
            let said = client(me, name, &["login", "--get-login", &host]).ok();
            assert_eq!(said.stdout.trim(), amy.user, "{name}");
        }
        let tags = format!("docker://{host}/no/such");
        let ran = client(me, "skopeo", &["list-tags", &tags]).fails();
        // The registry knew who asked, and has no such image.
        assert!(!ran.said().contains("unauthorized"), "{ran:#?}");
    };
    is_known(&me);
    me.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert_eq!(settings(&file), before);
    me.helper("erase", &host).ok();
    is_known(&me);
}

#[test]
#[ignore = "needs dockerd; run tests/run"]
fn docker_goes_on_after_a_fix_and_after_its_undo() {
    let world = World::shared();
    let me = world.person(Store::Sealed);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    // In plain text, as Docker does it where it finds no helper.
    let config = me.home().join(".docker/config.json");
    fs::write(&config, "{\"auths\": {\"x.lan\": {}}}").unwrap();
    me.log_in("docker", &host, &amy).ok();
    let before = settings(&config);
    assert!(before["auths"][&host]["auth"].is_string(), "{before}");

    let image = format!("{host}/{}/app", amy.user);
    world.make_image(&me, &image);
    me.run_ours(&["audit", "--fix", "--yes"]).ok();
    me.assert_no_secret_on_disk();
    me.docker(&["push", &image]).ok();
    me.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert_eq!(settings(&config), before);
    me.helper("erase", &host).ok();
    me.docker(&["push", &image]).ok();
}

/// `docker-credential-NAME VERB`.
fn other(me: &Person, name: &str, verb: &str, stdin: &str) -> Ran {
    let mut command: Command = me.command(process::need(&format!("docker-credential-{name}")));
    process::run(command.arg(verb), stdin.as_bytes())
}

fn store_in(me: &Person, name: &str, server: &str, login: &Login) {
    let request = json!({"ServerURL": server, "Username": login.user, "Secret": login.password});
    other(me, name, "store", &request.to_string()).ok();
}

#[test]
#[ignore = "needs golang-docker-credential-helpers and gnome-keyring; run tests/run"]
fn what_docker_s_helper_for_the_secret_service_keeps_comes_over() {
    let me = Person::new(Store::Keychain);
    let (amy, bob, zed) = (me.new_login("amy"), me.new_login("bob"), me.new_login("zed"));
    let hub = "https://index.docker.io/v1/";
    store_in(&me, "secretservice", hub, &amy);
    store_in(&me, "secretservice", "ghcr.io", &bob);
    // Two users of one server are two items there: the one that the helper answers with counts.
    store_in(&me, "secretservice", "ghcr.io", &zed);
    let counts: Value =
        serde_json::from_str(&other(&me, "secretservice", "get", "ghcr.io").ok().stdout).unwrap();
    me.run_ours(&["migrate", "--from", "secretservice", "--yes", "--remove-from-helper"]).ok();
    assert_eq!(me.login_for(hub), Some(amy));
    assert_eq!(me.login_for("ghcr.io").unwrap().user, counts["Username"]);
    other(&me, "secretservice", "get", hub).fails();
    me.run_ours(&["migrate", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert!(other(&me, "secretservice", "get", hub).ok().stdout.contains("amy"));
}
