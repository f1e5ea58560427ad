//! Takes registry passwords out of Docker's `config.json` and keeps Docker working.
//!
//! Two programs share this library. `docker-credential-imgsec` is a Docker credential helper:
//! one verb, one request, one answer; it alone opens the OS keychain. `imgsec-cred` is the
//! person's program: a client of the helper, as Docker is, and the keeper of the settings.
//!
//! Imports run one way: programs, then [`clients`], then [`protocol`], [`store`] and [`files`],
//! then [`credential`] and [`server`].

pub mod credential;
pub mod files;
pub mod server;
pub mod store;
