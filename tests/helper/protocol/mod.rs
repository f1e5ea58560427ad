//! The credential-helper protocol, case by case (`reference/protocol.md` §5): what our helper
//! answers on each of its stores, and what Docker's own helpers answer to the same.
#![cfg(target_os = "linux")]

/// Plays scenes with both stores; what needs a keychain is left out where nothing is installed.
macro_rules! on_each_store {
    ($($scene:ident)*) => {
        mod keychain {
            $(#[test]
            #[ignore = "needs gnome-keyring; run tests/run"]
            fn $scene() {
                super::$scene(super::Store::Keychain);
            })*
        }
        mod sealed {
            $(#[test]
            fn $scene() {
                super::$scene(super::Store::Sealed);
            })*
        }
    };
}

pub(crate) mod judge;
pub(crate) mod row;
pub(crate) mod scenes;
pub(crate) mod subject;
pub(crate) mod table;
pub(crate) mod wine;

use std::collections::BTreeSet;
use std::path::Path;

/// Cases that fill a file of their own. Those from 112 on need clients: `tests/clients/docker`.
const ELSEWHERE: &[(u8, &str)] = &[
    (70, "tests/crash_safety"),
    (101, "tests/concurrency"),
    (102, "tests/concurrency"),
    (103, "tests/concurrency"),
    (109, "tests/secret_exposure"),
];

#[test]
fn no_case_of_the_list_is_left_out() {
    let mut played: BTreeSet<u8> = table::table().iter().map(|row| row.number).collect();
    played.extend(scenes::cases());
    for &(case, file) in ELSEWHERE {
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(),
            "{file} has case {case}"
        );
        played.insert(case);
    }
    let left_out: Vec<u8> = (1..=111).filter(|case| !played.contains(case)).collect();
    assert_eq!(left_out, [0; 0]);
}

#[test]
fn our_helper_answers_the_table_on_the_sealed_store() {
    table::play(subject::ours_on_the_sealed_store);
}

#[test]
fn our_helper_for_podmans_family_answers_the_table() {
    table::play(subject::ours_for_containers);
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn our_helper_answers_the_table_on_the_keychain() {
    table::play(subject::ours_on_the_keychain);
}

#[test]
#[ignore = "needs gnome-keyring and Docker's helper; run tests/run"]
fn dockers_helper_for_the_keychain_answers_the_table() {
    table::play(subject::docker_on_the_keychain);
}

#[test]
#[ignore = "needs pass and Docker's helper; run tests/run"]
fn dockers_helper_for_pass_answers_the_table() {
    table::play(subject::docker_on_pass);
}

#[test]
#[ignore = "needs Wine and the Windows build; run tests/run"]
fn our_windows_build_answers_the_table_on_credential_manager() {
    table::play(subject::ours_on_windows);
}
