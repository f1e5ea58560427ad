//! Builds whose base images are private, and Compose: the clients that call the helper most. The
//! classic builder lists all logins and gets each one; one that fails, and it sends none at all.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::person::{Person, Store};
use crate::support::process::{self, Ran};
use crate::support::world::World;

const HUB: &str = "https://index.docker.io/v1/";

scenes! { "needs dockerd; run tests/run":
    a_classic_build_gets_all_its_private_bases
    a_classic_build_works_beside_logins_it_does_not_need
    a_buildkit_build_gets_all_its_private_bases
    compose_pulls_several_services_at_once
    compose_builds_and_pushes
}

/// Two private bases, each in a registry with its own user; returns the Dockerfile's folder.
fn two_private_bases(world: &World, me: &Person) -> PathBuf {
    let mut bases = Vec::new();
    for registry in [&world.registry, &world.tokens] {
        let user = world.user(registry, me, "amy");
        let image = format!("{}/{}/base", registry.host(), user.user);
        me.log_in("docker", &registry.host(), &user).ok();
        push_away(world, me, &image);
        bases.push(image);
    }
    let [first, second] = bases.try_into().unwrap();
    let folder = me.folder().join("build");
    fs::create_dir_all(&folder).unwrap();
    let text = format!("FROM {first} AS one\nFROM {second}\nCOPY --from=one /content /one\n");
    fs::write(folder.join("Dockerfile"), text).unwrap();
    folder
}

/// Makes an image that is in the registry and not in the engine.
fn push_away(world: &World, me: &Person, image: &str) {
    world.make_image(me, image);
    me.docker(&["push", image]).ok();
    me.docker(&["rmi", image]).ok();
}

fn build(me: &Person, docker: &Path, kit: &str, folder: &Path) -> Ran {
    let mut command = me.command(docker);
    command.env("DOCKER_BUILDKIT", kit).args(["build", "--no-cache"]).arg(folder);
    me.finish(&mut command, b"")
}

fn a_classic_build_gets_all_its_private_bases(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let folder = two_private_bases(&world, &me);
    me.watch_calls();
    build(&me, &process::need("docker"), "0", &folder).ok();
    assert_eq!(me.calls(), ["list", "get", "get"]);
    me.docker(&["logout", &world.tokens.host()]).ok();
    // The engine still has both bases: without this it would not ask.
    let bases = fs::read_to_string(folder.join("Dockerfile")).unwrap();
    for line in bases.lines().filter_map(|line| line.strip_prefix("FROM ")) {
        me.docker(&["rmi", "--force", line.split(' ').next().unwrap()]).ok();
    }
    build(&me, &process::need("docker"), "0", &folder).fails();
    me.assert_no_secret_on_disk();
}

fn a_classic_build_works_beside_logins_it_does_not_need(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let folder = two_private_bases(&world, &me);
    let odd = [HUB, "ghcr.io", "https://quay.io", "registry.example/team", "https://x.mcp-dcr"];
    for server in odd {
        me.keep(server, "somebody", "something");
    }
    for part in ["access-token", "refresh-token"] {
        me.keep(&format!("{HUB}{part}"), "somebody", "of Docker's own web login");
    }
    let listed = me.listed();
    assert_eq!(listed.len(), 2 + odd.len(), "{listed:?}");
    me.watch_calls();
    build(&me, &process::need("docker"), "0", &folder).ok();
    let calls = me.calls();
    assert_eq!((calls[0].as_str(), calls.len()), ("list", 1 + listed.len()));
}

fn a_buildkit_build_gets_all_its_private_bases(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let folder = two_private_bases(&world, &me);
    // Docker 20.10 to 22 have BuildKit inside, later ones in a plugin; any one will do.
    let kit = process::all("docker").into_iter().find(|docker| {
        let mut ask = me.command(docker);
        ask.env("DOCKER_BUILDKIT", "1").args(["build", "--help"]);
        let old = me.finish(&mut ask, b"").said().contains("--secret ");
        old || me.finish(me.command(docker).args(["buildx", "version"]), b"").status.success()
    });
    let kit = kit.unwrap_or_else(|| panic!("no docker here has BuildKit: tests/run installs one"));
    me.watch_calls();
    build(&me, &kit, "1", &folder).ok();
    let calls = me.calls();
    assert!(!calls.is_empty() && calls.iter().all(|verb| verb == "get"), "{calls:?}");
    me.assert_no_secret_on_disk();
}

/// Writes a Compose file in a folder of its own.
fn compose_file(me: &Person, services: &str) -> PathBuf {
    let file = me.folder().join("compose.yaml");
    fs::write(&file, format!("services:\n{services}")).unwrap();
    file
}

fn compose(me: &Person, file: &Path, arguments: &[&str]) -> Ran {
    let mut command = me.command(process::need("docker-compose"));
    command.env("DOCKER_BUILDKIT", "0").arg("--file").arg(file).args(arguments);
    me.finish(&mut command, b"")
}

fn compose_pulls_several_services_at_once(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    me.log_in("docker", &host, &amy).ok();
    let images: Vec<_> = (0..4).map(|number| format!("{host}/{}/app{number}", amy.user)).collect();
    let mut services = String::new();
    for (number, image) in images.iter().enumerate() {
        push_away(&world, &me, image);
        writeln!(services, "  s{number}:\n    image: {image}").unwrap();
    }
    let file = compose_file(&me, &services);
    me.watch_calls();
    compose(&me, &file, &["pull"]).ok();
    assert_eq!(me.calls(), vec!["get"; images.len()]);
    for image in &images {
        me.docker(&["rmi", image]).ok();
    }
    me.docker(&["logout", &host]).ok();
    compose(&me, &file, &["pull"]).fails();
    me.assert_no_secret_on_disk();
}

fn compose_builds_and_pushes(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let folder = two_private_bases(&world, &me);
    let zed = world.user(&world.registry, &me, "zed");
    me.log_in("docker", &world.registry.host(), &zed).ok();
    let image = format!("{}/{}/built", world.registry.host(), zed.user);
    let service = format!("  app:\n    image: {image}\n    build: {}\n", folder.display());
    let file = compose_file(&me, &service);
    compose(&me, &file, &["build"]).ok();
    compose(&me, &file, &["push"]).ok();
    me.docker(&["rmi", &image]).ok();
    compose(&me, &file, &["pull"]).ok();
    me.assert_no_secret_on_disk();
}
