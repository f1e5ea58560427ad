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
//! | `version` | ignored | `<name> (<package>) <version>` |
//!
//! Docker does not know these; `imgsec-cred` asks our own helper for them:
//!
//! | verb | request | answer |
//! |---|---|---|
//! | `ages` | ignored | `{"<server key>":"<RFC 3339>",…}`: when each secret was first stored |
//! | `items` | ignored | all that the store holds: hidden keys too, and what is damaged (`items.rs`) |
//! | `read-item` | a key | the item of exactly this key, whole ([`payload`](crate::store::payload)) |
//! | `write-item` | a whole item | nothing |
//! | `remove-item` | a key | nothing |
//!
//! A second program, `docker-credential-imgsec-containers`, is for Podman's family. The library that
//! they share, containers/image, cannot use a key with a scheme: one in a helper's `list` makes
//! `GetAllCredentials` fail as a whole, and with it builds against a service. So that program lists
//! hosts alone; all else is the same.
//!
//! Clients compare three texts: that of [`Error::not_found`](crate::store::Error::not_found), of
//! [`InvalidKey::Empty`](crate::server::InvalidKey::Empty), and `no credentials username`.

pub mod client;
mod items;
pub mod server;
mod wire;

/// The name that other programs' settings have for our helper: that of its program without
/// `docker-credential-`.
pub const NAME: &str = "imgsec";

/// The name of our helper's program, in every text.
pub const HELPER: &str = "docker-credential-imgsec";

/// The name that `registries.conf` has for our helper, as [`NAME`].
pub const CONTAINERS_NAME: &str = "imgsec-containers";

/// The name of the program that Podman's family runs.
pub const CONTAINERS_HELPER: &str = "docker-credential-imgsec-containers";

/// Which of our helper programs answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// That of Docker and of all clients that read Docker's settings.
    Docker,
    /// That of Podman, Buildah and Skopeo.
    Containers,
}

impl Program {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => HELPER,
            Self::Containers => CONTAINERS_HELPER,
        }
    }
}

/// The largest `store` request, in bytes: a secret of 1 MiB, each byte written as `\u0000`, and room.
pub const MAX_REQUEST_BYTES: usize = 8 * 1024 * 1024;

/// How much of a request that is too large is still read, so that its writer does not fail first.
pub const MAX_DRAINED_BYTES: u64 = 256 * 1024 * 1024;
