//! Docker Hub, the registry with many names: one login under all of them, and the tokens of
//! Docker's own web login beside it, which belong to nobody else. Watched from the engine's side.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use crate::support::engine::Engine;
use crate::support::person::{Login, Person, Store};
use crate::support::process;

const HUB: &str = "https://index.docker.io/v1/";

scenes! { "needs docker; run tests/run":
    a_login_without_a_server_is_for_docker_hub_under_all_its_names
    images_of_docker_hub_are_pulled_with_its_login_and_no_others_are
    a_login_made_by_podman_is_used_by_docker
    the_tokens_of_the_web_login_are_served_to_docker_and_sent_to_no_build
    logging_out_of_docker_hub_removes_the_tokens_of_the_web_login
    a_build_sends_every_login_under_its_server
    compose_gets_the_login_for_thirty_services_at_once
    a_search_uses_the_login
    passwords_of_any_text_and_length_arrive_unchanged
}

/// The search for secrets does find one: told to use no helper, Docker writes the password down.
#[test]
#[should_panic(expected = "as Docker writes it")]
#[ignore = "needs docker; run tests/run"]
fn without_us_the_password_is_in_docker_s_file() {
    let (_engine, me) = start(Store::Sealed);
    me.write_docker_config(&json!({ "credHelpers": { HUB: "" } }));
    log_in_to_hub(&me, "amy");
    me.assert_no_secret_on_disk();
}

fn start(store: Store) -> (Engine, Person) {
    let engine = Engine::start();
    let mut person = Person::new(store);
    person.use_engine(engine.host());
    (engine, person)
}

fn log_in_to_hub(me: &Person, name: &str) -> Login {
    let login = me.new_login(name);
    let mut command = me.command(process::need("docker"));
    command.args(["login", "--username", &login.user, "--password-stdin"]);
    me.finish(&mut command, login.password.as_bytes()).ok();
    login
}

fn keep_web_login(me: &Person) {
    for (part, secret) in [("access-token", "the-access"), ("refresh-token", "the-refresh..id")] {
        me.keep(&format!("{HUB}{part}"), "amy", secret);
    }
}

/// The login that came with the only request since.
#[track_caller]
fn sent(engine: &Engine) -> Value {
    let [request] = engine.requests().try_into().unwrap();
    request.logins
}

fn a_login_without_a_server_is_for_docker_hub_under_all_its_names(store: Store) {
    let (_engine, me) = start(store);
    let amy = log_in_to_hub(&me, "amy");
    assert_eq!(me.docker_config()["auths"], json!({ HUB: {} }));
    assert_eq!(me.listed(), BTreeMap::from([(HUB.to_owned(), amy.user.clone())]));
    for name in [HUB, "docker.io", "index.docker.io", "registry-1.docker.io"] {
        assert_eq!(me.login_for(name), Some(amy.clone()), "{name}");
    }
    for other in ["hub.docker.com", "docker.com", "xdocker.io", "docker.io.example", "docker.io:80"]
    {
        assert_eq!(me.login_for(other), None, "{other}");
    }
    let zed = log_in_to_hub(&me, "zed");
    assert_eq!(me.login_for(HUB), Some(zed));
    me.docker(&["logout"]).ok();
    assert_eq!((me.login_for(HUB), me.login_for("docker.io")), (None, None));
    me.docker(&["logout"]).ok();
    me.assert_no_secret_on_disk();
}

fn images_of_docker_hub_are_pulled_with_its_login_and_no_others_are(store: Store) {
    let (engine, me) = start(store);
    let amy = log_in_to_hub(&me, "amy");
    for image in ["nginx", "amy/app:1", "docker.io/library/nginx", "index.docker.io/amy/app"] {
        me.docker(&["pull", image]).ok();
        let login = sent(&engine);
        assert_eq!(
            (&login["username"], &login["password"]),
            (&json!(amy.user), &json!(amy.password))
        );
    }
    for image in ["ghcr.io/amy/app", "docker.io.example/amy/app", "127.0.0.1:5000/amy/app"] {
        me.docker(&["pull", image]).ok();
        let login = sent(&engine);
        assert!(login.get("username").is_none() && login.get("password").is_none(), "{login}");
    }
}

fn a_login_made_by_podman_is_used_by_docker(store: Store) {
    let (engine, me) = start(store);
    // Podman's name for Docker Hub; Docker would never ask for it.
    me.keep("docker.io", "amy", "by podman");
    me.docker(&["pull", "nginx"]).ok();
    assert_eq!(sent(&engine)["password"], "by podman");
    assert_eq!(me.listed().into_keys().collect::<Vec<_>>(), [HUB], "Docker's builds list it");
}

