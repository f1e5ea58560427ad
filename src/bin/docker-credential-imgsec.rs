//! The Docker credential helper: arguments, one request, one answer, exit 0 or 1.
//!
//! Docker runs it with `"credsStore": "imgsec"`. It has no flags, no network and no log.

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::server::{Answer, Verb, serve};
use imgsec_cred::protocol::{HELPER, MAX_DRAINED_BYTES, MAX_REQUEST_BYTES};
use imgsec_cred::store::Error;
use imgsec_cred::{choice, deadline, process};
use zeroize::Zeroizing;
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPED_WHEN_FREED: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// How long a client may take to write its request.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
/// How long the store may take, and how long where a person may be asked for a password.
const STORE_LIMIT: Duration = Duration::from_secs(5);
const PROMPT_LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    if let Err(why) = process::harden() {
        return give(&Answer::failure(&format!("{HELPER}: {why}")));
    }
    let arguments: Vec<_> =
        std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    give(&Verb::parse(&arguments).map_or_else(|refusal| refusal, answer))
}

fn answer(verb: Verb) -> Answer {
    let machine = Machine::here();
    let request = if verb.has_request() {
        if std::io::stdin().is_terminal() {
            let person =
                format!("{HELPER}: Docker runs this program; for you there is: imgsec-cred list\n");
            return Answer {
                err: person,
                ..Answer::failure("no request: standard input is a terminal")
            };
        }
        let limit = machine.timeout.unwrap_or(REQUEST_LIMIT);
        match deadline::within(limit, read_request) {
            None => return Error::timed_out("the client's request", limit).into(),
            Some(Err(e)) => return Error::io("cannot read the request", &e).into(),
            Some(Ok(request)) => request,
        }
    } else {
        Zeroizing::default()
    };
    let limit =
        machine.timeout.unwrap_or(if machine.has_display { PROMPT_LIMIT } else { STORE_LIMIT });
    deadline::within(limit, move || serve(verb, &request, || choice::open(&machine)))
        .unwrap_or_else(|| Error::timed_out("the credential store", limit).into())
}

/// Reads standard input to its end, keeps what a request can be, and leaves no writer with a broken
/// pipe. Straight from the descriptor: std's own buffer is never wiped.
fn read_request() -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut stdin = process::standard_input()?;
    let mut request = Zeroizing::new(Vec::with_capacity(4096));
    Read::by_ref(&mut stdin).take(MAX_REQUEST_BYTES as u64 + 1).read_to_end(&mut request)?;
    std::io::copy(&mut stdin.take(MAX_DRAINED_BYTES), &mut std::io::sink())?;
    Ok(request)
}

fn give(answer: &Answer) -> ExitCode {
    // A message that cannot be shown changes nothing.
    let _ = std::io::stderr().write_all(answer.err.as_bytes());
    let is_given = answer.out.is_empty()
        || (!process::stdout_was_closed()
            && process::standard_output().and_then(|mut out| out.write_all(&answer.out)).is_ok());
    if answer.ok && is_given { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
