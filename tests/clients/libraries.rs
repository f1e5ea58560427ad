//! Programs that are no Docker client use its logins through libraries: Docker's and ORAS' for
//! Python, and the crate that testcontainers and others use in Rust.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::person::{Person, Store};
use crate::support::process::{self, Ran};
use crate::support::registry::{Auth, Registry};
use crate::support::world::World;

const HUB: &str = "https://index.docker.io/v1/";

scenes! { "needs packages of Python; run tests/run":
    docker_py_finds_the_login_of_each_registry
    docker_py_gives_every_login_to_a_build
    docker_py_keeps_and_forgets
    docker_py_tells_a_locked_store_from_a_missing_login
    docker_py_pulls_builds_and_pushes
    oras_py_pushes_and_pulls
    the_rust_crate_finds_the_login_of_each_registry
    the_rust_crate_tells_a_locked_store_from_a_missing_login
}

/// `docker_py.py` with these arguments. A secret may be in its answer.
#[track_caller]
fn docker_py(me: &Person, arguments: &[&str]) -> Ran {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/docker_py.py");
    let mut command = me.command(process::need_python());
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script).args(arguments);
    process::run(&mut command, b"")
}

#[track_caller]
fn answer(ran: Ran) -> Value {
    serde_json::from_str(&ran.ok().stdout).unwrap()
}

fn docker_py_finds_the_login_of_each_registry(store: Store) {
    let me = Person::new(store);
    me.keep(HUB, "amy", "of the hub");
    me.keep("registry.example:5000", "bob", "of the registry");
    me.keep("token.example", "<token>", "an identity");
    // docker-py itself does not know that index.docker.io is Docker Hub: the helper does.
    let hub = ["", "docker.io", "index.docker.io"];
    let others = ["registry.example:5000", "token.example", "registry.example", "ghcr.io"];
    let found = answer(docker_py(&me, &[&["resolve"][..], &hub, &others].concat()));
    for name in hub {
        assert_eq!(found[name]["Password"], "of the hub", "{name}");
    }
    assert_eq!(found["registry.example:5000"]["Username"], "bob");
    assert_eq!(found["registry.example:5000"]["Password"], "of the registry");
    assert_eq!(found["token.example"]["IdentityToken"], "an identity");
    assert_eq!((&found["registry.example"], &found["ghcr.io"]), (&Value::Null, &Value::Null));
}

fn docker_py_gives_every_login_to_a_build(store: Store) {
    let me = Person::new(store);
    assert_eq!(answer(docker_py(&me, &["every"])), json!({}), "an empty store is no error");
    let servers = [HUB, "ghcr.io", "https://quay.io", "127.0.0.1:5000", "registry.example/team"];
    for server in servers {
        me.keep(server, "amy", &format!("of {server}"));
    }
    me.keep(&format!("{HUB}refresh-token"), "amy", "of the web login");
    let all = answer(docker_py(&me, &["every"]));
    for server in servers {
        assert_eq!(all[server]["Password"], Value::from(format!("of {server}")));
    }
    // docker-py adds the bare host of each: a token of the web login would pass for the login.
    assert!(!all.to_string().contains("of the web login"), "{all}");
}

fn docker_py_keeps_and_forgets(store: Store) {
    let me = Person::new(store);
    for server in ["registry.example:5000", HUB, "https://quay.io"] {
        assert_eq!(answer(docker_py(&me, &["round_trips", server])), json!(false));
    }
}

fn docker_py_tells_a_locked_store_from_a_missing_login(store: Store) {
    let mut me = Person::new(store);
    me.keep("ghcr.io", "amy", "something");
    me.lock();
    let why = answer(docker_py(&me, &["asks", "ghcr.io"]));
    assert!(why.as_str().unwrap().contains("locked"), "{why}");
    assert_eq!(answer(docker_py(&me, &["asks", "quay.io"])), "not found");
    me.unlock();
    assert_eq!(answer(docker_py(&me, &["asks", "ghcr.io"])), "found");
}

