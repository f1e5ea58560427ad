//! Secrets in the shapes that registries hand them out, made when the test runs and put together
//! from parts, so that nothing in the repository looks like one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

pub(crate) const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
pub(crate) const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
pub(crate) const HEX: &[u8] = b"0123456789abcdef";

/// So many characters that nobody has guessed before.
pub(crate) fn random(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().map(|b| char::from(alphabet[usize::from(*b) % alphabet.len()])).collect()
}

/// The mark of a maker, and its characters.
pub(crate) fn marked(mark: &[&str], alphabet: &[u8], length: usize) -> String {
    mark.concat() + &random(alphabet, length)
}

pub(crate) fn password() -> String {
    format!("correct-\"horse\\ü{}", random(LETTERS, 8))
}

/// Seconds since 1970, so many hours from now.
pub(crate) fn in_hours(hours: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    (now + Duration::from_secs(hours * 3600)).as_secs()
}

/// A JSON Web Token, its signature made of nothing.
pub(crate) fn jwt(claims: &Value) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let head = part(&json!({"typ": "JWT", "alg": "RS256"}));
    format!("{head}.{}.{}", part(claims), random(LETTERS, 43))
}

/// The refresh token of an Azure registry (Azure/acr `docs/AAD-OAuth.md`, the claim sets).
pub(crate) fn acr_refresh(expires: u64) -> String {
    jwt(&json!({
        "sub": "ada@contoso.com", "exp": expires, "iss": "Azure Container Registry",
        "aud": "contoso.azurecr.io", "version": "1.0", "grant_type": "refresh_token",
        "permissions": {"actions": ["*"], "notActions": []}, "roles": [],
    }))
}

/// What `aws ecr get-login-password` prints: base64 of a document that says when it ends.
pub(crate) fn ecr(expires: u64) -> String {
    let document = json!({
        "payload": random(LETTERS, 700), "datakey": random(LETTERS, 120),
        "version": "2", "type": "DATA_KEY", "expiration": expires,
    });
    Base64::encode_string(document.to_string().as_bytes())
}

/// The key file of a service account, of several lines, as Google's console writes it.
pub(crate) fn google_key() -> String {
    let line = |word: &str| ["-----", word, " PRIVATE ", "KEY-----\n"].concat();
    let key = format!("{}{}\n{}", line("BEGIN"), random(LETTERS, 64), line("END"));
    let file = json!({
        "type": "service_account", "project_id": "acme", "private_key_id": random(HEX, 40),
        "private_key": key, "client_email": "ci@acme.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    format!("{file:#}\n")
}

pub(crate) fn base64(text: &str) -> String {
    Base64::encode_string(text.as_bytes())
}
