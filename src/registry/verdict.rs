//! What a registry said of a credential: five verdicts, and why.

use std::fmt;

/// How sure an acceptance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Accepted with the secret, refused without it.
    Strong,
    /// Accepted with the secret; without it as well, as on registries that are open to read.
    Weak,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The registry accepted the credential.
    Verified(Level),
    /// The registry did not say: it asks for no login, or in a way we do not know.
    Inconclusive,
    /// The registry or its token server refused the credential.
    Rejected,
    /// No answer that says anything about the credential: the network, TLS, 429, 5xx.
    Unreachable,
    /// We did not send the secret: the place it would go to is not one we may trust.
    Refused,
}

impl Verdict {
    /// The word in JSON and in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified(_) => "verified",
            Self::Inconclusive => "inconclusive",
            Self::Rejected => "rejected",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
        }
    }

    /// Whether the credential works.
    #[must_use]
    pub fn is_verified(self) -> bool {
        matches!(self, Self::Verified(_))
    }
}

impl Level {
    /// The word in JSON and in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Weak => "weak",
        }
    }
}

/// A verdict and why: nothing in it is secret, and nothing is a server's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, as one stable word for programs, such as `realm_untrusted`.
    pub reason: &'static str,
    /// Why, in one line for people, lower case.
    pub words: String,
    /// The line that helps, where there is one.
    pub hint: Option<String>,
}

impl Finding {
    /// A verdict with its reason.
    #[must_use]
    pub fn new(verdict: Verdict, reason: &'static str, words: impl Into<String>) -> Self {
        Self { verdict, reason, words: words.into(), hint: None }
    }

    /// The same with the line that helps.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.verdict.word(), self.words)
    }
}
