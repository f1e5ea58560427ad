//! The audit for programs: `imgsec.audit/1`.

use imgsec_cred::audit::finding::Finding;
use imgsec_cred::audit::remedy;
use imgsec_cred::audit::scan::Scan;
use imgsec_cred::server;
use serde_json::{Value, json};

pub(super) fn document(scan: &Scan) -> Value {
    let skipped = scan
        .skipped
        .iter()
        .map(|skipped| json!({"path": skipped.path.to_string_lossy(), "message": skipped.reason}));
    json!({
        "schema": "imgsec.audit/1",
        "ok": scan.findings.is_empty(),
        "complete": scan.is_complete(),
        "looked_at": scan.looked_at,
        "skipped": skipped.collect::<Vec<_>>(),
        "findings": scan.findings.iter().map(finding).collect::<Vec<_>>(),
        "fixed": null,
    })
}

fn finding(finding: &Finding) -> Value {
    let remedy = remedy::of(finding);
    let time = |t| humantime::format_rfc3339_seconds(t).to_string();
    let locations = finding.locations.iter().map(|location| {
        json!({
            "path": location.path.to_string_lossy(),
            "line": location.line,
            "pointer": Some(server::shown_pointer(&location.pointer)).filter(|p| !p.is_empty()),
        })
    });
    json!({
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity.name(),
        "registry": finding.registry,
        "username": finding.username,
        "kind": finding.kind.name(),
        "token_type": finding.token.token_type,
        "provider": finding.token.provider,
        "state": finding.token.state.name(),
        "verdict": finding.verdict.unwrap_or("not-checked"),
        "expires_at": finding.token.expires_at.map(time),
        "locations": locations.collect::<Vec<_>>(),
        "signals": finding.signals,
        "migrate": remedy.class.name(),
        "fix": remedy.command.unwrap_or(remedy.words),
    })
}
