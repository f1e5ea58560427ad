//! What Docker's engine is told in its `daemon.json`: to which registries it goes without checking
//! their certificates, and over plain HTTP where TLS fails (`insecure-registries`,
//! docs.docker.com/reference/cli/dockerd).

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::files;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The registries for which the engine skips the checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unchecked {
    /// As they are written, each with its file.
    entries: Vec<(String, PathBuf)>,
}

impl Unchecked {
    /// What these files name; those that are missing or broken name nothing, as the engine starts
    /// without the one and not at all with the other.
    #[must_use]
    pub fn read(files: &[PathBuf]) -> Self {
        let entries = files.iter().flat_map(|file| {
            let names = names(file).into_iter();
            names.map(|name| (name, file.clone()))
        });
        Self { entries: entries.collect() }
    }

    /// The file that names this registry, `host` or `host:port`. A network such as `10.0.0.0/8` is
    /// meant to hold only what is written as an address: no name is looked up.
    #[must_use]
    pub fn names(&self, registry: &str) -> Option<&Path> {
        let (whole, host) = (plain(registry), host(registry));
        let address: Option<IpAddr> = host.parse().ok();
        let is_named = |entry: &str| match (network(entry), address) {
            (Some(network), Some(address)) => network.holds(address),
            (Some(_), None) => false,
            (None, _) => plain(entry) == whole,
        };
        self.entries.iter().find(|(entry, _)| is_named(entry)).map(|(_, file)| file.as_path())
    }
}

fn names(file: &Path) -> Vec<String> {
    let Ok(bytes) = files::read_limited(file, MAX_BYTES) else { return Vec::new() };
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let Ok(settings) = serde_json::from_slice::<Value>(bytes) else { return Vec::new() };
    let listed = settings.get("insecure-registries").and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Without a scheme, which the engine ignores, a path, and the port that https has anyway.
fn plain(registry: &str) -> String {
    let registry = registry.trim();
    let rest = registry.split_once("://").map_or(registry, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or(rest).to_ascii_lowercase();
    rest.strip_suffix(":443").map_or(rest.clone(), str::to_owned)
}

fn host(registry: &str) -> String {
    let whole = plain(registry);
    let host = match whole.rsplit_once(':') {
        Some((host, _)) if whole.starts_with('[') == host.ends_with(']') && !host.is_empty() => {
            host
        }
        _ => &whole,
    };
    host.trim_matches(['[', ']']).to_owned()
}

/// A network by its first address and the length of its prefix in bits.
struct Network {
    first: IpAddr,
    length: u32,
}

/// A network such as `10.0.0.0/8`; `None` for a host.
fn network(entry: &str) -> Option<Network> {
    let (first, length) = entry.trim().split_once('/')?;
    let (first, length): (IpAddr, u32) = (first.parse().ok()?, length.parse().ok()?);
    let longest = if first.is_ipv4() { 32 } else { 128 };
    (length <= longest).then_some(Network { first, length })
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let differ = u32::from(first) ^ u32::from(address);
                differ.checked_shr(32 - self.length).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let differ = u128::from(first) ^ u128::from(address);
                differ.checked_shr(128 - self.length).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Unchecked {
        let folder = tempfile::tempdir().unwrap();
        let files = [folder.path().join("missing.json"), folder.path().join("daemon.json")];
        std::fs::write(&files[1], text).unwrap();
        Unchecked::read(&files)
    }

    #[test]
    fn a_registry_is_named_by_its_host_and_port_or_its_network() {
        let unchecked = read(
            r#"{"insecure-registries": ["Reg.lan:5000", "http://plain.lan", "10.0.0.0/8",
                "fd00::/8", "h.lan:443", "0.0.0.0/33", 7]}"#,
        );
        let is_named = |registry: &str| unchecked.names(registry).is_some();
        for registry in
            ["reg.lan:5000", "plain.lan", "10.1.2.3", "10.1.2.3:5000", "[fd00::1]:5000", "h.lan"]
        {
            assert!(is_named(registry), "{registry}");
        }
        for registry in ["reg.lan", "reg.lan:5001", "11.0.0.1", "[fe80::1]", "10.lan", "ghcr.io"] {
            assert!(!is_named(registry), "{registry}");
        }
        assert!(unchecked.names("plain.lan").unwrap().ends_with("daemon.json"));
    }

    #[test]
    fn all_addresses_are_a_network_too_and_what_is_broken_names_nothing() {
        let all = read("\u{feff}{\"insecure-registries\": [\"0.0.0.0/0\"]}");
        assert!(all.names("1.1.1.1").is_some() && all.names("[::1]").is_none());
        assert!(all.names("ghcr.io").is_none());
        for broken in ["{", "[]", r#"{"insecure-registries": "h.lan"}"#] {
            assert_eq!(read(broken), Unchecked::default());
        }
    }
}
