//! One credential while it is rotated: no other process does, and what is kept beside it is at hand.

use super::ending::{About, Ending, State, Stop};
use super::journal::{self, Claim, Journal, Step};
use super::plan::Method;
use super::steps::Context;
use crate::credential::Credential;
use crate::registry::verdict::Finding;
use crate::server::{Reserved, ServerKey};
use crate::store::{self, Error, ErrorKind};
use crate::text::shell_word;

/// The user name of what is kept to see whether the store can keep anything; no registry knows it.
pub(super) const CANARY: &str = "imgsec-internal://canary";

/// One rotation.
pub(super) struct Run<'r, 'c> {
    pub(super) cx: &'r Context<'c>,
    pub(super) server: &'r ServerKey,
    pub(super) claim: Claim,
    pub(super) about: About,
    /// What is in use is taken back next: hooks are told of the old secret only.
    pub(super) is_undone_next: bool,
}

/// Does `work` while no other process rotates this credential.
pub(super) fn alone(
    cx: &Context,
    server: &ServerKey,
    work: impl FnOnce(&mut Run) -> Result<Stop, Stop>,
) -> Ending {
    let claim = match Claim::take(cx.state, server, cx.wait_lock) {
        Ok(Some(claim)) => claim,
        Ok(None) => {
            let stop = Stop::new(State::Busy, "another process rotates this credential");
            return Ending {
                stop: stop.with_hint("--wait-lock 30s waits"),
                about: About::default(),
            };
        }
        Err(why) => return Ending { stop: why.into(), about: About::default() },
    };
    let mut run = Run { cx, server, claim, about: About::default(), is_undone_next: false };
    let mut stop = work(&mut run).unwrap_or_else(|stop| stop);
    if let Some(running) = &run.claim.journal().running
        && running.step < Step::Promoted
    {
        run.about.is_staged = running.step > Step::Intended || stop.state == State::Staged;
        if matches!(stop.state, State::Failed | State::StoreLocked) && stop.hint.is_none() {
            stop = stop.with_hint(format!("imgsec-cred rotate {server} --resume"));
        }
    }
    Ending { stop, about: run.about }
}

impl Run<'_, '_> {
    pub(super) fn method(&self) -> Method {
        let running = self.claim.journal().running.as_ref();
        running.map(|running| running.plan.method.clone()).unwrap_or_default()
    }

    /// The secret in use; nothing where none is kept.
    pub(super) fn current(&self) -> Result<Option<Credential>, Error> {
        found(self.cx.store.get(self.server))
    }

    /// What is kept beside it, as a credential of the registry.
    pub(super) fn beside(&self, what: Reserved) -> Result<Option<Credential>, Error> {
        let kept = found(self.cx.store.get(&self.server.reserved(what)))?;
        Ok(kept.map(|kept| Credential { server: self.server.clone(), ..kept }))
    }

    /// Keeps a credential beside the one in use, reads it back and compares.
    pub(super) fn keep(&self, what: Reserved, credential: &Credential) -> Result<(), Error> {
        let key = self.server.reserved(what);
        let (username, secret) = (credential.username.clone(), credential.secret.clone());
        store::copy(self.cx.store, &Credential::new(key, username, secret))
    }

    pub(super) fn drop_beside(&self, what: Reserved) -> Result<(), Error> {
        self.cx.store.remove(&self.server.reserved(what))
    }

    /// Asks the registry.
    pub(super) fn check(&mut self, credential: &Credential) -> Finding {
        let finding = (self.cx.verify)(credential);
        self.about.finding = Some(finding.clone());
        finding
    }

    pub(super) fn absent(&self) -> Stop {
        let words = format!("no credential is kept for {}", self.server);
        Stop::new(State::Absent, words)
            .with_hint(format!("imgsec-cred login {}", shell_word(self.server.as_str())))
    }

    /// Whether the store can keep a new secret: one that means nothing is kept, read and removed.
    pub(super) fn try_store(&self) -> Result<(), Error> {
        let canary = journal::new_operation()?.into();
        let canary = Credential::new(self.server.clone(), CANARY.to_owned(), canary);
        self.keep(Reserved::Pending, &canary)?;
        self.drop_beside(Reserved::Pending)
    }

    /// Nothing was changed at the provider: clears up, as well as that goes.
    pub(super) fn abandon(&mut self, why: Error) -> Stop {
        let cleared = self
            .drop_beside(Reserved::Pending)
            .and_then(|()| self.claim.change(Journal::end_running));
        if let Err(why) = cleared {
            self.about.warnings.push(why.to_string());
        }
        why.into()
    }
}

fn found(answer: Result<Credential, Error>) -> Result<Option<Credential>, Error> {
    match answer {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}
