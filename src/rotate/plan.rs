//! How a credential is rotated: what the ledger remembers for the next time and the journal for
//! the case that this time is interrupted. No secrets.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::k8s::Place;
use crate::registry::verdict::{Level, Verdict};

/// Who makes the new secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Method {
    /// `stdin`, `command`, `exec`, or the name of a registry's own API.
    pub provider: String,
    /// The command of `command` and `exec`, word by word.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Whether `exec` is told the secret in use.
    #[serde(skip_serializing_if = "is_false")]
    pub pass_current: bool,
    /// Whether `exec` answers with the bare secret.
    #[serde(skip_serializing_if = "is_false")]
    pub is_raw: bool,
    /// Whether `exec` said that the old secret goes on working.
    #[serde(skip_serializing_if = "is_false")]
    pub is_additive: bool,
    /// What a registry's API has to be told.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Value>,
}

/// What the registry must say of a new secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// Accepted with it and refused without.
    Strong,
    /// Accepted with it.
    #[default]
    Weak,
    /// It is not asked.
    Skip,
}

impl Need {
    /// Whether this verdict is enough.
    #[must_use]
    pub fn is_met_by(self, verdict: Verdict) -> bool {
        match self {
            Self::Strong => verdict == Verdict::Verified(Level::Strong),
            Self::Weak | Self::Skip => verdict.is_verified(),
        }
    }
}

/// How one credential is rotated. Spans are in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Who makes the new secret.
    #[serde(flatten)]
    pub method: Method,
    /// What the registry must say of it.
    pub verify: Need,
    /// How long the old secret stays in the store; nothing for not at all.
    pub keep_previous: u64,
    /// How long the old secret goes on working, where it can be revoked.
    pub grace: u64,
    /// Rotated when older than this.
    pub older_than: u64,
    /// Rotated when it ends within this.
    pub expires_within: u64,
    /// Commands that run once the new secret is in use, word by word.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Vec<String>>,
    /// The Secrets of clusters that get the new one once it is in use, before the hooks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub k8s: Vec<Place>,
    /// Whether the hooks are told the new secret.
    #[serde(skip_serializing_if = "is_false")]
    pub hooks_need_secret: bool,
}

impl Default for Plan {
    fn default() -> Self {
        let day = 24 * 60 * 60;
        Self {
            method: Method::default(),
            verify: Need::default(),
            keep_previous: day,
            grace: 15 * 60,
            older_than: 60 * day,
            expires_within: 14 * day,
            hooks: Vec::new(),
            k8s: Vec::new(),
            hooks_need_secret: false,
        }
    }
}

impl Plan {
    /// How long the old secret stays in the store.
    #[must_use]
    pub fn keep_previous(&self) -> Option<Duration> {
        (self.keep_previous > 0).then_some(Duration::from_secs(self.keep_previous))
    }

    /// How long the old secret goes on working.
    #[must_use]
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.grace)
    }
}

/// What the ledger remembers of a credential's rotation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// How it is rotated.
    #[serde(flatten)]
    pub plan: Plan,
    /// The provider's name for the secret in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

impl Remembered {
    /// Reads the ledger's field; nothing where it is not there or not understood.
    #[must_use]
    pub fn read(rotation: Option<&Value>) -> Option<Self> {
        serde_json::from_value(rotation?.clone()).ok()
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_and_the_rest_is_as_usual() {
        let method =
            Method { provider: "exec".into(), command: vec!["a".into()], ..Method::default() };
        let plan = Plan { method, verify: Need::Strong, keep_previous: 0, ..Plan::default() };
        let remembered = Remembered { plan, handle: Some("7".into()) };
        let value = serde_json::to_value(&remembered).unwrap();
        assert_eq!(
            (value["provider"].as_str(), value["verify"].as_str()),
            (Some("exec"), Some("strong"))
        );
        assert_eq!(Remembered::read(Some(&value)), Some(remembered));
        let short = serde_json::json!({"provider": "harbor"});
        assert_eq!(Remembered::read(Some(&short)).unwrap().plan.grace(), Duration::from_secs(900));
    }
}
