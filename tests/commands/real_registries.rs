//! login and verify with a real registry: with passwords, with a token server, with TLS from an
//! authority of its own, and with Docker beside it.
#![cfg(target_os = "linux")]

use std::fs;

use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::Ran;
use crate::support::registry::{Auth, Registry};
use crate::support::tunnel::Tunnel;
use crate::support::world::World;

scenes! { "needs docker-registry and dockerd; run tests/run":
    docker_pushes_with_what_login_stored
    a_wrong_password_is_rejected_and_nothing_is_stored
    an_identity_token_is_verified
    what_a_token_grants_is_told
    a_private_authority_is_trusted_when_it_is_named
    a_proxy_makes_a_tunnel_and_sees_no_secret
    a_token_server_over_http_gets_no_secret_of_a_registry_over_https
}

fn login(me: &Person, host: &str, login: &Login, more: &[&str]) -> Ran {
    let mut command = me.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["login", host, "-u", &login.user, "--password-stdin", "--json"]).args(more);
    me.finish(&mut command, login.password.as_bytes())
}

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

fn answer(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.said()))
}

fn verify(me: &Person, arguments: &[&str]) -> (Value, i32) {
    let mut all = vec!["verify", "--json"];
    all.extend(arguments);
    let ran = me.run_ours(&all);
    (answer(&ran)["items"][0].clone(), code(&ran))
}

fn docker_pushes_with_what_login_stored(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    // The token server gives everybody a token, which the registry takes at its door.
    for (registry, scheme, level) in
        [(&world.registry, "basic", "strong"), (&world.tokens, "bearer", "weak")]
    {
        let amy = world.user(registry, &me, "amy");
        let host = registry.host();
        let more: &[&str] = &["--allow-realm", &registry.realm_host()];
        let done = answer(&login(&me, &host, &amy, more).ok());
        assert_eq!((&done["verdict"], &done["scheme"]), (&json!("verified"), &json!(scheme)));
        assert_eq!((&done["level"], &done["used_by_docker"]), (&json!(level), &json!(true)));
        let image = format!("{host}/{}/app", amy.user);
        world.make_image(&me, &image);
        me.docker(&["push", &image]).ok();
        assert_eq!(verify(&me, &[&host]).1, 0);
        me.docker(&["logout", &host]).ok();
        assert_eq!(me.login_for(&host), None);
    }
    me.assert_no_secret_on_disk();
}

fn a_wrong_password_is_rejected_and_nothing_is_stored(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    for registry in [&world.registry, &world.tokens] {
        let amy = world.user(registry, &me, "amy");
        let wrong = me.new_login(&amy.user);
        let realm = registry.realm_host();
        let ran = login(&me, &registry.host(), &wrong, &["--allow-realm", &realm]);
        assert_eq!((code(&ran), answer(&ran)["verdict"].as_str()), (1, Some("rejected")));
        assert!(!ran.said().contains(&wrong.password), "{}", ran.said());
        assert_eq!(me.login_for(&registry.host()), None);
        // Later the registry forgets her.
        login(&me, &registry.host(), &amy, &["--allow-realm", &realm]).ok();
        registry.forbid(&amy.user);
        assert_eq!(verify(&me, &[&registry.host()]).1, 1);
        assert_eq!(me.login_for(&registry.host()), Some(amy), "verify changes nothing");
    }
}

fn an_identity_token_is_verified(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.tokens, &me, "amy");
    let token = world.tokens.identity_token(&amy);
    let host = world.tokens.host();
    let realm = world.tokens.realm_host();
    me.keep(&host, "<token>", &token);
    let (item, code) = verify(&me, &[&host, "--allow-realm", &realm]);
    assert_eq!((&item["verdict"], code), (&json!("verified"), 0), "{item}");
    me.keep(&host, "<token>", "of-nobody");
    let (item, code) = verify(&me, &[&host, "--allow-realm", &realm]);
    assert_eq!((&item["verdict"], code), (&json!("rejected"), 1), "{item}");
}

fn what_a_token_grants_is_told(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    let amy = world.user(&world.tokens, &me, "amy");
    let host = world.tokens.host();
    login(&me, &host, &amy, &["--allow-realm", &world.tokens.realm_host()]).ok();
    let ours = format!("{host}/{}/app", amy.user);
    world.make_image(&me, &ours);
    me.docker(&["push", &ours]).ok();
    let (item, code) = verify(&me, &["--image", &ours, "--actions", "pull,push"]);
    assert_eq!((&item["access"]["role"], code), (&json!("writer"), 0), "{item}");
    let (item, code) = verify(&me, &["--image", &ours]);
    assert_eq!((&item["access"]["role"], code), (&json!("reader"), 0), "{item}");
    let theirs = format!("{host}/somebody/app");
    let (item, code) = verify(&me, &["--image", &theirs, "--actions", "pull,push,delete"]);
    assert_eq!((&item["access"]["role"], code), (&json!("none"), 1), "{item}");
}

