//! `--undo` of setup, migrate and `audit --fix`: what they changed goes back to what it was. Secrets
//! go back into files only with `--insecure-plaintext`; without it, a client that would be logged out
//! by it is named first, and needs a word of its own.

use std::path::Path;

use imgsec_cred::files::real;
use imgsec_cred::lookup::Places;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::settings;
use imgsec_cred::setup::check::Loss;
use imgsec_cred::setup::helpers::Helpers;
use imgsec_cred::setup::journal::{self, Lock, Run, Verb};
use imgsec_cred::setup::scene::{Scene, Wanted};
use imgsec_cred::setup::undo::{self, Undo};
use imgsec_cred::store::{self, Differing, ErrorKind, Store};

use self::document::{answer, preview};
use super::here;
use crate::args::{Audit, Back, Migrate, Setup, Shared};
use crate::list::registry;
use crate::report::{Mark, Report};
use crate::{Outcome, Refusal, ask, stores};

mod document;

/// What the person asked for.
pub(crate) struct Manner {
    /// Whose changes are taken back.
    pub(crate) verb: Verb,
    /// How to ask for the same again.
    pub(crate) command: &'static str,
    /// Passwords go back into the files.
    pub(crate) insecure_plaintext: bool,
    /// Clients may be logged out by it.
    pub(crate) logged_out: bool,
    pub(crate) dry_run: bool,
    pub(crate) yes: bool,
}

impl From<&Setup> for Manner {
    fn from(args: &Setup) -> Self {
        let (verb, command) = (Verb::Setup, "imgsec-cred setup --undo");
        Self::of(verb, command, &args.back, args.dry_run, args.yes)
    }
}

impl From<&Migrate> for Manner {
    fn from(args: &Migrate) -> Self {
        let (verb, command) = (Verb::Migrate, "imgsec-cred migrate --undo");
        Self::of(verb, command, &args.back, args.dry_run, args.yes)
    }
}

impl From<&Audit> for Manner {
    fn from(args: &Audit) -> Self {
        let (verb, command) = (Verb::Migrate, "imgsec-cred audit --fix --undo");
        Self::of(verb, command, &args.back, args.dry_run, args.yes)
    }
}

impl Manner {
    fn of(verb: Verb, command: &'static str, back: &Back, dry_run: bool, yes: bool) -> Self {
        let Back { insecure_plaintext, logged_out } = *back;
        Self { verb, command, insecure_plaintext, logged_out, dry_run, yes }
    }
}

/// One thing that came back, or did not: where, what, and why not.
struct Item {
    place: String,
    key: String,
    server: String,
    failure: Option<String>,
}

/// What was done.
struct Done {
    items: Vec<Item>,
    left: Vec<(String, String)>,
}

pub(crate) fn run(
    manner: &Manner,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let state = stores::state(machine)?;
    let early = if manner.yes && !manner.dry_run { Some(journal::lock(state)?) } else { None };
    let runs = runs(manner, machine)?;
    let helper = stores::helper(machine)?;
    let find = |name: &str| stores::other_helper(machine, name);
    let helpers = Helpers::new(&find).with_store_on_windows(stores::is_on_windows(machine));
    let scene = scene(&runs, &helper, &helpers, machine)?;
    let store: Option<&dyn Store> = if manner.insecure_plaintext { Some(&helper) } else { None };
    let undo = undo::plan(&scene, &runs, store)?;
    say_plan(&runs, &undo, manner, machine, report)?;
    say_losses(&scene, &undo.losses, report)?;
    if manner.insecure_plaintext && !undo.losses.is_empty() {
        report.note(
            "that is what they gained since then; it stays in the store, and imgsec-cred setup brings it back",
        );
    }
    if manner.dry_run {
        report.line("nothing was changed")?;
        report.json(&preview(&runs, &undo, manner, machine))?;
        return Ok(Outcome::Done);
    }
    confirm(&undo, manner, shared)?;
    let lock = early.map_or_else(|| journal::lock(state), Ok)?;
    let done = carry_out(&runs, &undo, &helper, &helpers, machine, report)?;
    finish(&runs, &done, manner, state, &lock, machine, report)
}

