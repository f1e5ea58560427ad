//! Programs that log in to registries by a library.

pub(super) mod arguments;
pub(super) mod constants;
pub(super) mod literal;
pub(super) mod login_call;
mod notebook;
pub(super) mod object;
mod statement;
