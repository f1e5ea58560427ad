//! `imgsec-cred migrate`: moves credentials out of files and other helpers into the store.
//!
//! `origins` reads what is to move, `moving` moves it (for `audit --fix` as well), `words` says what
//! is and was done, `undo` brings it back.

use imgsec_cred::machine::Machine;
use imgsec_cred::server::ServerKey;
use serde_json::{Value, json};

use crate::args::{Audit, Migrate, Shared};
use crate::report::Report;
use crate::{Outcome, Refusal};

pub(crate) mod moving;
mod origins;
mod undo;
mod words;

pub(crate) use undo::undo;

/// What the person asked for, besides what to move.
#[derive(Clone, Copy)]
pub(crate) struct Wishes {
    /// How to say yes, or to ask for the same again.
    pub(crate) verb: &'static str,
    pub(crate) keep_source: bool,
    pub(crate) remove_from_helper: bool,
    pub(crate) overwrite: bool,
    pub(crate) dry_run: bool,
    pub(crate) yes: bool,
}

impl From<&Migrate> for Wishes {
    fn from(args: &Migrate) -> Self {
        Self {
            verb: "imgsec-cred migrate",
            keep_source: args.keep_source,
            remove_from_helper: args.remove_from_helper,
            overwrite: args.overwrite,
            dry_run: args.dry_run,
            yes: args.yes,
        }
    }
}

impl From<&Audit> for Wishes {
    fn from(args: &Audit) -> Self {
        Self {
            verb: "imgsec-cred audit --fix",
            keep_source: args.keep_source,
            remove_from_helper: false,
            overwrite: args.overwrite,
            dry_run: args.dry_run,
            yes: args.yes,
        }
    }
}

pub(crate) fn run(
    args: &Migrate,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let servers = args
        .registry
        .iter()
        .map(|registry| ServerKey::parse(registry).map_err(|e| Refusal::new(e.to_string(), None)));
    let servers = servers.collect::<Result<Vec<_>, _>>()?;
    let mut job = origins::read(args, machine, report)?;
    if !servers.is_empty() {
        job.plan.only(&servers);
    }
    let done = moving::carry_out(&mut job, args.into(), shared, machine, report)?;
    report.json(&answer(done.document, false))?;
    Ok(done.outcome)
}

/// The answer of `migrate` and of its undo.
fn answer(document: Value, is_undo: bool) -> Value {
    let mut answer = json!({"schema": "imgsec.migrate/1", "undo": is_undo});
    if let (Value::Object(answer), Value::Object(document)) = (&mut answer, document) {
        answer.extend(document);
    }
    answer
}
