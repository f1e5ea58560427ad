//! `imgsec-cred rotate`, killed at any change that it or its helper makes. The store keeps a secret
//! that works, and the same command run again completes.

use std::path::PathBuf;

use serde_json::Value;

use super::{OURS, ended_well};
use crate::support::fault::{Fault, Traced, Whom};
use crate::support::person::{Login, Person, Store};
use crate::support::snapshot::Snapshot;
use crate::support::strace::Change;

/// A person who has a new password for a registry that is not asked.
struct Rotation {
    person: Person,
    old: Login,
    new: Login,
    prepared: Snapshot,
}

const ROTATE: [&str; 6] = ["rotate", OURS, "--password-stdin", "--verify", "skip", "--json"];

impl Rotation {
    fn new() -> Self {
        let person = Person::new(Store::Sealed);
        let old = person.new_login("amy");
        let mut new = person.new_login("amy");
        new.user.clone_from(&old.user);
        person.keep_secret(&new);
        person.keep(OURS, &old.user, &old.password);
        // The folder of state is there, and is put back as it was.
        let state: PathBuf = person.home().join(".local/state/imgsec-cred");
        std::fs::create_dir_all(&state).unwrap();
        let prepared = Snapshot::of(&[person.home().join(".local")]);
        Self { person, old, new, prepared }
    }

    /// Runs with faults, each followed by the same command without one.
    fn each(&self, faults: impl Fn(usize, Whom, &Change) -> Vec<Fault>) -> usize {
        let stdin = format!("{}\n", self.new.password);
        let traced = Traced::ours(&self.person, &ROTATE);
        let ready = || self.prepared.put_back();
        traced.each(&stdin, faults, ready, |met| {
            let kept = self.person.login_for(OURS);
            let is_one = [&self.old, &self.new].contains(&kept.as_ref().unwrap());
            assert!(is_one, "{met:#?} left {kept:?}");
            ended_well(&self.person, met);
            let mut again = self.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
            let again = self.person.finish(again.args(ROTATE), stdin.as_bytes()).ok();
            let answer: Value = serde_json::from_str(&again.stdout).unwrap();
            let state = answer["items"][0]["state"].as_str().unwrap();
            assert!(["rotated", "unchanged"].contains(&state), "{met:#?} {again:#?}");
            assert_eq!(self.person.login_for(OURS).as_ref(), Some(&self.new), "{met:#?}");
            let pending = format!("imgsec-internal://pending/https://{OURS}");
            assert_eq!(self.person.login_for(&pending), None, "{met:#?} {again:#?}");
            self.person.assert_no_secret_on_disk();
        })
    }
}

fn is_ours(whom: Whom) -> bool {
    whom == Whom::Program
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn a_rotation_killed_at_any_change_of_its_own_is_completed_by_the_next() {
    let count =
        Rotation::new().each(|_, whom, _| if is_ours(whom) { vec![Fault::Kill] } else { vec![] });
    println!("rotate killed: {count}");
    assert!(count > 20, "it was not seen to change anything");
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn a_rotation_killed_with_its_helper_is_completed_by_the_next() {
    let count = Rotation::new().each(|_, whom, _| match whom {
        Whom::Helper(_) => vec![Fault::KillBoth],
        Whom::Program => vec![],
    });
    println!("rotate and its helper killed: {count}");
    assert!(count > 20, "the helper was not seen to change anything");
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn a_rotation_of_which_any_change_fails_says_so_and_is_completed_by_the_next() {
    let errors = ["ENOSPC", "EIO"];
    let count = Rotation::new().each(|number, whom, _| match whom {
        Whom::Program => vec![Fault::Error(errors[number % 2])],
        Whom::Helper(_) if number.is_multiple_of(4) => vec![Fault::Error(errors[number % 2])],
        Whom::Helper(_) => vec![],
    });
    println!("rotate with errors: {count}");
    assert!(count > 20, "it was not seen to change anything");
}
