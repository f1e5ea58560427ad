//! A credential: a user name and a secret for one server; and a login, which is one of no server.

use std::fmt;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};

use crate::server::ServerKey;

/// The largest secret that is kept, in bytes.
pub const MAX_SECRET_BYTES: usize = 1024 * 1024;

/// What is written in the place of a user name that is a secret.
pub const HIDDEN_USERNAME: &str = "(hidden)";

/// Shorter secrets are in names by chance.
const MIN_PART: usize = 6;

/// A user name and a secret, and the server they are for. The secret is not shown by `Debug`.
#[derive(Debug)]
pub struct Credential {
    /// The server, spelled as it was stored.
    pub server: ServerKey,
    /// The user name; `<token>` marks the secret as an identity token (docker/cli `native_store.go`).
    pub username: String,
    /// A password, an access token or an identity token; at most [`MAX_SECRET_BYTES`].
    pub secret: SecretString,
    /// When this secret was first stored.
    pub created_at: SystemTime,
    /// When `rotate` put this secret in the place of an older one.
    pub rotated_at: Option<SystemTime>,
}

impl Credential {
    /// A credential that is new now.
    #[must_use]
    pub fn new(server: ServerKey, username: String, secret: SecretString) -> Self {
        Self { server, username, secret, created_at: SystemTime::now(), rotated_at: None }
    }

    /// A copy of it.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            server: self.server.clone(),
            username: self.username.clone(),
            secret: self.secret.clone(),
            ..*self
        }
    }

    /// The user name as it may be written in the clear: [`HIDDEN_USERNAME`] where it is the secret once
    /// more, or holds it (DigitalOcean takes its token as user name: digitalocean/doctl
    /// `commands/registry.go`).
    #[must_use]
    pub fn open_username(&self) -> &str {
        open_username(&self.username, self.secret.expose_secret())
    }

    /// Whether both hold the same user name and secret; takes the same time wherever they differ.
    #[must_use]
    pub fn same_login(&self, other: &Self) -> bool {
        self.username == other.username && self.has_secret(&other.secret)
    }

    /// Whether this is its secret; takes the same time wherever they differ.
    #[must_use]
    pub fn has_secret(&self, secret: &SecretString) -> bool {
        let (a, b) = (self.secret.expose_secret(), secret.expose_secret());
        same_bytes(a.as_bytes(), b.as_bytes())
    }
}

/// Who logs in somewhere, and the secret where it is known. Neither `Debug` nor [`Login::user`] shows
/// the secret.
#[derive(Clone)]
pub struct Login {
    username: String,
    secret: Option<SecretString>,
}

impl Login {
    /// A user name and the secret that goes with it.
    #[must_use]
    pub fn new(username: &str, secret: &str) -> Self {
        Self { username: username.to_owned(), secret: Some(SecretString::from(secret)) }
    }

    /// A login of which only the user name is known.
    #[must_use]
    pub fn of_user(username: String) -> Self {
        Self { username, secret: None }
    }

    /// The user name as it may be written in the clear, as [`Credential::open_username`] has it.
    #[must_use]
    pub fn user(&self) -> &str {
        let secret = self.secret.as_ref().map_or("", |secret| secret.expose_secret());
        open_username(&self.username, secret)
    }

    /// Whether both are the same user with the same secret; where a secret is not known, the user
    /// decides.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.username == other.username
            && match (&self.secret, &other.secret) {
                (Some(a), Some(b)) => {
                    same_bytes(a.expose_secret().as_bytes(), b.expose_secret().as_bytes())
                }
                _ => true,
            }
    }
}

impl From<&Credential> for Login {
    fn from(credential: &Credential) -> Self {
        Self { username: credential.username.clone(), secret: Some(credential.secret.clone()) }
    }
}

impl PartialEq for Login {
    fn eq(&self, other: &Self) -> bool {
        self.secret.is_some() == other.secret.is_some() && self.is_same(other)
    }
}

impl Eq for Login {}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({:?})", self.user())
    }
}

fn open_username<'a>(username: &'a str, secret: &str) -> &'a str {
    let (name, secret) = (username.trim(), secret.trim());
    let holds_it = secret.len() >= MIN_PART && name.contains(secret);
    let is_it = !name.is_empty() && name == secret;
    if is_it || holds_it { HIDDEN_USERNAME } else { username }
}

/// Compares without stopping at the first difference; only the lengths show in the time taken.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && std::hint::black_box(a.iter().zip(b).fold(0, |diff, (x, y)| diff | (x ^ y))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(secret: &str) -> Credential {
        Credential::new(ServerKey::parse("ghcr.io").unwrap(), "ada".to_owned(), secret.into())
    }

    #[test]
    fn a_login_is_the_same_only_with_the_same_secret() {
        assert!(credential("hunter2").same_login(&credential("hunter2")));
        assert!(!credential("hunter2").same_login(&credential("hunter3")));
        assert!(!credential("hunter2").same_login(&credential("hunter22")));
    }

    #[test]
    fn a_user_name_that_is_the_secret_is_not_written_in_the_clear() {
        let open = |username: &str, secret: &str| {
            let server = ServerKey::parse("h").unwrap();
            Credential::new(server, username.to_owned(), secret.into()).open_username().to_owned()
        };
        assert_eq!(open("hunter2", "hunter2"), HIDDEN_USERNAME);
        assert_eq!(open("me:hunter2", "hunter2\n"), HIDDEN_USERNAME);
        assert_eq!((open("ada", "hunter2"), open("ada", "a")), ("ada".into(), "ada".into()));
        assert_eq!(open("", ""), "");
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        assert!(!format!("{:?}", credential("hunter2")).contains("hunter2"));
    }
}