fn docker_py_pulls_builds_and_pushes(store: Store) {
    let world = World::shared();
    let me = world.person(store);
    for registry in [&world.registry, &world.tokens] {
        let amy = world.user(registry, &me, "amy");
        let (host, image) = (registry.host(), format!("{}/{}/app:1", registry.host(), amy.user));
        let docker_py = |arguments: &[&str]| docker_py(&me, arguments);
        world.make_image(&me, &image);
        docker_py(&["push", &image]).fails();
        me.log_in("docker", &host, &amy).ok();
        docker_py(&["push", &image]).ok();
        me.docker(&["rmi", &image]).ok();
        assert_eq!(answer(docker_py(&["pull", &image])), json!([image]));
        me.docker(&["rmi", &image]).ok();
        let folder = me.folder().join("build");
        fs::create_dir_all(&folder).unwrap();
        let recipe = format!("FROM {image}\nCOPY Dockerfile /two\n");
        fs::write(folder.join("Dockerfile"), recipe).unwrap();
        docker_py(&["build", folder.to_str().unwrap()]).ok();
    }
    me.assert_no_secret_on_disk();
}

fn oras_py_pushes_and_pulls(store: Store) {
    const SCRIPT: &str = "import oras.client, os, sys
host, image = sys.argv[1:]
client = oras.client.OrasClient(hostname=host, insecure=True, auth_backend='basic')
open('artifact.txt', 'w').write('content')
client.push(target=image, files=['artifact.txt'])
os.remove('artifact.txt')
client.pull(target=image, outdir='.')
assert open('artifact.txt').read() == 'content'
";
    let registry = Registry::start(Auth::Password, &[]);
    let me = Person::new(store);
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    let (host, image) = (registry.host(), format!("{}/{}/data:1", registry.host(), amy.user));
    me.keep(&host, &amy.user, &amy.password);
    let mut oras = me.command(process::need_python());
    me.finish(oras.args(["-c", SCRIPT, &host, &image]), b"").ok();
    me.assert_no_secret_on_disk();
}

/// This test in a process of its own, in the person's environment, asking the crate for `server`.
#[track_caller]
fn ask_the_crate(me: &Person, server: &str) -> String {
    let mut command = me.command(std::env::current_exe().unwrap());
    let part = process::test_name(module_path!(), "the_crate_in_the_person_s_environment");
    command.args(["--exact", &part, "--ignored", "--nocapture"]);
    let ran = process::run(command.env("ASK_FOR", server), b"").ok();
    let answer = ran.stdout.lines().find_map(|line| line.split_once("ANSWER "));
    answer.map(|(_, answer)| answer.to_owned()).unwrap_or_else(|| panic!("{ran:#?}"))
}

/// Does something only when started by `ask_the_crate`.
#[test]
#[ignore = "a part of other tests"]
fn the_crate_in_the_person_s_environment() {
    if let Ok(server) = std::env::var("ASK_FOR") {
        let answer = docker_credential::get_credential(&server);
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("\nANSWER {answer:?}\n"))
            .unwrap();
    }
}

fn the_rust_crate_finds_the_login_of_each_registry(store: Store) {
    let me = Person::new(store);
    me.keep(HUB, "amy", "of the hub");
    me.keep("ghcr.io", "bob", "of GitHub");
    me.keep("token.example", "<token>", "an identity");
    // The crate asks for what its caller wrote, and callers write Docker Hub in many ways.
    for name in [HUB, "docker.io", "index.docker.io", "https://index.docker.io"] {
        let answer = ask_the_crate(&me, name);
        assert_eq!(answer, r#"Ok(UsernamePassword("amy", "of the hub"))"#, "{name}");
    }
    assert_eq!(ask_the_crate(&me, "ghcr.io"), r#"Ok(UsernamePassword("bob", "of GitHub"))"#);
    assert_eq!(ask_the_crate(&me, "token.example"), r#"Ok(IdentityToken("an identity"))"#);
    let missing = ask_the_crate(&me, "quay.io");
    assert!(missing.contains("credentials not found in native keychain"), "{missing}");
}

fn the_rust_crate_tells_a_locked_store_from_a_missing_login(store: Store) {
    let mut me = Person::new(store);
    me.keep("ghcr.io", "bob", "of GitHub");
    me.lock();
    let locked = ask_the_crate(&me, "ghcr.io");
    assert!(locked.contains("HelperFailure") && locked.contains("locked"), "{locked}");
    assert!(!locked.contains("not found"), "{locked}");
    me.unlock();
    assert!(ask_the_crate(&me, "ghcr.io").contains("bob"));
}
