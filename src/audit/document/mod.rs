//! A file's text as sources read it: its lines, and where it has a structure, a tree of values.
//!
//! One tree for all formats: what a YAML file, a JSON file and a TOML file say in the same words is
//! found by the same source. A tree knows the line of each value, and nothing of its bytes.

use std::fmt;

mod decode;
mod format;
mod hcl;
mod here;
mod json;
mod limits;
mod lines;
mod properties;
mod toml;
mod xml;
mod yaml;

pub use decode::{decode, is_utf16};
pub use here::{Here, Step};
pub use limits::{MAX_DEPTH, MAX_VALUES, Refused};
pub use lines::Lines;

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
    /// Java's properties: a name and a value on each line.
    Properties,
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
    /// Whether it has a structure that is too large to be read, and so is only lines.
    pub is_too_large: bool,
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
        let named = format::by_name(name);
        let formats = format::by_text(text).iter().copied().filter(|format| Some(*format) != named);
        for format in named.into_iter().chain(formats) {
            match read(format, text) {
                Ok(trees) => return Self { text, format, trees, is_too_large: false },
                Err(Refused::TooLarge) => {
                    return Self { is_too_large: true, ..Self::lines(text) };
                }
                Err(Refused::Broken) => {}
            }
        }
        Self::lines(text)
    }

    fn lines(text: &'t str) -> Self {
        Self { text, format: Format::Lines, trees: Vec::new(), is_too_large: false }
    }
}

/// What a file is, going by its name; `None` where that does not say.
#[must_use]
pub fn named(name: &str) -> Option<Format> {
    format::by_name(name)
}

/// The trees of a text; `None` where it is not of this format, or too deep or too large.
#[must_use]
pub fn parse(format: Format, text: &str) -> Option<Vec<Node>> {
    read(format, text).ok()
}

/// The trees of a text.
///
/// # Errors
/// [`Refused`], where it is not of this format, or too deep or too large.
pub fn read(format: Format, text: &str) -> Result<Vec<Node>, Refused> {
    limits::check(format, text)?;
    let one = |node: Option<Node>| node.map(|node| vec![node]).ok_or(Refused::Broken);
    match format {
        Format::Json => json::parse(text).map(|node| vec![node]),
        Format::Yaml => yaml::parse(text),
        Format::Toml => one(toml::parse(text)),
        Format::Hcl => hcl::parse(text).map(|node| vec![node]),
        Format::Xml => one(xml::parse(text)),
        Format::Properties => one(properties::parse(text)),
        Format::Lines => Err(Refused::Broken),
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

    /// The same tree in a text around its own: `line` says which of its lines each line is.
    #[must_use]
    pub fn placed(mut self, line: &dyn Fn(usize) -> usize) -> Self {
        self.line = line(self.line);
        self.value = match self.value {
            Value::Map(entries) => Value::Map(
                entries.into_iter().map(|(name, node)| (name, node.placed(line))).collect(),
            ),
            Value::List(items) => {
                Value::List(items.into_iter().map(|node| node.placed(line)).collect())
            }
            other => other,
        };
        self
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
