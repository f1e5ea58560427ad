//! What we know about each credential that is not secret: when it was checked, until when it works.
//!
//! `ledger.json` in our folder of state. It may be lost at any time: what it says is then unknown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::credential::Credential;
use crate::files::{self, TrustedLinks};
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind};

const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The version of the format.
const FORMAT: u32 = 1;

/// A change takes milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// The ledger of this user.
pub struct Ledger {
    path: PathBuf,
}

/// What is known about the credentials, each under the canonical name of its server.
pub type Records = BTreeMap<String, Record>;

#[derive(Serialize, Deserialize)]
struct Document {
    format: u32,
    credentials: Records,
}

/// What is known about one credential. Times are in RFC 3339.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// The user name that all of this is about ([`Credential::open_username`]).
    pub username: String,
    /// When `login` or `rotate` stored the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_at: Option<String>,
    /// When `setup` or `migrate` brought it from another place, or an undo put it in use again: it
    /// may have been for long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_at: Option<String>,
    /// When `rotate` put it in the place of an older one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<String>,
    /// A name by chance for the secret itself: another one whenever `login`, `rotate`, `migrate` or
    /// `setup` stores a secret. What other programs store it does not follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<String>,
    /// Until when it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
    /// The last check with the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// The host of the token server that the last check that went well used; another one is an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// The registry answered over TLS.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub speaks_tls: bool,
    /// How the credential is rotated without being told: what `rotate --all` reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation: Option<serde_json::Value>,
}

/// Until when a credential works, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// When it ends.
    pub at: String,
    /// `provider`, `jwt`, `ecr-observed` or `given`.
    pub source: String,
}

/// A check with the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// When.
    pub at: String,
    /// The word of its verdict, such as `verified`.
    pub verdict: String,
    /// `strong` or `weak`, where it was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
}

impl Ledger {
    /// The ledger in this folder of state.
    #[must_use]
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("ledger.json") }
    }

    /// Everything that is known; nothing where there is no ledger yet.
    ///
    /// # Errors
    /// Where it is broken or cannot be read.
    pub fn read(&self) -> Result<Records, Error> {
        let links = TrustedLinks::NotFrom(self.folder());
        let bytes = match files::read_trusted(&self.path, MAX_BYTES, links) {
            Err(files::Error::Missing(_)) => return Ok(Records::new()),
            bytes => bytes?,
        };
        let broken = |why: &str| {
            Error::new(ErrorKind::Damaged, format!("{} {why}", self.path.display()))
                .with_hint("move it away; the ages and the last checks of credentials are lost")
        };
        let document: Document = serde_json::from_slice(&bytes).map_err(|_| broken("is broken"))?;
        if document.format == FORMAT {
            Ok(document.credentials)
        } else {
            Err(broken("is of a newer version"))
        }
    }

    /// What is known about the credential of one server.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of(&self, server: &ServerKey) -> Result<Record, Error> {
        Ok(self.read()?.remove(server.canonical()).unwrap_or_default())
    }

    /// Changes what is known about one credential; no other process does at the same time. What was
    /// known about the credential of another user name is forgotten first.
    ///
    /// # Errors
    /// Where it is broken or cannot be written.
    pub fn change(
        &self,
        credential: &Credential,
        change: impl FnOnce(&mut Record),
    ) -> Result<(), Error> {
        let (server, username) = (&credential.server, credential.open_username());
        self.rewrite(|records| {
            let record = records.entry(server.canonical().to_owned()).or_default();
            if record.username != username {
                *record = Record { username: username.to_owned(), ..Record::default() };
            }
            change(record);
        })
    }

    /// Notes that these credentials were brought from another place
    /// now, where they may have been for long.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub fn imported<'a>(
        &self,
        credentials: impl Iterator<Item = &'a Credential>,
    ) -> Result<(), Error> {
        let now = time(SystemTime::now());
        let mut credentials = credentials.peekable();
        if credentials.peek().is_none() {
            return Ok(());
        }
        self.rewrite(|records| {
            for credential in credentials {
                let record = Record {
                    username: credential.open_username().to_owned(),
                    imported_at: Some(now.clone()),
                    generation: new_generation(),
                    ..Record::default()
                };
                records.insert(credential.server.canonical().to_owned(), record);
            }
        })
    }

    /// Forgets a credential.
    ///
    /// # Errors
    /// Where it is broken or cannot be written.
    pub fn forget(&self, server: &ServerKey) -> Result<(), Error> {
        if self.read()?.contains_key(server.canonical()) {
            self.rewrite(|records| drop(records.remove(server.canonical())))?;
        }
        Ok(())
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn rewrite(&self, change: impl FnOnce(&mut Records)) -> Result<(), Error> {
        let folder = self.folder();
        files::create_private_folder(folder)?;
        let lock = folder.join("ledger.lock");
        let io = |e| Error::from(files::Error::io(&lock, e));
        let file = files::open_lock(&lock, folder)?;
        if !files::lock_within(&file, LOCK_LIMIT).map_err(io)? {
            return Err(Error::new(
                ErrorKind::TimedOut,
                "another change of the ledger does not end",
            ));
        }
        let mut credentials = self.read()?;
        change(&mut credentials);
        let document = Document { format: FORMAT, credentials };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|_| Error::new(ErrorKind::Failed, "the ledger cannot be written as JSON"))?;
        Ok(files::replace(&self.path, format!("{text}\n").as_bytes(), None)?)
    }
}

/// A new [`Record::generation`]; none where the system gives no random numbers.
#[must_use]
pub fn new_generation() -> Option<String> {
    files::random_hex::<8>().ok()
}

/// A time as the ledger writes it.
#[must_use]
pub fn time(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(server: &str, username: &str) -> Credential {
        let server = ServerKey::parse(server).unwrap();
        Credential::new(server, username.to_owned(), "hunter2".into())
    }

    #[test]
    fn what_is_known_is_for_one_user_and_every_spelling() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(dir.path());
        let hub = ServerKey::parse("docker.io").unwrap();
        ledger
            .change(&login("docker.io", "ada"), |r| r.realm = Some("auth.docker.io".to_owned()))
            .unwrap();
        let same = ServerKey::parse(crate::server::DOCKER_HUB).unwrap();
        assert_eq!(ledger.of(&same).unwrap().realm.as_deref(), Some("auth.docker.io"));
        ledger
            .change(&login(crate::server::DOCKER_HUB, "bob"), |r| {
                r.stored_at = Some(time(SystemTime::now()))
            })
            .unwrap();
        assert_eq!(ledger.of(&hub).unwrap().realm, None);
        ledger.forget(&hub).unwrap();
        assert_eq!(ledger.read().unwrap(), Records::new());
    }

    #[test]
    fn what_is_brought_is_of_another_generation_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let (ledger, one) = (Ledger::new(dir.path()), login("h", "ada"));
        let bring = || {
            ledger.imported(std::iter::once(&one)).unwrap();
            ledger.of(&one.server).unwrap().generation.unwrap()
        };
        let first = bring();
        ledger.change(&one, |r| r.realm = Some("r".to_owned())).unwrap();
        assert_eq!(ledger.of(&one.server).unwrap().generation.as_ref(), Some(&first));
        assert_ne!(bring(), first);
    }

    #[test]
    fn a_broken_ledger_is_said_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ledger.json"), "{").unwrap();
        let ledger = Ledger::new(dir.path());
        assert_eq!(ledger.change(&login("h", "a"), |_| {}).unwrap_err().kind(), ErrorKind::Damaged);
        assert_eq!(std::fs::read(dir.path().join("ledger.json")).unwrap(), b"{");
    }
}
