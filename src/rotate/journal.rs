//! What is noted of a rotation between two steps, and the lock that lets only one run at a time.
//!
//! `rotations/<name>.json` in our folder of state, where the name is a hash of the server's
//! canonical name. No secret and no hash of one: the secrets are in the store.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::plan::{Method, Plan};
use super::provider::Class;
use crate::files::{self, TrustedLinks};
use crate::ledger::{self, Expiry};
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind};

const MAX_BYTES: u64 = 1024 * 1024;

/// The version of the format.
const FORMAT: u32 = 1;

/// How far a rotation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The provider is about to be asked; of class A the new secret may be pending.
    Intended,
    /// The provider has answered; the new secret is pending.
    Staged,
    /// The old secret is kept as the previous one; the new one is about to be put in its place.
    Kept,
    /// The new secret is in use. What is left: the hooks.
    Promoted,
}

/// A rotation that is not yet through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its name; the provider's label of the new secret where it has labels.
    pub operation: String,
    /// The user name of the credential.
    pub username: String,
    /// How it is rotated.
    pub plan: Plan,
    /// What the provider promises: A, B, C or D.
    pub class: Class,
    /// How far it has come.
    pub step: Step,
    /// When it began, in RFC 3339.
    pub started_at: String,
    /// The provider's name for the old secret.
    pub old: Option<String>,
    /// By what the provider finds what a lost answer made; without it, by the rotation's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The provider's name for the new secret.
    pub new: Option<String>,
    /// Until when the new secret works.
    pub expires: Option<Expiry>,
    /// The previous secret is being brought back.
    pub is_undo: bool,
    /// What an undo takes back before its hooks were through: they still have to be told where the
    /// undo comes to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Running>>,
}

/// Something at a provider that is to be ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retiring {
    /// By whom.
    pub method: Method,
    /// What: the provider's name for it, or all that this rotation made and nobody has.
    pub what: Retired,
    /// Not before this time, in RFC 3339.
    pub after: String,
    /// It is the secret that the store keeps as the previous one.
    pub is_previous: bool,
}

/// What is to be ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retired {
    /// A secret by the provider's name for it.
    Handle(String),
    /// Secrets whose answer was lost, by the name of the rotation that made them, or by its trace.
    Orphans(String),
}

/// What is known of one credential's rotations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Journal {
    format: u32,
    /// The server, spelled as it was stored.
    pub server: String,
    /// The rotation that is not yet through.
    pub running: Option<Running>,
    /// What is to be ended at the provider.
    pub retiring: Vec<Retiring>,
    /// Until when the previous secret stays in the store, in RFC 3339.
    pub previous_until: Option<String>,
}

impl Journal {
    fn is_empty(&self) -> bool {
        self.running.is_none() && self.retiring.is_empty() && self.previous_until.is_none()
    }

    /// The rotation that runs came to nothing; one that it was to take back is again not through.
    pub(super) fn end_running(&mut self) {
        self.running = self.running.take().and_then(|running| running.before).map(|before| *before);
    }
}

/// The right to rotate one credential, held by one process at a time, with its journal.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    journal: Journal,
    /// The kernel releases the lock when the file is closed, however that happens.
    _lock: File,
}

impl Claim {
    /// Takes the lock; `None` where another process holds it longer than `wait`.
    ///
    /// # Errors
    /// Where the folder of state cannot be used, or the journal is broken.
    pub fn take(state: &Path, server: &ServerKey, wait: Duration) -> Result<Option<Self>, Error> {
        let folder = folder(state);
        files::create_private_folder(&folder)?;
        let name = files::hex(&Sha256::digest(server.canonical().as_bytes())[..16]);
        let lock = folder.join(format!("{name}.lock"));
        let io = |e| Error::from(files::Error::io(&lock, e));
        let file = files::open_lock(&lock, state)?;
        if !files::lock_within(&file, wait).map_err(io)? {
            return Ok(None);
        }
        let path = folder.join(format!("{name}.json"));
        let mut journal = read(state, &path)?.unwrap_or_default();
        journal.format = FORMAT;
        journal.server = server.as_str().to_owned();
        Ok(Some(Self { path, journal, _lock: file }))
    }

    /// What is noted.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Changes what is noted, on the disk and then here; a journal that says nothing is removed.
    ///
    /// # Errors
    /// Where it cannot be written; then it says what it said before.
    pub fn change(&mut self, change: impl FnOnce(&mut Journal)) -> Result<(), Error> {
        let mut journal = self.journal.clone();
        change(&mut journal);
        if journal.is_empty() {
            match fs::remove_file(&self.path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(files::Error::io(&self.path, e).into());
                }
                _ => {}
            }
        } else {
            let text = serde_json::to_string_pretty(&journal)
                .map_err(|_| Error::new(ErrorKind::Failed, "the journal is no JSON"))?;
            files::replace(&self.path, format!("{text}\n").as_bytes(), None)?;
        }
        self.journal = journal;
        Ok(())
    }

    /// As [`Self::change`], of the rotation that runs; nothing where none does.
    ///
    /// # Errors
    /// As there.
    pub fn step(&mut self, change: impl FnOnce(&mut Running)) -> Result<(), Error> {
        self.change(|journal| journal.running.iter_mut().for_each(change_once(change)))
    }
}

