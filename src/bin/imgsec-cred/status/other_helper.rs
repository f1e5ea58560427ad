//! What `status` says where another helper is Docker's default one: what it is, who writes it again,
//! and the line that fixes it.

use imgsec_cred::choice::windows;
use imgsec_cred::clients::credential_helpers::{self, Kind};
use imgsec_cred::clients::docker::DockerConfig;
use imgsec_cred::machine::Machine;
use imgsec_cred::setup::scene::is_ours;

use super::Checks;
use crate::changes::other_default;
use crate::list::registry;
use crate::report::Mark;
use crate::stores;

const SETUP: Option<&str> = Some("imgsec-cred setup");

/// What the helper of imgsec-cred on Windows is.
const THERE: &str = "it hands out what imgsec-cred keeps on Windows";

/// What another helper is, in a few words, and the line that fixes it.
type Verdict = (Mark, String, Option<&'static str>);

pub(super) fn check(name: &str, config: &DockerConfig, machine: &Machine, checks: &mut Checks) {
    let words = machine.short(config.path());
    let ours = config.helpers().iter().filter(|(_, name)| is_ours(name)).count();
    let written = other_default::written(name, config.path(), machine);
    let place = format!("docker-credential-{name}: credsStore in {words}");
    let (mark, what, fix) = verdict(name, config, ours, machine);
    checks.add("docker.helper", mark, format!("uses {place}{what}{written}"), fix);
    if ours > 0 {
        let message =
            format!("uses imgsec for {}: credHelpers in {words}", super::registries(ours));
        checks.add("docker.helper", Mark::Ok, message, None);
    }
}

fn verdict(name: &str, config: &DockerConfig, ours: usize, machine: &Machine) -> Verdict {
    if stores::named_helper(machine, name).is_none() {
        return (Mark::Fail, ", which is not on the PATH, so docker pull fails".to_owned(), SETUP);
    }
    if stores::other_helper(machine, name).is_none() {
        let why = match machine.wsl() {
            None => "this is not WSL",
            Some(wsl) if !wsl.interop => "WSL does not start them here (interop)",
            Some(_) => "it fails",
        };
        let what = format!(
            ", a program of Windows that cannot be started here, so docker pull fails: {why}"
        );
        return (Mark::Fail, what, SETUP);
    }
    let on_windows = stores::is_on_windows(machine);
    let is_ours_there = format!("docker-credential-{name}") == windows::PROGRAM;
    let says = |mark, what: &str, fix| (mark, format!("; {what}"), fix);
    match credential_helpers::kind(name) {
        Kind::Mints => says(Mark::Ok, "it makes tokens when it is asked, and stays", None),
        Kind::Elsewhere if other_default::is_elsewhere(name, on_windows) => {
            elsewhere(name, config, machine)
        }
        _ if is_ours_there => says(Mark::Ok, THERE, None),
        Kind::Nothing => says(Mark::Warn, "it keeps nothing", SETUP),
        _ if other_default::set_by_us(machine, config.path()).is_some() => {
            says(Mark::Fail, "imgsec is no longer used", SETUP)
        }
        _ if ours > 0 => says(Mark::Warn, "setup could not take over all of it", None),
        _ => says(Mark::Fail, "imgsec is not used", SETUP),
    }
}

/// One that hands out logins of another machine: it stays, and ours is named for what we keep.
fn elsewhere(name: &str, config: &DockerConfig, machine: &Machine) -> Verdict {
    let machine_words = match credential_helpers::is_of_windows(name) {
        true => "Windows",
        false => "another machine",
    };
    let listed = stores::helper(machine).and_then(|helper| helper.list_keys());
    let keys: Vec<_> = listed.unwrap_or_default().into_iter().map(|(key, _)| key).collect();
    let unasked = other_default::unasked(config, &keys);
    if !unasked.is_empty() {
        let names: Vec<_> = unasked.iter().map(|key| registry(key)).collect();
        let what = format!(
            "; it hands out logins of {machine_words}, and Docker does not ask imgsec for {}",
            names.join(", ")
        );
        return (Mark::Fail, what, SETUP);
    }
    let what = format!("; it hands out logins of {machine_words}, and stays");
    if format!("docker-credential-{name}") == windows::PROGRAM {
        return (Mark::Ok, format!("; {THERE}"), None);
    }
    let fix = other_default::share(machine);
    (Mark::Warn, what, fix.filter(|_| credential_helpers::is_of_windows(name)))
}
