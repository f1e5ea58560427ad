//! The Docker credential-helper protocol, as docker/docker-credential-helpers speaks it.
//!
//! A client runs `docker-credential-<name> <verb>`, writes one request to its standard input and
//! closes it, and reads one answer from its standard output. Status 0 is success and 1 any failure;
//! the text of a failure is on standard output too.
//!
//! | verb | request | answer |
//! |---|---|---|
//! | `get` | the server key | `{"ServerURL":…,"Username":…,"Secret":…}` |
//! | `store` | `{"ServerURL":…,"Username":…,"Secret":…}` | nothing |
//! | `erase` | the server key | nothing |
//! | `list` | ignored | `{"<server key>":"<user name>",…}` |
//! | `ages` | ignored | `{"<server key>":"<RFC 3339>",…}`: when each secret was first stored; ours alone |
//! | `version` | ignored | `<name> (<package>) <version>` |
//!
//! Clients compare three texts: that of [`Error::not_found`](crate::store::Error::not_found), of
//! [`InvalidKey::Empty`](crate::server::InvalidKey::Empty), and `no credentials username`.

pub mod client;
pub mod server;
mod wire;

/// The name of the same helper for Podman and its kin.
pub const CONTAINERS_NAME: &str = "imgsec-containers";

/// The name that other programs' settings have for our helper: that of its program without
/// `docker-credential-`.
pub const NAME: &str = "imgsec";

/// The name of our helper's program, in every text.
pub const HELPER: &str = "docker-credential-imgsec";

/// The largest `store` request, in bytes: a secret of 1 MiB, each byte written as `\u0000`, and room.
pub const MAX_REQUEST_BYTES: usize = 8 * 1024 * 1024;

/// How much of a request that is too large is still read, so that its writer does not fail first.
pub const MAX_DRAINED_BYTES: u64 = 256 * 1024 * 1024;