fn the_tokens_of_the_web_login_are_served_to_docker_and_sent_to_no_build(store: Store) {
    let (engine, me) = start(store);
    me.keep(HUB, "amy", "the-personal-access-token");
    keep_web_login(&me);
    let token = me.login_for(&format!("{HUB}access-token")).unwrap();
    assert_eq!(token.password, "the-access");
    me.docker(&["pull", "nginx"]).ok();
    assert_eq!(sent(&engine)["password"], "the-personal-access-token");
    build(&me);
    let logins = sent(&engine);
    assert_eq!(logins.as_object().unwrap().keys().collect::<Vec<_>>(), [HUB], "{logins}");
    assert_eq!(me.listed().len(), 1);
}

fn logging_out_of_docker_hub_removes_the_tokens_of_the_web_login(store: Store) {
    let (_engine, me) = start(store);
    me.keep(HUB, "amy", "the-personal-access-token");
    keep_web_login(&me);
    me.keep("ghcr.io", "amy", "something else");
    me.docker(&["logout"]).ok();
    assert_eq!(me.login_for(HUB), None);
    let version = me.docker(&["version", "--format", "{{.Client.Version}}"]).ok().stdout;
    let major: u32 = version.split('.').next().unwrap().parse().unwrap();
    for part in ["access-token", "refresh-token"] {
        if major < 28 {
            // It knows no web login: the tokens stay, and go as a newer Docker sends them away.
            assert!(me.login_for(&format!("{HUB}{part}")).is_some(), "{part}");
            me.helper("erase", &format!("{HUB}{part}")).ok();
        }
        assert_eq!(me.login_for(&format!("{HUB}{part}")), None, "{part}");
    }
    assert_eq!(me.listed().len(), 1);
}

fn a_build_sends_every_login_under_its_server(store: Store) {
    let (engine, me) = start(store);
    let amy = log_in_to_hub(&me, "amy");
    let mut expected = BTreeMap::from([(HUB.to_owned(), amy.password)]);
    for number in 0..30 {
        let server = format!("registry{number}.example:5000");
        me.keep(&server, "amy", &format!("secret {number}"));
        expected.insert(server, format!("secret {number}"));
    }
    me.keep("token.example", "<token>", "an identity");
    me.watch_calls();
    build(&me);
    assert_eq!(me.calls().len(), 1 + 32);
    let logins = sent(&engine);
    assert_eq!(logins["token.example"]["identitytoken"], "an identity");
    for (server, secret) in expected {
        assert_eq!(logins[&server]["password"], secret, "{server}");
    }
}

fn build(me: &Person) {
    let folder = me.folder().join("build");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("Dockerfile"), "FROM scratch\n").unwrap();
    let mut build = me.command(process::need("docker"));
    me.finish(build.env("DOCKER_BUILDKIT", "0").arg("build").arg(folder), b"").ok();
}

fn compose_gets_the_login_for_thirty_services_at_once(store: Store) {
    let (engine, me) = start(store);
    let amy = log_in_to_hub(&me, "amy");
    me.keep("ghcr.io", "amy", "of GitHub");
    let mut text = "services:\n".to_owned();
    for number in 0..30 {
        let host = ["", "ghcr.io/", "quay.io/"][number % 3];
        writeln!(text, "  s{number}:\n    image: {host}amy/app:{number}").unwrap();
    }
    let file = me.folder().join("compose.yaml");
    fs::write(&file, text).unwrap();
    me.watch_calls();
    let mut pull = me.command(process::need("docker-compose"));
    me.finish(pull.arg("--file").arg(file).arg("pull"), b"").ok();
    assert_eq!(me.calls(), ["get"; 30]);
    let requests = engine.requests();
    assert_eq!(requests.len(), 30);
    for request in requests {
        let expected = match request.path.as_str() {
            path if path.contains("ghcr.io") => json!("of GitHub"),
            path if path.contains("quay.io") => Value::Null,
            _ => json!(amy.password),
        };
        assert_eq!(request.logins["password"], expected, "{}", request.path);
    }
}

fn a_search_uses_the_login(store: Store) {
    let (engine, me) = start(store);
    let amy = log_in_to_hub(&me, "amy");
    me.docker(&["search", "nginx"]).ok();
    assert_eq!(sent(&engine)["password"], json!(amy.password));
}

fn passwords_of_any_text_and_length_arrive_unchanged(store: Store) {
    let (engine, me) = start(store);
    // A token of a cloud provider has some thousand characters.
    let long: String = (0..8000).map(|n| char::from(b'!' + (n % 90) as u8)).collect();
    for password in ["pässwörd ☃ 😀", "a\"b\\c:d<e>&f", "two  words", "-", &long] {
        let mut login = me.command(process::need("docker"));
        login.args(["login", "--username", "zoë", "--password-stdin", "ghcr.io"]);
        me.finish(&mut login, password.as_bytes()).ok();
        me.docker(&["pull", "ghcr.io/zoe/app"]).ok();
        let login = sent(&engine);
        assert_eq!((&login["username"], &login["password"]), (&json!("zoë"), &json!(password)));
    }
}
