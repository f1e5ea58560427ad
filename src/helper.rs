//! What our helper programs do: arguments, one request, one answer, exit 0 or 1. They have no flags,
//! no network and no log.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use crate::machine::{self, Machine};
use crate::protocol::server::{Answer, Verb, serve};
use crate::protocol::{MAX_DRAINED_BYTES, MAX_REQUEST_BYTES, Program};
use crate::store::{Error, ErrorKind};
use crate::{choice, deadline, process};

/// How long a client may take to write its request.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
/// How long the store may take, and how long where a person may be asked for a password.
const STORE_LIMIT: Duration = Duration::from_secs(5);
const PROMPT_LIMIT: Duration = Duration::from_secs(60);

/// The whole of a helper program.
#[must_use]
pub fn main(program: Program) -> ExitCode {
    let answer = process::harden()
        .map_err(|why| Answer::failure(&format!("{}: {why}", program.name())))
        .and_then(|()| Verb::parse(program, &machine::arguments()))
        .and_then(|verb| answer(program, verb))
        .unwrap_or_else(|refusal| refusal);
    if give(program, &answer) && answer.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(program: Program, verb: Verb) -> Result<Answer, Answer> {
    if !verb.needs_store() {
        return Ok(serve(program, verb, &[], || Err(Error::not_found())));
    }
    let machine = Machine::here();
    machine.check().map_err(|why| Error::new(ErrorKind::Refused, why))?;
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
        give(program, &Error::timed_out(choice::in_words(&watched), limit).into());
    };
    Ok(deadline::guard(limit, give_up, || {
        serve(program, verb, &request, || choice::open(&machine))
    }))
}

/// Writes the answer; whether all of it could be written.
fn give(program: Program, answer: &Answer) -> bool {
    let name = program.name();
    let notes: String = answer.notes.iter().map(|note| format!("{name}: {note}\n")).collect();
    // A message that cannot be shown changes nothing.
    let _ = std::io::stderr().write_all(notes.as_bytes());
    answer.out.is_empty() || process::write_output(&answer.out).is_ok()
}
