//! Standard input and output in every state in which a caller may leave them.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::super::judge::{expect, judge};
use super::super::row::{
    Answer, SECRET, Who, failure, listed, login, no_server, not_found, refusal, request,
};
use super::super::subject::HELPER;
use super::{AT_ONCE, Talk, ask, at_once, helper, with_login};
use crate::support::person::{Person, Store};
use crate::support::process::{self, Ran};

pub(crate) const CASES: &[u8] = &[30, 59, 83, 91, 93, 94, 95, 96, 97, 98];

const MIB: usize = 1024 * 1024;

fn person() -> Person {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    me
}

/// Our helper run by a shell that first does this with its streams.
fn with_streams(me: &Person, verb: &str, streams: &str) -> Command {
    let mut command = me.command("/bin/sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" {streams}"), HELPER, verb]);
    command
}

#[test]
fn a_request_in_two_pieces_is_one_request() {
    let me = person();
    let mut get = Talk::start(helper(&me, "get"));
    get.write(b"ghc").unwrap();
    // Ctrl-Z and fg.
    let pid = Pid::from_child(&get.child);
    kill_process(pid, Signal::STOP).unwrap();
    kill_process(pid, Signal::CONT).unwrap();
    // Only the end of the stream ends the request, however long the pause.
    assert!(get.said.recv_timeout(Duration::from_millis(300)).is_err());
    get.write(b"r.io\n").unwrap();
    assert!(get.said.recv_timeout(Duration::from_millis(300)).is_err());
    get.close();
    let (said, status, _) = get.end(AT_ONCE);
    assert!(status == Some(0) && said.contains(SECRET), "{said:?}");
}

#[test]
fn what_has_no_request_does_not_wait_for_one() {
    let me = person();
    for verb in ["list", "version", "-v", "--help", "frobnicate"] {
        let mut open = Talk::start(helper(&me, verb));
        let (said, status, _) = open.end(AT_ONCE);
        assert_eq!(status, Some(i32::from(verb == "frobnicate")), "{verb}: {said:?}");
        let closed = at_once(&mut with_streams(&me, verb, "<&-"), "");
        assert_eq!(closed.said(), said);
    }
    expect(&at_once(&mut with_streams(&me, "list", "<&-"), ""), &listed(&[("ghcr.io", "amy")]));
}

#[test]
fn a_closed_standard_input_is_an_empty_request() {
    let me = person();
    for (verb, answer) in
        [("get", no_server()), ("erase", no_server()), ("store", refusal("the request is empty"))]
    {
        expect(&at_once(&mut with_streams(&me, verb, "<&-"), ""), &answer);
    }
}

#[test]
fn a_folder_for_standard_input_is_an_error() {
    let me = person();
    for verb in ["get", "erase", "store"] {
        expect(
            &at_once(&mut with_streams(&me, verb, "</"), ""),
            &failure("cannot read the request: "),
        );
    }
}

#[test]
fn an_endless_request_is_refused_within_bounds() {
    let me = person();
    for (verb, why) in [
        ("get", "server URL too long"),
        ("erase", "server URL too long"),
        ("store", "the request is too large"),
    ] {
        let mut shell = me.command("/bin/sh");
        shell.args(["-c", "ulimit -v 524288; exec \"$0\" \"$@\" </dev/zero", HELPER, verb]);
        expect(&process::run(&mut shell, b""), &refusal(why));
    }
    expect(&ask(&me, "list", ""), &listed(&[("ghcr.io", "amy")]));
}

#[test]
#[ignore = "needs script; run tests/run"]
fn a_terminal_for_standard_input_is_a_person_and_not_a_client() {
    let me = person();
    for verb in ["get", "erase", "store"] {
        let line = format!("exec '{HELPER}' {verb}");
        let mut script = me.command(process::need("script"));
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        let ran = at_once(&mut script, "");
        assert_eq!(ran.status.code(), Some(1), "{ran:#?}");
        let said = ran.said();
        assert!(said.contains("no request: standard input is a terminal"), "{said}");
        assert!(said.contains("imgsec-cred list"), "{said}");
    }
}

/// docker_credential, a crate that testcontainers uses, fails where it cannot write all.
#[test]
fn a_writer_never_meets_a_broken_pipe() {
    let me = person();
    let nobody = Person::without_keychain(Store::Keychain);
    let large = [b" ".repeat(100 * MIB), b"ghcr.io".to_vec()].concat();
    let medium = [b"{\"x\":\"".to_vec(), b"x".repeat(9 * MIB)].concat();
    for (who, verb, request, answer) in [
        (&me, "get", &large, refusal("server URL too long")),
        (&me, "erase", &large, refusal("server URL too long")),
        (&me, "store", &large, refusal("the request is too large")),
        (&me, "store", &medium, refusal("the request is too large")),
        (&me, "store", &b"[".repeat(MIB), failure("not a credential in JSON")),
        (&me, "get", &b"\n".repeat(MIB), refusal("server URL too long")),
        (&nobody, "get", &b"a".repeat(65_535), failure("no keychain here")),
    ] {
        let mut talk = Talk::start(helper(who, verb));
        talk.write(request).expect("the writer meets a broken pipe");
        talk.close();
        let (said, status, _) = talk.end(Duration::from_secs(20));
        assert_eq!(status, Some(1));
        let begun = match &answer {
            Answer::Refusal(line) => said == format!("{line}\n"),
            Answer::Failure(words) => said.contains(words.as_str()),
            _ => false,
        };
        assert!(begun, "{verb}: {said:.200?}, not {answer:?}");
    }
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

#[test]
fn what_nobody_reads_is_no_reason_to_hang() {
    let me = person();
    for verb in ["list", "version", "frobnicate"] {
        let ran = at_once(&mut helper(&me, verb), b"x".repeat(MIB));
        assert_eq!(ran.status.code(), Some(i32::from(verb == "frobnicate")), "{ran:#?}");
    }
}

#[test]
fn an_answer_that_nobody_reads_is_a_failure_without_a_word() {
    let me = person();
    me.keep("large.example", "amy", &SECRET.repeat(20_000));
    for (verb, request) in [("get", "large.example"), ("get", "nope.example"), ("list", "")] {
        let mut command = helper(&me, verb);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        // A verb without a request may be done before this arrives.
        let _ = child.stdin.take().unwrap().write_all(request.as_bytes());
        let done = child.wait_with_output().unwrap();
        assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(1), &b""[..]), "{verb}");
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let me = person();
    for streams in [">&-", ">/dev/full", ">&- 2>&-"] {
        for (verb, request) in [("get", "ghcr.io"), ("list", ""), ("version", "")] {
            let ran = at_once(&mut with_streams(&me, verb, streams), request);
            assert_eq!((ran.status.code(), ran.said().as_str()), (Some(1), ""), "{ran:#?}");
        }
        // There is nothing to say, so nothing is lost.
        let kept =
            at_once(&mut with_streams(&me, "store", streams), request("a.example", "u", "s"));
        assert_eq!(kept.status.code(), Some(0), "{kept:#?}");
        assert!(ask(&me, "get", "a.example").status.success());
        let gone = at_once(&mut with_streams(&me, "erase", streams), "a.example");
        assert_eq!(gone.status.code(), Some(0), "{gone:#?}");
    }
    expect(&ask(&me, "get", "a.example"), &not_found());
}

#[test]
fn a_closed_standard_error_changes_no_answer() {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    let ran = at_once(&mut with_streams(&me, "get", "2>&-"), "ghcr.io");
    expect(&ran, &login("ghcr.io", "amy", SECRET));
    me.lock();
    let ran = at_once(&mut with_streams(&me, "get", "2>&-"), "ghcr.io");
    assert!(ran.status.code() == Some(1) && ran.stdout.contains("locked"), "{ran:#?}");
}

/// Files opened by the helper must not land on a stream that the caller left closed.
#[test]
fn with_all_streams_closed_the_store_stays_whole() {
    let me = person();
    let ran = at_once(&mut with_streams(&me, "list", "<&- >&- 2>&-"), "");
    assert_eq!((ran.status.code(), ran.said().as_str()), (Some(1), ""));
    let request_file = me.folder().join("request");
    std::fs::write(&request_file, request("b.example", "u", SECRET)).unwrap();
    let streams = format!("<'{}' >&- 2>&-", request_file.display());
    at_once(&mut with_streams(&me, "store", &streams), "").ok();
    expect(&ask(&me, "get", "b.example"), &login("b.example", "u", SECRET));
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

/// As a script does: everything in files, one after the other in one.
#[test]
fn an_answer_is_added_to_a_file() {
    let me = person();
    let path = me.folder().join("answers");
    std::fs::write(&path, "before\n").unwrap();
    let mut command = helper(&me, "version");
    command.stdin(Stdio::null()).stdout(OpenOptions::new().append(true).open(&path).unwrap());
    assert!(command.status().unwrap().success());
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("before\ndocker-credential-"));
    let mut as_file = helper(&me, "get");
    let key = me.folder().join("key-in-a-file");
    std::fs::write(&key, "ghcr.io\n").unwrap();
    as_file.stdin(File::open(&key).unwrap()).stdout(Stdio::piped()).arg0("helper");
    let output = as_file.output().unwrap();
    let ran = Ran {
        command: "get".to_owned(),
        status: output.status,
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    judge(Who::Ours, &ran, &login("ghcr.io", "amy", SECRET)).unwrap();
}
