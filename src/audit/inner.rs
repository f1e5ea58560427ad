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
    if let Some(decoded) = decoded(text) {
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
    if text.contains("registry.configs") {
        return document::parse(Format::Toml, text);
    }
    // A whole file of ours, as cloud-init or k3d write one.
    if text.lines().nth(1).is_some() && ["auth", "password"].iter().any(|w| text.contains(w)) {
        return document::parse(Format::Yaml, text);
    }
    None
}

/// What base64 says, folded over lines or not.
fn decoded(text: &str) -> Option<String> {
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
