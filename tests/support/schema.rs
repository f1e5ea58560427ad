//! Documents against the schemas of `packaging/schema`, as a program of somebody else reads both.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where our schemas are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/schema")
}

/// The schema of what a verb answers.
pub(crate) fn of_verb(verb: &str) -> PathBuf {
    folder().join(format!("imgsec.{verb}-1.schema.json"))
}

/// Panics where a document is not what the schema says; it needs the packages of `tests/run`.
pub(crate) fn validate(schema: &Path, documents: &[PathBuf]) {
    let python =
        Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("docker-py").join("bin/python");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/json_schema.py");
    let output = Command::new(python).arg(script).arg(schema).args(documents).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
