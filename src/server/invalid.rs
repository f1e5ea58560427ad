//! Why a text is no server key. No word of the text is in the error: it may be a password.

use std::fmt;

/// Why a text is no server key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKey {
    /// Nothing but white space.
    Empty,
    /// A control character inside: a second line could name another server.
    Control,
    /// More than [`MAX_KEY_BYTES`](super::MAX_KEY_BYTES).
    TooLong,
    /// A user name or a password before the host: keys are kept and shown in the clear.
    UserInfo,
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            // Docker's clients compare this text.
            Self::Empty => "no credentials server URL",
            Self::Control => "invalid server URL: it holds a control character",
            Self::TooLong => "server URL too long",
            Self::UserInfo => {
                "the server URL holds a user name or password: leave out all before the @"
            }
        })
    }
}

impl std::error::Error for InvalidKey {}
