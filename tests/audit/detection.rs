//! The audit finds every credential of a corpus that was written from the catalogue of sources, and
//! nothing else. All secrets are made here, when the test runs.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use imgsec_cred::audit::finding::Finding;
use imgsec_cred::audit::scan::{self, Facts};
use imgsec_cred::audit::signals::Surroundings;
use imgsec_cred::audit::{document, prefilter, sources};
use secrecy::ExposeSecret;

use super::corpus;
use super::corpus::case::{Case, Expected, Seen, Shape};

/// Rows of the catalogue in which no file can hold a registry credential, and why.
const ROWS_WITHOUT: &[(u8, &str)] = &[
    (9, "a TLS key for a daemon is no registry secret"),
    (26, "Entra tokens are not for a registry; they must be exchanged first"),
    (50, "the token is the provider's, not the user's: known benign"),
    (65, "a database, which may be encrypted"),
    (68, "the managers' raft store, no file of a user"),
];

/// What the audit finds in a file: the one place that knows the library.
fn findings(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let facts = Facts { now: SystemTime::now(), surroundings: Surroundings::default() };
    if !prefilter::may_hold_credentials(bytes) {
        return Vec::new();
    }
    let text = document::decode(bytes);
    scan::in_text(Path::new(path), path, &text, None, &facts)
}

/// The sources that find something in a file.
fn rules(path: &str, bytes: &[u8]) -> Vec<&'static str> {
    findings(path, bytes).iter().map(|finding| finding.rule).collect()
}

/// What the corpus says of a finding, for each of its places.
fn scan(path: &str, bytes: &[u8]) -> Vec<Seen> {
    let seen = findings(path, bytes).into_iter().flat_map(|finding| {
        let secret = finding.secret.expose_secret().to_owned();
        let lines: Vec<_> = finding.locations.iter().map(|location| location.line).collect();
        lines.into_iter().map(move |line| Seen {
            registry: finding.registry.clone(),
            username: finding.username.clone(),
            kind: finding.kind,
            token_type: finding.token.token_type.to_owned(),
            state: finding.token.state,
            expires_at: finding.token.expires_at,
            line,
            secret: Some(secret.clone()),
        })
    });
    seen.collect()
}

/// How many credentials were found rightly, were missed, and were found wrongly.
#[derive(Debug, Default)]
struct Score {
    right: usize,
    missed: usize,
    wrong: usize,
    messages: Vec<String>,
}

impl Score {
    /// Compares what was found in a file with what must be: first what is right in all, then by
    /// the secret.
    fn compare(&mut self, case: &Case, mut seen: Vec<Seen>) {
        let mut left = Vec::new();
        for expected in &case.expected {
            let fits = |seen: &Seen| {
                expected.is_secret_of(seen) && expected.wrongs(seen, &case.text).is_empty()
            };
            match seen.iter().position(fits) {
                Some(at) => drop(seen.swap_remove(at)),
                None => left.push(expected),
            }
        }
        self.right += case.expected.len() - left.len();
        let mut said = Vec::new();
        for expected in left {
            self.missed += 1;
            let same = seen.iter().position(|seen| expected.is_secret_of(seen));
            said.push(match same.map(|at| seen.swap_remove(at)) {
                Some(seen) => {
                    self.wrong += 1;
                    let wrongs = expected.wrongs(&seen, &case.text).join("; ");
                    format!("    not right: {}: {wrongs}", expected.name())
                }
                None => format!("    missed: {}", expected.name()),
            });
        }
        for seen in seen {
            self.wrong += 1;
            let Seen { kind, registry, token_type, line, .. } = seen;
            said.push(format!(
                "    wrongly found: {kind:?} at {registry} ({token_type}), line {line}"
            ));
        }
        if !said.is_empty() {
            let (path, rows, shape) = (&case.path, &case.rows, case.shape);
            self.messages.push(format!("{path} ({shape:?}, rows {rows:?})\n{}", said.join("\n")));
        }
    }

    fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }
}

#[allow(clippy::cast_precision_loss, reason = "small numbers")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

#[test]
fn every_credential_is_found_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut score = Score::default();
    let cases = corpus::cases();
    for (number, case) in cases.iter().enumerate() {
        let path = folder.path().join(number.to_string()).join(&case.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &case.bytes).unwrap();
        let bytes = fs::read(&path).unwrap();
        score.compare(case, scan(&path.to_string_lossy().replace('\\', "/"), &bytes));
    }
    for message in &score.messages {
        eprintln!("{message}");
    }
    eprintln!(
        "{} files, {} not right; {} credentials found, {} missed, {} wrong; recall {:.4}, precision {:.4}",
        cases.len(),
        score.messages.len(),
        score.right,
        score.missed,
        score.wrong,
        score.recall(),
        score.precision(),
    );
    assert_eq!((score.missed, score.wrong), (0, 0), "recall or precision is not 1.0");
}

#[test]
fn the_corpus_is_large_enough() {
    let cases = corpus::cases();
    let count = |shape| cases.iter().filter(|case| case.shape == shape).count();
    let (found, clean) = (count(Shape::Found), count(Shape::Clean));
    eprintln!("{found} found, {clean} clean, {} malformed", count(Shape::Malformed));
    assert!(found >= 150 && clean >= 100, "{found} found, {clean} clean");
    for case in cases {
        assert_eq!(case.shape == Shape::Found, !case.expected.is_empty(), "{}", case.path);
        let written = |expected: &Expected| !expected.written.is_empty();
        assert!(case.expected.iter().all(written), "{}", case.path);
    }
}

#[test]
fn every_source_has_its_fixtures() {
    let cases = corpus::cases();
    let with_twins = cases.iter().filter(|case| case.has_twins);
    let found: HashSet<_> = with_twins.flat_map(|case| rules(&case.path, &case.bytes)).collect();
    let without: Vec<_> =
        sources::ALL.iter().map(|s| s.id).filter(|id| !found.contains(id)).collect();
    assert!(
        without.is_empty(),
        "no file that is found, with a clean and a broken twin: {without:?}"
    );
}

#[test]
fn every_row_of_the_catalogue_has_its_fixtures() {
    let mut shapes: BTreeMap<u8, Vec<Shape>> = BTreeMap::new();
    for case in corpus::cases() {
        for row in case.rows {
            shapes.entry(row).or_default().push(case.shape);
        }
    }
    let mut without = Vec::new();
    for row in 1..=74 {
        let reason = ROWS_WITHOUT.iter().find(|(number, _)| *number == row);
        let shapes = shapes.remove(&row).unwrap_or_default();
        for shape in [Shape::Found, Shape::Clean, Shape::Malformed] {
            if reason.is_none() && !shapes.contains(&shape) {
                without.push((row, shape));
            }
        }
    }
    assert!(without.is_empty(), "rows without fixtures: {without:?}");
    assert!(shapes.is_empty(), "no such rows: {:?}", shapes.keys());
}

#[test]
fn a_file_that_is_cut_anywhere_does_no_harm() {
    for case in corpus::cases().iter().filter(|case| case.shape == Shape::Found) {
        for part in 1..6 {
            let end = case.bytes.len() * part / 6;
            for seen in scan(&case.path, &case.bytes[..end]) {
                assert!(seen.line >= 1, "{}", case.path);
            }
        }
    }
}
