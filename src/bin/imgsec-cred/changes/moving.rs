//! Carries out what `migrate` and `audit --fix` are asked for: shows it, asks, copies, notes it for
//! the undo, and takes it out of its old places. At every moment each credential can be read where it
//! was or where it goes.

use std::path::{Path, PathBuf};

use imgsec_cred::clients::docker::DockerConfig;
use imgsec_cred::credential::Credential;
use imgsec_cred::files::View;
use imgsec_cred::machine::Machine;
use imgsec_cred::server::ServerKey;
use imgsec_cred::setup::helpers::Helpers;
use imgsec_cred::setup::journal::{self, Verb};
use imgsec_cred::setup::plan::{Plan, State, path_of};
use imgsec_cred::setup::scene::{Choose, Origin, Scene, Stay};
use imgsec_cred::setup::start::Wishes;
use serde_json::Value;

use super::{here, words};
use crate::args::{Audit, Migrate, Shared};
use crate::list::registry;
use crate::report::Report;
use crate::{Outcome, ask, stores};

/// What is to move, and what is known of it.
pub(crate) struct Job<'a> {
    /// The files.
    pub(crate) paths: Vec<PathBuf>,
    /// The helpers of others.
    pub(crate) helpers: Vec<String>,
    /// Which logins of the files.
    pub(crate) choose: Choose<'a>,
    /// Only for these servers, if there are any.
    pub(crate) only: Vec<ServerKey>,
    /// Whether a file is none that this user's clients read: a login from it never takes the place of
    /// another one.
    pub(crate) is_foreign: &'a dyn Fn(&Path) -> bool,
    /// What an audit saw at a login, by its real file and its key: who else may have read it.
    pub(crate) signals: Vec<(PathBuf, String, Vec<&'static str>)>,
}

/// What the person asked for, besides what to move.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// How to say yes, or to ask for the same again.
    pub(crate) verb: &'static str,
    pub(crate) keep_source: bool,
    pub(crate) remove_from_helper: bool,
    pub(crate) overwrite: bool,
    pub(crate) dry_run: bool,
    pub(crate) yes: bool,
}

impl From<&Migrate> for Manner {
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

impl From<&Audit> for Manner {
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

/// How a job ended.
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    /// The answer for programs.
    pub(crate) document: Value,
    /// The file and the key of each login that is no longer where it was.
    pub(crate) moved: Vec<(PathBuf, String)>,
    /// The credentials that moved, or would.
    pub(crate) credentials: Vec<Credential>,
}

pub(crate) fn carry_out(
    job: &Job<'_>,
    manner: Manner,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Done> {
    let helper = stores::helper(machine)?;
    let find = |name: &str| stores::other_helper(machine, name);
    let helpers = Helpers::new(&find).with_store_on_windows(stores::is_on_windows(machine));
    let state = stores::state(machine)?;
    // Whoever is asked is not to hold up others; what they change meanwhile is left alone.
    let early = if manner.yes && !manner.dry_run { Some(journal::lock(state)?) } else { None };
    let scene = scene(job, &helpers, machine)?;
    if scene.candidates.is_empty() {
        let plan = Plan::make(scene, Vec::new(), &Wishes::default())?;
        words::plan(&plan, machine, report)?;
        words::result(&plan, job, machine, report)?;
        return Ok(done(&plan, job, manner, machine));
    }
    let mut scene = scene;
    let mut states = scene.compare(&helper)?;
    replace(&scene, &mut states, job, manner, shared)?;
    let mut plan = Plan::make(scene, states, &Wishes::default())?;
    words::plan(&plan, machine, report)?;
    if manner.dry_run {
        words::diff(&plan, manner, machine, report)?;
        words::by_client(&plan, machine, report)?;
        report.line("nothing was changed")?;
        return Ok(done(&plan, job, manner, machine));
    }
    // As the programs that read the files will run it.
    let as_clients = stores::helper_on_path(machine)?;
    let hint = format!("{} --yes", manner.verb);
    ask::go_ahead(shared, manner.yes, "this moves credentials and needs confirmation", &hint)?;
    as_clients.list_keys()?;
    let lock = early.map_or_else(|| journal::lock(state), Ok)?;
    plan.copy(&helper)?;
    stores::note_imported(machine, plan.copied(), report);
    if !manner.keep_source {
        let edits = plan.edits()?;
        journal::add(state, &lock, plan.run(Verb::Migrate, &edits, manner.remove_from_helper))?;
        for (path, why) in plan.write(&edits) {
            report.note(&format!("{}: {why}", machine.short(&path)));
        }
        if manner.remove_from_helper {
            plan.remove_from_helpers();
        }
        words::other_names(&edits, machine, report);
    }
    words::result(&plan, job, machine, report)?;
    Ok(done(&plan, job, manner, machine))
}

fn scene<'h>(
    job: &Job<'_>,
    helpers: &'h Helpers<'h>,
    machine: &Machine,
) -> anyhow::Result<Scene<'h>> {
    let contexts = here::contexts(machine, &job.paths)?;
    let kept = here::kept(&stores::helper(machine)?)?;
    let mut scene = Scene::read(contexts, &job.paths, false, kept, helpers, job.choose)?;
    for name in &job.helpers {
        scene.add_helper(name, std::iter::empty());
        if let Some(e) = helpers.trouble(name) {
            scene.unread.push((format!("docker-credential-{name}").into(), e.to_string()));
        }
    }
    let is_one = |server: &ServerKey| {
        job.only.is_empty() || job.only.iter().any(|one| one.canonical() == server.canonical())
    };
    scene.candidates.retain(|one| is_one(&one.credential.server));
    scene.stays.retain(|stay| {
        job.only.is_empty() || ServerKey::parse(&stay.key).is_ok_and(|key| is_one(&key))
    });
    scene.leave_others();
    leave_owners_logins(&mut scene, job, machine);
    scene.ask_about();
    Ok(scene)
}

