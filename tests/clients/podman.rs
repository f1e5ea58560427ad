//! Podman, Skopeo and Buildah with our helper, set up in each of the two ways they have, against a
//! real registry. They ignore `credsStore`, call Docker Hub by another name than Docker does, and
//! some die when a helper cannot erase what is not there.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::json;

use crate::support::containers::{self, client};
use crate::support::engine::Engine;
use crate::support::person::{Login, Person, Store};
use crate::support::process::Ran;
use crate::support::registry::{Auth, Registry};

const HUB: &str = "https://index.docker.io/v1/";
const CLIENTS: [&str; 3] = ["podman", "skopeo", "buildah"];

/// How the clients were told to use us.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// `credHelpers` in `auth.json`: for the registries named there.
    AuthJson,
    /// `credential-helpers` in `registries.conf`: for every registry.
    RegistriesConf,
}

/// Each scene is played with both ways to set it up and both stores; one has nothing to do with
/// the other, so twice is enough.
macro_rules! scenes {
    ($($scene:ident)*) => {
        mod auth_json_and_keychain {
            $(#[test]
            #[ignore = "needs podman; run tests/run"]
            fn $scene() {
                super::$scene(super::Told::AuthJson, super::Store::Keychain);
            })*
        }
        mod registries_conf_and_sealed {
            $(#[test]
            #[ignore = "needs podman; run tests/run"]
            fn $scene() {
                super::$scene(super::Told::RegistriesConf, super::Store::Sealed);
            })*
        }
    };
}

scenes! {
    every_client_sees_every_client_s_login
    a_login_made_by_docker_is_used
    a_wrong_password_keeps_nothing
    logging_in_as_another_user_takes_effect
    logging_out_twice_is_no_error
    logging_out_of_everything
    a_private_image_is_copied_pulled_and_built_on
    an_identity_token_is_used
    a_locked_store_stops_the_client_and_says_so
}

/// A person whose Podman, Skopeo and Buildah use us, and a registry.
fn start(told: Told, store: Store) -> (Registry, Person) {
    let registry = Registry::start(Auth::Password, &[]);
    let me = Person::new(store);
    set_up(&me, told, &[&registry.host()]);
    (registry, me)
}

fn set_up(me: &Person, told: Told, hosts: &[&str]) {
    let mut registries = String::new();
    for host in hosts {
        writeln!(registries, "[[registry]]\nlocation = \"{host}\"\ninsecure = true").unwrap();
    }
    match told {
        Told::RegistriesConf => registries.insert_str(0, "credential-helpers = [\"imgsec\"]\n"),
        Told::AuthJson => {
            let helpers = hosts.iter().chain(&["docker.io"]).map(|host| (*host, "imgsec"));
            let auth = json!({ "credHelpers": helpers.collect::<BTreeMap<_, _>>() });
            fs::create_dir_all(me.runtime().join("containers")).unwrap();
            fs::write(me.runtime().join("containers/auth.json"), auth.to_string()).unwrap();
        }
    }
    containers::set_up(me, &registries);
}

fn log_in(me: &Person, program: &str, host: &str, login: &Login) -> Ran {
    // Not by standard input, since that way differs; nobody else is on this machine.
    client(me, program, &["login", "--username", &login.user, "--password", &login.password, host])
}

/// The user that each client says it is at `host`.
fn users(me: &Person, host: &str) -> [String; 3] {
    CLIENTS.map(|name| client(me, name, &["login", "--get-login", host]).ok().stdout.trim().into())
}

/// Copies a new image to the registry.
fn copy_to(me: &Person, image: &str) -> Ran {
    let file = me.folder().join("content");
    fs::write(&file, image).unwrap();
    let recipe = me.folder().join("Dockerfile");
    fs::write(&recipe, "FROM scratch\nCOPY content /content\n").unwrap();
    let (folder, recipe) = (me.folder().display().to_string(), recipe.display().to_string());
    let build = ["bud", "--tag", "localhost/made", "--ignorefile", "/dev/null", "--file", &recipe];
    client(me, "buildah", &[&build[..], &[&folder]].concat()).ok();
    let target = format!("docker://{image}");
    client(me, "skopeo", &["copy", "containers-storage:localhost/made:latest", &target])
}

fn every_client_sees_every_client_s_login(told: Told, store: Store) {
    let (registry, me) = start(told, store);
    let host = registry.host();
    for name in CLIENTS {
        let login = me.new_login(name);
        registry.allow(&login.user, &login.password);
        log_in(&me, name, &host, &login).ok();
        assert_eq!(users(&me, &host), [&*login.user; 3]);
        assert_eq!(me.listed(), BTreeMap::from([(host.clone(), login.user.clone())]));
        assert_eq!(me.login_for(&host), Some(login));
    }
    me.assert_no_secret_on_disk();
}

fn a_login_made_by_docker_is_used(told: Told, store: Store) {
    let (registry, mut me) = start(told, store);
    let engine = Engine::start();
    me.use_engine(engine.host());
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    for host in [&*registry.host(), HUB] {
        me.log_in("docker", host, &amy).ok();
    }
    assert_eq!(users(&me, &registry.host()), [&*amy.user; 3]);
    assert_eq!(users(&me, "docker.io"), [&*amy.user; 3]);
    copy_to(&me, &format!("{}/amy/app", registry.host())).ok();
    // And the other way round: Podman logs out of Docker Hub, Docker is logged out.
    client(&me, "podman", &["logout", "docker.io"]).ok();
    assert_eq!(me.login_for(HUB), None);
    me.docker(&["pull", "nginx"]).ok();
    assert!(engine.requests()[0].logins.get("username").is_none());
    me.assert_no_secret_on_disk();
}

