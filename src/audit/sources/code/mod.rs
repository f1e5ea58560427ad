//! Programs that log in to registries by a library.

mod arguments;
pub(super) mod login_call;
mod notebook;
pub(super) mod object;
mod statement;
