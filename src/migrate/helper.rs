//! Another credential helper: what it lists, each credential fetched by itself.

use super::plan::{Batch, Move, Origin, Stay};
use crate::protocol::client::Helper;
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind, Store};

/// Helpers that keep nothing: they make a token for the hour, from a login that lies elsewhere.
const MINTERS: &[&str] =
    &["acr", "acr-env", "acr-login", "ecr-login", "env", "gcloud", "gcr", "ghcr-login", "sso"];

/// Helpers that keep secrets, and that `all` looks for.
pub const KEEPERS: &[&str] = &["secretservice", "pass", "osxkeychain", "wincred", "desktop"];

/// Some releases of docker-credential-secretservice list the label of an item, and answer only to
/// what is behind this.
const LABEL: &str = "Registry credentials for ";

/// After so many requests in a row that were not answered in time, the rest are not made.
const PATIENCE: usize = 3;

/// Whether this helper makes short-lived tokens, and has nothing that could be moved.
#[must_use]
pub fn is_minter(name: &str) -> bool {
    MINTERS.contains(&name)
}

/// Reads every credential that `docker-credential-NAME` lists. One that it does not hand over stays,
/// with the reason.
///
/// # Errors
/// Where it does not list.
pub fn read(name: &str, helper: Helper) -> Result<Batch, Error> {
    let (mut moves, mut stays) = (Vec::new(), Vec::new());
    let mut late = 0;
    for (listed, _) in helper.list_keys()? {
        let key = listed.strip_prefix(LABEL).unwrap_or(&listed).to_owned();
        if late == PATIENCE {
            stays.push(Stay { key, why: "not asked for: the helper does not answer".to_owned() });
            continue;
        }
        let server = match ServerKey::parse(&key) {
            Ok(server) => server,
            Err(e) => {
                stays.push(Stay { key, why: e.to_string() });
                continue;
            }
        };
        match helper.get(&server) {
            Ok(credential) => {
                late = 0;
                moves.push(Move::new(key, credential, Vec::new(), false));
            }
            Err(e) => {
                late = if e.kind() == ErrorKind::TimedOut { late + 1 } else { 0 };
                stays.push(Stay { key, why: e.to_string() });
            }
        }
    }
    Ok(Batch { origin: Origin::Helper { name: name.to_owned(), helper }, moves, stays })
}
