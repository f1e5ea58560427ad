//! What was moved, so that it can be brought back. No secrets: those are in the store.
//!
//! `migrate-undo.json` in our folder of state: the runs that are not undone, oldest first.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::plan::Move;
use crate::clients::docker::DockerConfig;
use crate::files;
use crate::store::{Error, ErrorKind};

const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The version of the format.
const FORMAT: u32 = 1;

/// The oldest runs are forgotten when there are more.
const MAX_RUNS: usize = 50;

/// A change of the journal takes milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// The runs that are not undone.
#[derive(Debug, Serialize, Deserialize)]
struct Journal {
    format: u32,
    runs: Vec<Run>,
}

/// What one run took out of its places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When, in RFC 3339.
    pub at: String,
    /// The files that it changed.
    pub files: Vec<ChangedFile>,
    /// What it removed from other helpers.
    pub helpers: Vec<ChangedHelper>,
}

/// A file that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// Where it is.
    pub path: PathBuf,
    /// The logins that were taken out.
    pub moved: Vec<Moved>,
    /// The registries that our helper was named for, and what was named before.
    pub named: Vec<(String, Option<String>)>,
}

/// A helper from which credentials were removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedHelper {
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
}

impl Moved {
    fn of(m: &Move) -> Self {
        Self { key: m.key.clone(), server: m.credential.server.as_str().to_owned() }
    }
}

impl Run {
    pub(super) fn now() -> Self {
        let at = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        Self { at, files: Vec::new(), helpers: Vec::new() }
    }

    pub(super) fn add_file<'m>(
        &mut self,
        config: &DockerConfig,
        moves: impl Iterator<Item = &'m Move>,
    ) {
        let path = std::path::absolute(config.path()).unwrap_or_else(|_| config.path().to_owned());
        let mut file = ChangedFile { path, moved: Vec::new(), named: Vec::new() };
        for m in moves {
            file.moved.push(Moved::of(m));
            for name in &m.names {
                file.named.push((name.clone(), config.helper(name).map(str::to_owned)));
            }
        }
        if !file.moved.is_empty() {
            self.files.push(file);
        }
    }

    pub(super) fn add_helper<'m>(&mut self, name: &str, moves: impl Iterator<Item = &'m Move>) {
        let moved: Vec<_> = moves.map(Moved::of).collect();
        if !moved.is_empty() {
            self.helpers.push(ChangedHelper { name: name.to_owned(), moved });
        }
    }

    fn is_empty(&self) -> bool {
        self.files.is_empty() && self.helpers.is_empty()
    }
}

/// The run that an undo takes back, if there is one.
///
/// # Errors
/// Where the journal is broken or cannot be read.
pub fn last(state: &Path) -> Result<Option<Run>, Error> {
    Ok(read(state)?.runs.pop())
}

/// Notes a run, before it changes anything.
///
/// # Errors
/// Where it cannot be written; nothing may then be changed.
pub fn add(state: &Path, run: Run) -> Result<(), Error> {
    if run.is_empty() {
        return Ok(());
    }
    change(state, |runs| {
        runs.push(run);
        let too_many = runs.len().saturating_sub(MAX_RUNS);
        runs.drain(..too_many);
    })
}

/// Forgets a run, which is undone.
///
/// # Errors
/// Where it cannot be written.
pub fn close(state: &Path, run: &Run) -> Result<(), Error> {
    change(state, |runs| {
        if let Some(at) = runs.iter().rposition(|other| other == run) {
            runs.remove(at);
        }
    })
}

fn read(state: &Path) -> Result<Journal, Error> {
    let path = path(state);
    let bytes = match files::read_limited(&path, MAX_BYTES) {
        Err(files::Error::Missing(_)) => return Ok(Journal { format: FORMAT, runs: Vec::new() }),
        bytes => bytes?,
    };
    let broken = |why: &str| {
        Error::new(ErrorKind::Damaged, format!("{} {why}", path.display()))
            .with_hint("move it away; only the undo of earlier moves is lost")
    };
    let journal: Journal = serde_json::from_slice(&bytes).map_err(|_| broken("is broken"))?;
    if journal.format == FORMAT { Ok(journal) } else { Err(broken("is of a newer version")) }
}

/// Changes the journal; no other process does at the same time.
fn change(state: &Path, change: impl FnOnce(&mut Vec<Run>)) -> Result<(), Error> {
    files::create_private_folder(state)?;
    let lock = state.join("migrate.lock");
    let io = |e| Error::from(files::Error::io(&lock, e));
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).open(&lock).map_err(io)?;
    if !files::lock_within(&file, LOCK_LIMIT).map_err(io)? {
        return Err(Error::new(ErrorKind::TimedOut, "another migrate does not end"));
    }
    let mut journal = read(state)?;
    change(&mut journal.runs);
    let text = serde_json::to_string_pretty(&journal).map_err(|_| {
        Error::new(ErrorKind::Failed, "the name of a file is not UTF-8, so no undo is possible")
    })?;
    Ok(files::replace(&path(state), format!("{text}\n").as_bytes(), None)?)
}

fn path(state: &Path) -> PathBuf {
    state.join("migrate-undo.json")
}
