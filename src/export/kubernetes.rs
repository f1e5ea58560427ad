//! A Kubernetes Secret of the type `kubernetes.io/dockerconfigjson`, and the lines by which a pod
//! uses it (kubernetes/api `core/v1/types.go`; names: kubernetes/apimachinery
//! `pkg/util/validation/validation.go`).

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::Auths;

/// The most that the values of one Secret may hold, in bytes.
pub const MAX_SECRET_BYTES: usize = 1024 * 1024;

/// A Secret without what it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its name: [`is_name`].
    pub name: String,
    /// The namespace: [`is_namespace`].
    pub namespace: Option<String>,
    /// Its labels: [`is_label_key`], [`is_label_value`]; written in the order of their keys.
    pub labels: Vec<(String, String)>,
    /// Its annotations, written in the order of their keys. Not secret.
    pub annotations: Vec<(String, String)>,
    /// Whether the cluster lets nobody change what it holds.
    pub is_immutable: bool,
}

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// Whether a text can name an object: a DNS subdomain of RFC 1123, at most 253 bytes.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_label)
}

/// Whether a text can name a namespace: a DNS label of RFC 1123, at most 63 bytes.
#[must_use]
pub fn is_namespace(text: &str) -> bool {
    text.len() <= 63 && is_dns_label(text)
}

/// Whether a text can be the key of a label: `[domain/]name`.
#[must_use]
pub fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) => is_name(domain) && !name.is_empty() && is_label_value(name),
        None => !text.is_empty() && is_label_value(text),
    }
}

/// Whether a text can be the value of a label: at most 63 letters, digits, `-`, `_` and `.`, with a
/// letter or digit at both ends; or nothing.
#[must_use]
pub fn is_label_value(text: &str) -> bool {
    let is_end = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    text.len() <= 63
        && is_end(text.as_bytes().first())
        && is_end(text.as_bytes().last())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn is_dns_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Writes the Secret; the same credentials are always the same bytes. `None` where they are more
/// than a Secret may hold.
#[must_use]
pub fn secret(manifest: &Manifest, auths: &Auths, format: Format) -> Option<Zeroizing<String>> {
    let held = auths.pull_secret();
    if held.len() > MAX_SECRET_BYTES {
        return None;
    }
    let held = Zeroizing::new(Base64::encode_string(held.as_bytes()));
    Some(match format {
        Format::Yaml => yaml(manifest, &held),
        Format::Json => json(manifest, &held),
    })
}

/// The lines of a pod, or of a service account, that name the Secret.
#[must_use]
pub fn pod_lines(name: &str, format: Format) -> String {
    match format {
        Format::Yaml => format!("imagePullSecrets:\n  - name: {}\n", quoted(name)),
        Format::Json => format!("{{\"imagePullSecrets\":[{{\"name\":{}}}]}}\n", quoted(name)),
    }
}

fn yaml(manifest: &Manifest, held: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(held.len() + 1024));
    text.push_str("apiVersion: v1\nkind: Secret\nmetadata:\n");
    text.push_str(&format!("  name: {}\n", quoted(&manifest.name)));
    if let Some(namespace) = &manifest.namespace {
        text.push_str(&format!("  namespace: {}\n", quoted(namespace)));
    }
    for (name, pairs) in manifest.pairs() {
        text.push_str(&format!("  {name}:\n"));
        for (key, value) in pairs {
            text.push_str(&format!("    {}: {}\n", quoted(key), quoted(value)));
        }
    }
    text.push_str("type: kubernetes.io/dockerconfigjson\n");
    if manifest.is_immutable {
        text.push_str("immutable: true\n");
    }
    text.push_str("data:\n  .dockerconfigjson: ");
    text.push_str(held);
    text.push('\n');
    text
}

