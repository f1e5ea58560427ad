//! What the audit says of files that a program has written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value, json};

use crate::support::person::{Login, Person, Store};

/// A login in a file, as the audit must report it.
#[derive(Debug)]
pub(crate) struct Written<'l> {
    pub(crate) file: PathBuf,
    /// What stands on the line of the file that is named.
    pub(crate) line_of: String,
    /// A JSON pointer, where the file has a structure.
    pub(crate) pointer: Option<String>,
    pub(crate) rule: &'static str,
    pub(crate) kind: &'static str,
    /// `*` where the file does not say.
    pub(crate) registry: String,
    pub(crate) login: &'l Login,
}

/// Someone whose Docker has no helper: its logins are written into its file.
pub(crate) fn person_without_helpers() -> Person {
    let me = Person::without_keychain(Store::Sealed);
    fs::remove_file(me.home().join(".docker/config.json")).unwrap();
    me
}

/// As Docker writes a login: base64 of user and password.
pub(crate) fn auth_of(login: &Login) -> String {
    Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes())
}

/// The audit of these files reports just these logins. Beside them it is shown a file that holds
/// the same secrets: that it calls each of them the same shows that it read it right.
#[track_caller]
pub(crate) fn assert_found(me: &Person, paths: &[&Path], written: &[Written<'_>]) {
    let witness = me.folder().join("witness");
    let auths: Map<String, Value> = written
        .iter()
        .enumerate()
        .map(|(n, written)| (format!("w{n}.example"), json!({ "auth": auth_of(written.login) })))
        .collect();
    fs::create_dir_all(&witness).unwrap();
    fs::write(witness.join("config.json"), json!({ "auths": auths }).to_string()).unwrap();
    let paths = paths.iter().copied().chain([witness.as_path()]);
    let paths: Vec<_> = paths.map(|path| path.to_str().unwrap()).collect();
    let seen = audit(me, &paths);
    let seen = seen.into_iter().filter(|row| !row.starts_with(witness.to_str().unwrap()));
    let expected = written.iter().map(|written| written.row() + " same-secret-elsewhere");
    assert_eq!(seen.collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
}

/// The audit of the known places reports just these logins of this person.
#[track_caller]
pub(crate) fn assert_known(me: &Person, written: &[Written<'_>]) {
    let mine = me.folder().to_str().unwrap();
    let seen = audit(me, &[]).into_iter().filter(|row| row.starts_with(mine));
    let seen: BTreeSet<_> = seen.map(|row| row.replace(" same-secret-elsewhere", "")).collect();
    assert_eq!(seen, written.iter().map(Written::row).collect::<BTreeSet<_>>());
}

/// A row for each place in the audit's answer, which in none of its forms says a secret.
#[track_caller]
pub(crate) fn audit(me: &Person, paths: &[&str]) -> BTreeSet<String> {
    let forms = [&["audit"][..], &["audit", "--sarif"], &["audit", "--json"]];
    let answers = forms.map(|form| me.run_ours(&[form, paths].concat()));
    for answer in &answers {
        assert!(!answer.said().contains("canary-"), "shows a secret: {answer:#?}");
        assert!(matches!(answer.status.code(), Some(0 | 1)), "{answer:#?}");
    }
    let answer: Value = serde_json::from_str(&answers[2].stdout).unwrap();
    answer["findings"].as_array().unwrap().iter().flat_map(rows).collect()
}

fn rows(finding: &Value) -> Vec<String> {
    let text = |name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    let facts = ["rule", "kind", "registry", "username"].map(text).join(" ");
    let signals = finding["signals"].as_array().unwrap();
    let is_same = signals.iter().any(|signal| signal == "same-secret-elsewhere");
    let same = if is_same { " same-secret-elsewhere" } else { "" };
    let locations = finding["locations"].as_array().unwrap().iter();
    locations
        .map(|at| {
            let (path, pointer) = (at["path"].as_str().unwrap(), at["pointer"].as_str());
            format!("{path}:{} {} {facts}{same}", at["line"], pointer.unwrap_or("-"))
        })
        .collect()
}

impl Written<'_> {
    #[track_caller]
    fn row(&self) -> String {
        let bytes = fs::read(&self.file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let line = text.lines().position(|line| line.contains(&self.line_of));
        let line = line.unwrap_or_else(|| panic!("no {:?} in {text}", self.line_of)) + 1;
        let Self { file, rule, kind, registry, .. } = self;
        let pointer = self.pointer.as_deref().unwrap_or("-");
        let user = &self.login.user;
        format!("{}:{line} {pointer} {rule} {kind} {registry} {user}", file.display())
    }
}

/// A login in one of Docker's files, by Docker or by others that write its format.
pub(crate) fn in_auths<'l>(
    rule: &'static str,
    file: PathBuf,
    key: &str,
    registry: &str,
    login: &'l Login,
) -> Written<'l> {
    Written {
        file,
        line_of: auth_of(login),
        pointer: Some(format!("/auths/{}/auth", key.replace('~', "~0").replace('/', "~1"))),
        rule,
        kind: "auth",
        registry: registry.to_owned(),
        login,
    }
}
