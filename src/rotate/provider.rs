//! Who makes the new secret: a registry's own API, a command, a person. What they promise decides
//! the order of the steps.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::credential::Credential;
use crate::ledger::Expiry;
use crate::store::Error;

/// What happens to the old secret when a new one is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// A: we choose the new secret, and it takes the place of the old one.
    #[serde(rename = "A")]
    Chosen,
    /// B: the new secret lives beside the old one, until that is revoked.
    #[serde(rename = "B")]
    Additive,
    /// C: the server makes the new secret, and the old one dies at once.
    #[serde(rename = "C")]
    Destructive,
    /// D: minted for a short life from another identity; made anew, never revoked.
    #[serde(rename = "D")]
    Minted,
}

impl Class {
    /// The letter in JSON and in texts.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Chosen => "A",
            Self::Additive => "B",
            Self::Destructive => "C",
            Self::Minted => "D",
        }
    }
}

/// A new secret as it came from the provider.
#[derive(Debug)]
pub struct Issued {
    /// The user name to log in with, where the provider says it; else that of the old credential.
    pub username: Option<String>,
    /// The secret.
    pub secret: SecretString,
    /// Until when it works, where the provider says it.
    pub expires: Option<Expiry>,
    /// The provider's own name for it, by which it can be revoked later. Not secret.
    pub handle: Option<String>,
}

/// A request to the provider that failed.
#[derive(Debug)]
pub enum Failure {
    /// Certainly nothing was changed.
    Unchanged(Error),
    /// The provider may have acted: the answer was lost, or was not understood.
    Unknown(Error),
}

/// What is known about the old credential before anything is changed.
#[derive(Debug, Default)]
pub struct Facts {
    /// The provider's name for the secret now in use, to revoke it later. Not secret.
    pub handle: Option<String>,
    /// Until when it works.
    pub expires: Option<Expiry>,
    /// What tells what a lost answer made, where labels do not. Not secret.
    pub trace: Option<String>,
    /// Things a person should know before going on, such as rights that the new one would not have.
    pub warnings: Vec<String>,
}

/// Somebody who makes new secrets for one credential. No method repeats a request that could have
/// changed something.
pub trait Provider {
    /// Its name in the options and in JSON, such as `gitlab`.
    fn name(&self) -> &str;

    /// What it promises.
    fn class(&self) -> Class;

    /// Looks, without changing anything, whether a new secret could be made: the login that makes it
    /// works, the credential is known there.
    ///
    /// # Errors
    /// Why it could not.
    fn preflight(&self, current: &Credential) -> Result<Facts, Error>;

    /// Class A: a new secret by the provider's rules. Nothing is sent.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    fn choose(&self) -> Result<Option<SecretString>, Error> {
        Ok(None)
    }

    /// Makes the new secret, or sets `chosen` (class A). `operation` names this rotation and goes
    /// into the new one's label where the provider has labels.
    ///
    /// # Errors
    /// [`Failure::Unknown`] unless certainly nothing was changed.
    fn create(
        &self,
        operation: &str,
        current: &Credential,
        chosen: Option<&SecretString>,
    ) -> Result<Issued, Failure>;

    /// Ends a secret by the provider's name for it; one that is already gone is no error.
    ///
    /// # Errors
    /// Why it could not.
    fn revoke(&self, handle: &str) -> Result<(), Error>;

    /// The names of secrets that a rotation made and whose answer was lost, by what `preflight` gave
    /// as [`Facts::trace`], or else by the rotation's name.
    ///
    /// # Errors
    /// Why it cannot be said.
    fn orphans(&self, trace: &str) -> Result<Vec<String>, Error> {
        let _ = trace;
        Ok(Vec::new())
    }
}