fn json(manifest: &Manifest, held: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(held.len() + 1024));
    text.push_str("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Secret\",\n  \"metadata\": {\n");
    text.push_str(&format!("    \"name\": {}", quoted(&manifest.name)));
    if let Some(namespace) = &manifest.namespace {
        text.push_str(&format!(",\n    \"namespace\": {}", quoted(namespace)));
    }
    for (name, pairs) in manifest.pairs() {
        let pair = |(key, value): (&str, &str)| format!("{}: {}", quoted(key), quoted(value));
        let pairs: Vec<_> = pairs.into_iter().map(pair).collect();
        text.push_str(&format!(",\n    \"{name}\": {{{}}}", pairs.join(", ")));
    }
    text.push_str("\n  },\n  \"type\": \"kubernetes.io/dockerconfigjson\",\n");
    if manifest.is_immutable {
        text.push_str("  \"immutable\": true,\n");
    }
    text.push_str("  \"data\": {\n");
    text.push_str("    \".dockerconfigjson\": \"");
    text.push_str(held);
    text.push_str("\"\n  }\n}\n");
    text
}

impl Manifest {
    /// Its labels and its annotations, where there are any.
    fn pairs(&self) -> impl Iterator<Item = (&'static str, Vec<(&str, &str)>)> {
        let all = [("labels", &self.labels), ("annotations", &self.annotations)];
        all.into_iter().filter(|(_, pairs)| !pairs.is_empty()).map(|(name, pairs)| {
            let mut pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            pairs.sort_unstable();
            (name, pairs)
        })
    }
}

/// A text in double quotes: so `true`, `1e3` and `null` stay texts in YAML too, where a JSON string
/// of ASCII means the same.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_rfc_1123() {
        let (n63, n253) = ("a".repeat(63), ["a"; 127].join("."));
        for good in ["a", "0", "regcred", "a-b.c-d", "1e3", "true", n253.as_str()] {
            assert!(is_name(good), "{good}");
        }
        let n254 = format!("{n253}a");
        for bad in ["", "-a", "a-", "a..b", ".a", "A", "a_b", "a b", "é", "a\n", "a/b", &n254] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_namespace(&n63) && !is_namespace("a.b") && !is_namespace(&"a".repeat(64)));
        for good in ["a", "app.kubernetes.io/name", "A_b.c-1", &n63] {
            assert!(is_label_key(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a/b/c", "A.b/c", "-a", "a b", &"a".repeat(64)] {
            assert!(!is_label_key(bad), "{bad}");
        }
        assert!(is_label_value("") && is_label_value("v1.2_x") && !is_label_value("_"));
    }

    #[test]
    fn a_manifest_is_written_with_every_word_quoted() {
        let manifest = Manifest {
            name: "true".to_owned(),
            namespace: Some("1e3".to_owned()),
            labels: vec![("b".to_owned(), String::new()), ("a/x".to_owned(), "null".to_owned())],
            ..Manifest::default()
        };
        let text = secret(&manifest, &Auths::default(), Format::Yaml).unwrap();
        assert_eq!(
            *text,
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"true\"\n  namespace: \"1e3\"\n  \
             labels:\n    \"a/x\": \"null\"\n    \"b\": \"\"\ntype: kubernetes.io/dockerconfigjson\n\
             data:\n  .dockerconfigjson: eyJhdXRocyI6e319\n"
        );
        let text = secret(&manifest, &Auths::default(), Format::Json).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["metadata"]["labels"]["a/x"], "null");
        assert_eq!(read["data"][".dockerconfigjson"], "eyJhdXRocyI6e319");
        let annotations = vec![("x.y/z".to_owned(), "2027-01-31T00:00:00Z".to_owned())];
        let manifest = Manifest { annotations, is_immutable: true, ..manifest };
        let text = secret(&manifest, &Auths::default(), Format::Yaml).unwrap();
        assert!(text.contains(
            "    \"b\": \"\"\n  annotations:\n    \"x.y/z\": \"2027-01-31T00:00:00Z\"\ntype: \
             kubernetes.io/dockerconfigjson\nimmutable: true\ndata:\n"
        ));
        let text = secret(&manifest, &Auths::default(), Format::Json).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["metadata"]["annotations"]["x.y/z"], "2027-01-31T00:00:00Z");
        assert_eq!(
            (&read["metadata"]["labels"]["b"], &read["immutable"]),
            (&"".into(), &true.into())
        );
        assert_eq!(pod_lines("a", Format::Yaml), "imagePullSecrets:\n  - name: \"a\"\n");
        assert!(serde_json::from_str::<serde_json::Value>(&pod_lines("a", Format::Json)).is_ok());
    }
}
