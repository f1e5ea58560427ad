//! Testcontainers in three languages and the dev containers CLI: what fetches private images and
//! features for a developer. None of them starts a container here.
#![cfg(target_os = "linux")]

use std::fs;

use super::{java, node};
use crate::support::clients::{log_in, log_out, run};
use crate::support::person::{Person, Store};
use crate::support::process::Ran;
use crate::support::registry::{Auth, Registry};
use crate::support::world::World;

scenes! { "needs dockerd and clients that take minutes to build; run tests/release":
    testcontainers_for_go_pulls
    testcontainers_for_java_pulls
    testcontainers_for_node_pulls
    dev_containers_publishes_and_reads_features
}

fn testcontainers_for_go_pulls(store: Store) {
    pulls(store, |me, image| run(me, "testcontainers", &[image]));
}

fn testcontainers_for_java_pulls(store: Store) {
    pulls(store, |me, image| java(me, &["pull", image]));
}

fn testcontainers_for_node_pulls(store: Store) {
    pulls(store, |me, image| node(me, "testcontainers.mjs", &[image]));
}

fn pulls(store: Store, pull: impl Fn(&Person, &str) -> Ran) {
    let world = World::shared();
    let me = world.person(store);
    for registry in [&world.registry, &world.tokens] {
        let (amy, host) = (world.user(registry, &me, "amy"), registry.host());
        let image = format!("{host}/{}/app:1", amy.user);
        log_in(&me, "docker", &host, &amy).ok();
        world.make_image(&me, &image);
        run(&me, "docker", &["push", &image]).ok();
        run(&me, "docker", &["rmi", &image]).ok();
        pull(&me, &image).ok();
        run(&me, "docker", &["image", "inspect", &image]).ok();
        run(&me, "docker", &["rmi", &image]).ok();
        log_out(&me, "docker", &host).ok();
        pull(&me, &image).fails();
    }
    me.assert_no_secret_on_disk();
}

fn dev_containers_publishes_and_reads_features(store: Store) {
    let registry = Registry::start(Auth::Password, &[]);
    // Only a registry that is called localhost is asked over plain HTTP.
    let (me, host) = (Person::new(store), registry.other_host());
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    let feature = me.home().join("features/hello");
    fs::create_dir_all(&feature).unwrap();
    let about = r#"{"id": "hello", "version": "1.0.0", "name": "Hello"}"#;
    fs::write(feature.join("devcontainer-feature.json"), about).unwrap();
    fs::write(feature.join("install.sh"), "echo hello\n").unwrap();
    let tool = |words: &str| {
        let words: Vec<_> = words.split(' ').collect();
        node(&me, "node_modules/@devcontainers/cli/devcontainer.js", &words)
    };
    let place = format!("{}/features", amy.user);
    me.log_in("docker", &host, &amy).ok();
    tool(&format!("features publish --registry {host} --namespace {place} features")).ok();
    tool(&format!("features info manifest {host}/{place}/hello:1")).ok();
    me.docker(&["logout", &host]).ok();
    tool(&format!("features info manifest {host}/{place}/hello:1")).fails();
    me.assert_no_secret_on_disk();
}
