//! A JSON file of another program, changed in place: what is not changed keeps its bytes, its
//! order and its indent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstObjectProp, CstRootNode};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::files::{self, View};
use crate::store::{Error, ErrorKind};
use crate::text;

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
    /// a program could read either: of fields also those that are the same to Docker alone, as
    /// `credSstore` and `credsStore` are.
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
            let file = text::plain(&path.display().to_string());
            Error::new(ErrorKind::Damaged, format!("{file} is broken: {why}"))
                .with_hint("fix the file; it was left unchanged")
        };
        if let Some(unreadable) = wrong_encoding(path, &bytes) {
            return Err(unreadable);
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self { path: path.to_owned(), bytes, map: Map::new() });
        }
        // The parser's own text could quote a secret, so only the place is kept.
        let map = match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => map,
            Ok(_) => return Err(broken("it is not a JSON object".to_owned())),
            Err(e) => return Err(broken(format!("line {}, column {}", e.line(), e.column()))),
        };
        let file = Self { path: path.to_owned(), bytes, map };
        let root = file.root()?.object_value_or_set();
        match twice(&root, true) {
            None => Ok(file),
            Some((first, second)) if first == second => {
                Err(broken(format!("the name {first:?} is there twice")))
            }
            Some((first, second)) => Err(broken(format!(
                "{first:?} and {second:?} are the same name to Docker, which ignores case; other \
                 programs read only one of them"
            ))
            .with_hint("remove one of the two; Docker uses the last one")),
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

/// Programs on Windows begin a text with a byte order mark, or write it as UTF-16; Go's JSON, and so
/// every client of Docker's, reads neither.
fn wrong_encoding(path: &Path, bytes: &[u8]) -> Option<Error> {
    let name = path.display().to_string();
    let (file, word) = (text::plain(&name), text::shell_word(&name));
    let what = match bytes {
        [0xef, 0xbb, 0xbf, ..] => {
            "begins with a byte order mark, which no client of Docker's reads"
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "is UTF-16, which no client of Docker's reads",
        _ => return None,
    };
    let error = Error::new(ErrorKind::Damaged, format!("{file} {what}"));
    Some(error.with_hint(if bytes[0] == 0xef && cfg!(target_os = "linux") {
        format!(r"sed -i '1s/^\xef\xbb\xbf//' {word}")
    } else {
        format!("save {file} as UTF-8 without a byte order mark")
    }))
}

/// Two names in an object, or in one within it, that are the same. Settings are fields, whose case Go
/// does not tell apart, then maps, whose keys it does (`auths`), then fields again.
fn twice(object: &CstObject, has_fields: bool) -> Option<(String, String)> {
    let mut names = HashMap::new();
    for property in object.properties() {
        let name = property.decoded_name().unwrap_or_default();
        let same = if has_fields { text::folded(&name) } else { name.clone() };
        if let Some(first) = names.insert(same, name.clone()) {
            return Some((first, name));
        }
        if let Some(names) = property.object_value().and_then(|inner| twice(&inner, !has_fields)) {
            return Some(names);
        }
    }
    None
}

/// The value of a field, as Go's `encoding/json` finds it.
#[must_use]
pub fn get<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let name = text::folded(name);
    map.iter().find(|(n, _)| text::folded(n) == name).map(|(_, value)| value)
}

/// The property of a field: as it is written, else in any case.
#[must_use]
pub fn property(object: &CstObject, name: &str) -> Option<CstObjectProp> {
    entry(object, name).or_else(|| {
        let name = text::folded(name);
        let is_named =
            |p: &CstObjectProp| p.decoded_name().is_some_and(|n| text::folded(&n) == name);
        object.properties().into_iter().find(is_named)
    })
}

/// The property of a map's key, which is just as it is written.
#[must_use]
pub fn entry(map: &CstObject, key: &str) -> Option<CstObjectProp> {
    map.properties().into_iter().find(|p| p.decoded_name().is_some_and(|n| n == key))
}

/// Sets the text of a field, or removes the field.
pub fn set(object: &CstObject, name: &str, value: Option<&str>) {
    set_in(object, name, property(object, name), value);
}

/// Sets the text under a map's key, or removes the key.
pub fn set_entry(map: &CstObject, key: &str, value: Option<&str>) {
    set_in(map, key, entry(map, key), value);
}

fn set_in(object: &CstObject, name: &str, there: Option<CstObjectProp>, value: Option<&str>) {
    match (there, value) {
        (Some(there), Some(value)) => there.set_value(CstInputValue::from(value)),
        (Some(there), None) => there.remove(),
        (None, Some(value)) => {
            object.append(name, CstInputValue::from(value));
        }
        (None, None) => {}
    }
}

/// The object of a field, made where it is missing.
#[must_use]
pub fn object(parent: &CstObject, name: &str) -> CstObject {
    made(parent, name, property(parent, name))
}

/// The object under a map's key, made where it is missing.
#[must_use]
pub fn object_entry(map: &CstObject, key: &str) -> CstObject {
    made(map, key, entry(map, key))
}

fn made(parent: &CstObject, name: &str, there: Option<CstObjectProp>) -> CstObject {
    there
        .unwrap_or_else(|| parent.append(name, CstInputValue::Object(Vec::new())))
        .object_value_or_set()
}

#[cfg(test)]
mod tests;
