//! Docker with our helper: logging in and out, push and pull, against a real engine and a real
//! registry, once with the keychain and once with the sealed store. Nothing here knows how the
//! helper works: what counts is what the person finds.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "each test file uses its part")]
mod support {
    pub(crate) mod bus;
    pub(crate) mod dockerd;
    pub(crate) mod person;
    pub(crate) mod process;
    pub(crate) mod registry;
    pub(crate) mod world;
}

use std::collections::BTreeMap;
use std::thread;

use serde_json::json;
use support::person::{Login, Store};
use support::process;
use support::world::World;

/// Each scene is played with both stores.
macro_rules! scenes {
    ($($scene:ident)*) => {
        mod keychain {
            $(#[test]
            #[ignore = "needs dockerd; run tests/run"]
            fn $scene() {
                super::$scene(super::Store::Keychain);
            })*
        }
        mod sealed {
            $(#[test]
            #[ignore = "needs dockerd; run tests/run"]
            fn $scene() {
                super::$scene(super::Store::Sealed);
            })*
        }
    };
}

scenes! {
    logging_in_keeps_the_password_in_the_store_and_nowhere_else
    a_wrong_password_keeps_nothing
    a_wrong_password_leaves_the_login_that_was_there
    logging_in_as_another_user_takes_effect
    logging_in_with_a_new_password_takes_effect
    logging_in_without_a_name_uses_the_login_that_is_kept
    logging_out_twice_is_no_error
    logging_out_of_one_registry_leaves_the_others
    a_private_image_is_pushed_and_pulled_with_the_login_only
    each_registry_gets_its_own_login
    every_way_to_write_a_registry_is_the_same_registry
    an_identity_token_is_kept_instead_of_the_password
    an_identity_token_gives_way_to_a_password
    a_helper_for_one_registry_only
    logins_at_the_same_time_are_all_kept
    every_docker_on_the_path_shares_the_logins
}

fn logging_in_keeps_the_password_in_the_store_and_nowhere_else(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    me.log_in("docker", &host, &amy).ok();
    assert_eq!(me.docker_config()["auths"], json!({ &host: {} }));
    assert_eq!(me.docker_config()["credsStore"], "imgsec");
    assert_eq!(me.listed(), BTreeMap::from([(host.clone(), amy.user.clone())]));
    assert_eq!(me.login_for(&host), Some(amy));
    me.assert_no_secret_on_disk();
}

fn a_wrong_password_keeps_nothing(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let wrong = Login { password: me.new_login("wrong").password, ..amy };
    for host in [world.registry.host(), world.tokens.host()] {
        me.log_in("docker", &host, &wrong).fails();
    }
    assert_eq!(me.listed(), BTreeMap::new());
    me.assert_no_secret_on_disk();
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

fn logging_in_without_a_name_uses_the_login_that_is_kept(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    me.log_in("docker", &host, &amy).ok();
    me.watch_calls();
    let again = me.docker(&["login", &host]).ok();
    assert!(again.said().contains("Login Succeeded"), "{again:#?}");
    assert_eq!(me.calls(), ["get", "store"]);
    assert_eq!(me.login_for(&host), Some(amy));
}

fn logging_out_twice_is_no_error(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    me.log_in("docker", &host, &amy).ok();
    me.watch_calls();
    for _ in 0..2 {
        let out = me.docker(&["logout", &host]).ok();
        assert!(!out.said().contains("WARNING"), "{out:#?}");
        assert_eq!(me.calls(), ["erase"; 4], "Docker erases every way to write the name");
        assert_eq!((me.login_for(&host), me.listed()), (None, BTreeMap::new()));
        me.calls();
    }
    assert!(me.docker_config().get("auths").is_none_or(|auths| *auths == json!({})));
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

fn a_private_image_is_pushed_and_pulled_with_the_login_only(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    for registry in [&world.registry, &world.tokens] {
        let amy = world.user(registry, &me, "amy");
        let (host, image) = (registry.host(), format!("{}/{}/app:1", registry.host(), amy.user));
        world.make_image(&me, &image);
        me.docker(&["push", &image]).fails();
        me.log_in("docker", &host, &amy).ok();
        me.docker(&["push", &image]).ok();
        me.docker(&["rmi", &image]).ok();
        me.watch_calls();
        me.docker(&["pull", &image]).ok();
        assert_eq!(me.calls(), ["get"]);
        me.docker(&["rmi", &image]).ok();
        me.docker(&["logout", &host]).ok();
        me.docker(&["pull", &image]).fails();
    }
    me.assert_no_secret_on_disk();
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

fn an_identity_token_is_kept_instead_of_the_password(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.tokens, &me, "amy");
    world.tokens.give_identity_token(&amy.user);
    let (host, image) = (world.tokens.host(), format!("{}/{}/app", world.tokens.host(), amy.user));
    me.log_in("docker", &host, &amy).ok();
    let kept = me.login_for(&host).unwrap();
    assert_eq!(kept.user, "<token>");
    assert!(kept.password.starts_with("identity-"), "{kept:?}");
    assert_eq!(me.listed()[&host], "<token>");
    me.keep_secret(&kept);
    world.make_image(&me, &image);
    me.docker(&["push", &image]).ok();
    me.docker(&["rmi", &image]).ok();
    me.docker(&["pull", &image]).ok();
    let (login, later) = world.tokens.tokens_given_to(&amy.user).split_at_one();
    assert_eq!(login, ("basic".to_owned(), 200));
    assert!(later.iter().all(|how| *how == ("refresh_token".to_owned(), 200)), "{later:?}");
    me.docker(&["logout", &host]).ok();
    assert_eq!(me.login_for(&host), None);
    me.assert_no_secret_on_disk();
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

fn a_helper_for_one_registry_only(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    me.write_docker_config(&json!({ "credHelpers": { &host: "imgsec" } }));
    me.log_in("docker", &host, &amy).ok();
    assert_eq!(me.login_for(&host), Some(amy.clone()));
    let image = format!("{host}/{}/app", amy.user);
    world.make_image(&me, &image);
    me.docker(&["push", &image]).ok();
    me.docker(&["logout", &host]).ok();
    assert_eq!(me.login_for(&host), None);
    me.assert_no_secret_on_disk();
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

fn every_docker_on_the_path_shares_the_logins(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let host = world.registry.host();
    let image = format!("{host}/{}/app", amy.user);
    world.make_image(&me, &image);
    let dockers = process::all("docker");
    let run = |docker: &std::path::Path, arguments: &[&str]| {
        me.finish(me.command(docker).args(arguments), b"").ok();
    };
    for one in &dockers {
        let mut login = me.command(one);
        login.args(["login", "--username", &amy.user, "--password-stdin", &host]);
        me.finish(&mut login, amy.password.as_bytes()).ok();
        for other in &dockers {
            run(other, &["push", &image]);
            run(other, &["pull", &image]);
        }
        run(dockers.last().unwrap(), &["logout", &host]);
        assert_eq!(me.listed(), BTreeMap::new());
    }
}

trait SplitAtOne<T> {
    fn split_at_one(self) -> (T, Vec<T>);
}

impl<T> SplitAtOne<T> for Vec<T> {
    fn split_at_one(mut self) -> (T, Vec<T>) {
        (self.remove(0), self)
    }
}