/// The runs that are taken back: all of setup for the file in use, or the last move.
fn runs(manner: &Manner, machine: &Machine) -> anyhow::Result<Vec<Run>> {
    let all = journal::runs(stores::state(machine)?)?;
    let of_verb: Vec<_> = all.into_iter().filter(|run| run.verb == manner.verb).collect();
    if manner.verb == Verb::Migrate {
        let last = of_verb.into_iter().next_back();
        return last
            .map(|run| vec![run])
            .ok_or_else(|| Refusal::new("there is no move to undo", None).into());
    }
    let docker = Places::of(machine).map(|places| places.docker_folder().join("config.json"));
    let is_here = |run: &Run| docker.as_ref().is_some_and(|path| real(path) == real(&run.docker));
    let (here, elsewhere): (Vec<_>, Vec<_>) = of_verb.into_iter().partition(is_here);
    match (here.is_empty(), elsewhere.last()) {
        (false, _) => Ok(here),
        (true, None) => Err(Refusal::new("nothing to undo", None).into()),
        (true, Some(other)) => {
            let folder = other.docker.parent().unwrap_or(Path::new("/")).display().to_string();
            let folder = imgsec_cred::text::shell_word(&folder);
            let hint = format!("DOCKER_CONFIG={folder} imgsec-cred setup --undo");
            let what = "setup changed another settings file of Docker than the one in use";
            Err(Refusal::new(what, Some(&hint)).into())
        }
    }
}

fn scene<'h>(
    runs: &[Run],
    helper: &Helper,
    helpers: &'h Helpers<'h>,
    machine: &Machine,
) -> anyhow::Result<Scene<'h>> {
    let named: Vec<_> =
        runs.iter().flat_map(|run| &run.files).filter(|file| file.ours.is_none()).collect();
    let named: Vec<_> = named.into_iter().map(|file| file.path.clone()).collect();
    let mut paths = here::known_files(machine);
    paths.extend(named.iter().cloned());
    let contexts = here::contexts(machine, &named)?;
    let kept = here::kept(helper)?;
    let mut scene = Scene::read(contexts, &paths, false, kept, helpers, &|_, _, _| Wanted::No)?;
    scene.unread.clear();
    scene.ask_about();
    Ok(scene)
}

fn say_plan(
    runs: &[Run],
    undo: &Undo,
    manner: &Manner,
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    let at = runs.first().map(|run| run.at.as_str()).unwrap_or_default();
    report.line(&format!("Undo    what was changed since {at}"))?;
    for edit in &undo.edits {
        let path = machine.short(&edit.path);
        report.line(&match edit.after {
            Some(_) => format!("  {path}  as before"),
            None => format!("  {path}  removed"),
        })?;
    }
    let moved: Vec<_> = runs.iter().flat_map(Run::moved).map(|m| registry(&m.server)).collect();
    if !moved.is_empty() {
        let what = if manner.insecure_plaintext {
            "back into the files, in plain text"
        } else {
            "stay in the store"
        };
        report.line(&format!("  {}  {what}", unique(&moved).join(", ")))?;
    }
    Ok(())
}

fn logins(count: usize) -> String {
    format!("{count} {}", if count == 1 { "login" } else { "logins" })
}

fn unique(names: &[&str]) -> Vec<String> {
    let mut unique: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    unique.sort();
    unique.dedup();
    unique
}

/// What each client would lose.
fn say_losses(scene: &Scene<'_>, losses: &[Loss], report: &Report) -> std::io::Result<()> {
    for line in lost(scene, losses) {
        report.marked(Mark::Warn, &line)?;
    }
    Ok(())
}

fn lost(scene: &Scene<'_>, losses: &[Loss]) -> Vec<String> {
    let mut lost: Vec<(String, Vec<&str>)> = Vec::new();
    for loss in losses {
        let registry = match loss.before.question {
            Some(_) => scene.question(loss.before.question).image.registry().to_owned(),
            None => "other registries".to_owned(),
        };
        let new = loss.before.clients.iter().copied();
        match lost.iter_mut().find(|(other, _)| *other == registry) {
            Some((_, clients)) => clients.extend(new),
            None => lost.push((registry, new.collect())),
        }
    }
    let line = |(registry, mut clients): (String, Vec<&str>)| {
        let mut seen = std::collections::BTreeSet::new();
        clients.retain(|client| seen.insert(*client));
        format!("these will be logged out of {registry}: {}", clients.join(", "))
    };
    lost.into_iter().map(line).collect()
}

/// Logging clients out needs another word than going ahead.
fn confirm(undo: &Undo, manner: &Manner, shared: &Shared) -> anyhow::Result<()> {
    let command = manner.command;
    // With the passwords all is as it was before; what clients gained since is told, and no more.
    if !(undo.losses.is_empty() || manner.logged_out || manner.insecure_plaintext) {
        let question = "Clients will be logged out. Go on without their passwords?";
        if !ask::can_ask(shared) {
            let why = "this logs clients out";
            let hint = format!(
                "{command} --yes --insecure-plaintext puts the passwords back into the files, \
                 --logged-out goes on without"
            );
            return Err(Refusal::new(why, Some(&hint)).into());
        }
        if !ask::yes(question)? {
            return Err(Refusal::new("nothing was changed", None).into());
        }
    }
    let why = "this changes settings and needs confirmation";
    ask::go_ahead(shared, manner.yes, why, &format!("{command} --yes"))
}

