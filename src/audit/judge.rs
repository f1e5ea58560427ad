//! What is no secret although it stands where one would: a placeholder, a reference to a secret that
//! is elsewhere, ciphertext, a hash.

/// Whether a text in the place of a secret opens nothing.
#[must_use]
pub fn is_no_secret(text: &str, username: Option<&str>) -> bool {
    let _ = username;
    text.trim().is_empty() || text.contains("${")
}

/// Whether a user name is a secret itself.
#[must_use]
pub fn username_is_secret(name: &str, secret: &str) -> bool {
    name == secret
}
