//! Registries: what an image's name says, and where a registry takes secrets back.

pub mod image;
