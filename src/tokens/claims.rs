//! What a token says of itself: the claims of a JSON Web Token (RFC 7519), and the end that Amazon
//! writes into the passwords of ECR. Signatures are not checked; nothing is believed but the date.

use std::time::SystemTime;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde_json::Value;

use super::{Looks, expiry, provider};

/// Longer secrets are no tokens.
const MAX_TOKEN: usize = 64 * 1024;

/// A prefix before a JSON Web Token, such as `glcbt-`, is no longer than that.
const MAX_PREFIX: usize = 24;

/// What a token says.
pub(super) enum Claims {
    /// The payload of a JSON Web Token.
    Jwt(Value),
    /// The document that is a password of ECR.
    Ecr(Value),
}

impl Claims {
    /// Reads a secret; `None` for one that says nothing.
    pub(super) fn of(secret: &str) -> Option<Self> {
        if secret.len() > MAX_TOKEN {
            return None;
        }
        jwt(secret).map(Self::Jwt).or_else(|| ecr(secret).map(Self::Ecr))
    }

    /// Until when it works.
    pub(super) fn expires_at(&self) -> Option<SystemTime> {
        let value = match self {
            Self::Jwt(claims) => claims.get("exp")?,
            Self::Ecr(document) => document.get("expiration")?,
        };
        match value {
            Value::String(text) => expiry::parse(text),
            value => expiry::parse(&value.to_string()),
        }
    }

    /// What it is, with the user name and the registry beside it.
    pub(super) fn looks(&self, username: &str, registry: &str) -> Looks {
        let Self::Jwt(claims) = self else { return ("aws-ecr", Some("aws")) };
        let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        let provider = by_issuer(issuer, claims)
            .or_else(|| by_username(username))
            .or_else(|| provider::of(registry));
        let is_access = claims.get("grant_type").and_then(Value::as_str) == Some("access_token");
        let token_type = match provider {
            Some("azure") if is_access => "azure-acr-access-token",
            Some("azure") => "azure-acr-refresh-token",
            Some("chainguard") => "chainguard-pull-token",
            Some("docker") => "docker-oauth-access",
            Some("gitlab") if username == "gitlab-ci-token" => "gitlab-job-token",
            Some("ibm") => "ibm-bearer",
            Some("jfrog") => "jfrog-access-token",
            Some("redhat") => "redhat-registry-token",
            _ => "jwt",
        };
        (token_type, provider)
    }
}

fn by_issuer(issuer: &str, claims: &Value) -> Option<&'static str> {
    let lower = issuer.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    if has("azure container registry") {
        Some("azure")
    } else if has("enforce.dev") || has("chainguard") {
        Some("chainguard")
    } else if has("docker.com") || has("docker.io") {
        Some("docker")
    } else if has("cloud.ibm.com") || has("bluemix.net") {
        Some("ibm")
    } else if ["jfac@", "jfrt@", "jfxr@", "jffe@"].iter().any(|start| lower.starts_with(start))
        || ["jfac@", "jfrt@"].iter().any(|start| subject.starts_with(start))
    {
        Some("jfrog")
    } else if has("redhat.com") || has("redhat.io") {
        Some("redhat")
    } else {
        None
    }
}

fn by_username(username: &str) -> Option<&'static str> {
    let is_redhat = username.split_once('|').is_some_and(|(number, _)| {
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    });
    match username {
        "00000000-0000-0000-0000-000000000000" => Some("azure"),
        "iambearer" => Some("ibm"),
        "gitlab-ci-token" => Some("gitlab"),
        _ if is_redhat => Some("redhat"),
        _ => None,
    }
}

/// The payload of a JSON Web Token, also of one behind a prefix.
fn jwt(secret: &str) -> Option<Value> {
    let start = secret.find("eyJ").filter(|start| *start <= MAX_PREFIX)?;
    let mut parts = secret.get(start..)?.split('.');
    let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    object(&Base64UrlUnpadded::decode_vec(header.trim_end_matches('=')).ok()?)?;
    object(&Base64UrlUnpadded::decode_vec(payload.trim_end_matches('=')).ok()?)
}

/// The document that is a password of ECR (`GetAuthorizationToken`).
fn ecr(secret: &str) -> Option<Value> {
    if !secret.starts_with("ey") && !secret.starts_with("ew") {
        return None;
    }
    let document = object(&Base64::decode_vec(&padded(secret)).ok()?)?;
    let is_ecr = document.get("payload").is_some() && document.get("datakey").is_some()
        || document.get("payload").is_some() && document.get("expiration").is_some();
    is_ecr.then_some(document)
}

fn object(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok().filter(Value::is_object)
}

/// Base64 with as many `=` as it needs.
fn padded(text: &str) -> String {
    let text = text.trim_end_matches('=');
    format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
}

/// The user and the password in a header of Basic authentication, or in an authorization token of
/// ECR: base64 of `AWS:` and the password.
pub(super) fn pair(secret: &str) -> Option<(String, String)> {
    if secret.len() > MAX_TOKEN {
        return None;
    }
    let basic = split_scheme(secret, "basic");
    if basic.is_none() && !secret.starts_with("QVdTO") {
        return None;
    }
    let bytes = Base64::decode_vec(&padded(basic.unwrap_or(secret))).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// A header's value without the word that says what it is.
pub(super) fn without_scheme(secret: &str) -> &str {
    ["bearer", "token", "basic"]
        .iter()
        .find_map(|scheme| split_scheme(secret, scheme))
        .unwrap_or(secret)
}

fn split_scheme<'t>(secret: &'t str, scheme: &str) -> Option<&'t str> {
    let (word, rest) = secret.split_once(' ')?;
    word.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}
