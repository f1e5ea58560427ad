//! What a change leaves as it was, and what is said of a broken file.

use super::*;

fn changed(before: &str, change: impl FnOnce(&CstObject)) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.json");
    std::fs::write(&path, before).unwrap();
    JsonFile::read(&path).unwrap().changed(change).unwrap().to_string()
}

#[test]
fn only_what_changes_changes() {
    let before =
        "{\n    \"b\": 1.50,\n    \"a\": {\"x\":\"\\u003c\"},\n\n    \"credsStore\":   \"pass\"\n}";
    let after = changed(before, |root| set(root, "credsstore", Some("imgsec")));
    assert_eq!(after, before.replace("pass", "imgsec"));
    let after = changed("{\n\t\"a\": 1\n}\n", |root| set(root, "credsStore", Some("imgsec")));
    assert_eq!(after, "{\n\t\"a\": 1,\n\t\"credsStore\": \"imgsec\"\n}\n");
    assert_eq!(
        changed("{\n\t\"a\": 1,\n\t\"b\": 2\n}\n", |root| set(root, "b", None)),
        "{\n\t\"a\": 1\n}\n"
    );
}

#[test]
fn a_field_with_the_name_of_our_mark_is_somebody_elses() {
    let before = format!("{{\n\t\"{INDENT}\": 1\n}}");
    assert!(changed(&before, |root| set(root, "a", Some("b"))).contains(INDENT));
}

#[test]
fn a_new_file_looks_like_dockers() {
    for before in ["", "\n"] {
        let after = changed(before, |root| set(root, "credsStore", Some("imgsec")));
        assert_eq!(after.trim_end(), "{\n\t\"credsStore\": \"imgsec\"\n}");
    }
}

#[test]
fn a_broken_file_is_named_with_its_place_and_without_its_content() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.json");
    for (text, why) in [
        ("{\n  \"auths\": {\"a\": hunter2}}", "line 2, column 18"),
        ("{\"a\":1,}", "line 1, column 8"),
        ("// hunter2\n{}", "line 1, column 1"),
        ("[]", "not a JSON object"),
        ("{\"a\":1,\"a\":2}", "\"a\" is there twice"),
        ("{\"auths\":{\"h\":{\"auth\":\"1\",\"auth\":\"2\"}}}", "\"auth\" is there twice"),
        (
            "{\"auths\":{\"h\":{\"auth\":\"1\",\"Auth\":\"2\"}}}",
            "\"auth\" and \"Auth\" are the same name to Docker",
        ),
        (
            "{\"credSstore\":\"a\",\"credsStore\":\"b\"}",
            "\"credSstore\" and \"credsStore\" are the same name to Docker",
        ),
        (
            "{\"cred\\u017fStore\":\"a\",\"credsStore\":\"b\"}",
            "\"cred\u{17f}Store\" and \"credsStore\" are the same name",
        ),
        ("{\"auths\":{\"h\":{},\"h\":{}}}", "\"h\" is there twice"),
        ("{\"auths\":{},\"Auths\":{}}", "\"auths\" and \"Auths\" are the same"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = JsonFile::read(&path).err().unwrap().to_string();
        assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_file_in_another_encoding_is_said_with_the_line_that_helps() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it's config.json");
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        JsonFile::read(&path).err().unwrap()
    };
    let utf16 = refused(b"\xff\xfe{\0}\0");
    assert!(utf16.to_string().contains("is UTF-16"), "{utf16}");
    for rest in ["", "{\"credsStore\":\"a\"}"] {
        let marked = refused(format!("\u{feff}{rest}").as_bytes());
        assert!(marked.to_string().contains("begins with a byte order mark"), "{marked}");
        if cfg!(target_os = "linux") {
            let line = marked.hint().unwrap();
            let sed = std::process::Command::new("sh").args(["-c", line]).status().unwrap();
            assert!(sed.success(), "{line}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), rest);
        }
    }
}

#[test]
fn keys_of_a_map_are_just_as_they_are_written_and_fields_are_not() {
    let after = changed("{\"CredHelpers\":{\"ghcr.io\":\"a\"}}", |root| {
        let helpers = object(root, "credHelpers");
        set_entry(&helpers, "GHCR.io", Some("b"));
        set_entry(&helpers, "ghcr.IO", None);
    });
    let after: Value = serde_json::from_str(&after).unwrap();
    assert_eq!(after, serde_json::json!({"CredHelpers": {"ghcr.io": "a", "GHCR.io": "b"}}));
}
