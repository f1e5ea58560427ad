//! Documents inside texts: JSON in a YAML string, base64 of it in a manifest, TOML in a patch.

use base64ct::{Base64, Base64Unpadded, Encoding};

use super::document::{self, Format, Node};
use super::{embedded, loose};

/// Shorter base64 than that holds no document.
const MIN_BASE64: usize = 16;

/// The trees of what a text holds; none, for most texts.
#[must_use]
pub fn trees(text: &str) -> Vec<Node> {
    let text = text.trim();
    if let Some(trees) = written(text) {
        return trees;
    }
    if let Some(decoded) = document(text) {
        return written(decoded.trim()).unwrap_or_default();
    }
    let mut trees = if text.contains("<<") { loose::documents(text) } else { Vec::new() };
    if text.contains("auths") {
        trees.extend(embedded::settings(text));
    }
    trees
}

fn written(text: &str) -> Option<Vec<Node>> {
    // `NAME={…}`, as lists of variables have it.
    let value = match text.split_once('=') {
        Some((name, value))
            if name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) =>
        {
            value.trim()
        }
        _ => text,
    };
    if value.starts_with('{') {
        return document::parse(Format::Json, value);
    }
    // TOML begins so as well.
    if value.starts_with('[')
        && let Some(list) = document::parse(Format::Json, value)
    {
        return Some(list);
    }
    if text.contains("registry.configs") {
        return document::parse(Format::Toml, text);
    }
    // A whole file of ours, as cloud-init or k3d write one.
    if text.lines().nth(1).is_some() && ["auth", "password"].iter().any(|w| text.contains(w)) {
        return document::parse(Format::Yaml, text);
    }
    None
}

/// What base64 says that may be a document, folded over lines or not.
fn document(text: &str) -> Option<String> {
    if text.len() < MIN_BASE64 || text.contains(':') {
        return None;
    }
    let folded: String = text.split_ascii_whitespace().collect();
    if !folded.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)) {
        return None;
    }
    let bytes = Base64::decode_vec(&folded)
        .or_else(|_| Base64Unpadded::decode_vec(folded.trim_end_matches('=')))
        .ok()?;
    String::from_utf8(bytes).ok()
}

/// What base64 says, where that is a text; line ends in it do not count.
#[must_use]
pub fn decoded(encoded: &str) -> Option<String> {
    let folded: String = encoded.split_ascii_whitespace().collect();
    String::from_utf8(Base64::decode_vec(&folded).ok()?).ok()
}