fn a_private_authority_is_trusted_when_it_is_named(store: Store) {
    let me = Person::new(store);
    let amy = me.new_login("amy");
    let registry = Registry::start_tls(Auth::Password, &[(&amy.user, &amy.password)]);
    let (host, ca) = (registry.host(), registry.authority());
    let ran = login(&me, &host, &amy, &[]);
    assert_eq!(
        (code(&ran), answer(&ran)["reason"].as_str()),
        (5, Some("certificate")),
        "{}",
        ran.said()
    );
    let done = answer(&login(&me, &host, &amy, &["--ca-file", ca.to_str().unwrap()]).ok());
    assert_eq!((&done["tls"]["https"], &done["tls"]["authorities"]), (&json!(true), &json!([ca])));
    // As Docker and Podman find it, for this host and port alone.
    let folder = me.home().join(".docker/certs.d").join(&host);
    fs::create_dir_all(&folder).unwrap();
    fs::copy(&ca, folder.join("ca.crt")).unwrap();
    assert_eq!(verify(&me, &[&host]).1, 0);
    fs::write(folder.join("ours.cert"), "").unwrap();
    let (item, code) = verify(&me, &[&host]);
    assert_eq!((&item["reason"], code), (&json!("our_certificates"), 5), "{item}");
    fs::remove_file(folder.join("ours.cert")).unwrap();
    fs::write(folder.join("ca.crt"), "no certificate").unwrap();
    assert_eq!(verify(&me, &[&host]).1, 5);
    // A certificate for one host says nothing about another.
    fs::rename(&folder, folder.with_file_name("127.0.0.1:1")).unwrap();
    assert_eq!(verify(&me, &[&host]).0["reason"], "certificate");
}

fn a_token_server_over_http_gets_no_secret_of_a_registry_over_https(store: Store) {
    let me = Person::new(store);
    let amy = me.new_login("amy");
    let registry = Registry::start_tls(Auth::Token, &[(&amy.user, &amy.password)]);
    let ca = registry.authority();
    let realm = registry.realm_host();
    let more = ["--ca-file", ca.to_str().unwrap(), "--allow-realm", &realm];
    let ran = login(&me, &registry.host(), &amy, &more);
    assert_eq!(
        (code(&ran), answer(&ran)["reason"].as_str()),
        (6, Some("realm_plain_http")),
        "{}",
        ran.said()
    );
    assert!(registry.tokens_given_to(&amy.user).is_empty(), "the secret was sent");
    assert_eq!(me.login_for(&registry.host()), None);
}

fn a_proxy_makes_a_tunnel_and_sees_no_secret(store: Store) {
    let me = Person::new(store);
    let amy = me.new_login("amy");
    let registry = Registry::start_tls(Auth::Password, &[(&amy.user, &amy.password)]);
    let (host, ca) = (registry.far_host(), registry.authority());
    let tunnel = Tunnel::start(registry.host());
    me.keep(&host, &amy.user, &amy.password);
    let verify = |variables: &[(&str, &str)]| {
        let mut command = me.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["verify", "--json", &host, "--ca-file"]).arg(&ca);
        let ran = me.finish(command.envs(variables.iter().copied()), b"");
        answer(&ran)["items"][0]["reason"].as_str().unwrap().to_owned()
    };
    let proxy = tunnel.address();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        assert_eq!(verify(&[(name, proxy)]), "accepted", "{name}");
        let sent = tunnel.sent();
        let asked = format!("CONNECT {host} HTTP/1.1\r\n");
        assert!(sent.starts_with(asked.as_bytes()), "{}", String::from_utf8_lossy(&sent));
        for secret in ["/v2/", "Authorization", &amy.user, &amy.password] {
            assert!(memchr::memmem::find(&sent, secret.as_bytes()).is_none(), "{secret}");
        }
    }
    // Without it nobody knows the name.
    for names in ["registry.test", ".test", "*"] {
        assert_eq!(verify(&[("HTTPS_PROXY", proxy), ("NO_PROXY", names)]), "no_host", "{names}");
    }
    assert!(tunnel.sent().is_empty());
}
