//! `imgsec-cred setup` and `setup --undo`, with the helper that they call.

use super::{ended_well, kill, kill_ours, list_agrees, some_error, some_error_of_ours};
use crate::support::fault::{Fault, Traced, Whom};
use crate::support::person::{Store, each_file};
use crate::support::plain::{GHCR, HUB, PlainText};
use crate::support::strace::Change;

/// `setup` with faults; afterwards it is run again.
fn setup(plain: &PlainText, faults: fn(usize, Whom, &Change) -> Vec<Fault>) {
    let before = plain.now();
    let ready = || {
        before.put_back();
        for (server, _) in plain.logins.iter().filter(|_| plain.person.bus.is_some()) {
            plain.person.helper("erase", server).ok();
        }
    };
    let count = Traced::ours(&plain.person, &plain.setup()).each("", faults, ready, |met| {
        plain.docker_has_every_login(met);
        ended_well(&plain.person, met);
        plain.set_up().ok();
        assert!(plain.is_set_up(), "{met:#?}");
        plain.docker_has_every_login(met);
        list_agrees(&plain.person, &[GHCR, HUB]);
        plain.person.assert_no_secret_on_disk();
    });
    println!("setup: {count} faults");
    ready();
}

/// `setup --undo` with faults; afterwards it is run again.
fn undo(arguments: &[&str], faults: fn(usize, Whom, &Change) -> Vec<Fault>) {
    let plain = PlainText::without_store();
    plain.set_up().ok();
    let before = plain.now();
    let traced = Traced::ours(&plain.person, arguments);
    let count = traced.each(
        "",
        faults,
        || before.put_back(),
        |met| {
            plain.store_has_every_login(met);
            ended_well(&plain.person, met);
            let goes_back = arguments.contains(&"--insecure-plaintext");
            if goes_back {
                plain.docker_has_every_login(met);
            }
            // An undo that was killed when all was done has nothing left to do.
            let again = plain.person.run_ours(arguments);
            assert!(matches!(again.status.code(), Some(0 | 6)), "{met:#?} {again:#?}");
            assert!(!plain.is_set_up(), "{met:#?}");
            plain.store_has_every_login(met);
            for (server, login) in &plain.logins {
                assert_eq!(
                    plain.in_plain_text(server).as_ref(),
                    goes_back.then_some(login),
                    "{met:#?}"
                );
            }
        },
    );
    println!("{arguments:?}: {count} faults");
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn setup_killed_at_any_change_leaves_docker_every_login() {
    setup(&PlainText::without_store(), kill);
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn setup_leaves_docker_every_login_when_any_change_fails() {
    setup(&PlainText::without_store(), some_error);
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn setup_with_a_sealed_store_leaves_docker_every_login() {
    let plain = PlainText::with_store(Store::Sealed);
    setup(&plain, kill);
    setup(&plain, some_error_of_ours);
}

#[test]
#[ignore = "needs strace and gnome-keyring; run tests/run"]
fn setup_with_a_keychain_leaves_docker_every_login() {
    let plain = PlainText::with_store(Store::Keychain);
    setup(&plain, kill_ours);
    setup(&plain, some_error_of_ours);
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn undo_loses_no_login() {
    undo(&["setup", "--undo", "--yes", "--logged-out"], kill);
    undo(&["setup", "--undo", "--yes", "--logged-out"], some_error);
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn undo_into_plain_text_leaves_docker_every_login() {
    undo(&["setup", "--undo", "--yes", "--insecure-plaintext"], kill);
    undo(&["setup", "--undo", "--yes", "--insecure-plaintext"], some_error);
}

/// What was last said to a person as "Recovery passphrase".
fn recovery(said: &str) -> Option<&str> {
    let is_one = |line: &&str| line.len() == 29 && line.matches('-').count() == 5;
    said.lines().map(str::trim).rfind(is_one)
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn a_killed_setup_never_leaves_a_store_without_a_passphrase_that_somebody_was_told() {
    let plain = PlainText::without_key_file();
    let before = plain.now();
    let traced = Traced::ours(&plain.person, &plain.setup());
    let count = traced.each(
        "",
        kill_ours,
        || before.put_back(),
        |met| {
            plain.docker_has_every_login(met);
            let again = plain.set_up();
            let said = format!("{}{}", met.ran.said(), again.said());
            assert!(again.status.success(), "{met:#?} {again:#?}");
            plain.docker_has_every_login(met);
            let told =
                recovery(&said).unwrap_or_else(|| panic!("nobody was told: {met:#?} {again:#?}"));
            plain.person.run_ours(&["lock"]).ok();
            let mut unlock = plain.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
            unlock.args(["unlock", "--passphrase-fd", "0", "--for", "60s"]);
            plain.person.finish(&mut unlock, told.as_bytes()).ok();
            plain.docker_has_every_login(met);
        },
    );
    println!("setup with a passphrase: {count} faults");
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn a_killed_setup_that_is_run_again_leaves_one_copy_of_the_key() {
    let plain = PlainText::without_store();
    let before = plain.now();
    let traced = Traced::ours(&plain.person, &plain.setup());
    let of_key = |n, whom, change: &Change| {
        if change.line.contains("/keys") { kill_ours(n, whom, change) } else { Vec::new() }
    };
    let count = traced.each(
        "",
        of_key,
        || before.put_back(),
        |met| {
            plain.set_up().ok();
            let key = std::fs::read(plain.person.folder().join("keys/key")).unwrap();
            let mut copies = Vec::new();
            each_file(plain.person.folder(), &mut |path, bytes| {
                copies.extend((bytes == key).then(|| path.to_owned()));
            });
            assert_eq!(copies.len(), 1, "{copies:?} {met:#?}");
        },
    );
    assert!(count > 5);
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn after_a_killed_undo_into_plain_text_setup_leaves_no_secret_on_the_disk() {
    let plain = PlainText::without_store();
    plain.set_up().ok();
    let before = plain.now();
    let traced = Traced::ours(&plain.person, &["setup", "--undo", "--yes", "--insecure-plaintext"]);
    traced.each(
        "",
        kill_ours,
        || before.put_back(),
        |met| {
            plain.set_up().ok();
            plain.docker_has_every_login(met);
            plain.person.assert_no_secret_on_disk();
        },
    );
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn a_session_store_whose_key_is_gone_is_made_anew_wherever_setup_is_killed() {
    let mut plain = PlainText::without_key_file();
    plain.use_session_store();
    let in_plain_text = plain.now();
    plain.set_up().ok();
    plain.person.run_ours(&["lock"]);
    // After a restart, and after another login into plain text.
    let config = plain.person.home().join(".docker/config.json");
    let set_up = plain.now();
    in_plain_text.put_back();
    let logins = std::fs::read(&config).unwrap();
    set_up.put_back();
    std::fs::write(&config, logins).unwrap();
    let before = plain.now();
    let traced = Traced::ours(&plain.person, &plain.setup());
    let count = traced.each(
        "",
        kill_ours,
        || before.put_back(),
        |met| {
            plain.docker_has_every_login(met);
            plain.set_up().ok();
            assert!(plain.is_set_up(), "{met:#?}");
            plain.docker_has_every_login(met);
        },
    );
    println!("setup of a session store: {count} faults");
}
