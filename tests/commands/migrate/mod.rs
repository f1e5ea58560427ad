//! `imgsec-cred migrate` and `audit --fix`, and their undo, on files of all kinds and a stand-in for
//! another helper. What needs no installed part.
#![cfg(target_os = "linux")]

mod files;
mod fix;
mod helpers;
mod trees;

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::Ran;

/// A person with an open sealed store, whose Docker has no settings yet.
fn person() -> Person {
    let person = Person::new(Store::Sealed);
    fs::remove_file(person.home().join(".docker/config.json")).unwrap();
    person
}

fn auth(login: &Login) -> Value {
    json!({ "auth": Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes()) })
}

/// Writes a file below the home, in folders for the person alone.
fn write(person: &Person, path: &str, text: &str) -> PathBuf {
    let path = person.home().join(path);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn read(person: &Person, path: &str) -> Value {
    serde_json::from_slice(&fs::read(person.home().join(path)).unwrap()).unwrap()
}

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

/// The answer for programs.
fn answer(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:#?}"))
}

/// What became of each credential: `registry user action`, sorted.
fn actions(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap().iter();
    let mut all: Vec<_> = items
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("registry"), text("username"), text("action"))
        })
        .collect();
    all.sort();
    all
}
