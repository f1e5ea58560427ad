//! Registries over HTTPS: what is asked of them, and what may be sent to whom. Nothing here is part
//! of the helper.

pub mod about;
pub mod access;
pub mod challenge;
pub mod endpoint;
mod findings;
pub mod http;
pub mod image;
pub mod podman;
pub mod policy;
pub mod revoke;
mod sending;
pub mod tls;
mod token;
pub mod trouble;
pub mod verdict;
pub mod verify;
