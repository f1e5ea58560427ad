//! What `--from` names: files of Docker's format, and other helpers.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use imgsec_cred::clients::credential_helpers::{self, Kind};
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::NAME;

use crate::args::Migrate;
use crate::changes::here;
use crate::report::Report;
use crate::{Refusal, stores};

/// The files and the helpers from which credentials are to move.
pub(super) fn read(
    args: &Migrate,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<(Vec<PathBuf>, Vec<String>)> {
    let (mut paths, mut helpers) = (Vec::new(), Vec::new());
    if machine.home.is_none() && args.from.is_empty() {
        return Err(Refusal::new("there is no home folder; name --from", None).into());
    }
    if args.from.is_empty() {
        paths = here::known_files(machine);
    }
    for from in &args.from {
        match from.to_str() {
            Some("all") => {
                paths.extend(here::known_files(machine));
                let is_there = |name: &&str| stores::other_helper(machine, name).is_some();
                helpers.extend(credential_helpers::keepers().filter(is_there).map(str::to_owned));
            }
            Some(name) if !is_path(from) => helpers.push(helper(name, machine, report)?),
            _ => {
                let path = PathBuf::from(from);
                if path.symlink_metadata().is_err() {
                    anyhow::bail!("{}: no such file", path.display());
                }
                paths.push(path);
            }
        }
    }
    Ok((paths, helpers))
}

/// A path has a slash or is there; everything else is a helper's name.
fn is_path(from: &OsStr) -> bool {
    let path = Path::new(from);
    path.components().count() > 1 || path.is_absolute() || path.symlink_metadata().is_ok()
}

fn helper(name: &str, machine: &Machine, report: &Report) -> anyhow::Result<String> {
    if name == NAME {
        return Err(Refusal::new("imgsec is where credentials move to", None).into());
    }
    if credential_helpers::kind(name) == Kind::Mints {
        let message = format!(
            "docker-credential-{name} keeps no credentials: it makes one for each request, and \
             goes on to do so"
        );
        return Err(Refusal::new(message, None).into());
    }
    if stores::other_helper(machine, name).is_none() {
        anyhow::bail!("{name} is no file, and docker-credential-{name} is not on the PATH");
    }
    if name == "osxkeychain" {
        report.note("macOS asks for each credential: choose Allow, not Always Allow");
    }
    Ok(name.to_owned())
}
