//! Podman and its kin: real ones, and the library that the newer ones call.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Sent, by_registry, each, fails, without_tag};
use crate::differential::scene::{HUB, server_of};
use crate::differential::stage::Stage;
use crate::support::clients as built;

/// Podman and its kin, with a store of images of their own.
pub(super) fn containers(stage: &Stage<'_>, program: &str) -> Command {
    let at = |name: &str| stage.folder().join(name);
    let storage = format!(
        "[storage]\ndriver = \"vfs\"\ngraphroot = {:?}\nrunroot = {:?}\n",
        at("images"),
        at("run/storage")
    );
    let engine = format!("[engine]\ntmp_dir = {:?}\nevents_logger = \"none\"\n", at("run/libpod"));
    fs::write(at("storage.conf"), storage).unwrap();
    fs::write(at("containers.conf"), engine).unwrap();
    let mut command = stage.command(program);
    command.env("CONTAINERS_STORAGE_CONF", at("storage.conf"));
    command.env("CONTAINERS_CONF", at("containers.conf"));
    command
}

pub(super) fn podman_pull(stage: &Stage<'_>, program: &str, image: &str) -> Sent {
    let words = ["pull", "--quiet", "--tls-verify=false", &stage.filled(image)];
    by_registry(stage, image, containers(stage, program).args(words))
}

/// A `podman` that only says which it is: what it does about logins is asked of its library.
pub(super) fn podman_by_name(bin: &Path, version: &str) {
    let script = format!("#!/bin/sh\n[ \"$1\" = --version ] && echo 'podman version {version}'\n");
    fs::write(bin.join("podman"), script).unwrap();
    fs::set_permissions(bin.join("podman"), fs::Permissions::from_mode(0o755)).unwrap();
}

pub(super) fn skopeo_inspect(stage: &Stage<'_>, image: &str) -> Sent {
    let image_name = format!("docker://{}", stage.filled(image));
    let words = ["--insecure-policy", "inspect", "--tls-verify=false", &image_name];
    by_registry(stage, image, containers(stage, "skopeo").args(words))
}

/// The library that Podman calls, called as Podman does: where DOCKER_CONFIG is set, its file is the
/// only one.
pub(super) fn library(stage: &Stage<'_>, name: &str) -> Command {
    let mut command = stage.command(built::need(name));
    let variables = &stage.scene.variables;
    if let (Some(folder), None) =
        (variables.get("DOCKER_CONFIG"), variables.get("REGISTRY_AUTH_FILE"))
    {
        command.env("REGISTRY_AUTH_FILE", format!("{}/config.json", stage.filled(folder)));
    }
    command.env("SHOW_SECRETS", "1");
    command
}

pub(super) fn library_get(stage: &Stage<'_>, name: &str, image: &str) -> Sent {
    let Some(ran) = stage.run(library(stage, name).args(["get", &stage.filled(image)]), "") else {
        return Sent::Hangs;
    };
    let mut lines = ran.stdout.lines();
    match (ran.status.success(), lines.next(), lines.next()) {
        (false, ..) => fails(stage, &ran),
        (true, Some("<token>"), Some(secret)) => Sent::Login(format!("identity {secret}")),
        (true, Some(user), Some(secret)) if !user.is_empty() => {
            Sent::Login(format!("{user}:{secret}"))
        }
        _ => Sent::Nobody,
    }
}

/// All logins at once, as `podman --remote` sends them for a build.
pub(super) fn library_all(stage: &Stage<'_>, name: &str, images: &[&str]) -> Vec<Sent> {
    let ran = stage.run(library(stage, name).arg("all"), "");
    let answer = |image: &str| {
        let Some(ran) = &ran else { return Sent::Hangs };
        if !ran.status.success() {
            return fails(stage, ran);
        }
        let users: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
        let server = stage.filled(server_of(image));
        let whole = stage.filled(without_tag(image));
        let keys = [whole.as_str(), server.as_str(), "index.docker.io"];
        let keys = &keys[..if server == HUB { 3 } else { 2 }];
        let user = keys.iter().find_map(|key| users[key].as_str());
        user.map_or(Sent::Nobody, |user| Sent::Login(user.to_owned()))
    };
    each(images, answer)
}
