//! `imgsec-cred list`: which registries have a credential. Never the secret.

use imgsec_cred::machine::Machine;
use imgsec_cred::server::{DOCKER_HUB, ServerKey};
use imgsec_cred::text;
use serde_json::json;

use crate::report::Report;
use crate::{Outcome, stores};

pub(crate) fn run(machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    let mut listed = stores::helper(machine)?.list_keys()?;
    listed.sort();
    let items: Vec<_> = listed
        .iter()
        .map(|(key, username)| {
            let kind = if username == "<token>" { "identity-token" } else { "password" };
            json!({"registry": registry(key), "keys": [key], "username": username, "kind": kind})
        })
        .collect();
    report
        .json(&json!({"schema": "imgsec.list/1", "ok": true, "complete": true, "items": items}))?;
    if listed.is_empty() {
        report.note("no credentials are kept; docker login REGISTRY keeps one");
        return Ok(Outcome::Done);
    }
    let rows: Vec<_> =
        listed.iter().map(|(key, user)| (text::plain(registry(key)), text::plain(user))).collect();
    let width =
        rows.iter().map(|(registry, _)| registry.chars().count()).max().unwrap_or(0).clamp(8, 60);
    report.line(&format!("{:width$}  USER", "REGISTRY"))?;
    for (registry, user) in rows {
        report.line(&format!("{registry:width$}  {user}"))?;
    }
    Ok(Outcome::Done)
}

/// The name people use for a server: `docker.io` for Docker Hub.
pub(crate) fn registry(key: &str) -> &str {
    let is_hub = ServerKey::parse(key).is_ok_and(|server| server.canonical() == DOCKER_HUB);
    if is_hub { "docker.io" } else { key }
}
