//! What a file is: by its name, by its first character.

use super::Format;

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

/// What a file is, going by its name.
pub(super) fn by_name(name: &str) -> Option<Format> {
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
    } else if ends(&[".properties"]) {
        Some(Format::Properties)
    } else {
        None
    }
}

/// What a text may be, likeliest first.
pub(super) fn by_text(text: &str) -> &'static [Format] {
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
