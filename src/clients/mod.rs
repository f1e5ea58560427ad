//! Settings of other programs: what they say, and changing them without disturbing the rest.

pub mod credential_helpers;
pub mod docker;
pub mod json;
