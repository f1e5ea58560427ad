//! A file of the form of Docker's `config.json`, as its readers see it: each client forgives other
//! faults, so a fault is noted here and judged by the client.

use std::path::Path;

use super::auth_entry::Entry;
use super::json_tree::Json;
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
    Kind(Part),
    /// An entry of it is null.
    Null(Part),
    /// A setting is there twice.
    Twice(Part),
    /// Something follows the settings.
    Trailing,
}

/// Where a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The file as a whole.
    Whole,
    /// `auths`.
    Auths,
    /// An entry of `auths`, or a field of one.
    Entry,
    /// `credsStore`.
    Store,
    /// `credHelpers`, or an entry of it.
    Helpers,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Whole => "the file",
            Self::Auths => "auths",
            Self::Entry => "an entry of auths",
            Self::Store => "credsStore",
            Self::Helpers => "credHelpers",
        }
    }
}

impl Fault {
    /// Why, in words.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Unreadable(why) => why.clone(),
            Self::Empty => "it is empty".to_owned(),
            Self::Syntax(place) => format!("it is not valid JSON: {place}"),
            Self::Kind(part) => format!("{} has a value of the wrong kind", part.name()),
            Self::Null(part) => format!("{} is null", part.name()),
            Self::Twice(part) => format!("{} is there twice", part.name()),
            Self::Trailing => "something follows the JSON object".to_owned(),
        }
    }

    /// Whether Go's JSON takes offence.
    fn is_of_go(&self) -> bool {
        !matches!(self, Self::Null(_) | Self::Twice(_))
    }
}

/// What a client's reader finds.
#[derive(Debug, Default)]
pub(super) struct AuthFile {
    /// Whether there is anything at its path.
    pub(super) exists: bool,
    /// Whether it has the form of before Docker 1.7.
    pub(super) is_old: bool,
    /// What is wrong with it; clients take offence at some of it.
    pub(super) faults: Vec<Fault>,
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
        let fault = |fault| Self { exists: true, faults: vec![fault], ..Self::default() };
        match view.read(path, MAX_BYTES) {
            Err(files::Error::Missing(_) | files::Error::Dangling(_)) => Self::default(),
            Err(error) => fault(Fault::Unreadable(error.reason())),
            Ok(bytes) => Self { exists: true, ..Self::parse(&bytes, names, is_old) },
        }
    }

    /// Reads the text of a file.
    pub(super) fn parse(bytes: &[u8], names: Names, is_old: bool) -> Self {
        let with = |fault| Self { faults: vec![fault], ..Self::default() };
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Json>();
        // The parser's own words could quote a secret, so only the place is kept.
        let fields = match values.next() {
            None => return with(Fault::Empty),
            Some(Err(e)) => {
                let place = format!("line {}, column {}", e.line(), e.column());
                return with(Fault::Syntax(place));
            }
            Some(Ok(Json::Object(fields))) => fields,
            Some(Ok(Json::Null)) => Vec::new(),
            Some(Ok(_)) => return with(Fault::Kind(Part::Whole)),
        };
        let rest = bytes.get(values.byte_offset()..).unwrap_or_default();
        let is_trailing = !rest.iter().all(u8::is_ascii_whitespace);
        let mut file = Self::of(fields, names, is_old);
        if is_trailing {
            file.faults.push(Fault::Trailing);
        }
        file
    }

    fn of(fields: Vec<(String, Json)>, names: Names, is_old: bool) -> Self {
        let mut file = Self::default();
        if is_old {
            file.is_old = true;
            file.add_entries(fields, names);
            return file;
        }
        let mut seen = Vec::new();
        for (name, value) in fields {
            let Some(name) = field(&name, names, &["auths", "credsStore", "credHelpers"]) else {
                continue;
            };
            let part = match name {
                "auths" => Part::Auths,
                "credsStore" => Part::Store,
                _ => Part::Helpers,
            };
            if seen.contains(&part) {
                file.faults.push(Fault::Twice(part));
                if names == Names::Exact {
                    file.forget(part);
                }
            }
            seen.push(part);
            match (part, value) {
                (_, Json::Null) => {}
                (Part::Auths, Json::Object(entries)) => file.add_entries(entries, names),
                (Part::Helpers, Json::Object(helpers)) => file.add_helpers(helpers),
                (Part::Store, Json::Text(name)) => {
                    file.store = Some(name.to_string()).filter(|name| !name.is_empty());
                }
                (part, _) => file.faults.push(Fault::Kind(part)),
            }
        }
        file
    }

    /// A setting that comes again takes the place of the one before, where it is not read over it.
    fn forget(&mut self, part: Part) {
        match part {
            Part::Auths => self.entries.clear(),
            Part::Helpers => self.helpers.clear(),
            _ => self.store = None,
        }
    }

    /// What makes Go's `json.Unmarshal` give up, where `reads` says which parts it looks at.
    pub(super) fn unmarshal_fault(&self, reads: impl Fn(Part) -> bool) -> Option<&Fault> {
        self.faults.iter().filter(|fault| fault.is_of_go()).find(|fault| match fault {
            Fault::Kind(part) => reads(*part),
            _ => true,
        })
    }

    /// What makes Go's JSON decoder give up, which reads one value and no further.
    pub(super) fn decoder_fault(&self, reads: impl Fn(Part) -> bool) -> Option<&Fault> {
        self.unmarshal_fault(reads).filter(|f| !matches!(f, Fault::Empty | Fault::Trailing))
    }

    fn add_entries(&mut self, entries: Vec<(String, Json)>, names: Names) {
        for (key, value) in entries {
            let mut entry = Entry::named(key);
            match value {
                Json::Object(fields) => entry.fill(fields, names),
                Json::Null => self.faults.push(Fault::Null(Part::Entry)),
                _ => entry.is_odd = true,
            }
            if entry.is_odd {
                self.faults.push(Fault::Kind(Part::Entry));
            }
            self.entries.retain(|other| other.key != entry.key);
            self.entries.push(entry);
        }
    }

    fn add_helpers(&mut self, helpers: Vec<(String, Json)>) {
        for (key, value) in helpers {
            let name = match value {
                Json::Text(name) => name.to_string(),
                Json::Null => {
                    self.faults.push(Fault::Null(Part::Helpers));
                    String::new()
                }
                _ => {
                    self.faults.push(Fault::Kind(Part::Helpers));
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
