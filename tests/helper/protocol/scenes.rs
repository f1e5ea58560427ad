//! What no row can say: a store that is locked, absent or damaged, streams that stay open or break,
//! many helpers at once. Each file says which cases it plays.

use std::io::{self, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::judge::expect;
use super::row::{Answer, NOT_FOUND, SECRET, request};
use super::subject::HELPER;
use crate::support::person::Person;
use crate::support::process::{self, Ran};

mod damaged;
mod disk;
mod environment;
mod locked;
mod many;
mod nowhere;
mod others;
mod streams;
mod surroundings;
mod transfers;
mod trust;
mod waiting;
mod windows;

/// The cases that are played as scenes.
pub(crate) fn cases() -> Vec<u8> {
    let parts = [
        damaged::CASES,
        disk::CASES,
        locked::CASES,
        many::CASES,
        nowhere::CASES,
        others::CASES,
        streams::CASES,
        surroundings::CASES,
        trust::CASES,
        waiting::CASES,
        windows::CASES,
    ];
    parts.concat()
}

/// An answer that waits for nobody, on a machine that is very busy; D-Bus itself gives up after 25 s.
const AT_ONCE: Duration = Duration::from_secs(20);

/// Our helper with this verb, in the surroundings of `me`. Its own limit is out of the way: whether
/// an answer comes at once is seen from outside.
fn helper(me: &Person, verb: &str) -> Command {
    let mut command = me.command(HELPER);
    command.arg(verb).env("IMGSEC_TIMEOUT", "60");
    command
}

/// Our helper's answer to a request, which comes at once.
#[track_caller]
fn ask(me: &Person, verb: &str, request: impl AsRef<[u8]>) -> Ran {
    at_once(&mut helper(me, verb), request)
}

#[track_caller]
fn at_once(command: &mut Command, request: impl AsRef<[u8]>) -> Ran {
    let begun = Instant::now();
    let ran = process::run(command, request.as_ref());
    assert!(begun.elapsed() < AT_ONCE, "{:?}: {ran:#?}", begun.elapsed());
    ran
}

/// The answer is a failure in these words, on standard error as well, where the line for the person
/// names what helps.
#[track_caller]
fn says(ran: &Ran, words: &str, hint: &str) {
    expect(ran, &Answer::Failure(words.to_owned()));
    assert!(ran.stderr.contains(words), "no reason on standard error: {ran:#?}");
    let given = ran.stderr.split_once("; hint: ").map_or("", |(_, given)| given);
    assert!(given.contains(hint), "no hint {hint:?}: {ran:#?}");
    assert_ne!(ran.stdout.trim(), NOT_FOUND);
}

/// A store with the login of one server, in which [`SECRET`] must not be found in the clear.
#[track_caller]
fn with_login(me: &Person, server: &str) {
    expect(&ask(me, "store", request(server, "amy", SECRET)), &Answer::Done);
}

/// A helper whose streams the test holds.
struct Talk {
    child: Child,
    stdin: Option<ChildStdin>,
    said: mpsc::Receiver<(String, Instant)>,
    command: String,
}

impl Talk {
    fn start(mut command: Command) -> Self {
        let name = format!("{command:?}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (tell, said) = mpsc::channel();
        thread::spawn(move || {
            let mut text = Vec::new();
            out.read_to_end(&mut text).unwrap();
            let end = Instant::now();
            err.read_to_end(&mut text).unwrap();
            // Nobody listens any more where the test has failed.
            let _ = tell.send((String::from_utf8_lossy(&text).into_owned(), end));
        });
        Self { stdin: child.stdin.take(), child, said, command: name }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdin.as_mut().unwrap().write_all(bytes)
    }

    fn close(&mut self) {
        self.stdin = None;
    }

    /// Waits for the end: what was said on both streams, the status, and how much longer its
    /// standard output stayed open than it ran.
    #[track_caller]
    fn end(&mut self, limit: Duration) -> (String, Option<i32>, Duration) {
        let end = Instant::now() + limit;
        let status = process::until(&self.command, limit, || self.child.try_wait().unwrap());
        let ended = Instant::now();
        let rest = end.saturating_duration_since(ended).max(Duration::from_secs(1));
        let (said, closed) = self
            .said
            .recv_timeout(rest)
            .unwrap_or_else(|_| panic!("{}: a stream stays open", self.command));
        (said, status.code(), closed.saturating_duration_since(ended))
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // It has most often ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
