//! `imgsec-cred setup`: makes Docker, Podman and Helm keep their passwords with our helper, and moves
//! those that are stored in plain text.
//!
//! Look, ask, then in this order: the store; every login copied, read back and compared; the journal
//! for `--undo`; the settings, each file in one step. At every moment each login can be read where it
//! was or where it goes.

use imgsec_cred::clients::docker::DockerConfig;
use imgsec_cred::lookup::{Fix, Places};
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::server::{DOCKER_HUB, ServerKey};
use imgsec_cred::settings::{self, StoreKind};
use imgsec_cred::setup::helpers::Helpers;
use imgsec_cred::setup::journal::{self, StoreBefore, Verb};
use imgsec_cred::setup::plan::{Plan, State};
use imgsec_cred::setup::scene::{Kept, Scene, Wanted, is_ours};
use imgsec_cred::setup::start::Wishes;
use imgsec_cred::store::{self, Differing, Error, ErrorKind};

use self::place::Place;
use crate::args::{Setup, Shared};
use crate::changes::{here, other_default};
use crate::list::registry;
use crate::report::Report;
use crate::{Outcome, Refusal, ask, stores};

mod place;
mod words;

pub(crate) fn run(
    args: &Setup,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    // As Docker will run it: from the path, with nothing set for it.
    let as_docker = stores::helper_on_path(machine)?;
    let place = place::choose(args, machine)?;
    let state = stores::state(machine)?;
    // Whoever is asked is not to hold up others; what they change meanwhile is left alone.
    let early = if args.yes && !args.dry_run { Some(journal::lock(state)?) } else { None };
    let find = |name: &str| stores::other_helper(machine, name);
    let helpers = Helpers::new(&find).with_store_on_windows(place.kind == StoreKind::Windows);
    let (mut scene, wishes) = scene(args, &place, &helpers, machine)?;
    let states = compare(&mut scene, &place, args, machine)?;
    let mut plan = Plan::make(scene, states, &wishes)?;
    words::show(&place, &plan, machine, report)?;
    if args.dry_run {
        crate::changes::words::by_client(&plan, machine, report)?;
        report.line("nothing was changed")?;
        report.json(&words::answer(&place, &plan, true, machine))?;
        return Ok(Outcome::Done);
    }
    let why = "setup changes settings and needs confirmation";
    ask::go_ahead(shared, args.yes, why, "imgsec-cred setup --yes")?;
    let lock = early.map_or_else(|| journal::lock(state), Ok)?;
    let is_new = place::prepare(&place, args, shared, machine, report)?;
    let helper = of_kind(&place, machine)?;
    let was_chosen = settings::chosen(machine).ok().flatten();
    if !place.is_readable {
        check_conflicts(&plan, &helper, args.overwrite)?;
    }
    plan.copy(&helper)?;
    if let Some((one, why)) = plan.failed().next() {
        let name = registry(one.credential.server.as_str());
        let what = format!("{name} could not be stored, and no settings were changed: {why}");
        return Err(Error::new(ErrorKind::Failed, what).with_hint("imgsec-cred setup").into());
    }
    stores::note_imported(machine, plan.copied(), report);
    let edits = plan.edits()?;
    let mut run = plan.run(Verb::Setup, &edits, false);
    if was_chosen != Some(place.kind) {
        run.store = Some(StoreBefore::of(was_chosen));
    }
    journal::add(state, &lock, run)?;
    let moved = change_store(&place, &helper, machine)?;
    as_docker.list_keys()?;
    let failed = plan.write(&edits);
    crate::changes::words::other_names(&edits, machine, report);
    words::say(
        &words::Done { place: &place, plan: &plan, is_new, failed: &failed, moved: &moved },
        machine,
        report,
    )?;
    report.json(&words::answer(&place, &plan, false, machine))?;
    if let Some((path, why)) = failed.into_iter().next() {
        let what = format!("{}: {why}", machine.short(&path));
        return Err(Error::new(why.kind(), what)
            .with_hint("imgsec-cred setup goes on where it ended")
            .into());
    }
    Ok(if plan.stays.is_empty() && moved.left.is_empty() { Outcome::Done } else { Outcome::Partly })
}

/// Our helper, for the store that setup uses.
fn of_kind(place: &Place, machine: &Machine) -> Result<Helper, Error> {
    Ok(stores::helper(machine)?.with_variable("IMGSEC_STORE", place.kind.name()))
}

/// What is there, and what is wished of it.
fn scene<'h>(
    args: &Setup,
    place: &Place,
    helpers: &'h Helpers<'h>,
    machine: &Machine,
) -> anyhow::Result<(Scene<'h>, Wishes)> {
    let registries = args.registry.iter().map(|r| docker_key(r)).collect::<Result<Vec<_>, _>>()?;
    let is_all = registries.is_empty();
    let contexts = here::contexts(machine, &[])?;
    let has_helm = here::is_used(&contexts[0], |client| client.name == "Helm");
    let mut paths = if is_all { here::known_files(machine) } else { Vec::new() };
    if is_all && has_helm {
        paths.push(contexts[0].helm_file());
    }
    let has_containers =
        here::is_used(&contexts[0], |client| matches!(client.fix, Fix::CredentialHelpers));
    let docker = contexts[0].docker_folder().join("config.json");
    let choose = |path: &std::path::Path, key: &str, _: Option<&_>| {
        let is_named = || registries.iter().any(|registry| is_of(key, registry));
        match is_all || path == docker && is_named() {
            true => Wanted::Yes,
            false => Wanted::No,
        }
    };
    let kept = kept(place, machine)?;
    let mut scene = Scene::read(contexts, &paths, true, kept, helpers, &choose)?;
    if is_all {
        let config = &scene.files[0].config;
        let name = in_use(config, scene.here()).filter(|name| !is_ours(name)).map(str::to_owned);
        if let Some(name) = name {
            let keys: Vec<_> = scene.files[0].config.entries().into_iter().map(|e| e.key).collect();
            scene.add_helper(&name, keys.into_iter());
        }
    }
    scene.leave_others();
    scene.ask_about();
    let registries = if is_all { behind_another(&scene, helpers, place.kind) } else { registries };
    let wishes = Wishes {
        default: is_all,
        default_at_any_price: args.default_helper,
        registries,
        containers: is_all.then_some(has_containers),
        helm: is_all,
    };
    Ok((scene, wishes))
}

