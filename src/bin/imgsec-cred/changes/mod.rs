//! What the verbs share that change settings of other programs: `setup`, `migrate` and `audit --fix`.
//!
//! `here` is this machine as the engine sees it, `moving` carries a plan out, `one` looks after a
//! single registry, `other_default` after another helper that is Docker's default one, `words` says
//! what is and was done, `undo` takes it back.

pub(crate) mod here;
pub(crate) mod moving;
pub(crate) mod one;
pub(crate) mod other_default;
pub(crate) mod undo;
pub(crate) mod words;
