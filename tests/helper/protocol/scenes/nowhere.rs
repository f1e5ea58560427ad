//! No store that could be used: each reason has its own line, a store that was named or chosen is
//! never replaced by another, and nothing is made on the disk.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::super::judge::expect;
use super::super::row::{Answer, SECRET, listed, login, not_found, request};
use super::super::subject::{CONTAINERS_HELPER, HELPER};
use super::{ask, at_once, helper, says, with_login};
use crate::support::bus::Bus;
use crate::support::person::{Person, Store};
use crate::support::process::{self, Ran};
use crate::support::snapshot::Snapshot;

pub(crate) const CASES: &[u8] = &[82, 107];

const NO_BUS: &str = "no keychain here: there is no D-Bus session bus";
const NO_SERVICE: &str =
    "no keychain here: nothing on the D-Bus session bus provides org.freedesktop.secrets";
const NEVER_UNLOCKED: &str =
    "the keychain has no default collection: it was never unlocked in this session";
const SETUP: &str = "imgsec-cred setup";
const SEALED: &str = "imgsec-cred setup --store sealed";

/// The four verbs, each with a request.
fn requests() -> [(&'static str, String); 4] {
    [
        ("get", "ghcr.io".to_owned()),
        ("list", String::new()),
        ("erase", "ghcr.io".to_owned()),
        ("store", request("ghcr.io", "amy", SECRET)),
    ]
}

/// Every verb fails in these words and makes no file.
#[track_caller]
fn all_fail(me: &Person, set: impl Fn(&mut Command), words: &str, hint: &str) {
    let before = Snapshot::of(&[me.home()]);
    for (verb, request) in requests() {
        let mut command = helper(me, verb);
        set(&mut command);
        says(&at_once(&mut command, request), words, hint);
    }
    assert!(Snapshot::of(&[me.home()]) == before, "files were made or changed");
}

fn as_it_is(_: &mut Command) {}

fn unnamed(command: &mut Command) {
    command.env_remove("IMGSEC_STORE");
}

fn write_settings(me: &Person, text: &str) {
    let folder = me.home().join(".config/imgsec-cred");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("settings.json"), text).unwrap();
}

#[test]
fn a_keychain_by_name_without_a_session_bus() {
    let me = Person::without_keychain(Store::Keychain);
    all_fail(&me, as_it_is, NO_BUS, SEALED);
    let gone = |command: &mut Command| {
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    };
    all_fail(&me, gone, NO_BUS, SEALED);
}

