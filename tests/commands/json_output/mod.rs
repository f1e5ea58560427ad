//! What every verb answers with `--json` is what its schema says: where it did what it was asked to,
//! where it refused, and where it failed.
#![cfg(target_os = "linux")]

mod asking;
mod keeping;
mod midway;
mod moving;
mod usage;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::person::{Person, Store};
use crate::support::process;
use crate::support::schema;

/// Runs verbs, and keeps what they answer.
#[derive(Default)]
struct Clerk {
    answers: BTreeMap<String, Vec<Value>>,
}

impl Clerk {
    /// The answer of our program, which must be one document and end with this status.
    #[track_caller]
    fn ask(&mut self, person: &Person, words: &str, stdin: &str, status: i32) -> Value {
        let program = Path::new(env!("CARGO_BIN_EXE_imgsec-cred"));
        self.ask_of(program, person, words, stdin, status)
    }

    /// The same of our program where it lies elsewhere.
    #[track_caller]
    fn ask_of(
        &mut self,
        program: &Path,
        person: &Person,
        words: &str,
        stdin: &str,
        status: i32,
    ) -> Value {
        let mut command = person.command(program);
        command.args(words.split(' ')).args(["--json", "--no-input"]);
        let ran = process::run(&mut command, stdin.as_bytes());
        assert_eq!(ran.status.code(), Some(status), "{ran:#?}");
        let answer: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:#?}"));
        if answer.get("error").is_some() && status != 130 {
            let message = answer["error"]["message"].as_str().unwrap();
            assert!(ran.stderr.contains(message), "people are not told: {ran:#?}");
        }
        let schema = answer["schema"].as_str().unwrap();
        let verb = schema.strip_prefix("imgsec.").and_then(|s| s.strip_suffix("/1")).unwrap();
        self.answers.entry(verb.to_owned()).or_default().push(answer.clone());
        answer
    }

    /// Each of these verbs was done, refused or failed, and said so as its schema has it.
    #[track_caller]
    fn closes(self, verbs: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        for verb in verbs {
            let answers = self.answers.get(*verb).map_or(&[][..], Vec::as_slice);
            let is_failure = |answer: &&Value| answer.get("error").is_some();
            let failures = answers.iter().filter(is_failure).count();
            assert!(failures > 0 && failures < answers.len(), "{verb}: {failures} failures");
        }
        for (verb, answers) in &self.answers {
            let path = |number| folder.path().join(format!("{verb}-{number}.json"));
            let write = |(number, answer): (usize, &Value)| {
                fs::write(path(number), format!("{answer:#}\n")).unwrap();
                path(number)
            };
            let documents: Vec<_> = answers.iter().enumerate().map(write).collect();
            schema::validate(&schema::of_verb(verb), &documents);
        }
    }
}

/// The verbs of our program, as its help names them, without their other names.
fn verbs() -> BTreeSet<String> {
    let person = Person::without_keychain(Store::Sealed);
    let help = person.run_ours(&["--help"]).ok().stdout;
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs = verbs.take_while(|line| !line.is_empty());
    let verbs = verbs.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    verbs.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

/// Verbs whose `--json` is the form of somebody else's document.
const OTHERS: &[&str] = &["export"];

/// The answer where no verb is named.
const NO_VERB: [&str; 1] = ["usage"];

/// What a verb cannot do without, and where it cannot be done at all.
const NOTHING_TO_DO: &[(&str, &str)] = &[
    ("login", " r.example -u ada --password-stdin --no-verify"),
    ("logout", " r.example"),
    ("show", " r.example"),
    ("which", " nginx"),
    ("verify", " --all"),
    ("rotate", " r.example --password-stdin"),
];

/// Without a home, a helper or a store; whatever the verb makes of that, it is an answer that has a
/// schema. Every verb that is ever added is met here.
#[test]
fn no_verb_answers_in_json_without_a_schema() {
    let person = Person::without_keychain(Store::Sealed);
    let all = verbs();
    assert!(all.len() > 10 && all.contains("rotate"), "{all:?}");
    for verb in all.iter().filter(|verb| !OTHERS.contains(&verb.as_str())) {
        let more = NOTHING_TO_DO.iter().find(|(of, _)| of == verb).map_or("", |(_, more)| more);
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.env_clear().env("IMGSEC_STORE", "no such store").env("HOME", "/nowhere");
        command.args(format!("{verb}{more}").split(' ')).args(["--json", "--no-input"]);
        let ran = process::run(&mut command, b"secret-1\n");
        let answer: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{verb}: {e}: {ran:#?}"));
        let name = format!("imgsec.{verb}/1");
        assert_eq!(answer["schema"], name.as_str(), "{ran:#?}");
        let schema = fs::read(schema::of_verb(verb))
            .unwrap_or_else(|_| panic!("{verb} answers in JSON and has no schema"));
        let schema: Value = serde_json::from_slice(&schema).unwrap();
        assert_eq!(schema["title"], name.as_str());
    }
    let mut files: Vec<_> = fs::read_dir(schema::folder()).unwrap().flatten().collect();
    files.retain(|file| {
        let name = file.file_name().into_string().unwrap();
        let named = all.iter().map(String::as_str).chain(NO_VERB);
        !named.into_iter().any(|verb| name == format!("imgsec.{verb}-1.schema.json"))
    });
    assert!(files.is_empty(), "schemas of no verb: {files:?}");
}

/// Every object of every schema names all its keys, and none may be missing.
#[test]
fn schemas_leave_nothing_open() {
    fn look(at: &str, value: &Value) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            let is_open = value["additionalProperties"] != false;
            let required = value["required"].as_array().map_or(0, Vec::len);
            let is_choice = value.get("minProperties").is_some();
            let is_whole = required == properties.len() || is_choice;
            assert!(!is_open && is_whole, "{at} is open");
        }
        if let Value::Object(map) = value {
            map.iter().for_each(|(key, value)| look(&format!("{at}/{key}"), value));
        }
    }
    let all = verbs();
    let ours = all.iter().map(String::as_str).filter(|verb| !OTHERS.contains(verb));
    for verb in ours.chain(NO_VERB) {
        let schema = fs::read(schema::of_verb(verb)).unwrap();
        look(verb, &serde_json::from_slice(&schema).unwrap());
    }
}
