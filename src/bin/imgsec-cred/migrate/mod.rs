//! `imgsec-cred migrate`: moves credentials out of files and other helpers into the store.

use std::path::Path;

use imgsec_cred::machine::Machine;
use imgsec_cred::server::ServerKey;
use imgsec_cred::setup::scene::Wanted;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::args::{Migrate, Shared};
use crate::changes::moving::{self, Job};
use crate::report::Report;
use crate::{Outcome, Refusal};

mod origins;

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
    let only = servers.collect::<Result<Vec<_>, _>>()?;
    let (paths, helpers) = origins::read(args, machine, report)?;
    // Docker's own file is read in any case, to see what its clients would lose.
    let is_named = |path: &Path| paths.iter().any(|named| named == path);
    let choose = |path: &Path, _: &str, _: Option<&SecretString>| {
        if is_named(path) { Wanted::Yes } else { Wanted::No }
    };
    let paths = paths.clone();
    let job =
        Job { paths, helpers, choose: &choose, only, is_foreign: &|_| false, signals: Vec::new() };
    let done = moving::carry_out(&job, args.into(), shared, machine, report)?;
    report.json(&answer(done.document))?;
    Ok(done.outcome)
}

/// The answer for programs.
fn answer(document: Value) -> Value {
    let mut answer = json!({"schema": "imgsec.migrate/1", "undo": false});
    if let (Value::Object(answer), Value::Object(document)) = (&mut answer, document) {
        answer.extend(document);
    }
    answer
}
