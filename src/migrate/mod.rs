//! Moves credentials into the store from where they lie: files of Docker's format, and other
//! credential helpers. `migrate` and `audit --fix` are this.
//!
//! In this order, so that each credential can be read at every moment where it was or where it
//! goes: [`mod@file`] and [`helper`] read; [`plan`] compares with what is kept, stores, reads back and
//! compares; [`journal`] notes what is about to change; then each file changes in one step.
//! [`undo`] goes back.

pub mod file;
pub mod helper;
pub mod journal;
pub mod plan;
pub mod undo;
