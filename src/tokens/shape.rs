//! Shapes of tokens: prefixes and alphabets that their makers chose so that scanners know them
//! (sources beside each row of the catalogue: gitleaks `config/gitleaks.toml`, trufflehog
//! `pkg/detectors`, noseyparker's rules, and the makers' own documentation).

use base64ct::{Base64, Encoding};
use serde_json::Value;

use super::{Looks, provider};

/// A prefix that only one type of token has, the shortest rest, and the type.
pub(super) const PREFIXES: &[(&str, usize, &str, &str)] = &[
    ("dckr_pat_", 1, "docker-pat", "docker"),
    ("dckr_oat_", 1, "docker-oat", "docker"),
    ("ghp_", 1, "github-pat", "github"),
    ("github_pat_", 1, "github-fine-grained-pat", "github"),
    ("ghs_", 1, "github-actions-token", "github"),
    ("gho_", 1, "github-oauth", "github"),
    ("ghu_", 1, "github-app-user", "github"),
    ("ghr_", 1, "github-refresh", "github"),
    ("glpat-", 1, "gitlab-pat", "gitlab"),
    ("gldt-", 1, "gitlab-deploy-token", "gitlab"),
    ("glcbt-", 1, "gitlab-job-token", "gitlab"),
    ("glrt-", 1, "gitlab-runner-token", "gitlab"),
    ("glrtr-", 1, "gitlab-runner-token", "gitlab"),
    ("GR1348941", 10, "gitlab-runner-token", "gitlab"),
    ("ya29.", 1, "gcp-access-token", "google"),
    ("1//", 20, "gcp-refresh-token", "google"),
    ("nvapi-", 1, "nvidia-api-key", "nvidia"),
    ("AKCp", 40, "jfrog-api-key", "jfrog"),
    ("cmVmd", 50, "jfrog-reference-token", "jfrog"),
    ("dop_v1_", 1, "digitalocean-token", "digitalocean"),
    ("doo_v1_", 1, "digitalocean-token", "digitalocean"),
    ("dor_v1_", 1, "digitalocean-token", "digitalocean"),
];

/// The longest JSON key that is read.
const MAX_KEY: usize = 64 * 1024;

/// What a secret is, whatever stands beside it.
pub(super) fn of(secret: &str) -> Option<Looks> {
    if let Some((_, _, token_type, provider)) = row(secret) {
        return Some((token_type, Some(provider)));
    }
    if is_acr_password(secret) {
        Some(("azure-acr-password", Some("azure")))
    } else if is_azure_secret(secret) {
        Some(("azure-client-secret", Some("azure")))
    } else if is_docker_refresh(secret) {
        Some(("docker-oauth-refresh", Some("docker")))
    } else if is_access_key_id(secret) {
        Some(("aws-access-key", Some("aws")))
    } else {
        json_key(secret)
    }
}

/// The mark that a maker of tokens puts before them.
pub(super) fn prefix(secret: &str) -> Option<&'static str> {
    row(secret).map(|(prefix, ..)| *prefix)
}

/// All marks, each with its type.
pub(super) fn prefixes() -> impl Iterator<Item = (&'static str, &'static str)> {
    PREFIXES.iter().map(|(prefix, _, token_type, _)| (*prefix, *token_type))
}

fn row(secret: &str) -> Option<&'static (&'static str, usize, &'static str, &'static str)> {
    PREFIXES.iter().find(|(prefix, min, ..)| {
        secret
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= *min && !rest.contains(char::is_whitespace))
    })
}

