//! Podman's family, and other programs that keep a file of their own in Docker's form.

pub(crate) mod own_config;
pub(crate) mod podman_secrets;
