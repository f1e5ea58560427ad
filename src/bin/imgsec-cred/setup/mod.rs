//! `imgsec-cred setup`: makes Docker keep its passwords with our helper, and moves those that lie
//! in plain text.
//!
//! Look (`plan`), ask, then in this order: the store; every login copied, read back and compared;
//! the journal for `--undo`; Docker's settings, in one step. At every moment each login can be read
//! where it was or where it goes.

use imgsec_cred::machine::Machine;
use imgsec_cred::settings::{self, StoreKind};
use imgsec_cred::store;
use serde_json::json;

use self::journal::Journal;
use self::plan::Plan;
use crate::args::{Setup, Shared};
use crate::list::registry;
use crate::report::{Mark, Report};
use crate::{Outcome, ask, stores};

mod journal;
mod place;
mod plan;
mod undo;

pub(crate) use undo::undo;

pub(crate) fn run(
    args: &Setup,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    // As Docker will run it: from the path, with nothing set for it.
    let as_docker = stores::helper_on_path(machine)?;
    let place = place::choose(args, machine)?;
    let plan = Plan::make(args, machine)?;
    show(&place, &plan, report)?;
    if args.dry_run {
        report.json(&answer(&place, &plan, true))?;
        return Ok(Outcome::Done);
    }
    let why = "setup changes settings and needs a yes";
    ask::go_ahead(shared, args.yes, why, "imgsec-cred setup --yes")?;
    let was_chosen = settings::chosen(machine).ok().flatten();
    let is_new = place::prepare(&place, args, shared, machine, report)?;
    let helper = stores::helper(machine)?.with_variable("IMGSEC_STORE", place.kind.name());
    plan.check_conflicts(&helper, args.overwrite)?;
    for credential in plan.credentials() {
        store::copy(&helper, credential)?;
    }
    stores::note_imported(machine, plan.credentials(), report);
    Journal::keep(machine, &plan, was_chosen)?;
    settings::choose(machine, Some(place.kind))?;
    as_docker.list_keys()?;
    plan.change_settings()?;
    say(&place, &plan, is_new, machine, report)?;
    report.json(&answer(&place, &plan, false))?;
    Ok(if plan.left_behind().is_empty() { Outcome::Done } else { Outcome::Partly })
}

fn show(place: &place::Place, plan: &Plan, report: &Report) -> anyhow::Result<()> {
    report.line(&format!("Store   {} ({})", place.words(), place.why))?;
    report.line(&format!("Docker  {}, {}", plan.path_words, plan.before_words()))?;
    report.line("")?;
    report.line("Plan")?;
    for (number, step) in plan.steps().iter().enumerate() {
        report.line(&format!("  {}  {step}", number + 1))?;
    }
    for (registry, why) in plan.left_behind() {
        report.line(&format!("     stays: {registry}: {why}"))?;
    }
    report.line("")?;
    Ok(())
}

fn say(
    place: &place::Place,
    plan: &Plan,
    is_new: bool,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<()> {
    let moved = plan.credentials().count();
    if place.kind == StoreKind::Session {
        report.note("what is in the session store is gone at the next start");
    }
    if is_new {
        report.marked(Mark::Ok, &format!("{} made", place.words()))?;
    }
    if moved > 0 {
        report.marked(Mark::Ok, &format!("{moved} moved: stored, read back and equal"))?;
    }
    report.marked(Mark::Ok, &format!("{} {}", plan.path_words, plan.after_words()))?;
    for (registry, why) in plan.left_behind() {
        report.marked(Mark::Warn, &format!("{registry} stays in plain text: {why}"))?;
    }
    if moved > 0 {
        report.note("what lay in plain text may have been copied: rotate it at the registry");
    }
    if machine.has_docker_auth_config {
        report.note("DOCKER_AUTH_CONFIG is set: Docker reads it before the store (unset it)");
    }
    report.note("Next: imgsec-cred login REGISTRY     Undo: imgsec-cred setup --undo");
    Ok(())
}

fn answer(place: &place::Place, plan: &Plan, dry_run: bool) -> serde_json::Value {
    let moved: Vec<_> = plan
        .credentials()
        .map(|c| json!({"registry": registry(c.server.as_str()), "username": c.open_username(), "verified_copy": !dry_run}))
        .collect();
    let stays: Vec<_> =
        plan.left_behind().iter().map(|(r, why)| json!({"registry": r, "message": why})).collect();
    json!({"schema": "imgsec.setup/1", "ok": stays.is_empty(), "complete": stays.is_empty(), "dry_run": dry_run, "undo": false,
        "store": {"kind": place.kind.name(), "message": place.why}, "changes": plan.changes_json(),
        "migrated": moved, "left_behind": stays, "kept_helpers": plan.kept_helpers()})
}
