//! `imgsec-cred audit --fix`: moves just what was shown, where the program that reads the file can
//! ask a helper; then offers to delete copies of which the store keeps every secret.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use imgsec_cred::audit::finding::{Finding, State};
use imgsec_cred::audit::scan::Scan;
use imgsec_cred::audit::{remedy, walk};
use imgsec_cred::files::real;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::server::ServerKey;
use imgsec_cred::setup::scene::Wanted;
use imgsec_cred::store::{Error, ErrorKind, Store};
use secrecy::SecretString;
use serde_json::json;

use super::whose::{self, Allowed};
use super::{facts, is_bad, json, table};
use crate::args::{Audit, Shared};
use crate::changes::moving::{self, Done, Job, Manner};
use crate::report::{Mark, Report};
use crate::{Outcome, ask, stores};

pub(super) fn run(
    scan: &Scan,
    accepted: usize,
    args: &Audit,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    table::lines(scan, accepted, machine).iter().try_for_each(|line| report.line(line))?;
    report.line("")?;
    let allowed = Allowed::by(args, machine)?;
    let files = files(scan, &allowed);
    let choose = |path: &Path, key: &str, secret: Option<&SecretString>| {
        let Some(shown) = files.get(&real(path)) else { return Wanted::No };
        let of_key: Vec<_> = shown.iter().filter(|(k, _)| k == key).map(|(_, f)| *f).collect();
        let has_it = |secret| of_key.iter().any(|finding| finding.is_of(secret));
        match () {
            () if of_key.is_empty() => Wanted::No,
            () if secret.is_none_or(has_it) => Wanted::Yes,
            () => Wanted::Changed,
        }
    };
    let job = Job {
        paths: paths(scan, &allowed),
        helpers: Vec::new(),
        choose: &choose,
        only: allowed.named().to_vec(),
        is_foreign: &|path| allowed.is_foreign(path),
        signals: signals(&files),
    };
    let done = moving::carry_out(&job, Manner::from(args), shared, machine, report)?;
    let deleted = leftovers(scan, &done, args, shared, machine, report)?;
    let held_back = allowed.held_back(scan);
    let command = say_held_back(&held_back, args, machine, report)?;
    let left = left(scan, &done, &deleted);
    if !args.dry_run && !left.is_empty() {
        let what = if left.len() == 1 {
            "1 finding is".to_owned()
        } else {
            format!("{} findings are", left.len())
        };
        report.line(&format!("{what} left for you: see above what to do"))?;
    }
    let mut document = json::document(scan);
    document["fixed"] = done.document.clone();
    document["fixed"]["deleted"] = deleted.iter().map(|path| path.to_string_lossy()).collect();
    document["fixed"]["left"] = left.iter().map(|finding| json!(finding.id)).collect();
    document["fixed"]["confirm"] = json!(command);
    report.json(&document)?;
    Ok(match () {
        () if done.outcome == Outcome::Done && command.is_some() => Outcome::Refused,
        () if done.outcome != Outcome::Done => done.outcome,
        () if !scan.is_complete() => Outcome::Partly,
        () if left.iter().any(|finding| is_bad(args, finding)) => Outcome::Attention,
        () => Outcome::Done,
    })
}

/// Says what moves only where its registry is named, and by which command.
fn say_held_back(
    held_back: &[(&Finding, &Path)],
    args: &Audit,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Option<String>> {
    if held_back.is_empty() {
        return Ok(None);
    }
    for (finding, path) in held_back {
        let (registry, file) = (&finding.registry, machine.short(path));
        let line = format!("{registry} stays in {file}: none of your clients reads this file");
        report.marked(Mark::Warn, &line)?;
    }
    let command = whose::command(held_back, args);
    report.line(&format!("to store these logins as yours, name their registries: {command}"))?;
    Ok(Some(command))
}

/// The findings that can move, by their file, with the key of each.
type Files<'s> = BTreeMap<PathBuf, Vec<(String, &'s Finding)>>;

fn files<'s>(scan: &'s Scan, allowed: &Allowed) -> Files<'s> {
    let mut files: Files<'_> = BTreeMap::new();
    for finding in &scan.findings {
        let all = remedy::movable(finding);
        for (path, key) in all.filter(|(path, _)| allowed.is_allowed(finding, path)) {
            files.entry(real(path)).or_default().push((key, finding));
        }
    }
    files
}

