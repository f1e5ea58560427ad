//! Nothing leaks: a secret that is nowhere else in the world is searched for in everything that our
//! programs write, send, show and leave behind, in every usual form.
#![cfg(target_os = "linux")]

mod channels;
mod memory;
mod server_keys;
mod words;

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::person::{Login, Person};

const OURS: &str = "registry.example:5000";
const HELPER: &str = env!("CARGO_BIN_EXE_docker-credential-imgsec");
const IMGSEC: &str = env!("CARGO_BIN_EXE_imgsec-cred");

fn request(server: &str, login: &Login) -> String {
    json!({"ServerURL": server, "Username": login.user, "Secret": login.password}).to_string()
}

/// A command of ours that says all it can.
fn command(person: &Person, program: impl AsRef<Path>, arguments: &[&str]) -> Command {
    let mut command = person.command(program);
    command.args(arguments).env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
    command
}
