//! Logins by programs in Python: oras-py and Ansible's module write Docker's file, docker-py keeps to
//! memory.

use std::path::Path;

use serde_json::json;

use super::report::{assert_found, assert_known, audit, in_auths, person_without_helpers};
use crate::support::engine::Engine;
use crate::support::person::{Login, Person};
use crate::support::process;

const HOST: &str = "registry.example:5000";

/// Runs this script with the login in its arguments.
#[track_caller]
fn python(me: &Person, script: &str, login: &Login) {
    let mut python = me.command(process::need_python());
    python.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("DOCKER_CONFIG");
    me.finish(python.args(["-c", script, HOST, &login.user, &login.password]), b"").ok();
}

#[test]
#[ignore = "needs packages of Python; run tests/run"]
fn oras_py_writes_a_login_into_docker_s_settings() {
    const SCRIPT: &str = "import oras.client, sys
host, user, password = sys.argv[1:]
client = oras.client.OrasClient(hostname=host, auth_backend='basic')
client.login(hostname=host, username=user, password=password)
";
    let me = person_without_helpers();
    let amy = me.new_login("amy");
    // Without an engine it writes the file itself.
    python(&me, SCRIPT, &amy);
    let file = me.home().join(".docker/config.json");
    let written = [in_auths("docker-config", file, HOST, HOST, &amy)];
    assert_known(&me, &written);
    assert_found(&me, &[&me.home()], &written);
}

#[test]
#[ignore = "needs packages of Python; run tests/run"]
fn docker_py_writes_no_login() {
    const SCRIPT: &str = "import docker, sys
host, user, password = sys.argv[1:]
docker.from_env().login(registry=host, username=user, password=password)
";
    let mut me = person_without_helpers();
    let engine = Engine::start();
    me.use_engine(engine.host());
    let amy = me.new_login("amy");
    python(&me, SCRIPT, &amy);
    me.assert_no_secret_on_disk();
    let home = me.home();
    assert!(audit(&me, &[home.to_str().unwrap()]).is_empty());
}

/// Ansible runs a module as a program that reads its parameters from standard input.
#[test]
#[ignore = "needs Ansible's module for logins; run tests/run"]
fn ansible_writes_a_login_into_docker_s_settings() {
    const MODULE: &str = "ansible_collections.community.docker.plugins.modules.docker_login";
    let me = person_without_helpers();
    let ansible = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("ansible");
    assert!(ansible.exists(), "{} does not exist: tests/run makes it", ansible.display());
    let engine = Engine::start();
    let amy = me.new_login("amy");
    let parameters = json!({"ANSIBLE_MODULE_ARGS": {
        "registry_url": HOST,
        "username": amy.user,
        "password": amy.password,
        "docker_host": engine.host(),
    }});
    let mut python = me.command(process::need_python());
    python.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONPATH", ansible).args(["-m", MODULE]);
    me.finish(&mut python, parameters.to_string().as_bytes()).ok();
    let file = me.home().join(".docker/config.json");
    let written = [in_auths("docker-config", file, HOST, HOST, &amy)];
    assert_known(&me, &written);
    assert_found(&me, &[&me.home()], &written);
}
