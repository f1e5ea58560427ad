//! Images that are put together: by Docker 29 with buildx in the engine's BuildKit, and by Jib, which
//! needs no engine. Their bases are private.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::symlink;

use super::java;
use crate::support::clients::{self, ask, log_in, log_out, run};
use crate::support::person::{Person, Store};
use crate::support::registry::{Auth, Registry};
use crate::support::world::World;

scenes! { "needs dockerd and clients that take minutes to build; run tests/release":
    buildx_builds_on_private_bases_and_pushes
    jib_builds_on_a_private_base_and_pushes
}

fn buildx_builds_on_private_bases_and_pushes(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let plugins = me.home().join(".docker/cli-plugins");
    fs::create_dir(&plugins).unwrap();
    symlink(clients::need("docker-buildx"), plugins.join("docker-buildx")).unwrap();
    let (mut bases, mut built) = (Vec::new(), Vec::new());
    for registry in [&world.registry, &world.tokens] {
        let (amy, host) = (world.user(registry, &me, "amy"), registry.host());
        let base = format!("{host}/{}/base", amy.user);
        log_in(&me, "docker", &host, &amy).ok();
        world.make_image(&me, &base);
        run(&me, "docker", &["push", &base]).ok();
        run(&me, "docker", &["rmi", &base]).ok();
        bases.push(base);
        built.push(format!("{host}/{}/built:1", amy.user));
    }
    let folder = me.folder().join("build");
    fs::create_dir(&folder).unwrap();
    let text =
        format!("FROM {} AS one\nFROM {}\nCOPY --from=one /content /one\n", bases[0], bases[1]);
    fs::write(folder.join("Dockerfile"), text).unwrap();
    let folder = folder.display().to_string();
    me.watch_calls();
    for image in &built {
        run(&me, "docker", &["buildx", "build", "--no-cache", "--push", "--tag", image, &folder])
            .ok();
        ask(&me, "docker", image).ok();
    }
    assert!(me.calls().iter().all(|verb| verb == "get"));
    log_out(&me, "docker", &world.tokens.host()).ok();
    run(&me, "docker", &["build", "--no-cache", "--pull", &folder]).fails();
    me.assert_no_secret_on_disk();
}

fn jib_builds_on_a_private_base_and_pushes(store: Store) {
    let registry = Registry::start(Auth::Password, &[]);
    let (me, host) = (Person::new(store), registry.host());
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    fs::write(me.home().join("added"), "content").unwrap();
    let [base, built] = ["base:1", "built:1"].map(|name| format!("{host}/{}/{name}", amy.user));
    java(&me, &["jib", "scratch", &base]).fails();
    me.log_in("docker", &host, &amy).ok();
    java(&me, &["jib", "scratch", &base]).ok();
    java(&me, &["jib", &base, &built]).ok();
    ask(&me, "crane", &built).ok();
    me.docker(&["logout", &host]).ok();
    java(&me, &["jib", &base, &built]).fails();
    me.assert_no_secret_on_disk();
}
