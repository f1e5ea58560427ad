//! Why a store did not do it: the situation, one line in words, and the line that helps.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::server::ServerKey;
use crate::{files, text};

/// The situation, for a caller that acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Certainly absent.
    NotFound,
    /// The credential may be there; the store must be unlocked to read it.
    Locked,
    /// There is no such store here now: no keychain, no bus, nothing set up.
    Unavailable,
    /// What is kept there cannot be read by us.
    Damaged,
    /// Not allowed or not safe: foreign owners, open modes, too large.
    Refused,
    /// The deadline passed.
    TimedOut,
    /// A file or the platform failed.
    Failed,
}

impl ErrorKind {
    /// A stable name for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Locked => "locked",
            Self::Unavailable => "unavailable",
            Self::Damaged => "damaged",
            Self::Refused => "not-allowed",
            Self::TimedOut => "timed-out",
            Self::Failed => "failed",
        }
    }

    /// The kind of this name; what is not known is a failure.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        use ErrorKind as K;
        [K::NotFound, K::Locked, K::Unavailable, K::Damaged, K::Refused, K::TimedOut]
            .into_iter()
            .find(|kind| kind.word() == word)
            .unwrap_or(K::Failed)
    }

    /// Whether the store as a whole gives no answer, so that the next request would fail as well.
    #[must_use]
    pub fn is_of_the_whole_store(self) -> bool {
        matches!(self, Self::Locked | Self::Unavailable | Self::TimedOut)
    }
}

/// A store's error. Its text never holds a secret: errors of other crates are put into words where
/// they are met, and never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
}

impl Error {
    /// An error in words: one line, lower case, no full stop.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same error with the line that helps, most often a command to run.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The credential is certainly absent. Docker's clients compare this text.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorKind::NotFound, "credentials not found in native keychain")
    }

    /// `what` did not answer within `limit`.
    #[must_use]
    pub fn timed_out(what: &str, limit: Duration) -> Self {
        Self::new(
            ErrorKind::TimedOut,
            format!("{what} did not answer within {} s", limit.as_secs()),
        )
        .with_hint("imgsec-cred status")
    }

    /// `doing` failed with an error of the operating system.
    #[must_use]
    pub fn io(doing: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(ErrorKind::Failed, format!("{doing}: {error}"))
    }

    /// The situation.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The line that helps.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The line that puts a new login in the place of one that cannot be used; where `login` takes no
/// such key, the one that removes it.
#[must_use]
pub fn remedy(server: &ServerKey) -> String {
    match server.host() {
        Some(host) => format!("imgsec-cred login {}", text::shell_word(host)),
        None => format!("imgsec-cred logout {}", text::shell_word(server.as_str())),
    }
}

/// What to do about a file of another user. With `sudo`, the home may be theirs.
fn take_back(path: &str) -> String {
    #[cfg(unix)]
    if let user = rustix::process::geteuid()
        && !user.is_root()
    {
        return format!("look at what is in it, then: sudo chown {} {path}", user.as_raw());
    }
    let _ = path; // Windows keeps other users out of a profile by its access list
    "run it as that user, not with sudo".to_owned()
}

impl From<files::Error> for Error {
    fn from(error: files::Error) -> Self {
        use files::Error as F;
        let message = text::plain(&error.to_string());
        let refused = Self::new(ErrorKind::Refused, message.as_str());
        let word = |path: &Path| text::shell_word(&path.display().to_string());
        match error {
            F::Missing(_) | F::Io(..) => Self::new(ErrorKind::Failed, message),
            F::ForeignOwner(path, _) => refused.with_hint(take_back(&word(&path))),
            F::OpenToOthers(path, _) => refused.with_hint(format!("chmod go-w {}", word(&path))),
            F::Link(path) => {
                let path = word(&path);
                let copy =
                    format!("cp -rpL {path} {path}.new && rm {path} && mv {path}.new {path}");
                refused.with_hint(copy)
            }
            F::Changed(_) => refused.with_hint("run it again"),
            _ => refused,
        }
    }
}
