//! This year's clients, which `tests/clients/build` makes: where each lies, what it needs in its
//! environment, and how it is told to log in and out.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::person::{Login, Person};
use super::process::Ran;

/// A client, and how it is told what to do; HOST, USER and IMAGE stand for those.
struct Client {
    name: &'static str,
    /// Keeps the password that it reads from standard input.
    login: &'static [&'static str],
    logout: &'static [&'static str],
    /// Asks a registry for an image and pulls nothing.
    ask: &'static [&'static str],
}

const CLIENTS: [Client; 7] = [
    Client {
        name: "docker",
        login: &["login", "--username", "USER", "--password-stdin", "HOST"],
        logout: &["logout", "HOST"],
        ask: &["manifest", "inspect", "--insecure", "IMAGE"],
    },
    Client {
        name: "crane",
        login: &["auth", "login", "HOST", "--username", "USER", "--password-stdin"],
        logout: &["auth", "logout", "HOST"],
        ask: &["manifest", "--insecure", "IMAGE"],
    },
    Client {
        name: "oras",
        login: &["login", "--plain-http", "HOST", "--username", "USER", "--password-stdin"],
        logout: &["logout", "HOST"],
        ask: &["manifest", "fetch", "--plain-http", "IMAGE"],
    },
    Client {
        name: "regctl",
        login: &["registry", "login", "HOST", "--user", "USER", "--pass-stdin"],
        logout: &["registry", "logout", "HOST"],
        ask: &["--host", "reg=HOST,tls=disabled", "manifest", "get", "IMAGE"],
    },
    Client {
        name: "helm",
        login: &[
            "registry",
            "login",
            "--plain-http",
            "HOST",
            "--username",
            "USER",
            "--password-stdin",
        ],
        logout: &["registry", "logout", "HOST"],
        ask: &["show", "chart", "--plain-http", "oci://IMAGE"],
    },
    Client {
        name: "cosign",
        login: &["login", "HOST", "--username", "USER", "--password-stdin"],
        logout: &[],
        ask: &["tree", "--allow-insecure-registry", "IMAGE"],
    },
    Client {
        name: "containers-image",
        login: &["set", "HOST", "USER"],
        logout: &["remove", "HOST"],
        ask: &["get", "IMAGE"],
    },
];

/// Beside the build output.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("clients")
}

/// Where a client lies.
pub(crate) fn need(client: &str) -> PathBuf {
    let program = folder().join("bin").join(client);
    assert!(program.exists(), "{client} is not built: tests/clients/build does it, or build all");
    program
}

/// From now on the person finds the client on the PATH, by the name that people call it.
pub(crate) fn install(me: &Person, client: &str, name: &str) {
    symlink(need(client), me.folder().join("bin").join(name)).unwrap();
}

/// The client in the person's environment.
pub(crate) fn command(me: &Person, client: &str) -> Command {
    with_environment(me.command(need(client)))
}

/// With what these clients need in their environment.
pub(crate) fn with_environment(mut command: Command) -> Command {
    // Testcontainers would start a container that cleans up, and ask the engine for a network.
    command.env("TESTCONTAINERS_RYUK_DISABLED", "true");
    command.env("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1").env("DEBUG", "testcontainers*");
    // It tries again for so many seconds what the registry refused.
    command.env("TESTCONTAINERS_PULL_TIMEOUT", "3");
    // A key of cosign's without a password, and no question for one.
    command.env("COSIGN_PASSWORD", "");
    command
}

/// Runs the client; it may show no secret.
#[track_caller]
pub(crate) fn run(me: &Person, client: &str, arguments: &[&str]) -> Ran {
    me.finish(command(me, client).args(arguments), b"")
}

/// The client's own way to log in, with the password on standard input.
#[track_caller]
pub(crate) fn log_in(me: &Person, client: &str, host: &str, login: &Login) -> Ran {
    let mut command = command(me, client);
    command.args(filled(row(client).login, host, &login.user, ""));
    me.finish(&mut command, login.password.as_bytes())
}

/// The client's own way to log out.
#[track_caller]
pub(crate) fn log_out(me: &Person, client: &str, host: &str) -> Ran {
    me.finish(command(me, client).args(filled(row(client).logout, host, "", "")), b"")
}

/// Asks the registry for an image.
#[track_caller]
pub(crate) fn ask(me: &Person, client: &str, image: &str) -> Ran {
    let (host, _) = image.split_once('/').unwrap();
    me.finish(command(me, client).args(filled(row(client).ask, host, "", image)), b"")
}

/// `helm-3` is told what `helm` is told.
fn row(client: &str) -> &'static Client {
    let found = CLIENTS.iter().find(|row| {
        client.strip_prefix(row.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    });
    found.unwrap_or_else(|| panic!("no row tells what {client} is told"))
}

fn filled(words: &[&str], host: &str, user: &str, image: &str) -> Vec<String> {
    let fill =
        |word: &&str| word.replace("HOST", host).replace("USER", user).replace("IMAGE", image);
    words.iter().map(fill).collect()
}
