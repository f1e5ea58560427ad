//! Findings that were accepted: a JSON object on each line, sorted, so that two branches merge well.
//! `id` decides; `expires` (a day) ends it; what else is there is for people, and kept.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, anyhow};
use imgsec_cred::audit::scan::Scan;
use imgsec_cred::files;
use serde_json::{Map, Value, json};

use crate::report;

/// The largest baseline that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The accepted findings by their ids.
pub(super) struct Baseline(BTreeMap<String, Map<String, Value>>);

impl Baseline {
    /// Whether a finding is accepted on this day.
    pub(super) fn accepts(&self, id: &str, now: SystemTime) -> bool {
        let Some(entry) = self.0.get(id) else { return false };
        match entry.get("expires").and_then(Value::as_str) {
            Some(day) => end_of(day).is_some_and(|end| now <= end),
            None => true,
        }
    }
}

/// The last second of a day such as 2027-01-31.
fn end_of(day: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(&format!("{day}T23:59:59Z")).ok()
}

/// Reads a baseline; one that is missing is empty.
pub(super) fn read(path: &Path) -> anyhow::Result<Baseline> {
    let bytes = match files::read_limited(path, MAX_BYTES) {
        Err(files::Error::Missing(_)) => return Ok(Baseline(BTreeMap::new())),
        bytes => bytes?,
    };
    let text =
        std::str::from_utf8(&bytes).with_context(|| format!("{} is no text", path.display()))?;
    let mut entries = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let broken = || anyhow!("{} is broken: line {}", path.display(), number + 1);
        let entry: Map<String, Value> = serde_json::from_str(line).map_err(|_| broken())?;
        let is_day =
            |day: &Value| day.is_null() || day.as_str().is_some_and(|d| end_of(d).is_some());
        if !entry.get("expires").is_none_or(is_day) {
            return Err(broken());
        }
        let id = entry.get("id").and_then(Value::as_str).ok_or_else(broken)?.to_owned();
        entries.insert(id, entry);
    }
    Ok(Baseline(entries))
}

/// Accepts all that was found: new lines for what is new, no lines for what is gone (unless the scan
/// did not look everywhere), and the others as they were.
pub(super) fn write(path: &Path, old: Option<&Baseline>, scan: &Scan) -> anyhow::Result<()> {
    let mut entries = BTreeMap::new();
    let known = old.map(|old| &old.0);
    for finding in &scan.findings {
        let place = finding.locations.first().map(|location| location.path.to_string_lossy());
        let new = json!({
            "id": finding.id,
            "rule": finding.rule,
            "registry": finding.registry,
            "username": finding.username,
            "path": place,
            "reason": "",
        });
        let entry =
            known.and_then(|known| known.get(&finding.id)).cloned().map_or(new, Value::Object);
        let entry = report::without_secrets(&entry);
        entries.insert(finding.id.clone(), entry);
    }
    if !scan.is_complete() {
        for (id, entry) in known.into_iter().flatten() {
            entries.entry(id.clone()).or_insert_with(|| Value::Object(entry.clone()));
        }
    }
    let lines: String = entries.values().map(|entry| format!("{entry}\n")).collect();
    Ok(files::replace(path, lines.as_bytes(), None)?)
}
