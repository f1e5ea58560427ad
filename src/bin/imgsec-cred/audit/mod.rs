//! `imgsec-cred audit`: finds the registry credentials that lie open. Only `--fix` changes anything,
//! and only `--verify` goes to the network.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use imgsec_cred::audit::finding::Finding;
use imgsec_cred::audit::known::known;
use imgsec_cred::audit::places::Places;
use imgsec_cred::audit::scan::{Facts, Scan, Skipped};
use imgsec_cred::audit::signals::Surroundings;
use imgsec_cred::audit::{scan, walk, watch};
use imgsec_cred::deadline;
use imgsec_cred::machine::Machine;

use crate::args::{Audit, Shared};
use crate::report::{self, Report};
use crate::{Outcome, Refusal, engine};

mod baseline;
mod fix;
mod json;
mod live;
mod sarif;
mod table;
mod whose;

/// How long the engine's settings may take to be read.
const FACTS_LIMIT: Duration = Duration::from_secs(5);

pub(crate) fn run(
    args: &Audit,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let mut accepted = args.baseline.as_deref().map(baseline::read).transpose()?;
    let mut scan = look(args, machine, report)?;
    if let (Some(path), true) = (&args.baseline, args.update_baseline) {
        baseline::write(path, accepted.as_ref(), &scan)?;
        accepted = Some(baseline::read(path)?);
    }
    let found = scan.findings.len();
    if let Some(accepted) = &accepted {
        let today = SystemTime::now();
        scan.findings.retain(|finding| !accepted.accepts(&finding.id, today));
    }
    if args.verify {
        live::ask(&mut scan, shared, machine)?;
    }
    if args.fix {
        return fix::run(&scan, found - scan.findings.len(), args, shared, machine, report);
    }
    let document = match () {
        () if args.sarif => Some(sarif::document(&scan, machine)),
        () if shared.json => Some(json::document(&scan)),
        () => None,
    };
    let lines = || table::lines(&scan, found - scan.findings.len(), machine);
    match (&args.output, document) {
        (Some(path), Some(document)) => write_to(path, &report::json_text(&document))?,
        (Some(path), None) => {
            let lines: Vec<_> = lines().iter().map(|line| report::plain(line)).collect();
            write_to(path, &lines.join("\n"))?;
        }
        (None, Some(document)) => report.document(&document)?,
        (None, None) => lines().iter().try_for_each(|line| report.line(line))?,
    }
    Ok(outcome(args, &scan))
}

/// What is as bad as the person minds.
fn is_bad(args: &Audit, finding: &Finding) -> bool {
    finding.severity >= args.fail_on
}

/// Looks at the known places, or at what was asked for.
fn look(args: &Audit, machine: &Machine, report: &Report) -> anyhow::Result<Scan> {
    let facts = facts(machine);
    if !args.paths.is_empty() {
        let scan = walk::paths(&args.paths, &facts, &|files| report.progress(files));
        report.progress_ends();
        return Ok(scan);
    }
    let Some(home) = &machine.home else {
        return Err(Refusal::new("there is no home folder; name a path", None).into());
    };
    let (copy, owner, are_all) = (machine.clone(), home.clone(), args.all_users);
    let limit = machine.timeout.unwrap_or(FACTS_LIMIT);
    let users = deadline::within(limit, move || users(&owner, are_all, &copy));
    let mut found = known(&users.clone().unwrap_or_default(), &facts);
    if users.is_none() {
        found.skipped.push(Skipped { path: home.clone(), reason: watch::NO_ANSWER.to_owned() });
    }
    found.join(scan::environment(machine.variables(), &facts));
    Ok(found)
}

/// The places of whoever is meant; who owns a home is asked of the file system.
fn users(home: &Path, are_all: bool, machine: &Machine) -> Vec<Places> {
    let mut users = vec![Places::ours(home, &|name| machine.path_in(name))];
    if are_all {
        users.extend(machine.homes().iter().filter(|h| *h != home).map(|h| Places::of_home(h)));
    }
    users
}

fn facts(machine: &Machine) -> Facts {
    let (copy, limit) = (machine.clone(), machine.timeout.unwrap_or(FACTS_LIMIT));
    let unchecked = deadline::within(limit, move || engine::unchecked(&copy)).unwrap_or_default();
    let surroundings = Surroundings {
        has_docker_auth_config: machine.has_docker_auth_config,
        unchecked,
        timeout: machine.timeout,
    };
    Facts { now: SystemTime::now(), surroundings }
}

/// Writes into a file as it is: a pipe or a device stays one.
fn write_to(path: &Path, answer: &str) -> anyhow::Result<()> {
    let failed = |e: std::io::Error| anyhow::anyhow!("{}: {e}", path.display());
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).open(path).map_err(failed)?;
    file.write_all(answer.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)
}

fn outcome(args: &Audit, scan: &Scan) -> Outcome {
    let has_bad = scan.findings.iter().any(|finding| is_bad(args, finding));
    match () {
        () if args.exit_zero => Outcome::Done,
        () if !scan.is_complete() => Outcome::Partly,
        () if has_bad => Outcome::Attention,
        () => Outcome::Done,
    }
}