/// The registries for which our helper is to be named since another one, which hands out logins of
/// another machine, stays the default one: those that our store keeps a login for.
fn behind_another(scene: &Scene<'_>, helpers: &Helpers<'_>, store: StoreKind) -> Vec<String> {
    let config = &scene.files[0].config;
    let stays = |name: &str| {
        other_default::is_elsewhere(name, store == StoreKind::Windows) && helpers.is_there(name)
    };
    if !config.store().is_some_and(stays) {
        return Vec::new();
    }
    let kept = other_default::unasked(config, scene.kept.keys());
    kept.iter().filter_map(|key| docker_key(key).ok()).collect()
}

/// The helper that Docker asks for registries that have none of their own.
fn in_use<'c>(config: &'c DockerConfig, places: &Places) -> Option<&'c str> {
    let is_bare = config.entries().is_empty() && config.helpers().is_empty();
    config.store().or_else(|| places.default_store.filter(|_| is_bare))
}

/// What the store will keep that setup uses: what it lists, and what comes from the one chosen before.
fn kept(place: &Place, machine: &Machine) -> Result<Kept, Error> {
    let kinds = place.from.into_iter().chain([place.kind]);
    let mut kept = Kept::default();
    for kind in kinds {
        if kind == place.kind && !place.exists {
            continue;
        }
        let helper = stores::helper(machine)?.with_variable("IMGSEC_STORE", kind.name());
        match here::kept(&helper) {
            Ok(more) => kept.join(more),
            // What cannot be listed is told when the store is opened.
            Err(_) if kind != place.kind => {}
            Err(e) if e.kind() == ErrorKind::Locked => {}
            Err(e) => return Err(e),
        }
    }
    Ok(kept)
}

/// Compares what moves with what the store keeps, where that can be read already.
fn compare(
    scene: &mut Scene<'_>,
    place: &Place,
    args: &Setup,
    machine: &Machine,
) -> anyhow::Result<Vec<State>> {
    if !place.is_readable {
        return Ok(vec![State::New; scene.candidates.len()]);
    }
    let mut states = scene.compare(&of_kind(place, machine)?)?;
    for (one, state) in scene.candidates.iter().zip(&mut states) {
        let State::Conflict(user) = state else { continue };
        if !args.overwrite {
            return Err(conflict(one.credential.server.as_str(), user).into());
        }
        *state = State::Replace(std::mem::take(user));
    }
    Ok(states)
}

/// Refuses where the store, which could not be read before, keeps another login for one that moves.
fn check_conflicts(plan: &Plan<'_>, helper: &Helper, overwrite: bool) -> anyhow::Result<()> {
    use imgsec_cred::store::Store;
    for credential in plan.credentials() {
        match helper.get(&credential.server) {
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
            Ok(kept) if overwrite || kept.same_login(credential) => {}
            Ok(kept) => {
                return Err(conflict(credential.server.as_str(), kept.open_username()).into());
            }
        }
    }
    Ok(())
}

fn conflict(server: &str, user: &str) -> Refusal {
    let server = registry(server);
    let message =
        format!("the store already keeps another login for {server} ({user}); nothing was changed");
    let hint = "imgsec-cred setup --overwrite takes the one in Docker's file, imgsec-cred logout removes the kept one";
    Refusal::new(message, Some(hint))
}

/// Chooses the store, and brings what the one chosen before keeps.
fn change_store(place: &Place, to: &Helper, machine: &Machine) -> anyhow::Result<store::Transfer> {
    let mut moved = store::Transfer::default();
    if let Some(from) = place.from {
        let from = stores::helper(machine)?.with_variable("IMGSEC_STORE", from.name());
        moved = match store::transfer(&from.whole_store(), &to.whole_store(), Differing::Left) {
            Ok(moved) => moved,
            Err(e) => store::Transfer { left: vec![(None, e)], ..store::Transfer::default() },
        };
    }
    settings::choose(machine, Some(place.kind))?;
    Ok(moved)
}

/// Whether an entry of `auths` is for a registry.
fn is_of(key: &str, registry: &str) -> bool {
    let canonical = |key: &str| ServerKey::parse(key).map(|key| key.canonical().to_owned()).ok();
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    canonical(key) == canonical(registry) || canonical(host) == canonical(registry)
}

/// The key by which clients look up a registry's helper: the host as they write it, or the address
/// of Docker Hub.
fn docker_key(typed: &str) -> Result<String, Refusal> {
    let refused = || {
        let hint = "such as ghcr.io or registry.example:5000";
        Refusal::new(format!("{typed} is no registry's host name"), Some(hint))
    };
    let server = ServerKey::parse(typed).map_err(|e| Refusal::new(e.to_string(), None))?;
    if server.canonical() == DOCKER_HUB {
        return Ok(DOCKER_HUB.to_owned());
    }
    if !server.is_address() {
        return Err(refused());
    }
    let canonical = server.canonical();
    let host = canonical.split_once("://").map_or(canonical, |(_, rest)| rest);
    if host.contains(['/', '?']) {
        return Err(refused());
    }
    Ok(host.to_owned())
}
