//! One registry after `login` or `logout`: the settings that follow, and what clients use instead of
//! the store, with the line that changes it.

use std::path::Path;

use imgsec_cred::credential::Credential;
use imgsec_cred::lookup::Source;
use imgsec_cred::machine::Machine;
use imgsec_cred::server::ServerKey;
use imgsec_cred::setup::helpers::Helpers;
use imgsec_cred::setup::journal::{self, Verb};
use imgsec_cred::setup::one::{self, Other};
use imgsec_cred::setup::plan::Plan;
use imgsec_cred::setup::scene::{Scene, Wanted, is_ours};
use imgsec_cred::setup::start::Wishes;
use imgsec_cred::store::Error;
use imgsec_cred::text::shell_word;

use super::{here, words};
use crate::list::registry;
use crate::report::{Mark, Report};
use crate::stores;

fn scene<'h>(helpers: &'h Helpers<'h>, machine: &Machine) -> Result<Scene<'h>, Error> {
    let contexts = here::contexts(machine, &[])?;
    let kept = here::kept(&stores::helper(machine)?)?;
    let paths = here::known_files(machine);
    let mut scene = Scene::read(contexts, &paths, false, kept, helpers, &|_, _, _| Wanted::Yes)?;
    scene.ask_about();
    Ok(scene)
}

/// After a login: Docker's file names our helper for the registry, where it names it for others, and
/// shows the login. Returns what clients use instead.
pub(crate) fn after_login(
    machine: &Machine,
    server: &ServerKey,
    report: &Report,
) -> Result<Vec<Other>, Error> {
    let find = |name: &str| stores::other_helper(machine, name);
    let helpers = Helpers::new(&find).with_store_on_windows(stores::is_on_windows(machine));
    let before = scene(&helpers, machine)?;
    let config = before.docker().map(|number| &before.files[number].config);
    let names_us = config.is_some_and(|config| {
        config.store().into_iter().chain(config.helpers().into_iter().map(|(_, n)| n)).any(is_ours)
    });
    let asks_us = config.is_some_and(|config| {
        config.helper(server.as_str()).or(config.store()).is_some_and(is_ours)
    });
    let has_another = config.is_some_and(|config| config.helper(server.as_str()).is_some());
    if names_us && !asks_us && !has_another {
        name_us(before, server, machine, report)?;
    } else if asks_us
        && let Some(edit) = one::mark(&before, server)?
        && let Err(e) = edit.make()
    {
        report.note(&format!("Docker's settings do not show the login: {e}"));
    }
    Ok(one::others(&scene(&helpers, machine)?, server))
}

/// Names our helper for one registry more, unless a client would lose by it.
fn name_us(
    mut scene: Scene<'_>,
    server: &ServerKey,
    machine: &Machine,
    report: &Report,
) -> Result<(), Error> {
    scene.candidates.clear();
    scene.stays.clear();
    let wishes = Wishes { registries: vec![server.as_str().to_owned()], ..Wishes::default() };
    let state = stores::state(machine)?;
    let lock = journal::lock(state)?;
    let mut plan = Plan::make(scene, Vec::new(), &wishes)?;
    let edits = plan.edits()?;
    journal::add(state, &lock, plan.run(Verb::Setup, &edits, false))?;
    for (path, why) in plan.write(&edits) {
        report.note(&format!("{}: {why}", machine.short(&path)));
    }
    Ok(())
}

/// After a logout: the same login is taken out of files as well. Returns the files, and what clients
/// still use.
pub(crate) fn after_logout(
    machine: &Machine,
    server: &ServerKey,
    removed: &[Credential],
) -> Result<(Vec<String>, Vec<Other>), Error> {
    let find = |name: &str| stores::other_helper(machine, name);
    let helpers = Helpers::new(&find).with_store_on_windows(stores::is_on_windows(machine));
    let mut files = Vec::new();
    for edit in one::forget(&scene(&helpers, machine)?, server, removed)? {
        edit.make()?;
        files.push(machine.short(&edit.path));
    }
    Ok((files, one::others(&scene(&helpers, machine)?, server)))
}

/// Names what clients use instead of the store, and the line that changes it.
pub(crate) fn say_others(
    others: &[Other],
    server: &ServerKey,
    verb: &str,
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    let name = registry(server.as_str());
    for other in others {
        let what = words::step(Some(&other.step), machine);
        let line = format!("{} {verb} {what} for {name}", other.clients.join(", "));
        report.marked(Mark::Warn, &line)?;
        report.line(&format!("      {}", remedy(&other.step.source, name)))?;
    }
    Ok(())
}

/// The line by which the login goes away there.
fn remedy(source: &Source, name: &str) -> String {
    let name = shell_word(name);
    let of_file = |path: &Path| match () {
        () if path.ends_with("auth.json") => format!("podman logout {name}"),
        () if path.ends_with("helm/registry/config.json") => format!("helm registry logout {name}"),
        () if path.components().any(|part| part.as_os_str() == ".regctl") => {
            format!("regctl registry logout {name}")
        }
        () => format!("docker logout {name}"),
    };
    match source {
        Source::Variable(variable) => format!("unset {variable}"),
        Source::File(path) => of_file(path),
        Source::Helper { named_in: Some((path, _)), .. } => of_file(path),
        Source::Helper { .. } => format!("docker logout {name}"),
    }
}
