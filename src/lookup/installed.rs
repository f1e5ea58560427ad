//! Which clients are on this machine, each by the name that answers have for it.

use super::{Client, World, docker_build};
use crate::machine;

/// Where Docker looks for its plug-ins besides its own folder (docker/cli
/// `cli-plugins/manager/manager_unix.go`).
const PLUGINS: &[&str] = &[
    "usr/local/lib/docker/cli-plugins",
    "usr/local/libexec/docker/cli-plugins",
    "usr/lib/docker/cli-plugins",
    "usr/libexec/docker/cli-plugins",
];

/// Whether a client is on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Its program or its settings are there.
    Installed,
    /// They are not.
    Missing,
    /// Nothing tells: a library, or another way to use a program that is there.
    Unknown,
}

impl Client {
    /// Whether a client that this row answers for is on this machine.
    #[must_use]
    pub fn presence(&self, name: &str, world: &World<'_>) -> Presence {
        let has = |program: &&str| world.places.has_program(program);
        let is_here = match name {
            "buildx" => has_plugin(world, "docker-buildx"),
            "compose" => has_plugin(world, "docker-compose"),
            docker_build::NAME if self.is_here(world) => return Presence::Unknown,
            _ if self.programs.is_empty() => return Presence::Unknown,
            _ if !self.programs.contains(&name) => self.is_here(world),
            _ if self.programs.iter().any(has) => has(&name),
            // Only its settings are there, which are those of the first.
            _ => self.is_here(world) && self.programs[0] == name,
        };
        if is_here { Presence::Installed } else { Presence::Missing }
    }
}

fn has_plugin(world: &World<'_>, name: &str) -> bool {
    let places = world.places;
    let mut folders = vec![places.docker_folder().join("cli-plugins")];
    folders.extend(PLUGINS.iter().map(|folder| places.root.join(folder)));
    places.has_program(name) || machine::program_in(&folders, name).is_some()
}
