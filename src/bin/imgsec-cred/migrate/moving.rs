//! Moves what a job names: shows it, asks, copies, notes it for the undo, and takes it out of its
//! old places. At every moment each credential can be read where it was or where it goes.

use std::path::PathBuf;

use imgsec_cred::machine::Machine;
use imgsec_cred::migrate::journal;
use imgsec_cred::migrate::plan::{Plan, State};
use serde_json::Value;

use super::{Wishes, words};
use crate::args::Shared;
use crate::list::registry;
use crate::report::Report;
use crate::{Outcome, ask, stores};

/// What is to move, and what is known of it.
#[derive(Default)]
pub(crate) struct Job {
    pub(crate) plan: Plan,
    /// Files and helpers that could not be read, and why.
    pub(crate) unread: Vec<(String, String)>,
    /// What an audit saw at a login, by its file and its key: who else may have read it.
    pub(crate) signals: Vec<(PathBuf, String, Vec<&'static str>)>,
}

/// How a job ended.
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    /// The answer for programs.
    pub(crate) document: Value,
}

pub(crate) fn carry_out(
    job: &mut Job,
    wishes: Wishes,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Done> {
    if job.plan.moves().next().is_some() {
        let helper = stores::helper(machine)?;
        job.plan.compare(&helper)?;
        words::plan(job, machine, report)?;
        if wishes.dry_run {
            words::diff(job, wishes, machine, report)?;
            report.line("nothing was changed")?;
            return Ok(done(job, wishes, machine));
        }
        // As the programs that read the files will run it.
        let as_clients = stores::helper_on_path(machine)?;
        confirm(job, wishes, shared)?;
        as_clients.list_keys()?;
        job.plan.copy(&helper)?;
        stores::note_imported(machine, job.plan.copied(), report);
        if !wishes.keep_source {
            let state = stores::state(machine)?;
            journal::add(state, job.plan.run(wishes.remove_from_helper))?;
            job.plan.strip(wishes.remove_from_helper);
        }
    } else {
        words::plan(job, machine, report)?;
    }
    words::result(job, machine, report)?;
    Ok(done(job, wishes, machine))
}

fn done(job: &Job, wishes: Wishes, machine: &Machine) -> Done {
    let outcome = outcome(job);
    let is_ok = outcome == Outcome::Done;
    Done { outcome, document: words::document(job, wishes, is_ok, machine) }
}

/// Asks whether to go on, and for each conflict whether to replace what is kept.
fn confirm(job: &mut Job, wishes: Wishes, shared: &Shared) -> anyhow::Result<()> {
    let can_ask = ask::can_ask(shared);
    let hint = format!("{} --yes", wishes.verb);
    ask::go_ahead(shared, wishes.yes, "this moves credentials and needs a yes", &hint)?;
    for m in job.plan.moves_mut() {
        let State::Conflict(kept) = &m.state else { continue };
        let server = registry(m.credential.server.as_str());
        let question = format!(
            "{server}: the store keeps a login of {kept}. Replace it with that of {}?",
            m.credential.open_username()
        );
        if wishes.overwrite || can_ask && !wishes.yes && ask::yes(&question)? {
            m.state = State::Replace(kept.clone());
        }
    }
    Ok(())
}

fn outcome(job: &Job) -> Outcome {
    let any = |is: fn(&State) -> bool| job.plan.moves().any(|m| is(&m.state));
    let stays = job.plan.batches.iter().any(|batch| !batch.stays.is_empty());
    match () {
        () if any(|s| matches!(s, State::Failed(_))) => Outcome::Partly,
        () if stays || !job.unread.is_empty() => Outcome::Partly,
        () if any(|s| matches!(s, State::Conflict(_))) => Outcome::Refused,
        () => Outcome::Done,
    }
}
