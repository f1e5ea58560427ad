//! Where credentials are kept: one seam, [`Store`], and what a request finds behind it.
//!
//! Three things implement it: the OS keychain, the sealed store, and any other
//! credential helper over a pipe ([`crate::protocol::client::Helper`]).

use crate::credential::Credential;
use crate::server::{Reserved, ServerKey};

pub mod error;
pub mod keychain;
pub mod payload;
pub mod sealed;
mod transfer;

pub use error::{Error, ErrorKind, remedy};
pub use transfer::{Differing, Transfer, transfer};

/// A server and a user name that have a credential; all of it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The server, spelled as it was stored.
    pub server: ServerKey,
    /// The user name.
    pub username: String,
}

/// What is there, and what `get` cannot return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The server, where it can be told.
    pub server: Option<ServerKey>,
    /// Why, and the line that helps.
    pub error: Error,
}

/// All that a store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Every credential that `get` can return, hidden ones as well, in no order.
    pub listed: Vec<Listed>,
    /// The rest.
    pub unusable: Vec<Unusable>,
}

/// A place that keeps one credential for each server, whatever its spelling.
pub trait Store {
    /// The credential for exactly this server ([`ServerKey::canonical`]), namespaces not considered.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] only where the credential is certainly absent.
    fn get(&self, server: &ServerKey) -> Result<Credential, Error>;

    /// Keeps `credential` in the place of any other for the same server: at every moment either
    /// the old or the new one can be read.
    ///
    /// # Errors
    /// Those of the place; the old credential is then untouched.
    fn put(&self, credential: &Credential) -> Result<(), Error>;

    /// Forgets the credential for exactly this server; one that is absent is no error.
    ///
    /// # Errors
    /// Those of the place; the credential may then still be there.
    fn remove(&self, server: &ServerKey) -> Result<(), Error>;

    /// Every credential that `get` can return, hidden ones as well, in no order.
    ///
    /// # Errors
    /// Those of the place; never a part of the list.
    fn list(&self) -> Result<Vec<Listed>, Error>;

    /// As [`list`](Self::list), and what it leaves out.
    ///
    /// # Errors
    /// As there.
    fn contents(&self) -> Result<Contents, Error> {
        Ok(Contents { listed: self.list()?, unusable: Vec::new() })
    }
}

/// The credential that answers a request for `asked`: the one for this server, or else that of the
/// innermost namespace around it ([`ServerKey::answers`]).
///
/// # Errors
/// As [`Store::get`].
pub fn find(store: &dyn Store, asked: &ServerKey) -> Result<Credential, Error> {
    match store.get(asked) {
        Err(e) if e.kind() == ErrorKind::NotFound && asked.may_lie_in_a_namespace() => {}
        answer => return answer,
    }
    let listed = store.list()?;
    let innermost = listed
        .iter()
        .filter(|l| l.server.answers(asked))
        .max_by_key(|l| l.server.canonical().len())
        .ok_or_else(Error::not_found)?;
    store.get(&innermost.server)
}

/// Keeps a copy of `credential`, reads it back and compares: only then may another copy go.
///
/// # Errors
/// Those of the store, and [`ErrorKind::Failed`] where what is read back differs.
pub fn copy(store: &dyn Store, credential: &Credential) -> Result<(), Error> {
    store.put(credential)?;
    if store.get(&credential.server)?.same_login(credential) {
        return Ok(());
    }
    let what =
        format!("the credential for {} was not read back as it was stored", credential.server);
    Err(Error::new(ErrorKind::Failed, what).with_hint("imgsec-cred status"))
}

/// Forgets every credential that could answer a request for `asked`, so that afterwards [`find`]
/// certainly finds none; and what a rotation keeps beside each: its pending and its previous secret.
///
/// # Errors
/// As [`Store::remove`].
pub fn forget(store: &dyn Store, asked: &ServerKey) -> Result<(), Error> {
    forget_one(store, asked)?;
    if asked.may_lie_in_a_namespace() {
        for listed in store.list()? {
            if listed.server.answers(asked) {
                forget_one(store, &listed.server)?;
            }
        }
    }
    Ok(())
}

/// What nobody sees goes first: once the credential is gone, nothing is left.
fn forget_one(store: &dyn Store, server: &ServerKey) -> Result<(), Error> {
    if !server.is_hidden() {
        store.remove(&server.reserved(Reserved::Pending))?;
        store.remove(&server.reserved(Reserved::Previous))?;
    }
    store.remove(server)
}
