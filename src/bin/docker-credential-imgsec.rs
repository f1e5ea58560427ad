//! The Docker credential helper: arguments, one request, one answer, exit 0 or 1.
//!
//! Docker runs it with `"credsStore": "imgsec"`. It has no flags, no network and no log.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::server::{Answer, Verb, serve};
use imgsec_cred::protocol::{HELPER, MAX_DRAINED_BYTES, MAX_REQUEST_BYTES};
use imgsec_cred::store::{Error, ErrorKind};
use imgsec_cred::{choice, deadline, process};
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPED_WHEN_FREED: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// How long a client may take to write its request.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
/// How long the store may take, and how long where a person may be asked for a password.
const STORE_LIMIT: Duration = Duration::from_secs(5);
const PROMPT_LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let answer = process::harden()
        .map_err(|why| Answer::failure(&format!("{HELPER}: {why}")))
        .and_then(|()| Verb::parse(std::env::args_os().skip(1)))
        .and_then(answer)
        .unwrap_or_else(|refusal| refusal);
    if give(&answer) && answer.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(verb: Verb) -> Result<Answer, Answer> {
    if !verb.needs_store() {
        return Ok(serve(verb, &[], || Err(Error::not_found())));
    }
    let machine = Machine::here();
    let mut request = Default::default();
    if verb.has_request() {
        if std::io::stdin().is_terminal() {
            return Err(Answer::to_a_person());
        }
        let limit = machine.timeout.unwrap_or(REQUEST_LIMIT);
        request = process::read_input(MAX_REQUEST_BYTES, MAX_DRAINED_BYTES, limit)
            .map_err(|e| Error::io("cannot read the request", &e))?
            .ok_or_else(|| Error::new(ErrorKind::TimedOut, "no end of the request came in time"))?;
    }
    let limit =
        machine.timeout.unwrap_or(if machine.has_display { PROMPT_LIMIT } else { STORE_LIMIT });
    let watched = machine.clone();
    let give_up = move || {
        give(&Error::timed_out(choice::in_words(&watched), limit).into());
    };
    Ok(deadline::guard(limit, give_up, || serve(verb, &request, || choice::open(&machine))))
}

/// Writes the answer; whether all of it could be written.
fn give(answer: &Answer) -> bool {
    // A message that cannot be shown changes nothing.
    let _ = std::io::stderr().write_all(answer.err.as_bytes());
    answer.out.is_empty() || process::write_output(&answer.out).is_ok()
}
