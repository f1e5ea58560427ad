//! What tokens look like: who hands them out, and until when they work.
//!
//! A secret is known by its own shape first, then by a user name that goes with one type only, then
//! by a shape that means something at its registry only. Nothing is asked of anybody.

use std::time::SystemTime;

mod claims;
mod expiry;
mod mask;
mod provider;
mod shape;
mod user;
mod within;

pub use mask::masked;

use claims::Claims;

/// Whether the secret still works, as far as it can be told without asking anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing says until when it works.
    Unknown,
    /// It says itself until when it works, and that is to come.
    Live,
    /// It says itself that it works no longer.
    Expired,
    /// Secrets of its type work until somebody takes them back.
    NoExpiry,
}

impl State {
    /// Its stable name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Live => "live",
            Self::Expired => "expired",
            Self::NoExpiry => "no-expiry",
        }
    }
}

/// What can be told of a secret by its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its type, such as `docker-pat`; `password` for what has no looks.
    pub token_type: &'static str,
    /// Who hands out such tokens.
    pub provider: Option<&'static str>,
    /// Whether it still works, at the time that is given.
    pub state: State,
    /// Until when.
    pub expires_at: Option<SystemTime>,
}

/// A time in any form that programs write beside a token; `None` for what is none.
#[must_use]
pub fn time(text: &str) -> Option<SystemTime> {
    expiry::parse(text)
}

/// A type and who hands out such tokens; `None` where several do.
type Looks = (&'static str, Option<&'static str>);

/// Types that work until somebody takes them back, unless something beside them says otherwise.
const NO_EXPIRY: &[&str] =
    &["gcp-service-account-key", "gitlab-deploy-token", "quay-robot", "yandex-service-account-key"];

/// Types whose JSON Web Tokens work for ever when they do not say until when.
const NO_EXPIRY_WITHOUT_CLAIM: &[&str] = &["jfrog-access-token", "redhat-registry-token"];

/// Looks at a secret, its user name and its registry (in the spelling of
/// [`registry::name`](crate::audit::registry::name)); `expiry` is what is written beside it.
///
/// What the secret itself says of its end counts more than what is beside it. Signatures are not
/// checked. A header's value (`Bearer …`, `Basic …`) is looked at without its scheme.
#[must_use]
pub fn look(
    secret: &str,
    username: Option<&str>,
    registry: &str,
    expiry: Option<&str>,
    now: SystemTime,
) -> Token {
    let secret = secret.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    let pair = claims::pair(secret);
    let (username, secret) = match &pair {
        Some((user, password)) => (Some(user.as_str()), password.as_str()),
        None => (username, claims::without_scheme(secret)),
    };
    let username = username.unwrap_or_default().trim();
    let claims = Claims::of(secret);
    let (token_type, provider) = looks(secret, username, registry, claims.as_ref());
    let own = claims.as_ref().and_then(Claims::expires_at);
    let expires_at = own.or_else(|| expiry::parse(expiry?));
    let never = NO_EXPIRY.contains(&token_type)
        || (claims.is_some() && NO_EXPIRY_WITHOUT_CLAIM.contains(&token_type));
    let state = match expires_at {
        Some(end) if end > now => State::Live,
        Some(_) => State::Expired,
        None if never => State::NoExpiry,
        None => State::Unknown,
    };
    Token { token_type, provider: provider.or_else(|| provider::of(registry)), state, expires_at }
}

/// The mark that the maker of a token puts before it, such as `ghp_`; never all of the secret.
#[must_use]
pub fn prefix(secret: &str) -> Option<&'static str> {
    shape::prefix(secret)
}

/// The type of a token that stands somewhere in a longer text, such as a command line. Only what its
/// shape alone tells is found.
#[must_use]
pub fn within(text: &str) -> Option<&'static str> {
    within::find(text)
}

fn looks(secret: &str, username: &str, registry: &str, claims: Option<&Claims>) -> Looks {
    shape::of(secret)
        .or_else(|| claims.map(|claims| claims.looks(username, registry)))
        .or_else(|| user::of(username, secret, registry))
        .or_else(|| shape::at(secret, username, registry))
        .unwrap_or(("password", None))
}

/// Whether a user name is a secret itself, so that reports must not show it: it is the secret once
/// more, or holds it, or has the shape of a token (DigitalOcean takes its token as user name:
/// digitalocean/doctl `commands/registry.go`). One of several lines, or of hundreds of letters, is
/// none: behind a quote that does not end, a text goes on with the next secret.
#[must_use]
pub fn is_secret_username(username: &str, secret: &str) -> bool {
    /// Shorter secrets are in names by chance.
    const MIN_PART: usize = 6;
    /// The longest user name, in bytes: that of an address for mail.
    const MAX_NAME: usize = 320;
    let (username, secret) = (username.trim(), secret.trim());
    if username.is_empty() {
        return false;
    }
    username == secret
        || username.len() > MAX_NAME
        || username.chars().any(char::is_control)
        || (secret.len() >= MIN_PART && username.contains(secret))
        || shape::of(username).is_some_and(|(token_type, _)| token_type != "aws-access-key")
        || shape::is_hex(username, 40)
        || shape::is_hex(username, 64)
        || Claims::of(username).is_some()
}

#[cfg(test)]
mod tests;
