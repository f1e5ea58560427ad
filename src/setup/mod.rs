//! The one engine that changes settings of other programs: `setup`, `migrate`, `audit --fix`,
//! `login`, `logout` and their undo are callers.
//!
//! [`scene`] reads what is there: files, helpers, the store. [`plan`] works out what would change and
//! asks [`check`] what each client would be answered before and after; where one would lose a login,
//! the plan gets the step that is missing, or that login stays where it is. [`apply`] stores, reads
//! back, notes it in the [`journal`], and then changes each file in one step; [`undo`] goes back.

pub mod apply;
pub mod check;
pub mod client_changes;
pub mod containers;
pub mod default_helper;
mod draft;
pub mod helpers;
pub mod journal;
pub mod one;
pub mod plan;
pub mod scene;
mod splice;
pub mod start;
pub mod undo;
