//! Taking a rotation back: the previous secret is checked, and then the two change places by the
//! same steps as in any rotation.

use secrecy::SecretString;

use super::ending::{Ending, State, Stop};
use super::journal::Retired;
use super::plan::{Need, Remembered};
use super::provider::{Class, Facts, Failure, Issued, Provider};
use super::recover::{self, Settled};
use super::run::alone;
use super::steps::{Context, begin};
use crate::credential::Credential;
use crate::registry::verdict::Verdict;
use crate::server::{Reserved, ServerKey};
use crate::store::Error;

/// The previous secret, as if somebody had made it anew.
struct Previous {
    credential: Credential,
    /// The provider's name for it.
    handle: Option<String>,
}

impl Provider for Previous {
    fn name(&self) -> &str {
        "previous"
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, _: &Credential) -> Result<Facts, Error> {
        Ok(Facts::default())
    }

    fn create(&self, _: &str, _: &Credential, _: Option<&SecretString>) -> Result<Issued, Failure> {
        Ok(Issued {
            username: Some(self.credential.username.clone()),
            secret: self.credential.secret.clone(),
            expires: None,
            handle: self.handle.clone(),
        })
    }

    fn revoke(&self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}

/// Puts the previous secret in use again, once the registry has accepted it; the other one is then
/// the previous one. Hooks that were not yet told of that one, or failed, stop nothing: they are told
/// of the secret that is in use then.
#[must_use]
pub fn undo(cx: &Context, server: &ServerKey, need: Option<Need>) -> Ending {
    alone(cx, server, |run| {
        run.is_undone_next = true;
        if let Some(Settled::Promoted(stop)) = recover::settle(run, need)?
            && stop.state == State::Undone
        {
            // It was an undo that was not through.
            return Ok(stop);
        }
        let Some(previous) = run.beside(Reserved::Previous)? else {
            let words =
                format!("no previous secret is kept for {server}, so there is nothing to undo");
            return Err(Stop::new(State::Refused, words));
        };
        let current = run.current()?.ok_or_else(|| run.absent())?;
        run.about.username = current.open_username().to_owned();
        let known = cx.ledger.of(server).unwrap_or_default();
        let unfinished = run.claim.journal().running.as_ref().map(|running| running.plan.clone());
        let remembered = || Remembered::read(known.rotation.as_ref()).unwrap_or_default().plan;
        let mut plan = unfinished.unwrap_or_else(remembered);
        plan.verify = need.unwrap_or(plan.verify);
        if plan.verify != Need::Skip && run.check(&previous).verdict == Verdict::Rejected {
            let words = format!(
                "{server} does not accept the previous secret any more; nothing was changed"
            );
            return Err(Stop::new(State::Rejected, words));
        }
        let retiring = run.claim.journal().retiring.iter().find(|retiring| retiring.is_previous);
        let handle = retiring.and_then(|retiring| match &retiring.what {
            Retired::Handle(handle) => Some(handle.clone()),
            Retired::Orphans(_) => None,
        });
        begin(run, &plan, &Previous { credential: previous, handle }, true)
    })
}
