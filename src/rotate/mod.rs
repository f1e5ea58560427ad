//! Replacing a credential without a moment in which none works: stage, verify, promote, keep the
//! previous one, retire.

pub mod provider;
pub mod providers;
