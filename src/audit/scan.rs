//! Texts in, findings out: what is a secret, put together where it is the same, within limits.

use std::collections::{HashMap, HashSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};

use super::examine::{self, Hit};
use super::finding::{self, Finding, Kind, Location, Severity, State};
use super::{judge, registry, severity, signals, sources};
use crate::tokens;

/// The most findings of one scan, their most bytes, and the most files that are named as not looked
/// at, so that no tree can fill the memory.
pub const MAX_FINDINGS: usize = 10_000;
const MAX_FINDING_BYTES: usize = 8 * 1024 * 1024;
const MAX_SKIPPED: usize = 10_000;

/// The path of what is skipped beyond these limits.
const MORE: &str = "…";

/// What a scan found, and what it could not look at.
#[derive(Debug, Default)]
pub struct Scan {
    /// Worst first, then by place.
    pub findings: Vec<Finding>,
    /// How many files, and places where none was, were looked at.
    pub looked_at: usize,
    /// What could not be read, or not to its end.
    pub skipped: Vec<Skipped>,
    /// How many bytes the findings take.
    bytes: usize,
}

/// A file or a folder that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Which one.
    pub path: PathBuf,
    /// Why, in a few words.
    pub reason: String,
}

impl Scan {
    /// What was found in one place.
    pub(super) fn of(findings: Vec<Finding>, skipped: Vec<Skipped>) -> Self {
        Self { findings, skipped, ..Self::default() }
    }

    /// Whether everything was looked at.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.skipped.is_empty()
    }

    /// Takes in what another scan found.
    pub fn join(&mut self, other: Scan) {
        self.add(other);
        *self = std::mem::take(self).finish();
    }

    /// Adds what another one found.
    pub(super) fn add(&mut self, other: Scan) {
        self.looked_at += other.looked_at;
        other.skipped.into_iter().for_each(|skipped| self.skip(skipped));
        for finding in other.findings {
            self.bytes += finding.size();
            if self.findings.len() == MAX_FINDINGS || self.bytes > MAX_FINDING_BYTES {
                self.skip(Skipped { path: MORE.into(), reason: "more findings".to_owned() });
                return;
            }
            self.findings.push(finding);
        }
    }

    /// Names what was not looked at.
    pub(super) fn skip(&mut self, skipped: Skipped) {
        if self.skipped.len() < MAX_SKIPPED {
            self.skipped.push(skipped);
        } else if self.skipped.len() == MAX_SKIPPED {
            let reason = "more files that cannot be looked at".to_owned();
            self.skipped.push(Skipped { path: MORE.into(), reason });
        }
    }

    /// Marks secrets that lie in several files, and sorts: the worst first, then by place.
    pub(super) fn finish(mut self) -> Self {
        let mut same: HashMap<String, (usize, HashSet<String>)> = HashMap::new();
        for finding in &self.findings {
            let of_secret = same.entry(finding.secret.expose_secret().to_owned()).or_default();
            of_secret.0 += 1;
            of_secret.1.insert(finding.registry.clone());
        }
        for finding in &mut self.findings {
            let Some((count, registries)) = same.get(finding.secret.expose_secret()) else {
                continue;
            };
            for (is_so, word) in [
                (*count > 1, severity::signal::SAME_SECRET_ELSEWHERE),
                (registries.len() > 1, severity::signal::SAME_SECRET_OTHER_REGISTRY),
            ] {
                if is_so && !finding.signals.contains(&word) {
                    finding.signals.push(word);
                }
            }
        }
        self.findings.sort_by(|a, b| {
            let place = |f: &Finding| f.locations.first().map(|l| (l.path.clone(), l.line));
            b.severity.cmp(&a.severity).then_with(|| place(a).cmp(&place(b)))
        });
        self.skipped.sort_by(|a, b| a.path.cmp(&b.path));
        self.skipped.dedup();
        self
    }
}

/// What a scan goes by besides the files.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The time at which tokens are live or expired.
    pub now: SystemTime,
    /// What makes a finding better or worse.
    pub surroundings: signals::Surroundings,
}

/// Looks at the variables of a process. The place of each is `$NAME`.
#[must_use]
pub fn environment(variables: impl Iterator<Item = (String, String)>, facts: &Facts) -> Scan {
    let mut scan = Scan { looked_at: 1, ..Scan::default() };
    for found in sources::variables::in_environment(variables) {
        let name = found.pointer.trim_start_matches('/').to_owned();
        let hit = Hit { rule: sources::variables::SOURCE.id, found };
        scan.findings.extend(judged(&PathBuf::from(format!("${name}")), hit, facts));
    }
    identify(&mut scan.findings, "$");
    scan
}

/// Whether it is a command or a variable: one secret where a script says it as both.
fn is_line_of_shell(finding: &Finding) -> bool {
    sources::SHELL.contains(&finding.rule)
}

