//! Replacing a credential without a moment in which none works: stage, verify, promote, keep the
//! previous one, retire.
//!
//! [`steps`] is the order of it all, [`recover`] what a run does first that finds another one
//! interrupted, [`journal`] what is noted between two steps, [`retire`] the end of old secrets.
//! New secrets come from a [`provider`]: a registry's own API, [`exec`], [`supplied`].

mod clear;
pub mod command;
mod create;
mod descendants;
pub mod due;
pub mod ending;
pub mod exec;
pub mod hooks;
pub mod journal;
pub mod k8s;
pub mod masking;
pub mod plan;
mod promote;
pub mod provider;
pub mod providers;
pub mod recover;
pub mod retire;
mod run;
pub mod steps;
pub mod supplied;
pub mod undo;
