//! A file's text as sources read it: its lines, and where it has a structure, a tree of values.
//!
//! One tree for all formats: what a YAML file, a JSON file and a TOML file say in the same words is
//! found by the same source. A tree knows the line of each value, and nothing of its bytes.

use std::borrow::Cow;
use std::fmt;

mod decode;
mod hcl;
mod json;
mod toml;
mod xml;
mod yaml;

pub use decode::decode;

/// How deep a tree may be; deeper files are read as lines only.
pub const MAX_DEPTH: usize = 200;

/// How many values the trees of one file may have, so that a file of aliases cannot grow.
pub const MAX_VALUES: usize = 400_000;

/// A value and the line it begins on, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The line it begins on.
    pub line: usize,
}

/// What a value is. Numbers, booleans and dates are texts, as they are written. `Debug` shows no text:
/// it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A scalar.
    Text(String),
    /// An array; of a block that HCL or XML repeats, each one.
    List(Vec<Node>),
    /// Names and values in the order of the file; a name may be there twice.
    Map(Vec<(String, Node)>),
}

/// What a file is, going by its name and then by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, with comments and trailing commas.
    Json,
    /// YAML, of one document or several.
    Yaml,
    /// TOML.
    Toml,
    /// HashiCorp's language, as far as blocks, attributes and literals go: Terraform, Nomad, Packer.
    Hcl,
    /// XML.
    Xml,
    /// Text without a structure, or with one that is broken.
    Lines,
}

/// A text and its trees; `Debug` shows neither.
pub struct Document<'t> {
    /// The text, without byte order mark and NULs.
    pub text: &'t str,
    /// What it was read as.
    pub format: Format,
    /// The roots of its trees; several in a YAML stream, none where it is only lines.
    pub trees: Vec<Node>,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Text(_) => f.write_str("Text(…)"),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(entries) => {
                f.debug_map().entries(entries.iter().map(|(n, v)| (n, v))).finish()
            }
        }
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?}, {} bytes)", self.format, self.text.len())
    }
}

impl<'t> Document<'t> {
    /// Reads a text as what its file's name says, else as what it looks like, else as lines.
    #[must_use]
    pub fn read(name: &str, text: &'t str) -> Self {
        let named = by_name(name);
        let formats = by_text(text).iter().copied().filter(|format| Some(*format) != named);
        for format in named.into_iter().chain(formats) {
            if let Some(trees) = parse(format, text) {
                return Self { text, format, trees };
            }
        }
        Self { text, format: Format::Lines, trees: Vec::new() }
    }
}

/// The trees of a text; `None` where it is not of this format, or too deep or too large.
#[must_use]
pub fn parse(format: Format, text: &str) -> Option<Vec<Node>> {
    match format {
        Format::Json => json::parse(text).map(|node| vec![node]),
        Format::Yaml => yaml::parse(text),
        Format::Toml => toml::parse(text).map(|node| vec![node]),
        Format::Hcl => hcl::parse(text).map(|node| vec![node]),
        Format::Xml => xml::parse(text).map(|node| vec![node]),
        Format::Lines => None,
    }
}

/// Ends of the names of copies and templates, before which the format's own stands.
const COPIES: &[&str] = &[
    "~",
    ".bak",
    ".backup",
    ".old",
    ".orig",
    ".save",
    ".disabled",
    ".dist",
    ".tmpl",
    ".tpl",
    ".gotmpl",
    ".tftpl",
    ".j2",
    ".erb",
];

fn by_name(name: &str) -> Option<Format> {
    let lower = name.to_ascii_lowercase();
    let mut name = lower.as_str();
    while let Some(before) = COPIES.iter().find_map(|end| name.strip_suffix(end)) {
        name = before;
    }
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if ends(&[".json", ".tfstate", ".json5", ".jsonc"]) {
        Some(Format::Json)
    } else if ends(&[".yaml", ".yml", ".sls"]) {
        Some(Format::Yaml)
    } else if ends(&[".toml"]) {
        Some(Format::Toml)
    } else if ends(&[".tf", ".hcl", ".nomad", ".tfvars"]) {
        Some(Format::Hcl)
    } else if ends(&[".xml", ".pom"]) {
        Some(Format::Xml)
    } else {
        None
    }
}