fn a_wrong_password_keeps_nothing(told: Told, store: Store) {
    let (registry, me) = start(told, store);
    for name in CLIENTS {
        log_in(&me, name, &registry.host(), &me.new_login(name)).fails();
    }
    assert_eq!(me.listed(), BTreeMap::new());
    me.assert_no_secret_on_disk();
}

fn logging_in_as_another_user_takes_effect(told: Told, store: Store) {
    let (registry, me) = start(told, store);
    let host = registry.host();
    for (first, second) in [("amy", "zed"), ("zed", "amy")] {
        let (first, second) = (me.new_login(first), me.new_login(second));
        for login in [&first, &second] {
            registry.allow(&login.user, &login.password);
            log_in(&me, "podman", &host, login).ok();
        }
        registry.forbid(&first.user);
        copy_to(&me, &format!("{host}/{}/app", second.user)).ok();
        assert_eq!(users(&me, &host), [&*second.user; 3]);
        assert_eq!(me.listed().into_values().collect::<Vec<_>>(), [second.user]);
    }
}

fn logging_out_twice_is_no_error(told: Told, store: Store) {
    let (registry, me) = start(told, store);
    let host = registry.host();
    for name in CLIENTS {
        let login = me.new_login(name);
        registry.allow(&login.user, &login.password);
        log_in(&me, name, &host, &login).ok();
        for _ in 0..2 {
            let out = client(&me, name, &["logout", &host]).ok();
            assert!(!out.said().contains("%!"), "{out:#?}");
            assert_eq!((me.login_for(&host), me.listed()), (None, BTreeMap::new()));
        }
    }
    me.assert_no_secret_on_disk();
}

fn logging_out_of_everything(told: Told, store: Store) {
    let (registry, me) = start(told, store);
    for name in CLIENTS {
        // The one before took the helpers out of auth.json.
        set_up(&me, told, &[&registry.host()]);
        me.keep(&registry.host(), "amy", "something");
        me.keep(HUB, "amy", "something");
        client(&me, name, &["logout", "--all"]).ok();
        assert_eq!(me.listed(), BTreeMap::new(), "{name}");
    }
}

fn a_private_image_is_copied_pulled_and_built_on(told: Told, store: Store) {
    let (registry, me) = start(told, store);
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    let (host, image) = (registry.host(), format!("{}/amy/base", registry.host()));
    copy_to(&me, &image).fails();
    log_in(&me, "skopeo", &host, &amy).ok();
    copy_to(&me, &image).ok();
    let (source, target) = (format!("docker://{image}"), me.folder().join("copy"));
    let target = format!("dir:{}", target.display());
    me.watch_calls();
    client(&me, "skopeo", &["copy", &source, &target]).ok();
    client(&me, "skopeo", &["inspect", &source]).ok();
    client(&me, "podman", &["pull", &image]).ok();
    client(&me, "podman", &["rmi", &image]).ok();
    client(&me, "buildah", &["pull", &image]).ok();
    client(&me, "podman", &["rmi", &image]).ok();
    let recipe = me.folder().join("build/Dockerfile");
    fs::create_dir(me.folder().join("build")).unwrap();
    fs::write(&recipe, format!("FROM {image}\nCOPY Dockerfile /two\n")).unwrap();
    let folder = me.folder().join("build").display().to_string();
    client(&me, "buildah", &["bud", "--tag", "localhost/two", &folder]).ok();
    client(&me, "podman", &["push", "localhost/two", &format!("{host}/amy/two")]).ok();
    assert!(me.calls().iter().all(|verb| verb == "get"));
    client(&me, "skopeo", &["logout", &host]).ok();
    client(&me, "skopeo", &["inspect", &source]).fails();
    me.assert_no_secret_on_disk();
}

fn an_identity_token_is_used(told: Told, store: Store) {
    let registry = Registry::start(Auth::Token, &[]);
    let me = Person::new(store);
    let amy = me.new_login("amy");
    let host = registry.host();
    set_up(&me, told, &[&host]);
    registry.allow(&amy.user, &amy.password);
    // As `docker login` keeps it.
    let token = Login { user: "<token>".into(), password: registry.identity_token(&amy) };
    me.keep_secret(&token);
    me.keep(&host, &token.user, &token.password);
    copy_to(&me, &format!("{host}/{}/app", amy.user)).ok();
    let last = registry.tokens_given_to(&amy.user).pop();
    assert_eq!(last, Some(("refresh_token".to_owned(), 200)));
    copy_to(&me, &format!("{host}/somebody/app")).fails();
    // Podman can use an identity token and will not replace one.
    log_in(&me, "podman", &host, &amy).fails();
    assert_eq!(me.login_for(&host), Some(token));
    me.assert_no_secret_on_disk();
}

fn a_locked_store_stops_the_client_and_says_so(told: Told, store: Store) {
    let (registry, mut me) = start(told, store);
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    let image = format!("{}/amy/app", registry.host());
    log_in(&me, "podman", &registry.host(), &amy).ok();
    copy_to(&me, &image).ok();
    me.lock();
    let inspect = ["inspect", &format!("docker://{image}")];
    let ran = client(&me, "skopeo", &inspect).fails();
    assert!(ran.said().contains("locked") && ran.said().contains("hint: "), "{ran:#?}");
    me.unlock();
    client(&me, "skopeo", &inspect).ok();
}
