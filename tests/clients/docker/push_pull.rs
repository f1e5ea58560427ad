//! Docker with our helper: logging in and out, push and pull, against a real engine and a real
//! registry, once with the keychain and once with the sealed store. Nothing here knows how the
//! helper works: what counts is what the person finds.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use serde_json::json;

use crate::support::person::{Login, Store};
use crate::support::process;
use crate::support::world::World;

scenes! { "needs dockerd; run tests/run":
    logging_in_keeps_the_password_in_the_store_and_nowhere_else
    a_wrong_password_keeps_nothing
    logging_in_without_a_name_uses_the_login_that_is_kept
    logging_out_twice_is_no_error
    a_private_image_is_pushed_and_pulled_with_the_login_only
    an_identity_token_is_kept_instead_of_the_password
    a_helper_for_one_registry_only
    every_docker_on_the_path_shares_the_logins
    a_login_that_docker_wrote_down_goes_on_working_after_setup
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
    let given = world.tokens.tokens_given_to(&amy.user);
    let (login, later) = given.split_first().unwrap();
    assert_eq!(*login, ("basic".to_owned(), 200));
    assert!(later.iter().all(|how| *how == ("refresh_token".to_owned(), 200)), "{later:?}");
    me.docker(&["logout", &host]).ok();
    assert_eq!(me.login_for(&host), None);
    me.assert_no_secret_on_disk();
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

fn a_login_that_docker_wrote_down_goes_on_working_after_setup(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.registry, &me, "amy");
    let (host, image) =
        (world.registry.host(), format!("{}/{}/app", world.registry.host(), amy.user));
    let auth = Base64::encode_string(format!("{}:{}", amy.user, amy.password).as_bytes());
    me.write_docker_config(&json!({ "auths": { &host: { "auth": auth } } }));
    world.make_image(&me, &image);
    me.docker(&["push", &image]).ok();
    assert_eq!(me.listed(), BTreeMap::new());
    me.set_up();
    assert_eq!(me.docker_config()["credsStore"], "imgsec");
    assert_eq!(me.login_for(&host), Some(amy));
    me.assert_no_secret_on_disk();
    me.watch_calls();
    me.docker(&["push", &image]).ok();
    assert_eq!(me.calls(), ["get"]);
    me.docker(&["logout", &host]).ok();
    me.docker(&["push", &image]).fails();
}
