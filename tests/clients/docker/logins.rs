//! Which login Docker finds with our helper when there has been more than one: another user, a new
//! password, another registry, another name for the same one. Docker's own helpers get some of
//! these wrong.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::thread;

use serde_json::json;

use crate::support::person::{Login, Store};
use crate::support::process;
use crate::support::world::World;

scenes! { "needs dockerd; run tests/run":
    a_wrong_password_leaves_the_login_that_was_there
    logging_in_as_another_user_takes_effect
    logging_in_with_a_new_password_takes_effect
    logging_out_of_one_registry_leaves_the_others
    each_registry_gets_its_own_login
    every_way_to_write_a_registry_is_the_same_registry
    an_identity_token_gives_way_to_a_password
    logins_at_the_same_time_are_all_kept
}

fn a_wrong_password_leaves_the_login_that_was_there(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    me.log_in("docker", &host, &amy).ok();
    me.log_in("docker", &host, &me.new_login("nobody")).fails();
    assert_eq!(me.login_for(&host), Some(amy));
}

fn logging_in_as_another_user_takes_effect(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let (host, tokens) = (world.registry.host(), world.tokens.host());
    // Docker's own helpers for Linux go on with the first user, in either order of names.
    for (first, second) in [("amy", "zed"), ("zed", "amy")] {
        let first = world.user(&world.registry, &me, first);
        let second = world.user(&world.registry, &me, second);
        me.log_in("docker", &host, &first).ok();
        me.log_in("docker", &host, &second).ok();
        assert_eq!(me.login_for(&host), Some(second.clone()));
        assert_eq!(me.listed(), BTreeMap::from([(host.clone(), second.user.clone())]));
        // The registry knows only the second: a push proves that it was asked as the second.
        world.registry.forbid(&first.user);
        let image = format!("{host}/{}/app", second.user);
        world.make_image(&me, &image);
        me.docker(&["push", &image]).ok();
    }
    let first = world.user(&world.tokens, &me, "amy");
    let second = world.user(&world.tokens, &me, "zed");
    me.log_in("docker", &tokens, &first).ok();
    me.log_in("docker", &tokens, &second).ok();
    for (user, may) in [(&first.user, false), (&second.user, true)] {
        let image = format!("{tokens}/{user}/app");
        world.make_image(&me, &image);
        let push = me.docker(&["push", &image]);
        assert_eq!(push.status.success(), may, "{push:#?}");
    }
    me.docker(&["logout", &host]).ok();
    assert_eq!(me.login_for(&host), None, "the first user must not come back");
    me.assert_no_secret_on_disk();
}

fn logging_in_with_a_new_password_takes_effect(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let old = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    let image = format!("{host}/{}/app", old.user);
    world.make_image(&me, &image);
    me.log_in("docker", &host, &old).ok();
    let new = Login { user: old.user.clone(), ..me.new_login("new") };
    me.keep_secret(&new);
    world.registry.allow(&new.user, &new.password);
    me.docker(&["push", &image]).fails();
    me.log_in("docker", &host, &new).ok();
    me.docker(&["push", &image]).ok();
    assert_eq!(me.login_for(&host), Some(new));
    me.assert_no_secret_on_disk();
}

fn logging_out_of_one_registry_leaves_the_others(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let hosts = [world.registry.host(), world.registry.other_host(), world.tokens.host()];
    let amy = world.user(&world.registry, &me, "amy");
    world.tokens.allow(&amy.user, &amy.password);
    for host in &hosts {
        me.log_in("docker", host, &amy).ok();
    }
    assert_eq!(me.listed().len(), 3);
    me.docker(&["logout", &hosts[0]]).ok();
    assert_eq!(me.login_for(&hosts[0]), None);
    assert_eq!(me.login_for(&hosts[1]), Some(amy.clone()));
    assert_eq!(me.login_for(&hosts[2]), Some(amy));
}

fn each_registry_gets_its_own_login(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    // Same server, three names: to a client they are three registries, and a login for one must
    // not be sent to another.
    let amy = world.user(&world.registry, &me, "amy");
    me.log_in("docker", &world.registry.host(), &amy).ok();
    let other = format!("{}/{}/app", world.registry.other_host(), amy.user);
    world.make_image(&me, &other);
    me.docker(&["push", &other]).fails();
    for server in [world.registry.other_host(), "127.0.0.1".into(), "127.0.0.1:1".into()] {
        assert_eq!(me.login_for(&server), None);
    }
    let zed = world.user(&world.registry, &me, "zed");
    me.log_in("docker", &world.registry.other_host(), &zed).ok();
    world.registry.forbid(&amy.user);
    me.docker(&["push", &other]).ok();
    assert_eq!(me.login_for(&world.registry.host()), Some(amy));
    assert_eq!(me.login_for(&world.registry.other_host()), Some(zed));
}

fn every_way_to_write_a_registry_is_the_same_registry(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let host = world.registry.host();
    let amy = world.user(&world.registry, &me, "amy");
    for name in [format!("http://{host}"), format!("{host}/v2/"), format!("https://{host}/x")] {
        me.log_in("docker", &name, &amy).ok();
        assert_eq!(me.listed().keys().collect::<Vec<_>>(), [&host], "{name}");
        me.docker(&["logout", &name]).ok();
        assert_eq!(me.listed(), BTreeMap::new(), "{name}");
    }
}

fn an_identity_token_gives_way_to_a_password(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let (amy, zed) = (world.user(&world.tokens, &me, "amy"), world.user(&world.tokens, &me, "zed"));
    world.tokens.give_identity_token(&amy.user);
    let host = world.tokens.host();
    for _ in 0..2 {
        me.log_in("docker", &host, &amy).ok();
        assert_eq!(me.listed()[&host], "<token>");
        me.log_in("docker", &host, &zed).ok();
        assert_eq!(me.login_for(&host), Some(zed.clone()));
    }
}

fn logins_at_the_same_time_are_all_kept(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    world.tokens.allow(&amy.user, &amy.password);
    let [one, two] = [&world.registry, &world.tokens];
    let hosts = [one.host(), one.other_host(), two.host(), two.other_host()];
    thread::scope(|threads| {
        for (number, host) in hosts.iter().enumerate() {
            let (me, amy) = (&me, &amy);
            threads.spawn(move || {
                // A folder each: two at once would race for Docker's own config.json.
                let config = me.folder().join(format!("docker{number}"));
                std::fs::create_dir(&config).unwrap();
                let settings = json!({ "credsStore": "imgsec" }).to_string();
                std::fs::write(config.join("config.json"), settings).unwrap();
                let mut login = me.command(process::need("docker"));
                login.env("DOCKER_CONFIG", config);
                login.args(["login", "--username", &amy.user, "--password-stdin", host]);
                me.finish(&mut login, amy.password.as_bytes()).ok();
            });
        }
    });
    let expected = hosts.map(|host| (host, amy.user.clone()));
    assert_eq!(me.listed(), BTreeMap::from(expected));
    me.assert_no_secret_on_disk();
}
