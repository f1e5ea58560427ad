//! Logins in files of no known program: what their names say must be enough.

pub(crate) mod any_registry;
pub(crate) mod named_secrets;
