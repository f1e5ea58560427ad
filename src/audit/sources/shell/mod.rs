//! What shells remember and are told: command lines, and variables of the environment.

pub(crate) mod commands;
pub mod variables;
