//! Podman and its kin by their age: each release brings a version of containers/image, and these
//! differ in the files they read.

use std::path::PathBuf;

use super::Places;
use super::programs::Version;

/// What differs, by the Podman that it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Age {
    /// containers/image before 5.24: a file that is named comes first, and is not the only one.
    Podman43,
    /// Since 5.24 (containers/image#1751) it is the only one.
    Podman44,
    /// Since 5.29 a login goes into the folder that `DOCKER_CONFIG` names as Docker writes it.
    Podman48,
    /// Since 5.40 `registries.conf` is looked for as all its files are (containers/storage
    /// `pkg/configfile`). Podman 6 itself was not to be had: tried with the library alone.
    Podman6,
}

/// One of the programs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kin {
    /// Its name.
    pub(super) names: &'static [&'static str],
    /// What it reads.
    pub(super) age: Age,
    /// Skopeo knows fewer variables, and reads a short name as Docker does.
    pub(super) is_skopeo: bool,
}

impl Kin {
    /// Podman; where its version is not known, as of today's distributions.
    pub(super) fn podman(places: &Places) -> Self {
        let age = age(places.programs.podman, [(4, 4), (4, 8), (6, 0)]);
        Self { names: &["podman"], age, is_skopeo: false }
    }

    /// Buildah.
    pub(super) fn buildah(places: &Places) -> Self {
        let own = places.programs.buildah;
        let age = match own {
            None => Self::podman(places).age,
            Some(_) => age(own, [(1, 29), (1, 33), (1, 44)]),
        };
        Self { names: &["buildah"], age, is_skopeo: false }
    }

    /// Skopeo.
    pub(super) fn skopeo(places: &Places) -> Self {
        let own = places.programs.skopeo;
        let age = match own {
            None => Self::podman(places).age,
            Some(_) => age(own, [(1, 11), (1, 14), (1, 23)]),
        };
        Self { names: &["skopeo"], age, is_skopeo: true }
    }

    /// Podman by the name of Docker.
    pub(super) fn named_docker(version: Version) -> Self {
        let age = age(Some(version), [(4, 4), (4, 8), (6, 0)]);
        Self { names: &["docker"], age, is_skopeo: false }
    }

    /// The file that a variable names in the place of its own: Podman and Buildah take Docker's for
    /// that where `DOCKER_CONFIG` is set (containers/common `pkg/auth`, `GetDefaultAuthFile`).
    pub(super) fn named_file(self, places: &Places) -> Option<PathBuf> {
        let docker = || Some(places.docker_config.as_ref()?.join("config.json"));
        let named = places.registry_auth_file.clone();
        if self.is_skopeo { named } else { named.or_else(docker) }
    }

    /// Whether `CONTAINERS_REGISTRIES_CONF` names its `registries.conf`.
    pub(super) fn reads_conf_variable(self) -> bool {
        !self.is_skopeo || self.age >= Age::Podman6
    }
}

/// By the versions from which the later rules hold.
fn age(version: Option<Version>, since: [(u32, u32); 3]) -> Age {
    let Some(version) = version else { return Age::Podman48 };
    let is_since = |since: (u32, u32)| (version.major, version.minor) >= since;
    match since.map(is_since) {
        [_, _, true] => Age::Podman6,
        [_, true, _] => Age::Podman48,
        [true, _, _] => Age::Podman44,
        _ => Age::Podman43,
    }
}
