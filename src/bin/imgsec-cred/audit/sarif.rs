//! The audit as SARIF 2.1.0, for code scanning
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>). No snippets: they would hold
//! the secrets.

use std::path::{Path, PathBuf};

use imgsec_cred::audit::finding::{Finding, Location, Severity};
use imgsec_cred::audit::remedy;
use imgsec_cred::audit::scan::Scan;
use imgsec_cred::audit::sources;
use imgsec_cred::machine::Machine;
use serde_json::{Value, json};

use crate::report;

pub(super) fn document(scan: &Scan, machine: &Machine) -> Value {
    let bases = Bases { home: machine.home.clone(), source: machine.folder.clone() };
    let rules: Vec<_> = sources::ALL
        .iter()
        .map(|source| {
            json!({
                "id": source.id,
                "shortDescription": {"text": source.about},
                "helpUri": source.reference,
            })
        })
        .collect();
    let skipped = scan.skipped.iter().map(|skipped| {
        json!({
            "level": "warning",
            "message": {"text": format!("{}: {}", skipped.path.display(), skipped.reason)},
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "imgsec-cred",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://docs.docker.com/reference/cli/docker/login/#credential-helpers",
                "rules": rules,
            }},
            "originalUriBaseIds": bases.document(),
            "invocations": [{
                "executionSuccessful": scan.is_complete(),
                "toolExecutionNotifications": skipped.collect::<Vec<_>>(),
            }],
            "results": scan.findings.iter().map(|f| result(f, &bases)).collect::<Vec<_>>(),
        }],
    })
}

fn result(finding: &Finding, bases: &Bases) -> Value {
    let user = finding.username.as_deref().map(|user| format!(", user {user}")).unwrap_or_default();
    let message = format!(
        "A {} for {}{user} lies in plain text; {}",
        finding.token.token_type,
        finding.registry,
        remedy::of(finding).words,
    );
    json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": message},
        "locations": finding.locations.iter().map(|l| location(l, bases)).collect::<Vec<_>>(),
        "partialFingerprints": {"imgsecFinding/v1": finding.id},
        "properties": {
            "security-severity": score(finding.severity),
            "registry": finding.registry,
            "kind": finding.kind.name(),
            "state": finding.token.state.name(),
            "signals": finding.signals,
        },
    })
}

fn location(location: &Location, bases: &Bases) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": bases.artifact(&location.path),
        "region": {"startLine": location.line.max(1)},
    }})
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The numbers by which GitHub sorts (9 and above: critical).
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

/// The folders that paths are told from, so that a report is the same wherever it was made.
struct Bases {
    home: Option<PathBuf>,
    source: Option<PathBuf>,
}

impl Bases {
    fn document(&self) -> Value {
        let mut bases = serde_json::Map::new();
        for (name, folder) in [("SRCROOT", &self.source), ("HOME", &self.home)] {
            if let Some(folder) = folder {
                bases.insert(name.to_owned(), json!({"uri": format!("{}/", file_uri(folder))}));
            }
        }
        Value::Object(bases)
    }

    fn artifact(&self, path: &Path) -> Value {
        let whole = match &self.source {
            Some(folder) if path.is_relative() => folder.join(path),
            _ => path.to_owned(),
        };
        let bases = [("SRCROOT", &self.source), ("HOME", &self.home)];
        let below = bases.into_iter().find_map(|(name, folder)| {
            Some((name, whole.strip_prefix(folder.as_ref()?).ok()?.to_owned()))
        });
        match below {
            Some((base, below)) => json!({"uri": uri_path(&below), "uriBaseId": base}),
            None => json!({"uri": file_uri(&whole)}),
        }
    }
}

fn file_uri(path: &Path) -> String {
    let path = uri_path(path);
    format!("file://{}{}", if path.starts_with('/') { "" } else { "/" }, path.trim_end_matches('/'))
}

/// A path with everything escaped that a URI may not hold (RFC 3986).
fn uri_path(path: &Path) -> String {
    let slashes = report::masked(&path.to_string_lossy()).replace('\\', "/");
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let escaped = slashes
        .bytes()
        .map(|b| if is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") });
    escaped.collect()
}
