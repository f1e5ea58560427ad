//! Docker 29, whose rules are others than those of the oldest one that people still have: a helper
//! that fails ends a pull. Its build needs a plugin, so here it is the classic one.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;

use crate::support::clients::{ask, log_in, log_out, run};
use crate::support::person::Store;
use crate::support::world::World;

scenes! { "needs dockerd and this year's clients; run tests/run":
    a_login_is_kept_used_and_forgotten
    the_oldest_and_the_newest_share_their_logins
    an_identity_token_is_used
    a_locked_store_ends_a_pull_and_says_so
}

fn a_login_is_kept_used_and_forgotten(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    for registry in [&world.registry, &world.tokens] {
        let amy = world.user(registry, &me, "amy");
        let (host, image) = (registry.host(), format!("{}/{}/app:1", registry.host(), amy.user));
        world.make_image(&me, &image);
        log_in(&me, "docker", &host, &me.new_login("wrong")).fails();
        assert_eq!(me.listed(), BTreeMap::new());
        log_in(&me, "docker", &host, &amy).ok();
        assert_eq!(me.login_for(&host), Some(amy));
        run(&me, "docker", &["push", &image]).ok();
        run(&me, "docker", &["rmi", &image]).ok();
        ask(&me, "docker", &image).ok();
        me.watch_calls();
        run(&me, "docker", &["pull", &image]).ok();
        assert_eq!(me.calls(), ["get"]);
        run(&me, "docker", &["rmi", &image]).ok();
        let folder = me.folder().join("build");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Dockerfile"), format!("FROM {image}\nCOPY Dockerfile /\n")).unwrap();
        let mut build = crate::support::clients::command(&me, "docker");
        build.env("DOCKER_BUILDKIT", "0").arg("build").arg(folder);
        me.finish(&mut build, b"").ok();
        log_out(&me, "docker", &host).ok();
        assert_eq!(me.listed(), BTreeMap::new());
        ask(&me, "docker", &image).fails();
    }
    me.assert_no_secret_on_disk();
}

fn the_oldest_and_the_newest_share_their_logins(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let (amy, zed) =
        (world.user(&world.registry, &me, "amy"), world.user(&world.registry, &me, "zed"));
    let host = world.registry.host();
    let image = format!("{host}/{}/app", amy.user);
    world.make_image(&me, &image);
    me.log_in("docker", &host, &amy).ok();
    run(&me, "docker", &["push", &image]).ok();
    log_in(&me, "docker", &host, &zed).ok();
    assert_eq!(me.login_for(&host), Some(zed));
    me.docker(&["pull", &image]).ok();
    log_out(&me, "docker", &host).ok();
    me.docker(&["pull", &image]).fails();
    me.assert_no_secret_on_disk();
}

fn an_identity_token_is_used(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.tokens, &me, "amy");
    world.tokens.give_identity_token(&amy.user);
    let (host, image) = (world.tokens.host(), format!("{}/{}/app", world.tokens.host(), amy.user));
    log_in(&me, "docker", &host, &amy).ok();
    let kept = me.login_for(&host).unwrap();
    assert_eq!(kept.user, "<token>");
    me.keep_secret(&kept);
    world.make_image(&me, &image);
    run(&me, "docker", &["push", &image]).ok();
    ask(&me, "docker", &image).ok();
    me.assert_no_secret_on_disk();
}

fn a_locked_store_ends_a_pull_and_says_so(store: Store) {
    let world = World::shared();
    let mut me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let image = format!("{}/{}/app", world.registry.host(), amy.user);
    world.make_image(&me, &image);
    log_in(&me, "docker", &world.registry.host(), &amy).ok();
    run(&me, "docker", &["push", &image]).ok();
    me.lock();
    let refused = run(&me, "docker", &["pull", &image]).fails();
    assert!(refused.said().contains("locked"), "{refused:#?}");
    // What has no login is pulled as nobody, as ever: the registry refuses it, not the helper.
    let nobody = image.replace(&world.registry.host(), &world.registry.other_host());
    let nobody = run(&me, "docker", &["pull", &nobody]).fails();
    assert!(!nobody.said().contains("locked"), "{nobody:#?}");
    me.unlock();
    run(&me, "docker", &["pull", &image]).ok();
}