/// The files, Docker's own first: of two logins for one registry the first moves.
fn paths(scan: &Scan, allowed: &Allowed) -> Vec<PathBuf> {
    let rank = |finding: &Finding| remedy::MOVABLE.iter().position(|rule| *rule == finding.rule);
    let places = scan.findings.iter().flat_map(|finding| {
        let all = remedy::movable(finding);
        let all = all.filter(|(path, _)| allowed.is_allowed(finding, path));
        all.map(move |(path, _)| (rank(finding), path.to_owned()))
    });
    let mut places: Vec<_> = places.collect();
    places.sort();
    places.dedup();
    places.into_iter().map(|(_, path)| path).collect()
}

fn signals(files: &Files<'_>) -> Vec<(PathBuf, String, Vec<&'static str>)> {
    let all = files.iter().flat_map(|(path, shown)| {
        shown.iter().map(|(key, f)| (path.clone(), key.clone(), f.signals.clone()))
    });
    all.collect()
}

/// Deletes copies of which the store keeps every secret that has not expired, where the person says
/// so. Returns what was deleted.
fn leftovers(
    scan: &Scan,
    done: &Done,
    args: &Audit,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths: Vec<_> = scan
        .findings
        .iter()
        .filter(|finding| remedy::is_leftover(finding))
        .filter_map(|finding| Some(finding.locations.first()?.path.clone()))
        .collect();
    paths.sort();
    paths.dedup();
    let mut deleted = Vec::new();
    for path in paths {
        let words = machine.short(&path);
        // Looked at again: it may have changed since.
        let again = walk::paths(std::slice::from_ref(&path), &facts(machine), &|_| ());
        let helper = stores::helper(machine)?;
        let mut is_all_kept = again.is_complete() && !again.findings.is_empty();
        for finding in &again.findings {
            is_all_kept = is_all_kept && is_kept(finding, &helper, done, args.dry_run)?;
        }
        if !is_all_kept {
            let line = format!("{words} stays: the store does not keep all that is in it");
            report.marked(Mark::Warn, &line)?;
        } else if args.dry_run {
            report
                .line(&format!("would offer to delete {words}: the store keeps what is in it"))?;
        } else if args.delete_leftovers || asked(&words, args, shared)? {
            match fs::symlink_metadata(&path).and_then(|_| fs::remove_file(&path)) {
                Ok(()) => {
                    report.marked(Mark::Ok, &format!("{words} deleted"))?;
                    deleted.push(path);
                }
                Err(e) => report.marked(Mark::Fail, &format!("{words} stays: {e}"))?,
            }
        } else {
            let line = format!("{words} stays, a copy: --delete-leftovers deletes it");
            report.marked(Mark::Warn, &line)?;
        }
    }
    Ok(deleted)
}

fn asked(words: &str, args: &Audit, shared: &Shared) -> anyhow::Result<bool> {
    let question = format!("{words} is a copy, and the store keeps what is in it. Delete it?");
    Ok(!args.yes && ask::can_ask(shared) && ask::yes(&question)?)
}

/// Whether the secret could be lost without loss: the store keeps the same, or will in a moment, or
/// it works no longer. A store that does not say is an error.
fn is_kept(finding: &Finding, helper: &Helper, done: &Done, is_dry: bool) -> Result<bool, Error> {
    if finding.token.state == State::Expired {
        return Ok(true);
    }
    let Ok(server) = ServerKey::parse(&finding.registry) else { return Ok(false) };
    let is_for = |other: &ServerKey| other.canonical() == server.canonical();
    let will_be = done
        .credentials
        .iter()
        .any(|one| is_dry && is_for(&one.server) && finding.is_of(&one.secret));
    match helper.get(&server) {
        _ if will_be => Ok(true),
        Ok(kept) => Ok(finding.is_of(&kept.secret)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// The findings that are still there.
fn left<'s>(scan: &'s Scan, done: &Done, deleted: &[PathBuf]) -> Vec<&'s Finding> {
    let is_gone = |finding: &Finding| {
        let mut keys: Vec<_> = remedy::movable(finding).collect();
        keys.retain(|(path, key)| {
            !done.moved.iter().any(|(file, moved)| real(file) == real(path) && moved == key)
        });
        let is_moved = keys.is_empty() && remedy::movable(finding).next().is_some();
        is_moved || finding.locations.iter().all(|location| deleted.contains(&location.path))
    };
    scan.findings.iter().filter(|finding| !is_gone(finding)).collect()
}
