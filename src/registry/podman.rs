//! The registries for which Podman and its kin skip the TLS checks and take plain HTTP (`insecure` in
//! `registries.conf`; containers-registries.conf(5), containers/image `pkg/sysregistriesv2`).

use std::path::{Path, PathBuf};

use crate::server::{DOCKER_HUB, ServerKey};

/// The registries that the files name, each prefix once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Insecure {
    rules: Vec<Rule>,
}

/// What a file says of the names that begin in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `host[:port]`, with a path behind it, or `*.` and the end of a host's name.
    pub prefix: String,
    /// Whether the checks are skipped for what has this prefix.
    pub is_insecure: bool,
    /// Where else the checks are skipped by this rule: its location, its mirrors.
    pub insecure_locations: Vec<String>,
    /// The file.
    pub file: PathBuf,
}

impl Insecure {
    /// Adds a rule; it takes the place of an earlier one for the same prefix.
    pub fn add(&mut self, rule: Rule) {
        self.rules.retain(|other| other.prefix != rule.prefix);
        self.rules.push(rule);
    }

    /// The file by which the checks are skipped for this registry, `host` or `host:port`, or for
    /// some of its images.
    #[must_use]
    pub fn names(&self, registry: &str) -> Option<&Path> {
        let is_hub = ServerKey::parse(registry).is_ok_and(|key| key.canonical() == DOCKER_HUB);
        let registry = if is_hub { "docker.io" } else { registry };
        let whole = self.rules.iter().filter(|rule| matches(registry, &rule.prefix));
        let whole = whole.max_by_key(|rule| rule.prefix.len()).filter(|rule| rule.is_insecure);
        let is_here = |place: &String| place.split('/').next() == Some(registry);
        let in_part = |rule: &&Rule| {
            let is_path = rule.prefix.contains('/') && is_here(&rule.prefix);
            rule.is_insecure && is_path || rule.insecure_locations.iter().any(is_here)
        };
        whole.or_else(|| self.rules.iter().find(in_part)).map(|rule| rule.file.as_path())
    }
}

/// As `refMatchingPrefix` there, of a name without a path: a prefix without a port holds for all.
fn matches(registry: &str, prefix: &str) -> bool {
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(':');
    if let Some(domain) = prefix.strip_prefix('*').filter(|domain| domain.starts_with('.')) {
        return registry.split_once(domain).is_some_and(|(_, rest)| is_end(rest));
    }
    registry.strip_prefix(prefix).is_some_and(is_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(prefix: &str, is_insecure: bool, others: &[&str]) -> Rule {
        let insecure_locations = others.iter().map(|&place| place.to_owned()).collect();
        let file = PathBuf::from(format!("{prefix}.conf"));
        Rule { prefix: prefix.to_owned(), is_insecure, insecure_locations, file }
    }

    #[test]
    fn the_longest_prefix_counts_and_so_do_parts_locations_and_mirrors() {
        let mut insecure = Insecure::default();
        for rule in [
            rule("a.lan:5000", false, &[]),
            rule("a.lan:5000", true, &[]),
            rule("*.lan", true, &[]),
            rule("safe.lan", false, &[]),
            rule("h.example", true, &[]),
            rule("part.example/org", true, &[]),
            rule("docker.io", false, &["mirror.example:5000/hub"]),
        ] {
            insecure.add(rule);
        }
        for (registry, file) in [
            ("a.lan:5000", "a.lan:5000.conf"),
            ("b.lan", "*.lan.conf"),
            ("b.lan:1", "*.lan.conf"),
            ("h.example:5000", "h.example.conf"),
            ("part.example", "part.example/org.conf"),
            ("mirror.example:5000", "docker.io.conf"),
        ] {
            assert_eq!(insecure.names(registry), Some(Path::new(file)), "{registry}");
        }
        for registry in ["safe.lan", "safe.lan:1", "h.example.org", "mirror.example", "b.land"] {
            assert_eq!(insecure.names(registry), None, "{registry}");
        }
        assert_eq!(insecure.names("registry-1.docker.io"), None);
        insecure.add(rule("docker.io", true, &[]));
        assert!(insecure.names("registry-1.docker.io").is_some());
        assert_eq!(insecure.names("mirror.example:5000"), None);
    }
}
