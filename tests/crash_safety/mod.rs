//! Nothing is lost: our programs are killed, or one of their system calls fails, in the place of
//! each single change of a file or a store. Every login is then where it was or where it goes,
//! whole, and the same command run again completes.
#![cfg(target_os = "linux")]

mod disk;
mod helper;
mod migrate;
mod rotate;
mod setup;

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::fault::{Fault, Met, Whom};
use crate::support::person::{Login, Person};
use crate::support::snapshot::Snapshot;
use crate::support::strace::Change;

const OURS: &str = "registry.example:5000";

const ERRORS: [&str; 4] = ["ENOSPC", "EDQUOT", "EIO", "EROFS"];

fn kill(_: usize, whom: Whom, _: &Change) -> Vec<Fault> {
    match whom {
        Whom::Program => vec![Fault::Kill],
        Whom::Helper(_) => vec![Fault::Kill, Fault::KillBoth],
    }
}

fn every_error(_: usize, _: Whom, _: &Change) -> Vec<Fault> {
    ERRORS.map(Fault::Error).to_vec()
}

/// Each change fails with two of the errors, and all of them occur.
fn some_error(number: usize, _: Whom, _: &Change) -> Vec<Fault> {
    [number, number + 1].map(|n| Fault::Error(ERRORS[n % ERRORS.len()])).to_vec()
}

/// Kills at the changes of the program itself, for what its helper cannot do wrong.
fn kill_ours(_: usize, whom: Whom, _: &Change) -> Vec<Fault> {
    if whom == Whom::Program { vec![Fault::Kill] } else { Vec::new() }
}

/// As [`some_error`], of the program itself.
fn some_error_of_ours(number: usize, whom: Whom, change: &Change) -> Vec<Fault> {
    if whom == Whom::Program { some_error(number, whom, change) } else { Vec::new() }
}

/// A program that was not killed has succeeded, or says in one line why not; and it has tidied up.
#[track_caller]
fn ended_well(person: &Person, met: &Met) {
    if !matches!(met.fault, Fault::Error(_)) {
        return;
    }
    let said = met.ran.said();
    assert!(!said.contains("panicked") && !said.contains("Os {"), "{met:#?}");
    let is_ours = |line: &&str| line.starts_with("imgsec-cred: ");
    let lines = match met.ran.stderr.lines().filter(is_ours).count() {
        0 => met.ran.stdout.lines().count(),
        lines => lines,
    };
    let failed = !met.ran.status.success();
    // Of many files each has a line of its own.
    let is_said = lines == 1 || met.ran.stdout.lines().any(|line| line.starts_with("FAIL"));
    assert!(!failed || is_said || met.is_twice, "says nothing, or too much: {met:#?}");
    // The file that could not be removed is still there.
    if !met.change.call.starts_with("unlink") {
        let files = Snapshot::of(&[person.folder().to_owned()]);
        let mut left = files.paths().filter(|p| p.to_string_lossy().contains("/.imgsec-"));
        assert_eq!(left.next(), None, "{met:#?}");
    }
}

/// What is listed is what can be read, and the other way round.
#[track_caller]
fn list_agrees(person: &Person, servers: &[&str]) {
    let found = servers.iter().filter_map(|&s| Some((s.to_owned(), person.login_for(s)?.user)));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), person.listed());
}

fn request(server: &str, login: &Login) -> String {
    json!({"ServerURL": server, "Username": login.user, "Secret": login.password}).to_string()
}
