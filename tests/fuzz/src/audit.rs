//! The audit's laws: what it finds in a file is told well, and no secret is told at all.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use imgsec_cred::audit::finding::Finding;
use imgsec_cred::audit::scan::{Facts, in_text};
use imgsec_cred::audit::signals::Surroundings;
use imgsec_cred::audit::{document, remedy};
use libfuzzer_sys::Corpus;
use secrecy::ExposeSecret;

/// The parsers, as a file's name chooses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parser {
    /// JSON, and what has its shape without its name.
    Json,
    /// YAML.
    Yaml,
    /// TOML and XML.
    TomlOrXml,
    /// HashiCorp's language.
    Hcl,
    /// Names and values line by line: `.netrc`, variables, properties.
    Variables,
    /// Everything else: scripts, histories, recipes, logs.
    Commands,
}

impl Parser {
    /// The parser of a file of this name.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let table: &[(Self, &[&str])] = &[
            (Self::Json, &["json", "tfstate", "dockercfg", "dockerconfigjson", "jsonc", "json5"]),
            (Self::Yaml, &["yaml", "yml", "sls"]),
            (Self::TomlOrXml, &["toml", "xml", "pom"]),
            (Self::Hcl, &["tf", "hcl", "nomad", "tfvars"]),
            (
                Self::Variables,
                &["env", "netrc", "_netrc", "properties", "conf", "ini", "cfg", "service", "envrc"],
            ),
        ];
        let end = name.rsplit('.').next().unwrap_or(&name);
        let is_variables = name.starts_with(".env") || name == "environment";
        let row = table.iter().find(|(_, ends)| ends.contains(&end));
        match row {
            Some((parser, _)) => *parser,
            None if is_variables => Self::Variables,
            None => Self::Commands,
        }
    }
}

/// Looks for credentials in a file and checks what is found. The input is the path in one line, and
/// the file. What another target is for is not kept.
pub fn check(input: &[u8], parser: Parser) -> Corpus {
    let Some((path, bytes)) = split(input) else { return Corpus::Reject };
    if Parser::of(path) != parser {
        return Corpus::Reject;
    }
    let path = format!("/nowhere/{path}");
    let text = document::decode(bytes);
    let findings = find(&path, &text);
    if findings.is_empty() {
        return Corpus::Keep;
    }
    let told = |findings: &[Finding]| {
        let one = |f: &Finding| format!("{f:?} {}", f.secret.expose_secret());
        findings.iter().map(one).collect::<Vec<_>>()
    };
    assert!(told(&findings) == told(&find(&path, &text)), "found otherwise the second time");
    let mut ids: Vec<_> = findings.iter().map(|finding| &finding.id).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "two findings have one id");
    let lines = text.matches('\n').count() + 1;
    for finding in &findings {
        is_well_told(finding, lines);
        is_secret_kept(finding, &path, &text);
    }
    Corpus::Keep
}

/// The path and the file, where the first line can be a path.
fn split(input: &[u8]) -> Option<(&str, &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let path = std::str::from_utf8(&input[..end]).ok()?;
    let is_plain = !path.contains("..") && !path.contains(char::is_control);
    is_plain.then_some((path, &input[end + 1..]))
}

fn find(path: &str, text: &str) -> Vec<Finding> {
    // In the year 2026.
    let now = UNIX_EPOCH + Duration::from_secs(1_780_000_000);
    let facts = Facts { now, surroundings: Surroundings::default() };
    in_text(Path::new(path), path, text, None, &facts)
}

fn is_well_told(finding: &Finding, lines: usize) {
    assert!(!finding.locations.is_empty());
    for location in &finding.locations {
        assert!((1..=lines).contains(&location.line), "{}: line {}", finding.rule, location.line);
        assert!(location.pointer.is_empty() || location.pointer.starts_with('/'));
    }
    assert!(finding.id.len() == 32 && finding.id.bytes().all(|b| b.is_ascii_hexdigit()));
    assert!(!finding.registry.is_empty(), "{}: no registry", finding.rule);
    assert!(!finding.secret.expose_secret().is_empty(), "{}: no secret", finding.rule);
}

/// Looks for the secret, and for base64 of the login, in all that is told of it. One that the file has
/// in several places may stand in one of them as a name, so may one that names the file or the user
/// as well; a short one may be any word.
fn is_secret_kept(finding: &Finding, path: &str, text: &str) {
    let secret = finding.secret.expose_secret();
    let is_user = finding.username.as_deref().is_some_and(|user| user.contains(secret));
    if path.contains(secret) || (is_user && !text.contains(secret)) {
        return;
    }
    let is_word = !secret.bytes().any(|b| b.is_ascii_digit()) || secret.len() < 12;
    if is_word || text.matches(secret).nth(1).is_some() {
        return;
    }
    let login = format!("{}:{secret}", finding.username.as_deref().unwrap_or_default());
    let encoded = Base64::encode_string(login.as_bytes());
    if path.contains(&encoded) {
        return;
    }
    let Some(leak) = leak(finding, &[secret, &encoded]) else { return };
    // The fuzzer picks up what we tell and makes a secret of it: what is told by chance is told of no
    // other secret in its place.
    let other = other(secret);
    let changed = text.replace(secret, &other);
    let again = find(path, &changed);
    let is_chance =
        changed != text && again.iter().all(|finding| self::leak(finding, &[&other]).is_none());
    assert!(is_chance, "{}: the secret is told: {leak}", finding.rule);
}

/// What is told of a finding, where one of the words is part of it.
fn leak(finding: &Finding, words: &[&str]) -> Option<String> {
    let remedy = remedy::of(finding);
    let shown = [
        format!("{finding:?} {remedy:?}"),
        finding.registry.clone(),
        finding.username.clone().unwrap_or_default(),
        finding.locations.iter().map(|location| location.pointer.as_str()).collect(),
        remedy.words,
        remedy.command.unwrap_or_default(),
    ];
    shown.into_iter().find(|shown| words.iter().any(|word| shown.contains(word)))
}

/// Another secret of the same shape.
fn other(secret: &str) -> String {
    let next = |c: char| match c {
        'a'..='y' | 'A'..='Y' | '0'..='8' => char::from(c as u8 + 1),
        'z' => 'a',
        'Z' => 'A',
        '9' => '0',
        _ => c,
    };
    secret.chars().map(next).collect()
}
