//! The audit for people.

use imgsec_cred::audit::finding::{Finding, State};
use imgsec_cred::audit::remedy;
use imgsec_cred::audit::scan::Scan;
use imgsec_cred::machine::Machine;
use imgsec_cred::text;

/// No column is wider than this many characters.
const WIDEST: usize = 48;

/// The lines of the answer; `accepted` findings are left out of it.
pub(super) fn lines(scan: &Scan, accepted: usize, machine: &Machine) -> Vec<String> {
    let rows: Vec<[String; 5]> = scan.findings.iter().map(|f| row(f, machine)).collect();
    let heading = ["SEVERITY", "REGISTRY", "USER", "WHAT", "WHERE"].map(str::to_owned);
    let width = |at: usize| {
        let cells = std::iter::once(&heading).chain(&rows).map(|row| row[at].chars().count());
        cells.max().unwrap_or(0).min(WIDEST)
    };
    let widths = [width(0), width(1), width(2), width(3), 0];
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = Vec::new();
    if !rows.is_empty() {
        lines.push(line(&heading));
    }
    for (finding, row) in scan.findings.iter().zip(&rows) {
        lines.push(line(row));
        lines.extend(notes(finding).map(|note| format!("    {note}")));
    }
    if !rows.is_empty() {
        lines.push(String::new());
    }
    lines.push(summary(scan, accepted));
    lines.extend(scan.skipped.iter().take(10).map(|skipped| {
        format!("not looked at: {}: {}", machine.short(&skipped.path), skipped.reason)
    }));
    if scan.skipped.len() > 10 {
        lines.push(format!("not looked at: {} more; --json names them", scan.skipped.len() - 10));
    }
    lines
}

fn row(finding: &Finding, machine: &Machine) -> [String; 5] {
    let what = match finding.token.state {
        _ if finding.verdict == Some("verified") => format!("{}, works", finding.token.token_type),
        _ if finding.verdict == Some("rejected") => {
            format!("{}, rejected", finding.token.token_type)
        }
        State::Expired => format!("{}, expired", finding.token.token_type),
        State::Live => format!("{}, live", finding.token.token_type),
        State::NoExpiry | State::Unknown => finding.token.token_type.to_owned(),
    };
    let place = finding.locations.first().map(|location| {
        let more = finding.locations.len() - 1;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let path = machine.short(&location.path);
        // A variable of this process has no lines.
        let line =
            if finding.is_in_environment() { String::new() } else { format!(":{}", location.line) };
        format!("{path}{line}{more}")
    });
    [
        finding.severity.name().to_owned(),
        text::plain(&finding.registry),
        text::plain(finding.username.as_deref().unwrap_or("-")),
        what,
        text::plain(&place.unwrap_or_default()),
    ]
}

/// What makes it better or worse, and what can be done.
fn notes(finding: &Finding) -> impl Iterator<Item = String> {
    let signals = (!finding.signals.is_empty()).then(|| finding.signals.join(", "));
    let remedy = remedy::of(finding);
    let fix = remedy
        .command
        .map_or(remedy.words.clone(), |command| format!("{}: {command}", remedy.words));
    signals.into_iter().chain([fix])
}

fn summary(scan: &Scan, accepted: usize) -> String {
    let mut files: Vec<_> =
        scan.findings.iter().flat_map(|f| &f.locations).map(|location| &location.path).collect();
    files.sort();
    files.dedup();
    let found = match scan.findings.len() {
        0 => "nothing found".to_owned(),
        1 => "1 finding".to_owned(),
        n => format!(
            "{n} findings in {} {}",
            files.len(),
            if files.len() == 1 { "file" } else { "files" }
        ),
    };
    let accepted =
        if accepted > 0 { format!(", {accepted} accepted by the baseline") } else { String::new() };
    let skipped = match scan.skipped.len() {
        0 => String::new(),
        n => format!(", {n} not"),
    };
    let places = if scan.looked_at == 1 { "place" } else { "places" };
    format!("{found}{accepted}; {} {places} looked at{skipped}", scan.looked_at)
}
