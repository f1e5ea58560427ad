//! Which store is used.
