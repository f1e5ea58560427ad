//! What a provider must be told, typed, without any secret: as options of a command give it, and as
//! the ledger keeps it for `rotate --all`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entry;
use crate::store::{Error, ErrorKind};

/// How a credential is rotated: what the ledger keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Which provider, and what it must be told.
    #[serde(flatten)]
    pub options: Options,
    /// Where its API is (`https://HOST[:PORT]`), where that is not to be derived from the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The provider's name for the secret in use: as the person gave it (`token-id`), as the last
    /// preflight found it (`Facts::handle`; to be written before anything is made, or Azure's two
    /// passwords cannot be told apart after a lost answer), or as the last rotation left it
    /// (`Issued::handle`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

/// What each provider must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "kebab-case")]
pub enum Options {
    /// GitLab.
    Gitlab(Gitlab),
    /// Harbor.
    Harbor(Harbor),
    /// Docker Hub's personal access tokens.
    DockerHub(DockerHub),
    /// Quay's robots.
    Quay(Quay),
    /// Gitea and Forgejo.
    Gitea(Gitea),
    /// Azure's tokens for one registry.
    Acr(Acr),
}

/// Which of GitLab's tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A personal access token.
    #[default]
    Personal,
    /// A project's access token.
    Project,
    /// A group's access token.
    Group,
    /// A deploy token of a project or a group.
    Deploy,
}

/// Whose robot it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// An organization's.
    #[default]
    Organization,
    /// That of the user whose OAuth token the stronger login is.
    User,
}

/// For GitLab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Gitlab {
    /// Which token.
    pub kind: Kind,
    /// The number of its project, or the path.
    pub project: Option<String>,
    /// The number of its group, or the path.
    pub group: Option<String>,
    /// How long the new one lives; else as long as the old one did, or 90 days.
    pub expires_in_days: Option<u32>,
    /// The names of two tokens that take turns: the one in use and the other.
    pub pair: Vec<String>,
}

/// For Harbor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Harbor {
    /// The name of the robot's project, where the robot's name does not say it.
    pub project: Option<String>,
}

/// For Docker Hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct DockerHub {
    /// The scopes of the new token; else those of the old one.
    pub scopes: Vec<String>,
    /// How long the new one lives; else it does not end.
    pub expires_in_days: Option<u32>,
}

/// For Quay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Quay {
    /// Whose robot it is.
    pub owner: Owner,
}

/// For Gitea and Forgejo.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Gitea {
    /// The scopes of the new token; else those of the old one.
    pub scopes: Vec<String>,
}

/// For Azure's registries. The token's name is the user name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Acr {
    /// The id of the subscription.
    pub subscription: String,
    /// The name of the resource group.
    pub resource_group: String,
    /// The name of the registry; else the first part of its host.
    pub registry: Option<String>,
    /// How long the new password lives; else it does not end.
    pub expires_in_days: Option<u32>,
}

impl Options {
    /// The provider's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gitlab(_) => "gitlab",
            Self::Harbor(_) => "harbor",
            Self::DockerHub(_) => "docker-hub",
            Self::Quay(_) => "quay",
            Self::Gitea(_) => "gitea",
            Self::Acr(_) => "acr",
        }
    }
}

impl Recipe {
    /// The recipe that a person's options give: the provider's name, pairs of a key and a value
    /// (lists with commas between), and the address of its API.
    ///
    /// # Errors
    /// An unknown provider, key or value.
    pub fn new(name: &str, pairs: &[(&str, &str)], api: Option<&str>) -> Result<Self, Error> {
        let refused = |what: String| Error::new(ErrorKind::Refused, what);
        let entry = entry(name).ok_or_else(|| {
            let names: Vec<_> = super::TABLE.iter().map(|entry| entry.name).collect();
            refused("there is no such provider".to_owned())
                .with_hint(format!("there are {}", names.join(", ")))
        })?;
        let mut map = Map::from_iter([("provider".to_owned(), Value::from(entry.name))]);
        let mut handle = None;
        for &(key, value) in pairs {
            if key == "token-id" {
                handle = Some(value.to_owned());
                continue;
            }
            if !entry.keys.contains(&key) {
                return Err(refused(format!("{} has no such setting", entry.name))
                    .with_hint(format!("it has token-id, {}", entry.keys.join(", "))));
            }
            let value = typed(key, value)
                .ok_or_else(|| refused(format!("{key} is a number of days from 1 on")))?;
            map.insert(key.to_owned(), value);
        }
        let options: Options = serde_json::from_value(Value::Object(map)).map_err(|_| {
            refused(format!("a setting of {} has a value that it cannot have", entry.name))
                .with_hint(
                    "kind is personal, project, group or deploy; owner is organization or user",
                )
        })?;
        Ok(Self { options, api: api.map(str::to_owned), handle })
    }
}

fn typed(key: &str, value: &str) -> Option<Value> {
    match key {
        "scopes" | "pair" => {
            Some(value.split(',').map(str::trim).filter(|s| !s.is_empty()).collect())
        }
        "expires-in-days" => {
            value.parse::<u32>().ok().filter(|days| (1..=36_500).contains(days)).map(Value::from)
        }
        _ => Some(Value::from(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_the_same_after_the_ledger() {
        let given: &[(&str, &[(&str, &str)])] = &[
            ("gitlab", &[("kind", "project"), ("project", "7"), ("expires-in-days", "30")]),
            ("gitlab", &[("pair", "ci-a, ci-b")]),
            ("harbor", &[]),
            ("docker-hub", &[("scopes", "repo:read, repo:write"), ("token-id", "u-1")]),
            ("quay", &[("owner", "user")]),
            ("forgejo", &[("scopes", "write:package")]),
            ("acr", &[("subscription", "s"), ("resource-group", "g")]),
        ];
        for (name, pairs) in given {
            let recipe = Recipe::new(name, pairs, Some("https://h")).unwrap();
            let text = serde_json::to_string(&recipe).unwrap();
            assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), recipe, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (name, pairs) in [
            ("nexus", &[][..]),
            ("quay", &[("project", "x")]),
            ("quay", &[("owner", "nobody")]),
            ("gitlab", &[("expires-in-days", "0")]),
            ("gitlab", &[("expires-in-days", "soon")]),
        ] {
            assert!(Recipe::new(name, pairs, None).is_err(), "{name} {pairs:?}");
        }
    }
}
