//! The clients that are asked: how each is asked for an image without pulling anything, and what
//! counts as the login that it sent. The next client is one row more.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::scene::server_of;
use super::stage::Stage;
use crate::support::clients as built;
use crate::support::process::{self, Ran};

mod containers;
mod docker;
mod libraries;
mod registry_tools;

/// What a client did with a login for an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Sent {
    /// `user:password`, `identity TOKEN`, `bearer TOKEN`; only the user where no more can be seen.
    Login(String),
    /// It asked without a login.
    Nobody,
    /// It never got to ask, and said this.
    Fails(String),
    Hangs,
}

/// With server, user and password.
type LogIn = fn(&Stage<'_>, &str, &str, &str) -> Option<Ran>;

/// A client.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// Its name in `which --json`.
    pub(crate) in_which: Option<&'static str>,
    /// It can be asked for a registry that is not there.
    pub(crate) needs_no_registry: bool,
    /// One of a group that cannot be on one machine together.
    pub(crate) instead_of: &'static str,
    /// Puts it on the PATH, of which this is the first folder.
    pub(crate) install: fn(&Path),
    /// Asks for each of the images.
    pub(crate) ask: fn(&Stage<'_>, &[&str]) -> Vec<Sent>,
    /// `CLIENT login`.
    pub(crate) log_in: Option<LogIn>,
}

pub(crate) const ALL: &[Client] = &[
    Client {
        name: "docker-20.10",
        in_which: Some("docker"),
        needs_no_registry: true,
        instead_of: "docker",
        install: |bin| link(bin, "docker", docker::old_docker()),
        ask: |stage, images| each(images, |image| docker::docker_pull(stage, image)),
        log_in: Some(docker::docker_login),
    },
    Client {
        name: "docker-29",
        in_which: Some("docker"),
        needs_no_registry: true,
        instead_of: "docker",
        install: |bin| link(bin, "docker", &built::need("docker")),
        ask: |stage, images| each(images, |image| docker::docker_pull(stage, image)),
        log_in: Some(docker::docker_login),
    },
    Client {
        name: "docker-is-podman",
        in_which: Some("docker"),
        needs_no_registry: false,
        instead_of: "docker",
        install: |bin| {
            let script =
                "#!/bin/sh\necho 'Emulate Docker CLI using podman.' >&2\nexec podman \"$@\"\n";
            fs::write(bin.join("docker"), script).unwrap();
            fs::set_permissions(bin.join("docker"), fs::Permissions::from_mode(0o755)).unwrap();
            link(bin, "podman", &process::need("podman"));
        },
        ask: |stage, images| each(images, |image| containers::podman_pull(stage, "docker", image)),
        log_in: None,
    },
    Client {
        name: "docker-20.10-build",
        in_which: None,
        needs_no_registry: true,
        instead_of: "",
        install: |bin| link(bin, "docker-of-build", docker::old_docker()),
        ask: docker::docker_build,
        log_in: None,
    },
    Client {
        name: "podman-4",
        in_which: Some("podman"),
        needs_no_registry: false,
        instead_of: "podman",
        install: |bin| link(bin, "podman", &process::need("podman")),
        ask: |stage, images| each(images, |image| containers::podman_pull(stage, "podman", image)),
        log_in: Some(|stage, server, user, password| {
            let words = ["login", "--tls-verify=false", "-u", user, "--password-stdin", server];
            stage.run(containers::containers(stage, "podman").args(words), password)
        }),
    },
    Client {
        name: "podman-5",
        in_which: Some("podman"),
        needs_no_registry: true,
        instead_of: "podman",
        install: |bin| containers::podman_by_name(bin, "5.7.1"),
        ask: |stage, images| {
            each(images, |image| containers::library_get(stage, "containers-image-5.39", image))
        },
        log_in: Some(|stage, server, user, password| {
            let mut command = containers::library(stage, "containers-image-5.39");
            stage.run(command.args(["set", server, user]), password)
        }),
    },
    Client {
        name: "podman-5-all",
        in_which: None,
        needs_no_registry: true,
        instead_of: "",
        install: |_| {},
        ask: |stage, images| containers::library_all(stage, "containers-image-5.39", images),
        log_in: None,
    },
    Client {
        name: "podman-6",
        in_which: Some("podman"),
        needs_no_registry: true,
        instead_of: "podman",
        install: |bin| containers::podman_by_name(bin, "6.0.0"),
        ask: |stage, images| {
            each(images, |image| containers::library_get(stage, "containers-image", image))
        },
        log_in: Some(|stage, server, user, password| {
            let mut command = containers::library(stage, "containers-image");
            stage.run(command.args(["set", server, user]), password)
        }),
    },
    Client {
        name: "podman-6-all",
        in_which: None,
        needs_no_registry: true,
        instead_of: "",
        install: |_| {},
        ask: |stage, images| containers::library_all(stage, "containers-image", images),
        log_in: None,
    },
    Client {
        name: "skopeo",
        in_which: Some("skopeo"),
        needs_no_registry: false,
        instead_of: "",
        install: |bin| link(bin, "skopeo", &process::need("skopeo")),
        ask: |stage, images| each(images, |image| containers::skopeo_inspect(stage, image)),
        log_in: Some(|stage, server, user, password| {
            let words = ["login", "--tls-verify=false", "-u", user, "--password-stdin", server];
            stage.run(containers::containers(stage, "skopeo").args(words), password)
        }),
    },
    Client {
        name: "crane",
        in_which: Some("crane"),
        needs_no_registry: true,
        instead_of: "",
        install: |bin| link(bin, "crane", &built::need("crane")),
        ask: |stage, images| each(images, |image| registry_tools::crane(stage, image)),
        log_in: Some(|stage, server, user, password| {
            let mut command = stage.command("crane");
            stage.run(
                command.args(["auth", "login", server, "-u", user, "--password-stdin"]),
                password,
            )
        }),
    },
    Client {
        name: "oras",
        in_which: Some("oras"),
        needs_no_registry: false,
        instead_of: "",
        install: |bin| link(bin, "oras", &built::need("oras")),
        ask: |stage, images| {
            each(images, |image| {
                let words = ["manifest", "fetch", "--plain-http", &stage.filled(image)];
                by_registry(stage, image, stage.command("oras").args(words))
            })
        },
        log_in: Some(|stage, server, user, password| {
            let words = ["login", "--plain-http", "-u", user, "--password-stdin", server];
            stage.run(stage.command("oras").args(words), password)
        }),
    },
    Client {
        name: "regctl",
        in_which: Some("regctl"),
        needs_no_registry: false,
        instead_of: "",
        install: |bin| link(bin, "regctl", &built::need("regctl")),
        ask: |stage, images| each(images, |image| registry_tools::regctl(stage, image)),
        log_in: Some(|stage, server, user, password| {
            let words = ["registry", "login", "--skip-check", "-u", user, "--pass-stdin", server];
            stage.run(stage.command("regctl").args(words), password)
        }),
    },
    Client {
        name: "helm-4",
        in_which: Some("helm"),
        needs_no_registry: false,
        instead_of: "helm",
        install: |bin| link(bin, "helm", &built::need("helm")),
        ask: |stage, images| each(images, |image| registry_tools::helm(stage, image)),
        log_in: Some(registry_tools::helm_login),
    },
    Client {
        name: "helm-3",
        in_which: Some("helm"),
        needs_no_registry: false,
        instead_of: "helm",
        install: |bin| link(bin, "helm", &built::need("helm-3")),
        ask: |stage, images| each(images, |image| registry_tools::helm(stage, image)),
        log_in: Some(registry_tools::helm_login),
    },
    Client {
        name: "docker-py",
        in_which: None,
        needs_no_registry: true,
        instead_of: "",
        install: |_| {},
        ask: libraries::docker_py,
        log_in: None,
    },
    Client {
        name: "docker_credential",
        in_which: None,
        needs_no_registry: true,
        instead_of: "",
        install: |_| {},
        ask: libraries::rust_crate,
        log_in: None,
    },
];

pub(crate) fn named(name: &str) -> &'static Client {
    ALL.iter().find(|client| client.name == name).unwrap_or_else(|| panic!("no client {name}"))
}

