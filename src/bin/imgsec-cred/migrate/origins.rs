//! What `--from` names: files of Docker's format, and other helpers.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use imgsec_cred::audit::known;
use imgsec_cred::audit::places::Places;
use imgsec_cred::machine::Machine;
use imgsec_cred::migrate::file::{self, Wanted};
use imgsec_cred::migrate::helper;
use imgsec_cred::protocol::NAME;

use super::moving::Job;
use crate::args::Migrate;
use crate::report::Report;
use crate::{Refusal, stores};

/// Reads all that is to move. One origin that cannot be read does not stop the others.
pub(super) fn read(args: &Migrate, machine: &Machine, report: &Report) -> anyhow::Result<Job> {
    let mut job = Job::default();
    if args.from.is_empty() {
        add_files(&mut job, &settings(machine)?, machine);
    }
    for from in &args.from {
        match from.to_str() {
            Some("all") => {
                add_files(&mut job, &settings(machine)?, machine);
                for name in helper::KEEPERS {
                    if machine.find_program(&format!("docker-credential-{name}")).is_some() {
                        add_helper(&mut job, name, machine, report)?;
                    }
                }
            }
            Some(name) if !is_path(from) => add_helper(&mut job, name, machine, report)?,
            _ => {
                let path = PathBuf::from(from);
                if path.symlink_metadata().is_err() {
                    anyhow::bail!("{}: no such file", path.display());
                }
                add_files(&mut job, &[path], machine);
            }
        }
    }
    Ok(job)
}

/// A path has a slash or is there; everything else is a helper's name.
fn is_path(from: &OsStr) -> bool {
    let path = Path::new(from);
    path.components().count() > 1 || path.is_absolute() || path.symlink_metadata().is_ok()
}

/// The settings of this user's programs that can ask a helper.
fn settings(machine: &Machine) -> anyhow::Result<Vec<PathBuf>> {
    let home = machine.home.as_ref();
    let home = home.ok_or_else(|| Refusal::new("there is no home folder; name --from", None))?;
    Ok(known::settings(&Places::ours(home, &|name| machine.path_in(name))))
}

fn add_files(job: &mut Job, paths: &[PathBuf], machine: &Machine) {
    for path in paths {
        match file::read(path, &|_, _| Wanted::Yes) {
            Ok(batch) => job.plan.batches.push(batch),
            Err(e) => job.unread.push((machine.short(path), e.to_string())),
        }
    }
}

fn add_helper(job: &mut Job, name: &str, machine: &Machine, report: &Report) -> anyhow::Result<()> {
    if name == NAME {
        return Err(Refusal::new("imgsec is where credentials move to", None).into());
    }
    if helper::is_minter(name) {
        let message = format!(
            "docker-credential-{name} keeps no credentials: it makes one for each request, and \
             goes on to do so"
        );
        return Err(Refusal::new(message, None).into());
    }
    let Some(other) = stores::other_helper(machine, name) else {
        anyhow::bail!("{name} is no file, and docker-credential-{name} is not on the PATH");
    };
    if name == "osxkeychain" {
        report.note("macOS asks for each credential: choose Allow, not Always Allow");
    }
    match helper::read(name, other) {
        Ok(batch) => job.plan.batches.push(batch),
        Err(e) => job.unread.push((format!("docker-credential-{name}"), e.to_string())),
    }
    Ok(())
}