#[test]
#[ignore = "needs dbus-daemon; run tests/run"]
fn a_keychain_by_name_that_nobody_provides() {
    let mut me = Person::without_keychain(Store::Keychain);
    me.bus = Some(Bus::without_secrets(&me.home(), &me.runtime()));
    all_fail(&me, as_it_is, NO_SERVICE, SEALED);
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_keychain_that_was_never_unlocked() {
    let mut me = Person::without_keychain(Store::Keychain);
    me.bus = Some(Bus::never_unlocked(&me.home(), &me.runtime()));
    // The first call starts gnome-keyring, which makes its own folder.
    ask(&me, "list", "").fails();
    all_fail(&me, as_it_is, NEVER_UNLOCKED, "imgsec-cred setup --store sealed");
    // It may hold what is asked for, on another day: so it is no "not found" either.
    all_fail(&me, unnamed, NEVER_UNLOCKED, "imgsec-cred setup --store sealed");
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_keychain_that_crashed() {
    let mut me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    me.bus.as_mut().unwrap().stop_secrets();
    all_fail(&me, as_it_is, NO_SERVICE, SEALED);
    me.bus.as_mut().unwrap().unlock();
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

#[test]
fn a_sealed_store_by_name_that_nobody_made() {
    let me = Person::without_keychain(Store::Sealed);
    all_fail(&me, as_it_is, "there is no sealed store in ", SEALED);
}

#[test]
fn a_store_that_is_none() {
    let me = Person::without_keychain(Store::Sealed);
    let unknown = |command: &mut Command| {
        command.env("IMGSEC_STORE", "cloud\u{1b}[2K");
    };
    all_fail(
        &me,
        unknown,
        "no store is called",
        "the stores are keychain, sealed, session and windows",
    );
    write_settings(&me, r#"{"format":1,"store":"cloud"}"#);
    all_fail(
        &me,
        unnamed,
        "no store is called",
        "the stores are keychain, sealed, session and windows",
    );
    for broken in ["", "{", "[]", r#"{"format":1,"store":7}"#] {
        write_settings(&me, broken);
        all_fail(&me, unnamed, "settings.json is broken: ", "imgsec-cred setup");
    }
}

#[test]
fn a_chosen_store_is_law() {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    write_settings(&me, r#"{"format":1,"store":"keychain"}"#);
    all_fail(&me, unnamed, NO_BUS, SEALED);
    let get = |me: &Person| at_once(helper(me, "get").env_remove("IMGSEC_STORE"), "ghcr.io");
    write_settings(&me, r#"{"format":1,"store":"sealed"}"#);
    expect(&get(&me), &login("ghcr.io", "amy", SECRET));
    let other = Person::without_keychain(Store::Keychain);
    write_settings(&other, r#"{"format":1,"store":"sealed"}"#);
    all_fail(&other, unnamed, "there is no sealed store in ", SEALED);
}

/// No store, and no trace that there ever was one: then there is certainly no login.
fn has_nothing(me: &Person) {
    let before = Snapshot::of(&[me.home()]);
    let run = |verb: &str, request: &str| {
        let mut command = helper(me, verb);
        unnamed(&mut command);
        at_once(&mut command, request)
    };
    expect(&run("get", "ghcr.io"), &not_found());
    expect(&run("get", "ghcr.io/org/img"), &not_found());
    expect(&run("list", ""), &Answer::Line("{}".to_owned()));
    expect(&run("erase", "ghcr.io"), &Answer::Done);
    let store = run("store", &request("ghcr.io", "amy", SECRET));
    says(&store, "no keychain here, and no sealed store yet", SETUP);
    assert!(Snapshot::of(&[me.home()]) == before, "files were made or changed");
}

#[test]
fn where_nothing_ever_was_nothing_is_found() {
    has_nothing(&Person::without_keychain(Store::Keychain));
}

#[test]
#[ignore = "needs dbus-daemon; run tests/run"]
fn where_nothing_ever_was_nothing_is_found_on_a_bus_without_a_keychain_either() {
    let mut me = Person::without_keychain(Store::Keychain);
    me.bus = Some(Bus::without_secrets(&me.home(), &me.runtime()));
    has_nothing(&me);
}

#[test]
fn with_a_trace_of_an_earlier_day_nothing_is_certainly_absent() {
    for trace in [".config/imgsec-cred", ".local/share/imgsec-cred", ".local/state/imgsec-cred"] {
        let me = Person::without_keychain(Store::Keychain);
        fs::create_dir_all(me.home().join(trace)).unwrap();
        all_fail(&me, unnamed, NO_BUS, SETUP);
    }
}

#[test]
fn a_sealed_store_is_found_where_there_is_no_keychain() {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    let run =
        |verb: &str, request: &str| at_once(helper(&me, verb).env_remove("IMGSEC_STORE"), request);
    expect(&run("get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    expect(&run("list", ""), &listed(&[("ghcr.io", "amy")]));
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_keychain_that_was_found_and_used_is_the_chosen_one() {
    let mut me = Person::new(Store::Keychain);
    let run = |me: &Person, verb: &str, request: &str| {
        at_once(helper(me, verb).env_remove("IMGSEC_STORE"), request)
    };
    expect(&run(&me, "list", ""), &Answer::Line("{}".to_owned()));
    expect(&run(&me, "get", "ghcr.io"), &not_found());
    assert!(!me.home().join(".config").exists(), "asking makes files");
    expect(&run(&me, "store", &request("ghcr.io", "amy", SECRET)), &Answer::Done);
    me.bus.as_mut().unwrap().stop_secrets();
    all_fail(&me, unnamed, NO_SERVICE, SEALED);
}

/// As in a container that runs with any user number: no variable at all, and a user whom the system
/// does not know. What such a user has kept, and where, nobody can tell.
fn homeless(program: &str, arguments: &[&str], variables: &[(&str, &str)], request: &str) -> Ran {
    let mut command = Command::new(process::need("unshare"));
    command.env_clear().envs(variables.iter().copied()).current_dir("/");
    command.args(["--user", "--map-user=54321", program]).args(arguments);
    at_once(&mut command, request)
}

#[test]
#[ignore = "needs unshare; run tests/run"]
fn without_a_home_nothing_is_certainly_absent() {
    let nobody = "HOME is not set, and this user has no home folder: the store cannot be found";
    for (verb, request) in requests() {
        for variables in [&[][..], &[("IMGSEC_STORE", "sealed")]] {
            says(&homeless(HELPER, &[verb], variables, &request), nobody, "set HOME");
        }
        let ran = homeless(CONTAINERS_HELPER, &[verb], &[], &request);
        assert_eq!((ran.stdout.trim_end(), ran.status.code()), (nobody, Some(1)));
        let keychain = &[("IMGSEC_STORE", "keychain")];
        says(&homeless(HELPER, &[verb], keychain, &request), NO_BUS, SEALED);
    }
    assert!(!Path::new("/.config/imgsec-cred").exists());
}

#[test]
#[ignore = "needs unshare; run tests/run"]
fn without_a_home_no_command_of_ours_says_that_there_is_nothing() {
    let ours = env!("CARGO_BIN_EXE_imgsec-cred");
    let beside = Path::new(HELPER).parent().unwrap().to_str().unwrap();
    for arguments in [
        &["list"][..],
        &["status"],
        &["show", "ghcr.io"],
        &["logout", "ghcr.io"],
        &["verify", "ghcr.io"],
        &["export", "--docker-config"],
        &["login", "ghcr.io", "-u", "amy", "--password-stdin", "--no-verify"],
        &["rotate", "ghcr.io", "--password-stdin"],
        &["unlock"],
        &["lock"],
    ] {
        let ran = homeless(ours, arguments, &[("PATH", beside)], SECRET);
        let code = ran.status.code().unwrap();
        assert!([3, 4].contains(&code), "{arguments:?}: {ran:#?}");
        assert!(ran.said().contains("HOME is not set"), "{arguments:?}: {ran:#?}");
        for untrue in ["not found", "nothing was kept", "no credentials are kept", "0 to fix"] {
            assert!(!ran.said().contains(untrue), "{arguments:?}: {ran:#?}");
        }
    }
}
