//! Which generation of the credentials a copy holds, and when the first of them ends: from what the
//! store and the ledger say of them.

use imgsec_cred::credential::Credential;
use imgsec_cred::export::generation::{self, Stored};
use imgsec_cred::ledger::{Expiry, Ledger, Record, Records};
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::{Error, ErrorKind};

use crate::list::registry;
use crate::{registries, stores};

/// A credential that is exported, without its secret.
pub(super) struct Taken {
    /// Its key in the copy.
    key: String,
    /// The server, as it was asked for.
    server: ServerKey,
    username: String,
    /// Until when it works, where it says so itself.
    expires: Option<Expiry>,
}

impl Taken {
    pub(super) fn new(key: &str, server: &ServerKey, credential: &Credential) -> Self {
        Self {
            key: key.to_owned(),
            server: server.clone(),
            username: credential.open_username().to_owned(),
            expires: registries::expiry(credential),
        }
    }
}

/// What is known of a copy.
pub(super) struct Generation {
    /// Ten hex digits.
    pub(super) name: String,
    /// When the first of its credentials ends, in RFC 3339, where that is known of any.
    pub(super) expires_at: Option<String>,
}

/// Asks the store and the ledger.
///
/// # Errors
/// Where one of them cannot be read, or the store does not know a credential any more: a wrong name
/// would pass for the right one.
pub(super) fn of(taken: &[Taken], helper: &Helper, machine: &Machine) -> Result<Generation, Error> {
    let ages: Vec<(ServerKey, String)> = helper
        .ages()?
        .into_iter()
        .filter_map(|(key, at)| Some((ServerKey::parse(&key).ok()?, at)))
        .collect();
    let records = Ledger::new(stores::state(machine)?).read()?;
    let mut all = Vec::new();
    let mut ends: Vec<String> = Vec::new();
    for one in taken {
        // The one that answers: of namespaces the innermost.
        let answering = ages.iter().filter(|(key, _)| key.answers(&one.server));
        let found = answering.max_by_key(|(key, _)| key.canonical().len());
        let (stored, at) = found.ok_or_else(|| {
            let name = registry(one.server.as_str());
            Error::new(ErrorKind::Failed, format!("the store does not say when it took {name}"))
        })?;
        let record = record(&records, stored, &one.username);
        let generation = record.and_then(|record| record.generation.clone());
        all.push(Stored { key: one.key.clone(), at: at.clone(), generation });
        let end = one.expires.as_ref().or(record.and_then(|record| record.expires.as_ref()));
        ends.extend(end.map(|end| end.at.clone()));
    }
    // The ledger's times are all UTC in whole seconds, so they are in order as texts.
    Ok(Generation { name: generation::name(&all), expires_at: ends.into_iter().min() })
}

/// What the ledger knows of this user's credential.
fn record<'r>(records: &'r Records, server: &ServerKey, username: &str) -> Option<&'r Record> {
    records.get(server.canonical()).filter(|record| record.username == username)
}
