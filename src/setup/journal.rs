//! What was changed, so that it can be taken back. No secrets: those are in the store.
//!
//! `undo.json` in our folder of state: the runs that are not undone, oldest first, with a record for
//! each file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::splice::Splice;
use crate::files::{self, TrustedLinks};
use crate::settings::StoreKind;
use crate::store::{Error, ErrorKind};

const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The version of the format.
const FORMAT: u32 = 2;

/// The oldest runs are forgotten when there are more.
const MAX_RUNS: usize = 50;

/// A run of another program takes seconds, and stores one login after the other.
const LOCK_LIMIT: Duration = Duration::from_secs(120);

/// Which verb made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// `setup`, and `login`, which may name our helper for one registry more.
    Setup,
    /// `migrate` and `audit --fix`.
    Migrate,
}

/// The runs that are not undone.
#[derive(Debug, Serialize, Deserialize)]
struct Journal {
    format: u32,
    runs: Vec<Run>,
}

/// What one run changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When, in RFC 3339.
    pub at: String,
    /// By which verb.
    pub verb: Verb,
    /// Docker's own file that was in use.
    pub docker: PathBuf,
    /// The store that was chosen before, where the run changed that.
    pub store: Option<StoreBefore>,
    /// The files, in the order in which they were changed.
    pub files: Vec<FileRecord>,
    /// What was removed from other helpers.
    pub helpers: Vec<HelperRecord>,
}

/// Which store was chosen before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreBefore {
    kind: Option<String>,
}

/// A file that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Where it is.
    pub path: PathBuf,
    /// There was no such file before.
    pub is_new: bool,
    /// The helper for every registry before, where that changed.
    pub default: Option<Before>,
    /// The registries that a helper was named for, what is named now, and what was before.
    pub named: Vec<Named>,
    /// The logins that were taken out.
    pub moved: Vec<Moved>,
    /// The way back byte for byte, where nobody changes the file in between.
    pub splices: Option<Vec<Splice>>,
    /// A file that is ours alone: what was written, and what it held before.
    pub ours: Option<Ours>,
}

/// The helper for every registry before; `None` where there was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The part of its name behind `docker-credential-`.
    pub helper: Option<String>,
}

/// A file that is ours alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ours {
    /// What was written.
    pub text: String,
    /// What it held before.
    pub before: Option<String>,
}

/// A registry that a helper was named for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The registry, as `credHelpers` has it.
    pub registry: String,
    /// The helper that was named.
    pub now: String,
    /// The one before.
    pub before: Option<String>,
}

/// A helper from which credentials were removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelperRecord {
    /// The part of its name behind `docker-credential-`.
    pub name: String,
    /// The credentials.
    pub moved: Vec<Moved>,
}

/// A credential that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Its name where it was.
    pub key: String,
    /// The server it is kept under.
    pub server: String,
    /// Whose it is; missing in records of earlier versions.
    #[serde(default)]
    pub username: Option<String>,
}

impl StoreBefore {
    /// What was chosen before.
    #[must_use]
    pub fn of(kind: Option<StoreKind>) -> Self {
        Self { kind: kind.map(|kind| kind.name().to_owned()) }
    }

    /// The store.
    #[must_use]
    pub fn kind(&self) -> Option<StoreKind> {
        self.kind.as_ref()?.parse().ok()
    }
}

impl Run {
    /// A run that changed nothing yet.
    #[must_use]
    pub fn now(verb: Verb, docker: &Path) -> Self {
        let at = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let docker = std::path::absolute(docker).unwrap_or_else(|_| docker.to_owned());
        Self { at, verb, docker, store: None, files: Vec::new(), helpers: Vec::new() }
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.helpers.is_empty() && self.store.is_none()
    }

    /// Whether it took this login out of a file or a helper.
    pub fn moved(&self) -> impl Iterator<Item = &Moved> {
        let files = self.files.iter().flat_map(|file| &file.moved);
        files.chain(self.helpers.iter().flat_map(|helper| &helper.moved))
    }
}

/// Held while settings change: one program of ours at a time.
pub struct Lock(#[allow(dead_code, reason = "the lock ends with the file")] File);

/// Waits until no other program of ours changes settings.
///
/// # Errors
/// [`ErrorKind::TimedOut`] where one does not end.
pub fn lock(state: &Path) -> Result<Lock, Error> {
    files::create_private_folder(state)?;
    let path = state.join("setup.lock");
    let io = |e| Error::from(files::Error::io(&path, e));
    let file = files::open_lock(&path, state)?;
    if files::lock_within(&file, LOCK_LIMIT).map_err(io)? {
        return Ok(Lock(file));
    }
    Err(Error::new(ErrorKind::TimedOut, "another imgsec-cred that changes settings does not end"))
}

/// The runs that are not undone, oldest first.
///
/// # Errors
/// Where the journal is broken or cannot be read.
pub fn runs(state: &Path) -> Result<Vec<Run>, Error> {
    Ok(read(state)?.runs)
}

/// Notes a run, before it changes anything.
///
/// # Errors
/// Where it cannot be written; nothing may then be changed.
pub fn add(state: &Path, _: &Lock, run: Run) -> Result<(), Error> {
    if run.is_empty() {
        return Ok(());
    }
    let mut journal = read(state)?;
    journal.runs.push(run);
    let too_many = journal.runs.len().saturating_sub(MAX_RUNS);
    journal.runs.drain(..too_many);
    write(state, &journal)
}

/// Forgets runs that are undone.
///
/// # Errors
/// Where it cannot be written.
pub fn forget(state: &Path, _: &Lock, undone: &[Run]) -> Result<(), Error> {
    let mut journal = read(state)?;
    for run in undone {
        if let Some(at) = journal.runs.iter().rposition(|other| other == run) {
            journal.runs.remove(at);
        }
    }
    write(state, &journal)
}

fn read(state: &Path) -> Result<Journal, Error> {
    let path = path(state);
    let bytes = match files::read_trusted(&path, MAX_BYTES, TrustedLinks::NotFrom(state)) {
        Err(files::Error::Missing(_)) => return Ok(Journal { format: FORMAT, runs: Vec::new() }),
        bytes => bytes?,
    };
    let broken = |why: &str| {
        Error::new(ErrorKind::Damaged, format!("{} {why}", path.display()))
            .with_hint("move it away; then earlier changes can no longer be undone")
    };
    let journal: Journal = serde_json::from_slice(&bytes).map_err(|_| broken("is broken"))?;
    if journal.format == FORMAT { Ok(journal) } else { Err(broken("is of a newer version")) }
}

fn write(state: &Path, journal: &Journal) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(journal).map_err(|_| {
        Error::new(ErrorKind::Failed, "the name of a file is not UTF-8, so no undo is possible")
    })?;
    Ok(files::replace(&path(state), format!("{text}\n").as_bytes(), None)?)
}

fn path(state: &Path) -> PathBuf {
    state.join("undo.json")
}
