//! What a credential may do with one image: what the token server granted, and what the registry
//! shows. Where neither says it, that is the answer; nothing is uploaded or deleted to find out.

use base64ct::{Base64UrlUnpadded, Encoding};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::endpoint::Origin;
use super::http::{Client, Login};
use crate::credential::Credential;

/// What is asked about an image at its registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The path at the registry, such as `library/nginx`; of the grammar of image references.
    pub repository: String,
    /// The actions asked about, of `pull`, `push` and `delete`.
    pub actions: Vec<Action>,
}

/// What can be done with an image (distribution `docs/content/spec/auth/scope.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read it.
    Pull,
    /// Write it.
    Push,
    /// Delete it.
    Delete,
}

/// Whether an action is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nobody says.
    Unknown,
}

/// What a credential may do with an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Each action asked about.
    pub rights: Vec<(Action, Right)>,
    /// Only the credential may pull it: nobody else was let in.
    pub is_only_for_us: bool,
}

impl Action {
    /// The word of the specification.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
        }
    }

    /// The action of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pull, Self::Push, Self::Delete].into_iter().find(|action| action.word() == word)
    }
}

impl Right {
    /// The word in JSON and in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

impl Wanted {
    pub(super) fn scope(&self) -> String {
        let actions: Vec<_> = self.actions.iter().map(|action| action.word()).collect();
        format!("repository:{}:{}", self.repository, actions.join(","))
    }

    /// What only those see who may pull it (OCI distribution specification, end-8b).
    pub(super) fn path(&self) -> String {
        format!("/v2/{}/tags/list?n=1", self.repository)
    }
}

impl Access {
    /// The role that these rights come to: `admin`, `writer`, `reader`, `none`, or `unknown`.
    #[must_use]
    pub fn role(&self) -> &'static str {
        let right =
            |action| self.rights.iter().find(|(a, _)| *a == action).map(|(_, right)| *right);
        if right(Action::Delete) == Some(Right::Yes) {
            return "admin";
        }
        if right(Action::Push) == Some(Right::Yes) {
            return "writer";
        }
        match right(Action::Pull) {
            Some(Right::Yes) if right(Action::Push) != Some(Right::Unknown) => "reader",
            Some(Right::No) if self.rights.iter().all(|(_, right)| *right == Right::No) => "none",
            _ => "unknown",
        }
    }

    /// The worst of the answers.
    #[must_use]
    pub fn worst(&self) -> Right {
        let has = |right| self.rights.iter().any(|(_, r)| *r == right);
        if has(Right::No) {
            Right::No
        } else if has(Right::Unknown) {
            Right::Unknown
        } else {
            Right::Yes
        }
    }
}

/// A token says itself what it is good for, where it is a JWT of the specification (`jwt.md`). One
/// that cannot be read is tried, for reading only.
pub(super) fn of_token(
    client: &Client,
    origin: &Origin,
    image: &Wanted,
    ours: &SecretString,
    anybodys: Option<&SecretString>,
) -> Access {
    let pulls = sees(client, origin, image, Login::Bearer(ours));
    let others =
        anybodys.map_or(Right::No, |token| sees(client, origin, image, Login::Bearer(token)));
    let granted = granted(ours, &image.repository);
    let right = |action: Action| match (&granted, action) {
        (Some(granted), _) => {
            let is_granted = granted.iter().any(|a| a == action.word() || a == "*");
            if is_granted { Right::Yes } else { Right::No }
        }
        (None, Action::Pull) => pulls,
        (None, _) => Right::Unknown,
    };
    Access {
        rights: image.actions.iter().map(|&action| (action, right(action))).collect(),
        is_only_for_us: pulls == Right::Yes && others == Right::No,
    }
}

/// A registry with passwords does not say what they are good for; only reading can be tried.
pub(super) fn of_password(
    client: &Client,
    origin: &Origin,
    image: &Wanted,
    credential: &Credential,
) -> Access {
    let login = Login::Basic(&credential.username, &credential.secret);
    let pulls = sees(client, origin, image, login);
    let right = |action| if action == Action::Pull { pulls } else { Right::Unknown };
    Access {
        rights: image.actions.iter().map(|&action| (action, right(action))).collect(),
        is_only_for_us: false,
    }
}

fn sees(client: &Client, origin: &Origin, image: &Wanted, login: Login<'_>) -> Right {
    match client.get(&origin.at(&image.path()), login) {
        Ok(answer) => match answer.status {
            200 => Right::Yes,
            401 | 403 => Right::No,
            // It may be missing, or hidden from us.
            _ => Right::Unknown,
        },
        Err(_) => Right::Unknown,
    }
}

#[derive(Deserialize)]
struct Claims {
    access: Option<Vec<Grant>>,
}

#[derive(Deserialize)]
struct Grant {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    actions: Option<Vec<String>>,
}

/// The actions that a token grants on a repository; `None` where it is not of the specification's
/// form. Its signature is for the registry to check.
fn granted(token: &SecretString, repository: &str) -> Option<Vec<String>> {
    let claims = token.expose_secret().split('.').nth(1)?;
    let claims: Claims =
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(claims).ok()?).ok()?;
    let grants = claims.access?;
    let ours = grants.into_iter().filter(|g| g.kind == "repository" && g.name == repository);
    Some(ours.flat_map(|grant| grant.actions.unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> SecretString {
        format!("e30.{}.x", Base64UrlUnpadded::encode_string(claims.as_bytes())).into()
    }

    #[test]
    fn a_token_says_what_it_is_good_for() {
        let claims = r#"{"access":[{"type":"repository","name":"a/b","actions":["pull","push"]},
            {"type":"repository","name":"a/c","actions":["*"]},{"type":"registry","name":"a/b","actions":["delete"]}]}"#;
        assert_eq!(granted(&token(claims), "a/b").unwrap(), ["pull", "push"]);
        assert_eq!(granted(&token(r#"{"access":[]}"#), "a/b").unwrap(), [""; 0]);
        assert_eq!(granted(&token(r#"{"sub":"x"}"#), "a/b"), None);
        assert_eq!(granted(&"opaque".into(), "a/b"), None);
    }

    #[test]
    fn rights_come_to_a_role() {
        use Action::{Delete, Pull, Push};
        use Right::{No, Unknown, Yes};
        let role = |rights: &[(Action, Right)]| {
            Access { rights: rights.to_vec(), is_only_for_us: false }.role()
        };
        assert_eq!(role(&[(Pull, Yes), (Push, No), (Delete, No)]), "reader");
        assert_eq!(role(&[(Pull, Yes), (Push, Yes), (Delete, Unknown)]), "writer");
        assert_eq!(role(&[(Pull, Yes), (Push, Yes), (Delete, Yes)]), "admin");
        assert_eq!(role(&[(Pull, Yes), (Push, Unknown)]), "unknown");
        assert_eq!(role(&[(Pull, No), (Push, No)]), "none");
    }
}
