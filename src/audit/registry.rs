//! One spelling for each registry, so that findings of many programs can be compared.

use crate::server::{DOCKER_HUB, ServerKey};

/// What stands for a registry that the file does not name.
pub const ANY: &str = "*";

/// The registry of an address or of an image reference as a file writes it: host and port in lower
/// case, `docker.io` for every spelling of Docker Hub, [`ANY`] for nothing.
#[must_use]
pub fn name(written: Option<&str>) -> String {
    let Some(written) = written.map(str::trim).filter(|text| !text.is_empty()) else {
        return ANY.to_owned();
    };
    match ServerKey::parse(written) {
        Ok(key) if key.canonical() == DOCKER_HUB => "docker.io".to_owned(),
        _ => {
            let rest = written.split_once("://").map_or(written, |(_, rest)| rest);
            rest.split('/').next().unwrap_or(rest).to_ascii_lowercase()
        }
    }
}
