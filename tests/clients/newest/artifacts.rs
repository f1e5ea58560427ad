//! crane, ORAS, regctl and Helm: each logs in for all of them, pushes and pulls, and nothing of it
//! lies in plain text. Helm has a file of its own, with Docker's settings in it; regctl's own login
//! cannot be kept by a helper, but it reads Docker's.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::clients::{ask, install, log_in, log_out, run};
use crate::support::person::{Login, Person, Store};
use crate::support::process;
use crate::support::registry::{Auth, Registry};

scenes! { "needs docker-registry and this year's clients; run tests/run":
    each_logs_in_for_all_at_a_registry_with_passwords
    each_logs_in_for_all_at_a_registry_with_tokens
    helm_3_and_4_share_their_logins
    helm_keeps_its_logins_with_us_after_setup
    what_regctl_keeps_itself_is_not_needed
}

fn each_logs_in_for_all_at_a_registry_with_passwords(store: Store) {
    each_logs_in_for_all(store, Auth::Password);
}

fn each_logs_in_for_all_at_a_registry_with_tokens(store: Store) {
    each_logs_in_for_all(store, Auth::Token);
}

/// A person whose Helm keeps logins with us as well.
pub(super) fn person(store: Store) -> Person {
    let me = Person::new(store);
    let helm = me.home().join(".config/helm/registry");
    fs::create_dir_all(&helm).unwrap();
    fs::write(helm.join("config.json"), r#"{"credsStore":"imgsec"}"#).unwrap();
    me
}

fn each_logs_in_for_all(store: Store, auth: Auth) {
    let registry = Registry::start_with_named_realm(auth);
    let (me, host) = (person(store), registry.other_host());
    for client in ["crane", "oras", "helm"] {
        let login = me.new_login(client);
        registry.allow(&login.user, &login.password);
        // crane keeps what it is given, and asks nobody whether it is right.
        if client != "crane" {
            log_in(&me, client, &host, &me.new_login("wrong")).fails();
            assert_eq!(me.listed(), BTreeMap::new(), "{client}");
        }
        log_in(&me, client, &host, &login).ok();
        assert_eq!(me.login_for(&host).as_ref(), Some(&login), "{client}");
        let images = everybody_pushes_and_pulls(&me, &format!("{host}/{}", login.user));
        log_out(&me, client, &host).ok();
        assert_eq!(me.listed(), BTreeMap::new(), "{client}");
        for (client, image) in images {
            ask(&me, client, &image).fails();
        }
    }
    me.assert_no_secret_on_disk();
}

/// Each pushes something below `place` and gets it back; returns what that is.
fn everybody_pushes_and_pulls(me: &Person, place: &str) -> [(&'static str, String); 4] {
    let image = push_an_image(me, place);
    told(me, "crane", &format!("pull --insecure {image} pulled.tar"));

    let (host, _) = place.split_once('/').unwrap();
    told(me, "regctl", &format!("registry set --skip-check --tls disabled {host}"));
    told(me, "regctl", &format!("image copy {image} {place}/copy:1"));

    told(me, "oras", &format!("push --plain-http {place}/artifact:1 content:text/plain"));
    fs::remove_file(me.home().join("content")).unwrap();
    told(me, "oras", &format!("pull --plain-http {place}/artifact:1"));
    assert_eq!(fs::read_to_string(me.home().join("content")).unwrap(), place);

    push_a_chart(me, "helm", place);
    pull_the_chart(me, "helm", place);
    [("crane", "app:1"), ("regctl", "copy:1"), ("oras", "artifact:1"), ("helm", "chart:0.1.0")]
        .map(|(client, name)| (client, format!("{place}/{name}")))
}

fn told(me: &Person, client: &str, words: &str) {
    let words: Vec<_> = words.split(' ').collect();
    run(me, client, &words).ok();
}

/// Pushes `app:1` with crane, and returns its whole name.
pub(super) fn push_an_image(me: &Person, place: &str) -> String {
    fs::write(me.home().join("content"), place).unwrap();
    process::run(me.command("tar").args(["-cf", "layer.tar", "content"]), b"").ok();
    let image = format!("{place}/app:1");
    told(me, "crane", &format!("append --insecure --new_layer layer.tar --new_tag {image}"));
    image
}

pub(super) fn push_a_chart(me: &Person, helm: &str, place: &str) {
    fs::create_dir_all(me.home().join("chart")).unwrap();
    let chart = "apiVersion: v2\nname: chart\nversion: 0.1.0\n";
    fs::write(me.home().join("chart/Chart.yaml"), chart).unwrap();
    told(me, helm, "package chart");
    told(me, helm, &format!("push --plain-http chart-0.1.0.tgz oci://{place}"));
    fs::remove_file(me.home().join("chart-0.1.0.tgz")).unwrap();
}

pub(super) fn pull_the_chart(me: &Person, helm: &str, place: &str) {
    told(me, helm, &format!("pull --plain-http oci://{place}/chart --version 0.1.0"));
    assert!(me.home().join("chart-0.1.0.tgz").exists());
}

fn helm_3_and_4_share_their_logins(store: Store) {
    let registry = Registry::start_with_named_realm(Auth::Token);
    let (me, host) = (person(store), registry.other_host());
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    log_in(&me, "helm-3", &host, &me.new_login("wrong")).fails();
    assert_eq!(me.listed(), BTreeMap::new());
    log_in(&me, "helm-3", &host, &amy).ok();
    assert_eq!(me.login_for(&host).as_ref(), Some(&amy));
    for (one, other) in [("helm-3", "helm"), ("helm", "helm-3")] {
        push_a_chart(&me, one, &format!("{host}/{}/of-{one}", amy.user));
        pull_the_chart(&me, other, &format!("{host}/{}/of-{one}", amy.user));
    }
    log_out(&me, "helm-3", &host).ok();
    assert_eq!(me.listed(), BTreeMap::new());
    me.assert_no_secret_on_disk();
}

fn helm_keeps_its_logins_with_us_after_setup(store: Store) {
    let registry = Registry::start(Auth::Password, &[]);
    let (me, host) = (Person::new(store), registry.host());
    install(&me, "helm", "helm");
    me.set_up();
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    log_in(&me, "helm", &host, &amy).ok();
    assert_eq!(me.login_for(&host).as_ref(), Some(&amy));
    let place = format!("{host}/{}", amy.user);
    push_a_chart(&me, "helm", &place);
    pull_the_chart(&me, "helm", &place);
    log_out(&me, "helm", &host).ok();
    assert_eq!(me.listed(), BTreeMap::new());
    me.assert_no_secret_on_disk();
}

fn what_regctl_keeps_itself_is_not_needed(store: Store) {
    let registry = Registry::start(Auth::Password, &[]);
    let (me, host) = (person(store), registry.host());
    // Not a secret that is looked for: it is bound to lie there.
    let plain = Login { user: "amy".into(), password: "in plain text".into() };
    registry.allow(&plain.user, &plain.password);
    run(&me, "regctl", &["registry", "set", "--skip-check", "--tls", "disabled", &host]).ok();
    log_in(&me, "regctl", &host, &plain).ok();
    let file = me.home().join(".regctl/config.json");
    let password = || {
        let settings: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        settings["hosts"][&host]["pass"].as_str().map(str::to_owned)
    };
    assert_eq!((password(), me.listed()), (Some(plain.password), BTreeMap::new()));
    log_out(&me, "regctl", &host).ok();
    assert_eq!(password(), None);
    let login = me.new_login("amy");
    registry.allow(&login.user, &login.password);
    log_in(&me, "oras", &host, &login).ok();
    everybody_pushes_and_pulls(&me, &format!("{host}/{}", login.user));
    me.assert_no_secret_on_disk();
}
