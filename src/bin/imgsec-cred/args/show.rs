//! The arguments of `show`.

use clap::{Args, ValueEnum};

#[derive(Args)]
pub(crate) struct Show {
    /// The registry, such as ghcr.io or docker.io
    pub(crate) registry: String,

    /// Show the secret: into a pipe just the secret, without a line end
    #[arg(long)]
    pub(crate) reveal: bool,

    /// Only this field; `secret` needs --reveal
    #[arg(long, value_enum, value_name = "username|secret", conflicts_with = "json")]
    pub(crate) field: Option<Field>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Field {
    Username,
    Secret,
}
