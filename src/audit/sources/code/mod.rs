//! Programs that log in to registries by a library.

pub(super) mod arguments;
mod constants;
mod literal;
pub(super) mod login_call;
mod notebook;
pub(super) mod object;
mod statement;
