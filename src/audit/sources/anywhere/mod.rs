//! Logins in files of no known program: what their names say must be enough.

pub(crate) mod acr_passwords;
pub(crate) mod any_registry;
pub(crate) mod ecr_tokens;
pub(super) mod field_words;
pub(crate) mod hub_tokens;
pub(crate) mod named_secrets;
pub(crate) mod userinfo;
