//! What can be told of a kept credential without showing its secret.

use std::time::SystemTime;

use secrecy::ExposeSecret;

use super::endpoint::Url;
use crate::credential::Credential;
use crate::server::{DOCKER_HUB, ServerKey};
use crate::tokens::{self, Token};

/// What stands for the characters of a secret, however many they are.
pub const MASK: &str = "****…";

/// What stands for a secret of no known type.
const ALL_MASKED: &str = "********";

/// A credential, told without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The registry in its one spelling.
    pub registry: String,
    /// Its type, and until when it works.
    pub token: Token,
    /// The mark by which its maker tells the type, then [`MASK`]; nothing else of the secret, nor
    /// its length.
    pub masked: String,
    /// The user name is a secret itself, and must not be shown.
    pub is_username_secret: bool,
}

/// Looks at a credential as of `now`.
#[must_use]
pub fn of(credential: &Credential, now: SystemTime) -> About {
    let (secret, username) = (credential.secret.expose_secret(), &credential.username);
    let registry = name(&credential.server);
    let masked = tokens::prefix(secret).map(|prefix| format!("{prefix}{MASK}"));
    About {
        token: tokens::look(secret, Some(username), &registry, None, now),
        registry,
        masked: masked.unwrap_or_else(|| ALL_MASKED.to_owned()),
        is_username_secret: tokens::is_secret_username(username, secret),
    }
}

/// The host and the port of a registry; `docker.io` for Docker Hub.
fn name(server: &ServerKey) -> String {
    if server.canonical() == DOCKER_HUB {
        return "docker.io".to_owned();
    }
    let url = Url::parse(server.canonical());
    url.map_or_else(|| server.as_str().to_owned(), |url| url.origin.authority())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_makers_own_mark_is_shown() {
        let masked = |secret: &str| {
            let server = ServerKey::parse("ghcr.io").unwrap();
            let credential = Credential::new(server, "ada".to_owned(), secret.into());
            of(&credential, SystemTime::now()).masked
        };
        let token = ["gh", "p_", &"x".repeat(36)].concat();
        assert_eq!(masked(&token), "ghp_****…");
        for other in ["hunter2", "", "ghp_", "gh", "ghp_a b"] {
            assert_eq!(masked(other), "********", "{other}");
        }
    }
}
