//! A file of the form of Docker's `config.json`, as its readers see it: each client forgives other
//! faults, so a fault is noted here and judged by the client.

use std::path::Path;

use serde_json::{Map, Value};

use super::auth_entry::Entry;
use crate::files::{self, View};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// How a reader takes the names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Names {
    /// In any case, as Go's `encoding/json`.
    AnyCase,
    /// Only as Docker writes them.
    Exact,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is there and cannot be read: why.
    Unreadable(String),
    /// It holds nothing but white space.
    Empty,
    /// It is not JSON: where.
    Syntax(String),
    /// A setting has a value of another kind than it should have.
    Kind(&'static str),
    /// Something follows the settings.
    Trailing,
}

impl Fault {
    /// Why, in words.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Unreadable(why) => why.clone(),
            Self::Empty => "it is empty".to_owned(),
            Self::Syntax(place) => format!("it is not valid JSON: {place}"),
            Self::Kind(name) => format!("{name} has a value of the wrong kind"),
            Self::Trailing => "something follows the JSON object".to_owned(),
        }
    }

    /// Whether Go's JSON decoder, which reads one value and no further, gives up.
    pub(super) fn stops_a_decoder(&self) -> bool {
        !matches!(self, Self::Empty | Self::Trailing)
    }
}

/// What a client's reader finds.
#[derive(Debug, Default)]
pub(super) struct AuthFile {
    /// Whether there is anything at its path.
    pub(super) exists: bool,
    /// The first thing that is wrong with it.
    pub(super) fault: Option<Fault>,
    /// `auths`, in the order of the file.
    pub(super) entries: Vec<Entry>,
    /// `credsStore`; `None` where it is empty.
    pub(super) store: Option<String>,
    /// `credHelpers`; a name may be empty.
    pub(super) helpers: Vec<(String, String)>,
}

impl AuthFile {
    /// Reads a file; where it is the `.dockercfg` of before Docker 1.7, the whole of it is `auths`.
    pub(super) fn read(view: &View, path: &Path, names: Names) -> Self {
        let is_old = path.file_name().is_some_and(|name| name == ".dockercfg");
        let fault = |fault| Self { exists: true, fault: Some(fault), ..Self::default() };
        match view.read(path, MAX_BYTES) {
            Err(files::Error::Missing(_) | files::Error::Dangling(_)) => Self::default(),
            Err(error) => fault(Fault::Unreadable(error.reason())),
            Ok(bytes) => Self { exists: true, ..Self::parse(&bytes, names, is_old) },
        }
    }

    /// Reads the text of a file.
    pub(super) fn parse(bytes: &[u8], names: Names, is_old: bool) -> Self {
        let with = |fault| Self { fault: Some(fault), ..Self::default() };
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
        // The parser's own words could quote a secret, so only the place is kept.
        let map = match values.next() {
            None => return with(Fault::Empty),
            Some(Err(e)) => {
                let place = format!("line {}, column {}", e.line(), e.column());
                return with(Fault::Syntax(place));
            }
            Some(Ok(Value::Object(map))) => map,
            Some(Ok(Value::Null)) => Map::new(),
            Some(Ok(_)) => return with(Fault::Kind("the whole file")),
        };
        let rest = bytes.get(values.byte_offset()..).unwrap_or_default();
        let is_trailing = !rest.iter().all(u8::is_ascii_whitespace);
        let mut file = Self::of(map, names, is_old);
        if is_trailing && file.fault.is_none() {
            file.fault = Some(Fault::Trailing);
        }
        file
    }

    fn of(map: Map<String, Value>, names: Names, is_old: bool) -> Self {
        let mut file = Self::default();
        if is_old {
            file.add_entries(map, names);
            return file;
        }
        for (name, value) in map {
            match (field(&name, names, &["auths", "credsStore", "credHelpers"]), value) {
                (None, _) | (_, Value::Null) => {}
                (Some("auths"), Value::Object(entries)) => file.add_entries(entries, names),
                (Some("credHelpers"), Value::Object(helpers)) => file.add_helpers(helpers),
                (Some("credsStore"), Value::String(name)) => {
                    file.store = Some(name).filter(|name| !name.is_empty());
                }
                (Some(name), _) => file.note(Fault::Kind(name)),
            }
        }
        file
    }

    fn note(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    fn add_entries(&mut self, entries: Map<String, Value>, names: Names) {
        for (key, value) in entries {
            let mut entry = Entry::named(key);
            match value {
                Value::Object(fields) => {
                    if !entry.fill(fields, names) {
                        self.note(Fault::Kind("an entry of auths"));
                    }
                }
                Value::Null => {}
                _ => self.note(Fault::Kind("an entry of auths")),
            }
            self.entries.retain(|other| other.key != entry.key);
            self.entries.push(entry);
        }
    }

    fn add_helpers(&mut self, helpers: Map<String, Value>) {
        for (key, value) in helpers {
            let name = match value {
                Value::String(name) => name,
                Value::Null => String::new(),
                _ => {
                    self.note(Fault::Kind("an entry of credHelpers"));
                    String::new()
                }
            };
            self.helpers.retain(|(other, _)| *other != key);
            self.helpers.push((key, name));
        }
    }

    /// The helper that `credHelpers` names for just this key; its name may be empty.
    pub(super) fn helper(&self, key: &str) -> Option<&str> {
        self.helpers.iter().find(|(other, _)| other == key).map(|(_, name)| name.as_str())
    }

    /// Whether it says nothing about logins; then some clients choose a helper themselves.
    pub(super) fn is_bare(&self) -> bool {
        self.entries.is_empty() && self.store.is_none() && self.helpers.is_empty()
    }
}

/// The known name of a field, as a reader takes it.
pub(super) fn field(name: &str, names: Names, known: &[&'static str]) -> Option<&'static str> {
    known.iter().copied().find(|known| match names {
        Names::AnyCase => go_equal(known, name),
        Names::Exact => *known == name,
    })
}

/// Go folds letters as Unicode does, in which `ſ` is an s and the Kelvin sign a k.
fn go_equal(known: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    known.chars().map(fold).eq(name.chars().map(fold))
}
