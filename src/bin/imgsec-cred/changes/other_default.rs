//! Docker's default credential helper where it is another one: who wrote it there, whether that was
//! after setup had named ours, and what gets Docker back to our store.

use std::path::Path;

use imgsec_cred::choice::windows;
use imgsec_cred::clients::credential_helpers::{self, Kind};
use imgsec_cred::clients::docker::DockerConfig;
use imgsec_cred::files::real;
use imgsec_cred::machine::Machine;
use imgsec_cred::setup::journal::{self, Verb};
use imgsec_cred::setup::scene::is_ours;

use crate::stores;

/// When setup last made ours the default helper of this file, as far as that is not undone.
pub(crate) fn set_by_us(machine: &Machine, path: &Path) -> Option<String> {
    let runs = journal::runs(stores::state(machine).ok()?).ok()?;
    let names_us = |run: &&journal::Run| {
        let sets =
            |file: &journal::FileRecord| file.default.is_some() && real(&file.path) == real(path);
        run.verb == Verb::Setup && run.files.iter().any(sets)
    };
    runs.iter().rev().find(names_us).map(|run| run.at.clone())
}

/// Who wrote the helper of this name there, as the end of a sentence; nothing where that is not known.
pub(crate) fn written(name: &str, path: &Path, machine: &Machine) -> String {
    let by = credential_helpers::known(name).and_then(|row| row.written_by);
    let after = set_by_us(machine, path);
    let after = after.map(|at| format!("; it was changed after setup set it to imgsec at {at}"));
    let by = by.map(|by| format!("; {by}"));
    after.into_iter().chain(by).collect()
}

/// Whether it hands out logins of another machine, and of none that our store is on.
pub(crate) fn is_elsewhere(name: &str, on_windows: bool) -> bool {
    let is_there = on_windows && credential_helpers::is_of_windows(name);
    credential_helpers::kind(name) == Kind::Elsewhere && !is_there
}

/// What our store keeps and Docker would ask another helper for: the registries of `kept` for which
/// no helper of ours is named.
pub(crate) fn unasked(config: &DockerConfig, kept: &[String]) -> Vec<String> {
    let is_asked = |key: &String| config.helper(key).is_some_and(is_ours);
    kept.iter().filter(|key| !is_asked(key)).cloned().collect()
}

/// The line by which this WSL and its Windows get one store; `None` where there is no Windows.
pub(crate) fn share(machine: &Machine) -> Option<&'static str> {
    match machine.wsl()? {
        wsl if !wsl.interop => None,
        _ if machine.find_program(windows::PROGRAM).is_some() => {
            Some("imgsec-cred setup --store windows")
        }
        _ => Some("install imgsec-cred on Windows, then: imgsec-cred setup --store windows"),
    }
}
