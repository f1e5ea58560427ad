//! The hook for Kubernetes: carries a new secret into a Secret of a cluster by `kubectl apply
//! --server-side`, which keeps no copy of it in an annotation. On standard input only.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::command::{self, Ended, Failed, LIMIT};
use super::masking;
use crate::credential::Credential;
use crate::export::kubernetes::{self, Format, Manifest};
use crate::export::{Auths, key_of};
use crate::store::{Error, ErrorKind};

/// The program, which is looked for on the `PATH`.
pub const PROGRAM: &str = "kubectl";

/// A Secret of a cluster that holds one credential and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The context in kubectl's settings. It is always named: the current one may change.
    pub context: String,
    /// The namespace.
    pub namespace: String,
    /// The name of the Secret.
    pub name: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.context, self.namespace, self.name)
    }
}

impl Place {
    /// Reads `CONTEXT/NAMESPACE/NAME`; the context may hold a `/` of its own.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, '/').map(str::to_owned);
        let (name, namespace, context) = (parts.next()?, parts.next()?, parts.next()?);
        let is_good = kubernetes::is_name(&name)
            && kubernetes::is_namespace(&namespace)
            && !context.is_empty()
            && !context.contains(char::is_control);
        is_good.then_some(Self { context, namespace, name })
    }

    /// Whether the cluster would take the Secret, before anything is changed. It is sent without any
    /// credential, and only tried (`--dry-run=server`).
    ///
    /// # Errors
    /// Where it would not, or where this credential is none for a cluster.
    pub fn try_out(&self, credential: &Credential, tell: &dyn Fn(&str)) -> Result<(), Error> {
        let refused = |why: String| {
            Error::new(ErrorKind::Refused, format!("{self}: {why}; nothing was changed"))
        };
        held(credential).map_err(&refused)?;
        let ended = self.send(&Auths::default(), &["--dry-run=server"]).map_err(&refused)?;
        if ended.status.success() {
            return Ok(());
        }
        said(&ended, &[], tell);
        let hint = "what kubectl says is above; the Secret must be for this registry alone; --skip-hooks does without";
        Err(refused(format!("{PROGRAM} would not do it: {}", ended.status)).with_hint(hint))
    }

    /// Puts a credential there.
    ///
    /// # Errors
    /// Why it is not there for certain. No secret is in it.
    pub fn put(&self, credential: &Credential, tell: &dyn Fn(&str)) -> Result<(), String> {
        let auths = held(credential)?;
        let ended = self.send(&auths, &[])?;
        if ended.status.success() {
            return Ok(());
        }
        let secret = credential.secret.expose_secret();
        let login = Zeroizing::new(format!("{}:{secret}", credential.username));
        let whole = SecretString::from(auths.pull_secret().as_str());
        said(&ended, &[&credential.secret, &SecretString::from(login.as_str()), &whole], tell);
        Err(ended.status.to_string())
    }

    fn send(&self, auths: &Auths, more: &[&str]) -> Result<Ended, String> {
        let (name, namespace) = (self.name.clone(), Some(self.namespace.clone()));
        let manifest = Manifest { name, namespace, ..Manifest::default() };
        let text = kubernetes::secret(&manifest, auths, Format::Json)
            .ok_or("that is more than a Secret may hold (1 MiB)")?;
        let context = format!("--context={}", self.context);
        let words = [PROGRAM, &context, "apply", "--server-side", "--filename=-"];
        let words: Vec<_> = words.iter().chain(more).map(|&word| word.to_owned()).collect();
        let stdin = Zeroizing::new(text.as_bytes().to_vec());
        command::run(&words, stdin, LIMIT).map_err(|e: Failed| e.error().to_string())
    }
}

/// What kubectl said, without the secrets in any of their forms.
fn said(ended: &Ended, secrets: &[&SecretString], tell: &dyn Fn(&str)) {
    for said in [&ended.out, &ended.err] {
        masking::masked(said, secrets).iter().for_each(|line| tell(line));
    }
}

fn held(credential: &Credential) -> Result<Auths, String> {
    let mut auths = Auths::default();
    let (server, username) = (credential.server.clone(), credential.username.clone());
    let copy = Credential::new(server, username, credential.secret.clone());
    auths.add(key_of(&credential.server), copy).map_err(|why| why.to_string())?;
    Ok(auths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_context_a_namespace_and_a_name() {
        let place = Place::parse("arn:aws:eks:eu-1:1:cluster/x/prod/regcred").unwrap();
        assert_eq!(place.context, "arn:aws:eks:eu-1:1:cluster/x");
        assert_eq!((place.namespace.as_str(), place.name.as_str()), ("prod", "regcred"));
        assert_eq!(Place::parse(&place.to_string()), Some(place));
        for text in ["", "a", "prod/regcred", "/prod/regcred", "c/a.b/r", "c/prod/A", "c\n/prod/r"]
        {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
