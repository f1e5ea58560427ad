//! What the audit prints for programs is what its schemas say: OASIS's for SARIF 2.1.0, and our own
//! for `imgsec.audit/1`, for a tree in which there is something of everything.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use imgsec_cred::audit::finding::{Severity, State};
use imgsec_cred::audit::severity::signal;
use serde_json::Value;

use crate::support::schema;

/// Writes the corpus below a folder, under names that a URI must not hold as they are.
fn write_corpus(folder: &Path) {
    const NAMES: &[&str] = &["plain", "with space", "100%", "ž #?", "a\\b[1]", "tab\there"];
    for (number, case) in super::corpus::cases().iter().enumerate() {
        let name = format!("{} {number}", NAMES[number % NAMES.len()]);
        let path = folder.join(name).join(&case.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &case.bytes).unwrap();
    }
    fs::write(folder.join("large.log"), "docker login \n".repeat(700_000)).unwrap();
}

/// Runs the audit in a folder, and keeps what it prints in a file there.
fn audit(folder: &Path, arguments: &[&str], answer: &str) -> PathBuf {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.arg("audit").args(arguments).current_dir(folder).env_clear();
    command.env("HOME", folder.join("home")).env("DOCKER_AUTH_CONFIG", "{\"auths\":{}}");
    command.env("GHCR_TOKEN", "kept-nowhere-else-73");
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    fs::write(folder.join(answer), output.stdout).unwrap();
    folder.join(answer)
}

#[test]
#[ignore = "needs jsonschema and OASIS's schema; run tests/run"]
fn every_report_is_what_its_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["home", "empty", "tree"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    write_corpus(&folder.path().join("tree"));
    for (format, its_schema) in
        [("--sarif", Path::new("sarif")), ("--json", &schema::of_verb("audit"))]
    {
        let answers = [
            audit(folder.path(), &["tree", format], "tree.json"),
            audit(folder.path(), &["empty", format], "empty.json"),
            audit(folder.path(), &[format], "known.json"),
        ];
        schema::validate(its_schema, &answers);
        let length = |answer: &PathBuf| {
            let document: Value = serde_json::from_slice(&fs::read(answer).unwrap()).unwrap();
            let found = [&document["findings"], &document["runs"][0]["results"]];
            found.into_iter().find_map(Value::as_array).unwrap().len()
        };
        let [tree, empty, known] = answers.each_ref().map(length);
        assert!(tree > 150 && empty == 0 && known == 1, "{tree}, {empty}, {known}");
    }
}

#[test]
fn our_schema_has_all_words() {
    let schema: Value =
        serde_json::from_slice(&fs::read(schema::of_verb("audit")).unwrap()).unwrap();
    let finding = &schema["$defs"]["finding"]["properties"];
    let states = [State::Unknown, State::Live, State::Expired, State::NoExpiry];
    for (field, words) in [
        (&finding["signals"]["items"], signal::ALL.to_vec()),
        (&finding["severity"], Severity::ALL.map(Severity::name).to_vec()),
        (&finding["state"], states.map(State::name).to_vec()),
    ] {
        let named: Vec<_> =
            field["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(named, words);
    }
}
