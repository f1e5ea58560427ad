//! Every wait has an end: for the client, for the keychain, for another writer; and nothing of ours
//! goes on behind the client's back.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::super::judge::expect;
use super::super::row::{Answer, SECRET, failure, listed, login, request};
use super::{AT_ONCE, Talk, ask, at_once, helper, says, with_login};
use crate::support::bus::{Bus, PATIENCE};
use crate::support::person::{Person, Store};
use crate::support::process;

pub(crate) const CASES: &[u8] = &[92, 99, 104, 105, 106];

/// Testcontainers gives up after 30 s; with `IMGSEC_TIMEOUT=1` nobody waits so long.
const SOON: Duration = Duration::from_secs(9);

fn impatient(me: &Person, verb: &str) -> Command {
    let mut command = helper(me, verb);
    command.env("IMGSEC_TIMEOUT", "1");
    command
}

#[test]
fn a_client_that_never_ends_its_request_is_given_up() {
    let me = Person::new(Store::Sealed);
    let mut clients = Vec::new();
    for verb in ["get", "erase", "store"] {
        for begun in [&b""[..], b"ghcr.io"] {
            let mut talk = Talk::start(impatient(&me, verb));
            talk.write(begun).unwrap();
            clients.push(talk);
        }
    }
    for mut talk in clients {
        let (said, status, _) = talk.end(SOON);
        let why = "no end of the request came in time\n";
        assert_eq!((said, status), (format!("{why}docker-credential-imgsec: {why}"), Some(1)));
    }
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_keychain_that_hangs_is_given_up_and_serves_again_later() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    let hanging = me.bus.as_ref().unwrap().hang_secrets();
    thread::scope(|scope| {
        for (verb, request) in [
            ("get", "ghcr.io".to_owned()),
            ("get", "absent.example".to_owned()),
            ("list", String::new()),
            ("erase", "quay.io".to_owned()),
            ("store", request("quay.io", "amy", SECRET)),
        ] {
            let me = &me;
            scope.spawn(move || {
                let ran = at_once(&mut impatient(me, verb), request);
                says(&ran, "the keychain did not answer within 1 s", "imgsec-cred status");
            });
        }
        // Without the variable it takes a little longer.
        let begun = Instant::now();
        let ran = process::run(helper(&me, "get").env_remove("IMGSEC_TIMEOUT"), b"ghcr.io");
        says(&ran, "the keychain did not answer within ", "imgsec-cred status");
        assert!(begun.elapsed() < PATIENCE);
    });
    drop(hanging);
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    assert!(me.listed().keys().all(|server| server == "ghcr.io" || server == "quay.io"));
}

#[test]
fn a_writer_that_never_ends_is_given_up_and_a_dead_one_is_not_waited_for() {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    let mut holder = Holder::of(me.home().join(".local/share/imgsec-cred/sealed/lock"));
    let store = at_once(&mut impatient(&me, "store"), request("quay.io", "amy", SECRET));
    expect(&store, &failure("did not answer within 1 s"));
    // Readers wait for nobody.
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    expect(&ask(&me, "list", ""), &listed(&[("ghcr.io", "amy")]));
    holder.kill();
    expect(&ask(&me, "store", request("quay.io", "amy", SECRET)), &Answer::Done);
}

/// Another program that holds the lock of the store.
struct Holder(std::process::Child);

impl Holder {
    fn of(lock: PathBuf) -> Self {
        assert!(File::open(&lock).is_ok());
        let mut command = Command::new(process::need("flock"));
        command.arg(lock).args(["sh", "-c", "echo held; exec sleep 60"]).process_group(0);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Self(child)
    }

    fn kill(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        self.0.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.kill();
    }
}

on_each_store! {
    standard_output_ends_with_the_program
}

fn standard_output_ends_with_the_program(store: Store) {
    let me = Person::new(store);
    with_login(&me, "ghcr.io");
    for (verb, request) in [("get", "ghcr.io"), ("list", ""), ("erase", "ghcr.io")] {
        ends_at_once(&me, verb, request);
    }
}

/// The first call is the one that starts gnome-keyring.
#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn standard_output_ends_with_the_program_that_started_the_keychain() {
    let mut me = Person::without_keychain(Store::Keychain);
    me.bus = Some(Bus::never_unlocked(&me.home(), &me.runtime()));
    ends_at_once(&me, "list", "");
}

#[track_caller]
fn ends_at_once(me: &Person, verb: &str, request: &str) {
    let mut talk = Talk::start(helper(me, verb));
    // `list` may be done before this arrives.
    let _ = talk.write(request.as_bytes());
    talk.close();
    let (said, _, open) = talk.end(AT_ONCE);
    // A second, as the machine may be busy; an agent would hold it for hours.
    assert!(open < Duration::from_secs(1), "{verb}: open for {open:?} more: {said}");
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn a_helper_that_is_interrupted_while_it_waits_says_nothing() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    let hanging = me.bus.as_ref().unwrap().hang_secrets();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut talk = Talk::start(helper(&me, "get"));
        talk.write(b"ghcr.io").unwrap();
        talk.close();
        // It waits: nothing is said.
        assert!(talk.said.recv_timeout(Duration::from_millis(200)).is_err());
        kill_process(Pid::from_child(&talk.child), signal).unwrap();
        let (said, status, _) = talk.end(AT_ONCE);
        assert_eq!((said.as_str(), status), ("", None), "not ended by {signal:?}");
    }
    drop(hanging);
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}
