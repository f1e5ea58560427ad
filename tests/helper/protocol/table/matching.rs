//! Which spellings are one server (`reference/protocol.md` §2.3): cases 17, 65, 75, 77, 78, 79.

use super::super::row::*;

const ASKED: [&str; 11] = [
    "docker.io",
    HUB,
    "registry-1.docker.io",
    "ghcr.io",
    "ghcr.io:443",
    "https://ghcr.io/v2/",
    "http://ghcr.io",
    "ghcr.io:5000",
    "ghcr.io/org/img",
    "https://index.docker.io/v1/access-token",
    "https://index.docker.io/v1/refresh-token",
];

/// What is stored, and which of [`ASKED`] it answers.
const MATRIX: [(&str, &[&str]); 9] = [
    (HUB, HUB_NAMES),
    ("docker.io", HUB_NAMES),
    ("ghcr.io", GHCR_NAMES),
    ("https://ghcr.io", GHCR_NAMES),
    ("http://ghcr.io", &["http://ghcr.io"]),
    ("ghcr.io:5000", &["ghcr.io:5000"]),
    ("ghcr.io/org", &["ghcr.io/org/img"]),
    ("https://ghcr.io/org", &[]),
    ("https://index.docker.io/v1/access-token", &["https://index.docker.io/v1/access-token"]),
];
const HUB_NAMES: &[&str] = &["docker.io", HUB, "registry-1.docker.io"];
const GHCR_NAMES: &[&str] = &["ghcr.io", "ghcr.io:443", "https://ghcr.io/v2/"];

pub(crate) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> =
        MATRIX.iter().map(|(stored, answers)| asked(stored, answers)).collect();
    for (stored, answers) in MATRIX {
        rows.push(erased_others(stored, answers));
        rows.extend(answers.iter().map(|key| erased(stored, key)));
    }
    rows.push(namespaces());
    rows
}

/// Docker's helpers know the exact text only.
fn asked(stored: &str, answers: &[&str]) -> Row {
    let steps = ASKED.iter().map(|key| {
        let ours = if answers.contains(key) { login(key, "u", SECRET) } else { not_found() };
        let docker = if *key == stored { ours.clone() } else { not_found() };
        get(key, ours).docker(docker)
    });
    rows_of(
        17,
        format!("asked for, with {stored} stored"),
        &[(stored, "u", SECRET)],
        steps.collect(),
    )
}

fn erased_others(stored: &str, answers: &[&str]) -> Row {
    let others = ASKED.iter().filter(|key| !answers.contains(key) && **key != stored);
    let mut steps: Vec<Step> = others.map(forget_absent).collect();
    steps.push(gives(stored, "u", SECRET));
    steps.push(forget(stored));
    rows_of(78, format!("erasing other servers keeps {stored}"), &[(stored, "u", SECRET)], steps)
}

fn erased(stored: &str, key: &str) -> Row {
    let stays = login(stored, "u", SECRET);
    let steps = if stored == key {
        [forget(key), lacks(key), lacks(stored)]
    } else {
        [forget_absent(key), lacks(key), lacks(stored).docker(stays)]
    };
    row(75, format!("erasing {key} forgets {stored}"), &[(stored, "u", SECRET)], steps)
}

fn namespaces() -> Row {
    let logins =
        [("ghcr.io", "host", "1"), ("ghcr.io/org", "org", "2"), ("ghcr.io/org/deep", "deep", "3")];
    let not_docker = |step: Step| step.docker(not_found());
    row(
        79,
        "the innermost namespace answers, and the host never for a path",
        &logins,
        [
            not_docker(gives("ghcr.io/org/deep/img", "deep", "3")),
            gives("ghcr.io/org/deep", "deep", "3"),
            not_docker(gives("ghcr.io/org/img", "org", "2")),
            not_docker(gives("ghcr.io:443/org/img", "org", "2")),
            lacks("ghcr.io/organic/img"),
            lacks("ghcr.io/other"),
            lacks("https://ghcr.io/org/img"),
            not_docker(gives("https://ghcr.io", "host", "1")),
        ],
    )
}