/// Leaves the logins of foreign files for which a file of this user has another one.
fn leave_owners_logins(scene: &mut Scene<'_>, job: &Job<'_>, machine: &Machine) {
    let files = scene.files.iter().map(|file| (job.is_foreign)(file.config.path()));
    let foreign: Vec<bool> = files.collect();
    let is_foreign = |origin: &Origin| matches!(origin, Origin::File(n) if foreign[*n]);
    if !scene.candidates.iter().any(|one| is_foreign(&one.origin)) {
        return;
    }
    let own: Vec<_> = here::known_files(machine).iter().flat_map(|path| plain(path)).collect();
    for one in std::mem::take(&mut scene.candidates) {
        let other = own.iter().find(|(_, login)| {
            login.server.canonical() == one.credential.server.canonical()
                && !login.same_login(&one.credential)
        });
        match other.filter(|_| is_foreign(&one.origin)) {
            None => scene.candidates.push(one),
            Some((path, login)) => scene.stays.push(Stay {
                why: format!(
                    "you have another login for it, of {} in {}",
                    login.open_username(),
                    machine.short(path)
                ),
                origin: one.origin,
                key: one.key,
            }),
        }
    }
}

/// The logins that lie open in a file of Docker's format.
fn plain(path: &Path) -> Vec<(PathBuf, Credential)> {
    let config = DockerConfig::read_in(&View::default(), path);
    let logins = config.map(|config| config.plain_logins()).unwrap_or_default().into_iter();
    logins.filter_map(|login| Some((path.to_owned(), login.credential.ok()?))).collect()
}

/// Asks for each login that differs from the one that the store keeps whether it is to be replaced.
fn replace(
    scene: &Scene<'_>,
    states: &mut [State],
    job: &Job<'_>,
    manner: Manner,
    shared: &Shared,
) -> anyhow::Result<()> {
    let can_ask = ask::can_ask(shared) && !manner.yes && !manner.dry_run;
    for (one, state) in scene.candidates.iter().zip(states) {
        let State::Conflict(kept) = state else { continue };
        if file(scene, &one.origin).is_some_and(job.is_foreign) {
            continue;
        }
        let server = registry(one.credential.server.as_str());
        let user = one.credential.open_username();
        let question =
            format!("{server}: the store keeps a login of {kept}. Replace it with that of {user}?");
        if manner.overwrite || can_ask && ask::yes(&question)? {
            *state = State::Replace(kept.clone());
        }
    }
    Ok(())
}

fn done(plan: &Plan<'_>, job: &Job<'_>, manner: Manner, machine: &Machine) -> Done {
    let outcome = outcome(plan);
    let document = words::document(plan, job, manner, outcome == Outcome::Done, machine);
    let moved = plan.moves().filter(|(_, _, state)| **state == State::Moved);
    let moved = moved.filter_map(|(_, one, _)| {
        Some((path_of(&plan.scene, &one.origin)?.to_owned(), one.key.clone()))
    });
    let credentials = plan.credentials().map(Credential::duplicate).collect();
    Done { outcome, document, moved: moved.collect(), credentials }
}

fn outcome(plan: &Plan<'_>) -> Outcome {
    match () {
        () if plan.failed().next().is_some() => Outcome::Partly,
        () if !plan.stays.is_empty() || !plan.scene.unread.is_empty() => Outcome::Partly,
        () if plan.conflicts().next().is_some() => Outcome::Refused,
        () => Outcome::Done,
    }
}

/// Where a login comes from, as a person writes it.
pub(crate) fn origin(scene: &Scene<'_>, origin: &Origin, machine: &Machine) -> String {
    match (path_of(scene, origin), origin) {
        (Some(path), _) => machine.short(path),
        (None, Origin::Helper(name)) => format!("docker-credential-{name}"),
        (None, Origin::File(_)) => String::new(),
    }
}

/// The file of a login, where it comes from one.
pub(crate) fn file<'s>(scene: &'s Scene<'_>, origin: &Origin) -> Option<&'s Path> {
    path_of(scene, origin)
}
