//! Where passwords are kept, and whether that is open: `setup` and `unlock`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use imgsec_cred::settings::StoreKind;

use super::moves::Back;

#[derive(Args)]
pub(crate) struct Setup {
    /// Use this store instead of the best one here; in WSL, windows is what imgsec-cred keeps on
    /// Windows
    #[arg(long, value_name = "keychain|sealed|session|windows", value_parser = store_kind)]
    pub(crate) store: Option<StoreKind>,

    /// Only for this registry (Docker's credHelpers); may be repeated
    #[arg(long, value_name = "HOST")]
    pub(crate) registry: Vec<String>,

    /// Open the sealed store with the key in this file; made if it is missing
    #[arg(long, value_name = "PATH", conflicts_with = "passphrase_fd")]
    pub(crate) key_file: Option<PathBuf>,

    /// Read the sealed store's passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    pub(crate) passphrase_fd: Option<i32>,

    /// How long the sealed store stays open
    #[arg(long = "for", value_name = "TIME", default_value = "8h", value_parser = time)]
    pub(crate) time: Duration,

    /// Put the passwords of Docker's file in the place of others that are already kept
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Make imgsec Docker's default credential helper even where Docker can then no longer read a
    /// login that has to stay in its file
    #[arg(long, conflicts_with = "registry")]
    pub(crate) default_helper: bool,

    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Do it without asking
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Put Docker's settings back as they were before
    #[arg(long, conflicts_with_all = ["store", "registry", "key_file", "passphrase_fd", "overwrite"])]
    pub(crate) undo: bool,

    #[command(flatten)]
    pub(crate) back: Back,
}

#[derive(Args)]
pub(crate) struct Unlock {
    /// How long the store stays open
    #[arg(long = "for", value_name = "TIME", default_value = "8h", value_parser = time)]
    pub(crate) time: Duration,

    /// Read the passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    pub(crate) passphrase_fd: Option<i32>,
}

fn store_kind(word: &str) -> Result<StoreKind, String> {
    word.parse().map_err(|e: imgsec_cred::store::Error| e.to_string())
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let time = super::span(text)?;
    match time.as_secs() {
        0 => Err("at least a second".to_owned()),
        1..=31_536_000 => Ok(time),
        _ => Err("at most a year".to_owned()),
    }
}
