//! A secret that somebody made elsewhere, and gives us on standard input or by a command. The old
//! one is not ours to revoke.

use std::cell::RefCell;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::command::{self, LIMIT};
use super::masking;
use super::plan::Method;
use super::provider::{Class, Facts, Failure, Issued, Provider};
use crate::credential::Credential;
use crate::ledger::Expiry;
use crate::store::{Error, ErrorKind};

/// The method of a secret on standard input, as the ledger and the journal have it.
pub const STDIN: &str = "stdin";

/// The method of a command whose standard output is the secret.
pub const COMMAND: &str = "command";

enum Source<'a> {
    Given(RefCell<Option<SecretString>>),
    Command(Vec<String>, &'a dyn Fn(&str)),
}

/// A new secret from elsewhere.
pub struct Supplied<'a> {
    source: Source<'a>,
    expires: Option<Expiry>,
}

impl<'a> Supplied<'a> {
    /// The secret is here.
    #[must_use]
    pub fn given(secret: SecretString, expires: Option<Expiry>) -> Self {
        Self { source: Source::Given(RefCell::new(Some(secret))), expires }
    }

    /// The standard output of this command is the secret, once it is needed. Where it fails, `tell`
    /// gets what it said beside it, without secrets.
    #[must_use]
    pub fn command(words: Vec<String>, expires: Option<Expiry>, tell: &'a dyn Fn(&str)) -> Self {
        Self { source: Source::Command(words, tell), expires }
    }
}

/// Whether a method's secrets are made elsewhere.
#[must_use]
pub fn is_supplied(method: &Method) -> bool {
    [STDIN, COMMAND].contains(&method.provider.as_str())
}

/// Runs a command whose standard output is a secret. Where it fails, `tell` gets what it said beside
/// it, without that and without the secrets that are known.
///
/// # Errors
/// Where it cannot be run, fails, or gives no secret; the error holds nothing that it said.
pub fn secret_of(
    words: &[String],
    known: &[&SecretString],
    tell: &dyn Fn(&str),
) -> Result<SecretString, Error> {
    let ended = command::run(words, Zeroizing::default(), LIMIT).map_err(command::Failed::error)?;
    let secret = command::bare_secret(&ended.out);
    if ended.status.success() && secret.is_ok() {
        return secret;
    }
    let known: Vec<_> = secret.iter().chain(known.iter().copied()).collect();
    for line in masking::masked(&ended.err, &known) {
        tell(&line);
    }
    let name = command::name(words);
    let failed = format!("{name} gave no secret: {}", ended.status);
    if ended.status.success() { secret } else { Err(Error::new(ErrorKind::Failed, failed)) }
}

impl Provider for Supplied<'_> {
    fn name(&self) -> &str {
        match self.source {
            Source::Given(_) => STDIN,
            Source::Command(..) => COMMAND,
        }
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, _: &Credential) -> Result<Facts, Error> {
        Ok(Facts::default())
    }

    fn create(
        &self,
        _: &str,
        current: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let secret = match &self.source {
            Source::Command(words, tell) => secret_of(words, &[&current.secret], tell),
            Source::Given(secret) => secret
                .take()
                .ok_or_else(|| Error::new(ErrorKind::Failed, "the new secret was used already")),
        };
        let secret = secret.map_err(Failure::Unchanged)?;
        Ok(Issued { username: None, secret, expires: self.expires.clone(), handle: None })
    }

    fn revoke(&self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}
