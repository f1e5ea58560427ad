//! How bad a finding is.

use super::finding::{Kind, Severity};
use super::tokens::Token;

/// What makes a finding better or worse.
pub mod signal {
    /// Its group may read the file.
    pub const GROUP_READABLE: &str = "group-readable";
    /// Everybody may read the file.
    pub const WORLD_READABLE: &str = "world-readable";
    /// The file belongs to somebody else than its folder.
    pub const OTHER_OWNER: &str = "other-owner";
    /// A copy that an editor, a person or a writer left.
    pub const BACKUP: &str = "backup";
    /// It lies where its content is copied to somebody else's computer.
    pub const SYNCED_FOLDER: &str = "synced-folder";
    /// git has it.
    pub const TRACKED_BY_GIT: &str = "tracked-by-git";
    /// git would take it with the next `git add`.
    pub const NOT_IGNORED_BY_GIT: &str = "not-ignored-by-git";
    /// `docker build` would send it along.
    pub const IN_BUILD_CONTEXT: &str = "in-build-context";
    /// Docker does not read it while `DOCKER_AUTH_CONFIG` is set.
    pub const OVERRIDDEN_BY_ENV: &str = "overridden-by-env";
    /// Docker asks a helper for this registry, and does not read it.
    pub const SHADOWED_BY_HELPER: &str = "shadowed-by-helper";
    /// A helper without a name makes Docker keep this registry in plain text.
    pub const EMPTY_HELPER: &str = "empty-helper";
    /// Docker's daemon is allowed to ask this registry without encryption.
    pub const INSECURE_REGISTRY: &str = "insecure-registry";
    /// The same secret lies in another file as well.
    pub const SAME_SECRET_ELSEWHERE: &str = "same-secret-elsewhere";
    /// The user name is a secret itself.
    pub const USERNAME_IS_SECRET: &str = "username-is-secret";
    /// The registry is asked without encryption.
    pub const PLAIN_HTTP: &str = "plain-http";
}

/// How bad it is.
#[must_use]
pub fn of(_: Kind, _: &Token, _: &str, _: &[&'static str]) -> Severity {
    Severity::High
}
