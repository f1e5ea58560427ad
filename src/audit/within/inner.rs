//! Documents inside texts: JSON in a YAML string, base64 of it in a manifest, TOML in a patch.

use base64ct::{Base64, Base64Unpadded, Encoding};

use super::{embedded, loose};
use crate::audit::document::{self, Format, Node};

/// Shorter base64 than that holds no document.
const MIN_BASE64: usize = 16;

/// The trees of what a text holds; none, for most texts.
#[must_use]
pub fn trees(text: &str) -> Vec<Node> {
    let text = text.trim();
    if let Some(said) = of_data_url(text) {
        return written(said.trim()).unwrap_or_default();
    }
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
    if text.lines().nth(1).is_some()
        && ["auth", "password", "dockerc"].iter().any(|w| text.contains(w))
    {
        return document::parse(Format::Yaml, text);
    }
    None
}

/// What a `data:` address holds (RFC 2397), as Ignition has the contents of files.
fn of_data_url(text: &str) -> Option<String> {
    let (kind, data) = text.strip_prefix("data:")?.split_once(',')?;
    if kind.ends_with(";base64") {
        return document(data);
    }
    let mut bytes = Vec::with_capacity(data.len());
    let mut rest = data.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn registry_of(text: &str) -> Option<String> {
        let tree = trees(text).pop()?;
        let at = tree.get("auths")?.get("r.lan")?.get("auth")?;
        at.text().map(str::to_owned)
    }

    #[test]
    fn contents_of_addresses_are_read_in_both_codings() {
        let json = r#"{"auths":{"r.lan":{"auth":"YWRhOnMzY3JldA=="}}}"#;
        let encoded = Base64::encode_string(json.as_bytes());
        let percent = json.replace('{', "%7B").replace('"', "%22").replace('}', "%7D");
        for text in
            [format!("data:text/plain;charset=utf-8;base64,{encoded}"), format!("data:,{percent}")]
        {
            assert_eq!(registry_of(&text).as_deref(), Some("YWRhOnMzY3JldA=="), "{text}");
        }
        for text in
            ["data:", "data:,", "data:,%", "data:,%4", "data:,%zz", "data:;base64,*", "data:,%ff"]
        {
            assert!(trees(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_manifest_in_base64_is_read() {
        let manifest = "kind: Secret\ndata:\n  .dockerconfigjson: e30=\n";
        let tree = trees(&Base64::encode_string(manifest.as_bytes())).pop();
        assert!(tree.is_some_and(|tree| tree.get("data").is_some()));
    }
}
