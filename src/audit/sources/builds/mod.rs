//! Build tools whose plug-ins make images.

pub(crate) mod gradle;
pub(crate) mod maven;