/// Of one rotation at most.
fn change_once(change: impl FnOnce(&mut Running)) -> impl FnMut(&mut Running) {
    let mut change = Some(change);
    move |running| {
        if let Some(change) = change.take() {
            change(running);
        }
    }
}

/// The servers of which something is noted: an interrupted rotation, something to retire.
///
/// # Errors
/// Where the folder cannot be read. A journal that is broken is left out: it is met, and said, when
/// its credential is rotated.
pub fn servers(state: &Path) -> Result<Vec<ServerKey>, Error> {
    let folder = folder(state);
    let entries = match fs::read_dir(&folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| Error::from(files::Error::io(&folder, e)))?,
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let journals = paths.filter(|path| path.extension().is_some_and(|e| e == "json"));
    let servers = journals.filter_map(|path| {
        let journal = read(state, &path).ok().flatten()?;
        ServerKey::parse(&journal.server).ok()
    });
    Ok(servers.collect())
}

/// What is noted of one server, without a lock: for those who only show it.
///
/// # Errors
/// Where the journal is broken or cannot be read.
pub fn look(state: &Path, server: &ServerKey) -> Result<Journal, Error> {
    let name = files::hex(&Sha256::digest(server.canonical().as_bytes())[..16]);
    Ok(read(state, &folder(state).join(format!("{name}.json")))?.unwrap_or_default())
}

fn folder(state: &Path) -> PathBuf {
    state.join("rotations")
}

fn read(state: &Path, path: &Path) -> Result<Option<Journal>, Error> {
    let bytes = match files::read_trusted(path, MAX_BYTES, TrustedLinks::NotFrom(state)) {
        Err(files::Error::Missing(_)) => return Ok(None),
        bytes => bytes?,
    };
    let broken = |why: &str| {
        Error::new(ErrorKind::Damaged, format!("{} {why}", path.display()))
            .with_hint("move it away; what was to be revoked is then not known any more")
    };
    let journal: Journal = serde_json::from_slice(&bytes).map_err(|_| broken("is broken"))?;
    if journal.format == FORMAT { Ok(Some(journal)) } else { Err(broken("is of a newer version")) }
}

/// The name of a new rotation.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn new_operation() -> Result<String, Error> {
    let random = files::random_hex::<8>().map_err(|e| Error::io("no random numbers", &e))?;
    Ok(format!("imgsec-{random}"))
}

/// A time that has come, where it is one.
pub(super) fn has_come(at: &str, now: SystemTime) -> bool {
    humantime::parse_rfc3339(at).map_or(true, |at| at <= now)
}

/// `now` and this span, in RFC 3339.
pub(super) fn later(now: SystemTime, span: Duration) -> String {
    ledger::time(now.checked_add(span).unwrap_or(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_gone_when_nothing_is_left_to_say() {
        let dir = tempfile::tempdir().unwrap();
        let (hub, same) =
            (ServerKey::parse("docker.io").unwrap(), ServerKey::parse("index.docker.io").unwrap());
        let mut claim = Claim::take(dir.path(), &hub, Duration::ZERO).unwrap().unwrap();
        assert!(Claim::take(dir.path(), &same, Duration::ZERO).unwrap().is_none());
        claim.change(|j| j.previous_until = Some(ledger::time(SystemTime::UNIX_EPOCH))).unwrap();
        drop(claim);
        assert_eq!(servers(dir.path()).unwrap(), std::slice::from_ref(&hub));
        let mut claim = Claim::take(dir.path(), &same, Duration::ZERO).unwrap().unwrap();
        assert!(has_come(claim.journal().previous_until.as_deref().unwrap(), SystemTime::now()));
        claim.change(|j| j.previous_until = None).unwrap();
        assert_eq!(servers(dir.path()).unwrap(), []);
    }

    #[test]
    fn a_broken_journal_is_said_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let server = ServerKey::parse("h").unwrap();
        let mut claim = Claim::take(dir.path(), &server, Duration::ZERO).unwrap().unwrap();
        claim.change(|j| j.previous_until = Some("x".into())).unwrap();
        let path = claim.path.clone();
        drop(claim);
        fs::write(&path, "{").unwrap();
        let error = Claim::take(dir.path(), &server, Duration::ZERO).unwrap_err();
        assert_eq!((error.kind(), fs::read(path).unwrap()), (ErrorKind::Damaged, b"{".to_vec()));
    }
}
