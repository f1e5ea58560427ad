//! What runs once a new secret is in use, before the old one is retired: what carries it to where
//! else it is needed. First into clusters, then commands of the person's own, which may rely on that.

use secrecy::ExposeSecret;
use serde_json::json;
use zeroize::Zeroizing;

use super::command::{self, Failed, LIMIT};
use super::k8s::{self, Place};
use super::masking;
use super::plan::Plan;
use crate::credential::Credential;
use crate::text;

/// A hook that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The name of its program; of a cluster's Secret, where that is.
    pub name: String,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// The names of a plan's hooks, in their order.
#[must_use]
pub fn names(plan: &Plan) -> Vec<String> {
    let places = plan.k8s.iter().map(name_of);
    places.chain(plan.hooks.iter().map(|words| command::name(words))).collect()
}

fn name_of(place: &Place) -> String {
    text::plain(&format!("{} {place}", k8s::PROGRAM))
}

/// Runs the hooks of a plan in their order, up to the first one that fails. On standard input each
/// gets `{"schema":"imgsec.hook/1","op_id":…,"server_url":…,"username":…}`, and where the plan says
/// so `"secret"`. What one prints that fails goes to `tell`, without the secret.
#[must_use]
pub fn run(plan: &Plan, operation: &str, current: &Credential, tell: &dyn Fn(&str)) -> Vec<Ran> {
    let mut all = Vec::new();
    for place in &plan.k8s {
        let failure = place.put(current, tell).err();
        all.push(Ran { name: name_of(place), failure });
        if all.last().is_some_and(|ran| ran.failure.is_some()) {
            return all;
        }
    }
    for words in &plan.hooks {
        let failure = run_one(words, plan, operation, current, tell).err();
        all.push(Ran { name: command::name(words), failure });
        if all.last().is_some_and(|ran| ran.failure.is_some()) {
            return all;
        }
    }
    all
}

fn run_one(
    words: &[String],
    plan: &Plan,
    operation: &str,
    current: &Credential,
    tell: &dyn Fn(&str),
) -> Result<(), String> {
    let mut request = json!({"schema": "imgsec.hook/1", "op_id": operation,
        "server_url": current.server.as_str(), "username": current.username});
    if plan.hooks_need_secret {
        request["secret"] = json!(current.secret.expose_secret());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut *bytes, &request);
    bytes.push(b'\n');
    let ended = command::run(words, bytes, LIMIT).map_err(|e: Failed| e.error().to_string())?;
    if ended.status.success() {
        return Ok(());
    }
    for said in [&ended.out, &ended.err] {
        masking::masked(said, &[&current.secret]).iter().for_each(|line| tell(line));
    }
    Err(ended.status.to_string())
}