/// What a secret is whose shape says something at its registry only.
pub(super) fn at(secret: &str, username: &str, registry: &str) -> Option<Looks> {
    let at = provider::of(registry);
    let alphanumeric = |len: usize| secret.len() == len && is_all(secret, b"");
    if is_uuid(secret) {
        return Some(match at {
            Some("docker") => ("docker-pat", at),
            Some("scaleway") => ("scaleway-key", at),
            _ => ("uuid", None),
        });
    }
    let is_robot = username.contains('+');
    match at {
        Some("nvidia") if alphanumeric(84) => Some(("nvidia-api-key", at)),
        Some("github") if is_hex(secret, 40) => Some(("github-pat", at)),
        Some("ibm") if secret.len() == 44 && is_all(secret, b"-_") => Some(("ibm-api-key", at)),
        Some("azure") if matches!(secret.len(), 52 | 84) && is_all(secret, b"+/=") => {
            Some(("azure-acr-password", at))
        }
        Some("quay") if is_robot => Some(("quay-robot", at)),
        Some("harbor") if is_robot => Some(("harbor-robot", at)),
        _ if is_robot && alphanumeric(64) && !has_lower(secret) => {
            Some(("quay-robot", Some("quay")))
        }
        _ if is_robot && alphanumeric(32) => Some(("harbor-robot", Some("harbor"))),
        _ => None,
    }
}

/// Whether a text is so many hexadecimal digits in lower case.
pub(super) fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a text is a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// An access key's id: `AKIA` (of a user) or `ASIA` (temporary) and 16 more.
pub(super) fn is_access_key_id(text: &str) -> bool {
    text.len() == 20
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && is_all(text, b"")
        && !has_lower(text)
}

/// Whether all letters and digits are of ASCII, with these others allowed.
fn is_all(text: &str, others: &[u8]) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
}

fn has_lower(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_lowercase())
}

/// A password of an Azure registry: 42 of base64, `+ACR`, 6 more; since 2025 84 letters and digits
/// with `JQQJ99` and `ACR`.
fn is_acr_password(secret: &str) -> bool {
    match secret.len() {
        52 => secret.get(42..46) == Some("+ACR") && is_all(secret, b"+/"),
        84 => secret.contains("JQQJ99") && secret.contains("ACR") && is_all(secret, b"+/="),
        _ => false,
    }
}

/// A secret of an app in Entra: three characters, a digit, `Q~`, and 31 to 34 more.
fn is_azure_secret(secret: &str) -> bool {
    (37..=40).contains(&secret.len())
        && secret.get(4..6) == Some("Q~")
        && secret.as_bytes().get(3).is_some_and(u8::is_ascii_digit)
        && is_all(secret, b"_~.-")
}

/// A refresh token as Docker keeps it: the token, `..`, the client's id
/// (docker/cli `cli/internal/oauth/manager/manager.go`).
fn is_docker_refresh(secret: &str) -> bool {
    secret.rsplit_once("..").is_some_and(|(token, client)| {
        token.len() >= 8
            && (20..=64).contains(&client.len())
            && is_all(token, b"-_.~+/=")
            && is_all(client, b"")
    })
}

/// A JSON key of a service account, or base64 of one.
fn json_key(secret: &str) -> Option<Looks> {
    if secret.len() > MAX_KEY {
        return None;
    }
    let decoded;
    let text = if secret.starts_with('{') {
        secret
    } else {
        // `{"`, `{ ` and `{` with a line end, in base64.
        let folded: String = secret.split_ascii_whitespace().collect();
        if !["eyJ", "eyA", "ewo", "ew0"].iter().any(|start| folded.starts_with(start)) {
            return None;
        }
        decoded = String::from_utf8(Base64::decode_vec(&folded).ok()?).ok()?;
        decoded.as_str()
    };
    let google = ("gcp-service-account-key", Some("google"));
    let Ok(key) = serde_json::from_str::<Value>(text.trim()) else {
        // Keys are broken when they are pasted: line ends in the text, a comma too many.
        return text.contains("\"private_key\"").then_some(google);
    };
    if key.get("private_key").is_some() && key.get("key_algorithm").is_some() {
        Some(("yandex-service-account-key", Some("yandex")))
    } else if key.get("private_key").is_some() {
        Some(google)
    } else if key.get("refresh_token").is_some() && key.get("client_secret").is_some() {
        Some(("gcp-refresh-token", Some("google")))
    } else {
        None
    }
}
