//! A JSON file of another program, changed in place: what is not changed keeps its bytes, its
//! order and its indent.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstObjectProp, CstRootNode};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::files::{self, View};
use crate::store::{Error, ErrorKind};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A name that a new file holds while it is made, so that the others are indented by a tab, as Docker
/// does it.
const INDENT: &str = "imgsec-indent";

/// A JSON object in a file; a file that is missing or empty holds `{}`.
pub struct JsonFile {
    path: PathBuf,
    /// As they were read; nothing, where the file is missing.
    bytes: Zeroizing<Vec<u8>>,
    map: Map<String, Value>,
}

impl JsonFile {
    /// Reads the file.
    ///
    /// # Errors
    /// Where it is broken: with the line and the column. Also for a name that is there twice, since
    /// a program could read either: for a field in any case, for a key of a map as it is written.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::read_in(&View::default(), path)
    }

    /// Reads the file as a view has it.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn read_in(view: &View, path: &Path) -> Result<Self, Error> {
        let bytes = match view.read(path, MAX_BYTES) {
            Err(files::Error::Missing(_)) => Zeroizing::default(),
            bytes => bytes?,
        };
        let broken = |why: String| {
            Error::new(ErrorKind::Damaged, format!("{} is broken: {why}", path.display()))
                .with_hint("mend the file by hand; it was left as it is")
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self { path: path.to_owned(), bytes, map: Map::new() });
        }
        // The parser's own text could quote a secret, so only the place is kept.
        let map = match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => map,
            Ok(_) => return Err(broken("it is no JSON object".to_owned())),
            Err(e) => return Err(broken(format!("line {}, column {}", e.line(), e.column()))),
        };
        let file = Self { path: path.to_owned(), bytes, map };
        let root = file.root()?.object_value_or_set();
        match twice(&root, true) {
            Some(name) => Err(broken(format!("the name {name:?} is there twice"))),
            None => Ok(file),
        }
    }

    /// What it holds.
    #[must_use]
    pub fn map(&self) -> &Map<String, Value> {
        &self.map
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Changes the file in one step, unless another program changed it since it was read.
    ///
    /// # Errors
    /// Where it changed in between or cannot be written; it is then the old file.
    pub fn change(&self, change: impl FnOnce(&CstObject)) -> Result<(), Error> {
        files::remove_leftovers(&self.path);
        let text = self.changed(change)?;
        if text.as_bytes() == &**self.bytes {
            return Ok(());
        }
        Ok(files::replace(&self.path, text.as_bytes(), Some(&self.bytes))?)
    }

    /// The text that the file has after a change.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] where it is broken.
    pub fn changed(&self, change: impl FnOnce(&CstObject)) -> Result<Zeroizing<String>, Error> {
        let root = self.root()?;
        let object = root.object_value_or_set();
        change(&object);
        if self.is_blank() {
            set(&object, INDENT, None);
        }
        let mut text = Zeroizing::new(root.to_string());
        if !text.ends_with('\n') && self.bytes.is_empty() {
            text.push('\n');
        }
        Ok(text)
    }

    /// The bytes that were read; none, where the file is missing.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    fn is_blank(&self) -> bool {
        self.text().trim().is_empty()
    }

    fn root(&self) -> Result<CstRootNode, Error> {
        let new = format!("{{\n\t\"{INDENT}\": 0\n}}");
        let text = if self.is_blank() { &new } else { self.text() };
        CstRootNode::parse(text, &strict()).map_err(|_| {
            Error::new(ErrorKind::Damaged, format!("{} is broken", self.path.display()))
        })
    }
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// A name that an object, or one within it, holds twice. Settings are fields, whose case Go does not
/// tell apart, then maps, whose keys it does (`auths`), then fields again.
fn twice(object: &CstObject, has_fields: bool) -> Option<String> {
    let mut names = HashSet::new();
    for property in object.properties() {
        let name = property.decoded_name().unwrap_or_default();
        if !names.insert(if has_fields { name.to_ascii_lowercase() } else { name.clone() }) {
            return Some(name);
        }
        if let Some(name) = property.object_value().and_then(|inner| twice(&inner, !has_fields)) {
            return Some(name);
        }
    }
    None
}

/// The value of a field in any case, as Go's `encoding/json` finds it.
#[must_use]
pub fn get<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The property of a name: as it is written, else in any case.
#[must_use]
pub fn property(object: &CstObject, name: &str) -> Option<CstObjectProp> {
    let is_named = |p: &CstObjectProp| p.decoded_name().is_some_and(|n| n == name);
    let is_in_any_case =
        |p: &CstObjectProp| p.decoded_name().is_some_and(|n| n.eq_ignore_ascii_case(name));
    let all = object.properties();
    all.iter().find(|p| is_named(p)).or_else(|| all.iter().find(|p| is_in_any_case(p))).cloned()
}

/// Sets a text under a name, or removes the name.
pub fn set(object: &CstObject, name: &str, value: Option<&str>) {
    match (property(object, name), value) {
        (Some(there), Some(value)) => there.set_value(CstInputValue::from(value)),
        (Some(there), None) => there.remove(),
        (None, Some(value)) => {
            object.append(name, CstInputValue::from(value));
        }
        (None, None) => {}
    }
}

/// The object under a name, made where it is missing.
#[must_use]
pub fn object(parent: &CstObject, name: &str) -> CstObject {
    let there = property(parent, name)
        .unwrap_or_else(|| parent.append(name, CstInputValue::Object(Vec::new())));
    there.object_value_or_set()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(before: &str, change: impl FnOnce(&CstObject)) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.json");
        std::fs::write(&path, before).unwrap();
        JsonFile::read(&path).unwrap().change(change).unwrap();
        std::fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn only_what_changes_changes() {
        let before = "{\n    \"b\": 1.50,\n    \"a\": {\"x\":\"\\u003c\"},\n\n    \"credsStore\":   \"pass\"\n}";
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
            ("[]", "no JSON object"),
            ("{\"a\":1,\"a\":2}", "\"a\" is there twice"),
            ("{\"auths\":{\"h\":{\"auth\":\"1\",\"auth\":\"2\"}}}", "\"auth\" is there twice"),
            ("{\"auths\":{\"h\":{\"auth\":\"1\",\"Auth\":\"2\"}}}", "\"Auth\" is there twice"),
            ("{\"auths\":{\"h\":{},\"h\":{}}}", "\"h\" is there twice"),
            ("{\"auths\":{},\"Auths\":{}}", "\"Auths\" is there twice"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = JsonFile::read(&path).err().unwrap().to_string();
            assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
        }
    }
}