/// What a text may be, likeliest first.
fn by_text(text: &str) -> &'static [Format] {
    match text.trim_start().chars().next() {
        Some('{') => &[Format::Json, Format::Yaml],
        Some('[') => &[Format::Json, Format::Toml, Format::Yaml],
        Some('<') => &[Format::Xml],
        Some('#') if text.trim_start().starts_with("#cloud-config") => &[Format::Yaml],
        Some('p' | 'r' | 'v' | 't' | 'j' | 's') if begins_hcl(text) => &[Format::Hcl],
        _ => &[],
    }
}

/// Whether a text begins with a block of HashiCorp's language.
fn begins_hcl(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match first {
        "terraform" => second == "{",
        "provider" | "resource" | "variable" | "source" | "job" => second.starts_with('"'),
        _ => false,
    }
}

/// Where a value is: itself, and all that is above it.
#[derive(Debug, Clone, Copy)]
pub struct Here<'t> {
    /// The value.
    pub node: &'t Node,
    /// Its name in the map above, or its number in the list above; nothing at a root.
    pub step: Step<'t>,
    /// The value above. That of a document inside a text is the text.
    pub up: Option<&'t Here<'t>>,
}

/// How a value is reached from the one above.
#[derive(Debug, Clone, Copy)]
pub enum Step<'t> {
    /// It is a root.
    Root,
    /// By a name in a map.
    Name(&'t str),
    /// By its place in a list, counted from 0.
    Item(usize),
    /// It is what a text above says: a document inside a document.
    Inner,
}

impl<'t> Here<'t> {
    /// Names and values, where it is a map.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, &'t Node)> + use<'t> {
        let entries: &'t [(String, Node)] = match &self.node.value {
            Value::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// The value of a name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'t Node> {
        self.node.get(name)
    }

    /// The text under the first of these names that has one.
    #[must_use]
    pub fn text(&self, names: &[&str]) -> Option<&'t str> {
        names.iter().find_map(|name| self.get(name)?.text())
    }

    /// The name it has in the nearest map above, also through lists and texts.
    #[must_use]
    pub fn name(&self) -> Option<&'t str> {
        match self.step {
            Step::Name(name) => Some(name),
            _ => self.up?.name(),
        }
    }

    /// The nearest map above.
    #[must_use]
    pub fn map_above(&self) -> Option<&'t Here<'t>> {
        let mut up = self.up;
        while let Some(here) = up {
            if matches!(here.node.value, Value::Map(_)) {
                return Some(here);
            }
            up = here.up;
        }
        None
    }

    /// Names above it, nearest first, its own among them.
    pub fn names(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        let mut next = Some(*self);
        std::iter::from_fn(move || {
            while let Some(here) = next {
                next = here.up.copied();
                if let Step::Name(name) = here.step {
                    return Some(name);
                }
            }
            None
        })
    }

    /// The line in the file: inside a document in a text, the line of the text.
    #[must_use]
    pub fn line(&self) -> usize {
        self.outermost().node.line
    }

    /// A JSON pointer (RFC 6901) to it; inside a document in a text, to the text.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut next = Some(self.outermost());
        while let Some(here) = next {
            match here.step {
                Step::Name(name) => {
                    steps.push(Cow::from(name.replace('~', "~0").replace('/', "~1")));
                }
                Step::Item(number) => steps.push(number.to_string().into()),
                Step::Root | Step::Inner => {}
            }
            next = here.up.copied();
        }
        steps.iter().rev().map(|step| format!("/{step}")).collect()
    }

    /// It, or the text of the file in which it lies.
    fn outermost(&self) -> Here<'t> {
        let (mut found, mut next) = (*self, Some(*self));
        while let Some(here) = next {
            if matches!(here.step, Step::Inner)
                && let Some(text) = here.up
            {
                found = *text;
            }
            next = here.up.copied();
        }
        found
    }
}

impl Node {
    /// The value of a name, in any case; of the last one where there are several.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => {
                entries.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, n)| n)
            }
            _ => None,
        }
    }

    /// The text, where it is one and not empty.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The values of a list; none where it is no list.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }
}

/// Which line a byte of a text is on, counted from 1.
#[derive(Debug)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// Looks for the line ends of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line of the byte at this place.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text_of_a_file() {
        let document = Document::read("a.json", r#"{"auths":{"q":{"auth":"s3cret-word"}}}"#);
        let shown = format!("{document:?} {:?}", document.trees);
        assert!(shown.contains("auths") && !shown.contains("s3cret"), "{shown}");
    }
}
