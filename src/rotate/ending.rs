//! How a rotation ended: one stable word for programs, a line for people, and what is known beside.

use super::hooks::Ran;
use super::journal::Running;
use super::provider::Class;
use crate::ledger::Expiry;
use crate::registry::verdict::Finding;
use crate::store::Error;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The new secret is in use.
    Rotated,
    /// The secret that was given is the one in use.
    Unchanged,
    /// What an interrupted rotation left was cleared away; the old secret is in use.
    RolledBack,
    /// The previous secret is in use again.
    Undone,
    /// The previous secret is gone from the store and, where that can be done, revoked.
    Retired,
    /// Nothing was done; it was only looked at.
    Planned,
    /// There was nothing to do.
    Nothing,
    /// Another program stored another secret meanwhile; that one stays.
    Superseded,
    /// The registry refused a secret; the old one is in use.
    Rejected,
    /// The registry did not say; nothing was changed.
    NoVerdict,
    /// Not done, since it is not allowed or not safe.
    Refused,
    /// The new secret is kept and not yet in use: the registry did not say, or a step failed.
    Staged,
    /// The new secret is in use; a hook failed, so the old one is not retired.
    HookFailed,
    /// No secret that is kept is accepted any more.
    LockedOut,
    /// The provider may have acted, and nobody can say.
    Unknown,
    /// Another process rotates the same credential.
    Busy,
    /// No credential is kept for the registry.
    Absent,
    /// The store gives no answer.
    StoreLocked,
    /// A step failed; the old secret is in use.
    Failed,
    /// It was not its turn yet when the store gave no answer or somebody wished to stop.
    NotReached,
}

impl State {
    /// The word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::Unchanged => "unchanged",
            Self::RolledBack => "rolled-back",
            Self::Undone => "undone",
            Self::Retired => "retired",
            Self::Planned => "planned",
            Self::Nothing => "nothing",
            Self::Superseded => "superseded",
            Self::Rejected => "rejected",
            Self::NoVerdict => "no-verdict",
            Self::Refused => "refused",
            Self::Staged => "staged",
            Self::HookFailed => "hook-failed",
            Self::LockedOut => "locked-out",
            Self::Unknown => "unknown",
            Self::Busy => "busy",
            Self::Absent => "absent",
            Self::StoreLocked => "store-locked",
            Self::Failed => "failed",
            Self::NotReached => "not-reached",
        }
    }

    /// Whether what was asked for is done.
    #[must_use]
    pub fn is_ok(self) -> bool {
        matches!(
            self,
            Self::Rotated
                | Self::Unchanged
                | Self::RolledBack
                | Self::Undone
                | Self::Retired
                | Self::Planned
                | Self::Nothing
        )
    }
}

/// What became of the old secret at the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Old {
    /// It still works there, and we cannot end it.
    Valid,
    /// It was ended.
    Revoked,
    /// It will be ended by a run after this time.
    RevokedAfter(String),
    /// The new one took its place.
    Replaced,
}

/// What is known of a rotation beside its end.
#[derive(Debug, Default)]
pub struct About {
    /// The user name.
    pub username: String,
    /// The name of the rotation.
    pub operation: Option<String>,
    /// Who made the new secret.
    pub provider: String,
    /// What the provider promises.
    pub class: Option<Class>,
    /// The last answer of the registry.
    pub finding: Option<Finding>,
    /// Until when the new secret works.
    pub expires: Option<Expiry>,
    /// Until when the previous secret stays in the store.
    pub previous_until: Option<String>,
    /// What became of the old secret.
    pub old: Option<Old>,
    /// The hooks that ran.
    pub hooks: Vec<Ran>,
    /// A new secret is kept that is not in use.
    pub is_staged: bool,
    /// What a person should know.
    pub warnings: Vec<String>,
}

impl About {
    pub(super) fn take(&mut self, running: &Running) {
        self.username.clone_from(&running.username);
        self.operation = Some(running.operation.clone());
        self.provider.clone_from(&running.plan.method.provider);
        self.class = Some(running.class);
        self.expires.clone_from(&running.expires);
    }
}

/// How it ended, in a word and in a line.
#[derive(Debug)]
pub struct Stop {
    /// The word.
    pub state: State,
    /// The line, lower case.
    pub words: String,
    /// The line that helps.
    pub hint: Option<String>,
}

impl Stop {
    pub(super) fn new(state: State, words: impl Into<String>) -> Self {
        Self { state, words: words.into(), hint: None }
    }

    pub(super) fn refused(why: &Error) -> Self {
        let hint = why.hint().map(str::to_owned);
        Self { state: State::Refused, words: why.to_string(), hint }
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let state =
            if error.kind().is_of_the_whole_store() { State::StoreLocked } else { State::Failed };
        Self { state, words: error.to_string(), hint: error.hint().map(str::to_owned) }
    }
}

/// The whole of it.
#[derive(Debug)]
pub struct Ending {
    /// How it ended.
    pub stop: Stop,
    /// What is known beside.
    pub about: About,
}
