//! Logins by Docker, Podman, Skopeo and Buildah at a real registry.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::report::{Written, assert_found, assert_known, in_auths, person_without_helpers};
use crate::support::person::{Login, Person};
use crate::support::process;
use crate::support::registry::{Auth, Registry};

/// Docker as on a machine that has no helpers; without its engine it asks the registry itself.
fn docker(me: &Person, program: &Path) -> Command {
    let mut docker = me.command(program);
    docker.env("PATH", me.folder().join("bin")).env("DOCKER_HOST", "unix:///nowhere");
    docker
}

#[track_caller]
fn log_in(me: &Person, client: &mut Command, host: &str, login: &Login) {
    client.args(["login", "--username", &login.user, "--password-stdin", host]);
    me.finish(client, login.password.as_bytes()).ok();
}

fn user(registry: &Registry, me: &Person, name: &str) -> Login {
    let login = me.new_login(name);
    registry.allow(&login.user, &login.password);
    login
}

#[test]
#[ignore = "needs docker and docker-registry; run tests/run"]
fn docker_writes_a_login_into_its_settings() {
    process::need("docker");
    // Beside Debian's there may be a newer one.
    for program in process::all("docker") {
        writes_logins(&program);
    }
}

fn writes_logins(program: &Path) {
    let me = person_without_helpers();
    let registry = Registry::start(Auth::Password, &[]);
    let (host, other) = (registry.host(), registry.other_host());
    let (amy, bob, cid) =
        (user(&registry, &me, "amy"), user(&registry, &me, "bob"), user(&registry, &me, "cid"));
    log_in(&me, &mut docker(&me, program), &host, &amy);
    log_in(&me, &mut docker(&me, program), &other, &bob);
    let (mut elsewhere, folder) = (docker(&me, program), me.home().join("ci/docker"));
    elsewhere.env_remove("DOCKER_CONFIG").arg("--config").arg(&folder);
    log_in(&me, &mut elsewhere, &host, &cid);
    let file = me.home().join(".docker/config.json");
    let known = [
        in_auths("docker-config", file.clone(), &host, &host, &amy),
        in_auths("docker-config", file, &other, &other, &bob),
    ];
    assert_known(&me, &known);
    let third = in_auths("docker-config", folder.join("config.json"), &host, &host, &cid);
    let all: Vec<_> = known.into_iter().chain([third]).collect();
    assert_found(&me, &[&me.home()], &all);
}

#[test]
#[ignore = "needs docker and docker-registry; run tests/run"]
fn docker_writes_an_identity_token_into_its_settings() {
    let me = person_without_helpers();
    let registry = Registry::start(Auth::Token, &[]);
    let amy = user(&registry, &me, "amy");
    registry.give_identity_token(&amy.user);
    log_in(&me, &mut docker(&me, &process::need("docker")), &registry.host(), &amy);
    let file = me.home().join(".docker/config.json");
    let config = me.docker_config();
    let token = config["auths"][registry.host()]["identitytoken"].as_str().unwrap();
    let token = Login { user: amy.user.clone(), password: token.to_owned() };
    me.keep_secret(&token);
    let written = [Written {
        line_of: token.password.clone(),
        pointer: Some(format!("/auths/{}/identitytoken", registry.host())),
        kind: "identitytoken",
        ..in_auths("docker-config", file, "", &registry.host(), &token)
    }];
    assert_known(&me, &written);
    assert_found(&me, &[&me.home()], &written);
}

/// One of Podman's family, which writes to a registry without TLS.
fn podman(me: &Person, client: &str, host: &str, login: &Login, more: &[&str]) {
    let mut command = me.command(process::need(client));
    command.env_remove("DOCKER_CONFIG").args(["login", "--tls-verify=false"]).args(more);
    command.args(["--username", &login.user, "--password-stdin", host]);
    command.env("CONTAINERS_STORAGE_CONF", me.folder().join("storage.conf"));
    me.finish(&mut command, login.password.as_bytes()).ok();
}

fn set_up_storage(me: &Person) {
    let at = |name: &str| me.folder().join(name);
    let (images, run) = (at("images"), at("run/storage"));
    let storage =
        format!("[storage]\ndriver = \"vfs\"\ngraphroot = {images:?}\nrunroot = {run:?}\n");
    fs::write(at("storage.conf"), storage).unwrap();
}

#[test]
#[ignore = "needs podman, skopeo, buildah and docker-registry; run tests/run"]
fn podman_skopeo_and_buildah_write_logins_into_their_files() {
    let me = person_without_helpers();
    set_up_storage(&me);
    let registry = Registry::start(Auth::Password, &[]);
    let (host, other) = (registry.host(), registry.other_host());
    let logins = ["amy", "bob", "cid", "dee", "eve"].map(|name| user(&registry, &me, name));
    let [amy, bob, cid, dee, eve] = &logins;
    let team = format!("{host}/team");
    podman(&me, "podman", &host, amy, &[]);
    podman(&me, "skopeo", &other, bob, &[]);
    podman(&me, "buildah", &team, cid, &[]);
    let file = me.runtime().join("containers/auth.json");
    let known = [
        in_auths("podman-auth", file.clone(), &host, &host, amy),
        in_auths("podman-auth", file.clone(), &other, &other, bob),
        in_auths("podman-auth", file, &team, &host, cid),
    ];
    assert_known(&me, &known);
    let (project, docker) = (me.home().join("auth.json"), me.home().join("docker/config.json"));
    fs::create_dir(docker.parent().unwrap()).unwrap();
    for (file, login) in [(&project, dee), (&docker, eve)] {
        podman(&me, "podman", &host, login, &["--authfile", file.to_str().unwrap()]);
    }
    let named = [
        in_auths("podman-auth", project, &host, &host, dee),
        in_auths("docker-config", docker, &host, &host, eve),
    ];
    let all: Vec<_> = known.into_iter().chain(named).collect();
    let paths: [&Path; 2] = [&me.home(), &me.runtime()];
    assert_found(&me, &paths, &all);
}