fn carry_out(
    runs: &[Run],
    undo: &Undo,
    helper: &Helper,
    helpers: &Helpers<'_>,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Done> {
    let mut done = Done { items: Vec::new(), left: Vec::new() };
    done.left.extend(undo.left.iter().map(|(path, why)| (machine.short(path), why.clone())));
    for edit in &undo.edits {
        let place = machine.short(&edit.path);
        if let Err(e) = edit.make() {
            done.left.push((place, e.to_string()));
            continue;
        }
        let here: Vec<_> = undo.returned.iter().filter(|(path, _)| *path == edit.path).collect();
        let back = here.iter().filter(|(_, one)| one.failure.is_none()).count();
        let missing = here.len() - back;
        report.marked(
            Mark::Ok,
            &match (back, missing) {
                (0, 0) if edit.after.is_none() => format!("removed {place}"),
                (0, 0) => format!("{place} is as before"),
                (0, _) => format!("{place} is as before, but without {}", logins(missing)),
                _ => format!("{back} back in {place}"),
            },
        )?;
    }
    for (path, one) in &undo.returned {
        let place = machine.short(path);
        let (key, server, failure) = (one.key.clone(), one.server.clone(), one.failure.clone());
        done.items.push(Item { place, key, server, failure });
    }
    for changed in runs.iter().rev().flat_map(|run| &run.helpers) {
        let place = format!("docker-credential-{}", changed.name);
        let Some(other) = helpers.program(&changed.name) else {
            done.left.push((place, "it is not on the PATH any more".to_owned()));
            continue;
        };
        let back = undo::into_helper(&changed.moved, other.as_ref(), helper)?;
        let count = back.iter().filter(|one| one.failure.is_none()).count();
        if count > 0 {
            report.marked(Mark::Ok, &format!("{count} back in {place}"))?;
        }
        done.items.extend(back.into_iter().map(|one| Item {
            place: place.clone(),
            key: one.key,
            server: one.server,
            failure: one.failure,
        }));
    }
    for item in &done.items {
        if let Some(why) = &item.failure {
            let line = format!("{} is not back in {}: {why}", registry(&item.key), item.place);
            report.marked(Mark::Warn, &line)?;
        }
    }
    for (place, why) in &done.left {
        report.marked(Mark::Fail, &format!("{place}: {why}"))?;
    }
    Ok(done)
}

fn finish(
    runs: &[Run],
    done: &Done,
    manner: &Manner,
    state: &Path,
    lock: &Lock,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let is_whole = done.left.is_empty();
    // What cannot be read any more cannot be brought back later either.
    if is_whole {
        if let Some(before) = runs.iter().find_map(|run| run.store.as_ref()) {
            back_to_store(before.kind(), machine, report)?;
        }
        journal::forget(state, lock, runs)?;
    }
    if runs.iter().flat_map(Run::moved).next().is_some() {
        report.note("the store keeps its copies: imgsec-cred logout REGISTRY removes one");
    }
    let earlier = journal::runs(state)?;
    if let Some(run) = earlier.iter().rev().find(|run| run.verb == manner.verb && is_whole) {
        report.note(&format!("what was changed at {} can be undone as well", run.at));
    }
    report.json(&answer(runs, &done.items, &done.left, manner))?;
    let is_ok = is_whole && done.items.iter().all(|item| item.failure.is_none());
    Ok(if is_ok { Outcome::Done } else { Outcome::Partly })
}

/// The store that was chosen before is chosen again, and gets what the other one keeps.
fn back_to_store(
    before: Option<imgsec_cred::settings::StoreKind>,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<()> {
    let now = settings::chosen(machine)?;
    if let (Some(from), Some(to)) = (now, before.filter(|to| Some(*to) != now)) {
        let of = |kind: imgsec_cred::settings::StoreKind| -> anyhow::Result<Helper> {
            Ok(stores::helper(machine)?.with_variable("IMGSEC_STORE", kind.name()))
        };
        let (from, to) = (of(from)?, of(to)?);
        let moved = store::transfer(&from.whole_store(), &to.whole_store(), Differing::Replaced);
        match moved {
            Ok(moved) if moved.left.is_empty() => {}
            Ok(moved) => report.warning(&format!(
                "{} of the logins stay in the store that was in use",
                moved.left.len()
            )),
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => report.warning(&format!("the logins stay in the store that was in use: {e}")),
        }
    }
    Ok(settings::choose(machine, before)?)
}
