//! The stable words of the code are those of the schemas, all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::schema;

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path);
    let text = fs::read_to_string(path).unwrap();
    text.split("\n#[cfg(test)]").next().unwrap().to_owned()
}

/// The first text in quotes behind each of these.
fn behind(text: &str, mark: &str) -> BTreeSet<String> {
    let parts = text.split(mark).skip(1);
    parts.filter_map(|part| part.split('"').nth(1)).map(str::to_owned).collect()
}

fn words(verb: &str, pointer: &str) -> BTreeSet<String> {
    let schema: Value = serde_json::from_slice(&fs::read(schema::of_verb(verb)).unwrap()).unwrap();
    let words = schema.pointer(pointer).unwrap_or_else(|| panic!("{verb}: no {pointer}"));
    words.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A function's text.
fn body<'a>(text: &'a str, function: &str) -> &'a str {
    let rest = text.split(function).nth(1).unwrap();
    rest.split("\n    }\n").next().unwrap()
}

#[test]
fn every_reason_of_a_verdict_is_in_the_schemas() {
    let mut reasons = behind(body(&source("registry/trouble.rs"), "fn reason"), "=>");
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/registry")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".rs") {
            let text = source(&format!("registry/{name}"));
            reasons.extend(behind(&text, "Err(refused("));
            reasons.extend(behind(&text, "        refused("));
            // One whose reason is not written there has it of `Trouble`.
            reasons
                .extend(behind(&text.replace("trouble.reason()", "\"broken\""), "Finding::new("));
        }
    }
    // Of a rotation whose ledger cannot be read.
    reasons.insert("our_ledger".to_owned());
    for verb in ["login", "verify", "rotate"] {
        assert_eq!(words(verb, "/$defs/reason/enum"), reasons, "{verb}");
    }
}

#[test]
fn every_state_and_every_kind_of_error_is_in_the_schemas() {
    let states = behind(body(&source("rotate/ending.rs"), "pub fn word"), "=>");
    let items = "/$defs/answer/properties/items/items/properties";
    assert_eq!(words("rotate", &format!("{items}/state/enum")), states);
    let due = behind(body(&source("rotate/due.rs"), "pub fn word"), "=>");
    assert_eq!(words("rotate", &format!("{items}/due/enum")), due);
    let mut kinds = behind(body(&source("store/error.rs"), "pub fn word"), "=>");
    kinds.extend(["refused", "usage", "interrupted"].map(str::to_owned));
    for verb in ["list", "show", "rotate", "audit"] {
        assert_eq!(words(verb, "/$defs/error/properties/kind/enum"), kinds, "{verb}");
    }
    let status =
        ["status.rs", "status/clients.rs", "status/other_helper.rs", "status/rotations.rs"];
    let status = status.map(|name| source(&format!("bin/imgsec-cred/{name}"))).concat();
    let mut ids: BTreeSet<_> = behind(&status, ".add(");
    ids.extend(behind(&status, ".fail("));
    ids.retain(|id| id.contains('.') && !id.contains(' '));
    assert_eq!(words("status", "/$defs/answer/properties/checks/items/properties/id/enum"), ids);
}

/// Keys are written with `_`, words with `-`; but for the reasons of a verdict, which have been
/// written as they are since they were first described.
#[test]
fn words_are_written_with_hyphens() {
    fn look(at: &str, value: &Value, wrong: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter().filter(|(key, _)| *key != "reason") {
                    look(&format!("{at}/{key}"), value, wrong);
                }
            }
            Value::Array(values) if at.ends_with("/enum") => {
                let words = values.iter().filter_map(Value::as_str);
                wrong.extend(words.filter(|word| word.contains('_')).map(|w| format!("{at}: {w}")));
            }
            Value::Array(values) => values.iter().for_each(|value| look(at, value, wrong)),
            _ => {}
        }
    }
    let mut wrong = Vec::new();
    for file in fs::read_dir(schema::folder()).unwrap().flatten() {
        let schema = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        look(&file.path().display().to_string(), &schema, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