fn link(bin: &Path, name: &str, program: &Path) {
    let at = bin.join(name);
    if !at.exists() {
        symlink(program, at).unwrap();
    }
}

fn each(images: &[&str], mut ask: impl FnMut(&str) -> Sent) -> Vec<Sent> {
    images.iter().map(|image| ask(image)).collect()
}

/// The first line of what a failed command said.
fn fails(stage: &Stage<'_>, ran: &Ran) -> Sent {
    let said = if ran.stderr.trim().is_empty() { &ran.stdout } else { &ran.stderr };
    let line = said.trim().lines().last().unwrap_or_default();
    Sent::Fails(stage.emptied(line).chars().take(160).collect())
}

/// What the registry of an image saw while a command ran.
fn by_registry(stage: &Stage<'_>, image: &str, command: &mut Command) -> Sent {
    let registry = stage.registry(server_of(image)).expect("a registry that is there");
    registry.seen();
    let ran = stage.run(command, "");
    let seen = registry.seen();
    match (seen.login, ran) {
        (Some(login), _) => Sent::Login(login),
        (None, None) => Sent::Hangs,
        (None, Some(_)) if seen.asked => Sent::Nobody,
        (None, Some(ran)) => fails(stage, &ran),
    }
}

fn without_tag(image: &str) -> &str {
    image.rsplit_once(':').map_or(image, |(name, _)| name)
}