/// The findings in a text: what sources found and is a secret, with what can be told of it.
#[must_use]
pub fn in_text(
    path: &Path,
    name: &str,
    text: &str,
    about: Option<&Metadata>,
    facts: &Facts,
) -> Vec<Finding> {
    read_text(path, name, text, about, facts).0
}

/// [`in_text`], and why it is not all.
pub(super) fn read_text(
    path: &Path,
    name: &str,
    text: &str,
    about: Option<&Metadata>,
    facts: &Facts,
) -> (Vec<Finding>, Option<&'static str>) {
    let slashes = path.to_string_lossy().replace('\\', "/");
    let examined = examine::look(&slashes, text);
    let mut findings: Vec<Finding> = Vec::new();
    // By secret: a file may have thousands.
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for finding in examined.hits.into_iter().filter_map(|hit| judged(path, hit, facts)) {
        let known = places.entry(finding.secret.expose_secret().to_owned()).or_default();
        let same = known.iter().copied().find(|at| {
            let known = &findings[*at];
            let is_alike = known.rule == finding.rule && known.kind == finding.kind;
            (is_alike || is_line_of_shell(known) && is_line_of_shell(&finding))
                && known.registry == finding.registry
                && known.username == finding.username
        });
        match same {
            Some(at) => findings[at].locations.extend(finding.locations),
            None => {
                known.push(findings.len());
                findings.push(finding);
            }
        }
    }
    if !findings.is_empty() {
        let of_file = signals::of_file(path, about, &facts.surroundings);
        let helpers = signals::Helpers::read(&slashes, text);
        for finding in &mut findings {
            finding.signals.extend(&of_file);
            finding.signals.extend(signals::of_entry(finding, &helpers, &facts.surroundings));
        }
    }
    identify(&mut findings, name);
    (findings, examined.is_partial)
}

/// Says how bad each is, and gives it its id.
fn identify(findings: &mut [Finding], name: &str) {
    let renewed: Vec<String> = findings
        .iter()
        .filter(|finding| matches!(finding.kind, Kind::IdentityToken | Kind::OauthRefresh))
        .map(|finding| finding.registry.clone())
        .collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for finding in findings {
        if finding.token.state == State::Expired && renewed.contains(&finding.registry) {
            finding.signals.push(severity::signal::REFRESH_TOKEN_NEAR);
        }
        finding.severity =
            severity::of(finding.kind, &finding.token, &finding.registry, &finding.signals);
        let username = finding.username.as_deref().unwrap_or_default();
        let facts = [finding.rule, finding.kind.name(), &finding.registry, username, name];
        let facts = facts.join("\0");
        let count = counts.entry(facts.clone()).and_modify(|n| *n += 1).or_insert(0);
        finding.id = finding::id(&facts, *count);
    }
}

fn judged(path: &Path, hit: Hit, facts: &Facts) -> Option<Finding> {
    let mut found = hit.found;
    let username = found.username.as_deref();
    if judge::is_no_secret(found.secret.expose_secret(), username) {
        return None;
    }
    found.secret = SecretString::from(judge::literal(found.secret.expose_secret()));
    let registry = registry::name(found.registry.as_deref());
    // What stands in both places is an address, and would be shown; its one spelling has no capitals.
    let secret = found.secret.expose_secret();
    if registry.eq_ignore_ascii_case(secret) || found.registry.as_deref() == Some(secret) {
        return None;
    }
    let token = tokens::look(
        found.secret.expose_secret(),
        username,
        &registry,
        found.expiry.as_deref(),
        facts.now,
    );
    let registry = opened(registry, found.secret.expose_secret(), token.token_type);
    let is_secret_name =
        username.is_some_and(|name| tokens::is_secret_username(name, found.secret.expose_secret()));
    let mut signals = Vec::new();
    if is_secret_name {
        signals.push(severity::signal::USERNAME_IS_SECRET);
    }
    if found.registry.as_deref().is_some_and(|r| r.trim().starts_with("http://")) {
        signals.push(severity::signal::PLAIN_HTTP);
    }
    if found.names_secret() {
        found.pointer.clear();
    }
    Some(Finding {
        id: String::new(),
        rule: hit.rule,
        severity: Severity::High,
        registry,
        username: found.username.filter(|_| !is_secret_name),
        kind: found.kind,
        token,
        locations: vec![Location {
            path: path.to_owned(),
            line: found.line,
            pointer: found.pointer,
        }],
        signals,
        verdict: None,
        secret: found.secret,
    })
}

/// The registry of a secret, also where the file names none: some open no other one.
fn opened(registry: String, secret: &str, token_type: &str) -> String {
    // The user name of NVIDIA's keys is Quay's as well.
    let is_nvidias = || tokens::prefix(secret) == Some("nvapi-");
    match token_type {
        _ if registry != registry::ANY => registry,
        "docker-pat" | "docker-oat" => registry::HUB.to_owned(),
        "nvidia-api-key" if is_nvidias() => registry::NGC.to_owned(),
        _ => registry,
    }
}

#[cfg(test)]
mod tests;
