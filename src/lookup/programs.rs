//! Which programs answer to the clients' names, and of which version: clients of another version
//! look elsewhere.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::deadline;
use crate::machine::Machine;

/// How long a program may take to say its version.
const LIMIT: Duration = Duration::from_secs(5);

/// The most of an answer that is read, in bytes.
const MAX_BYTES: u64 = 4096;

/// A version: `28.2.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third.
    pub patch: u32,
}

/// What answers to the name `docker`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DockerProgram {
    /// It was not asked, or does not say; it is taken for the newest Docker.
    #[default]
    Unknown,
    /// There is none.
    Missing,
    /// Docker.
    Docker(Version),
    /// Podman, by the package podman-docker or a link.
    Podman(Version),
}

/// What is known of the clients' programs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Programs {
    /// `docker`.
    pub docker: DockerProgram,
    /// `podman`; `None` where it is not there, or does not say.
    pub podman: Option<Version>,
    /// `buildah`.
    pub buildah: Option<Version>,
    /// `skopeo`.
    pub skopeo: Option<Version>,
}

impl Programs {
    /// Asks the programs that are on the `PATH` for their version, all at once.
    #[must_use]
    pub fn ask(machine: &Machine) -> Self {
        let answer = |name: &str| machine.find_program(name).map(|program| said(&program));
        thread::scope(|scope| {
            let [docker, podman, buildah, skopeo] = ["docker", "podman", "buildah", "skopeo"]
                .map(|name| scope.spawn(move || answer(name)));
            let version = |thread: thread::ScopedJoinHandle<'_, Option<Option<String>>>| {
                Version::in_text(&thread.join().ok()???)
            };
            Self {
                docker: match docker.join() {
                    Ok(None) => DockerProgram::Missing,
                    Ok(Some(Some(text))) => DockerProgram::of(&text),
                    _ => DockerProgram::Unknown,
                },
                podman: version(podman),
                buildah: version(buildah),
                skopeo: version(skopeo),
            }
        })
    }
}

impl DockerProgram {
    /// By what `docker --version` says.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let line = text.lines().find(|line| Version::in_text(line).is_some()).unwrap_or_default();
        match Version::in_text(line) {
            Some(version) if line.starts_with("podman") => Self::Podman(version),
            Some(version) if line.starts_with("Docker") => Self::Docker(version),
            _ => Self::Unknown,
        }
    }

    /// Whether it is Docker of this version or later, or not known to be older.
    #[must_use]
    pub fn is_at_least(self, major: u32, minor: u32) -> bool {
        match self {
            Self::Docker(version) => (version.major, version.minor) >= (major, minor),
            _ => true,
        }
    }
}

impl Version {
    /// The first version in a text: `Docker version 20.10.24+dfsg1, build 297e128`.
    #[must_use]
    pub fn in_text(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let end = word.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(word.len());
        let mut numbers = word[..end].trim_end_matches('.').split('.').map(str::parse);
        let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        let patch = numbers.next().and_then(Result::ok).unwrap_or(0);
        Some(Self { major, minor, patch })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What a program prints for `--version`; `None` where it fails or takes too long.
fn said(program: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let output = child.stdout.take()?;
    let read = move || {
        let mut text = String::new();
        output.take(MAX_BYTES).read_to_string(&mut text).ok()?;
        Some(text)
    };
    let text = deadline::within(LIMIT, read).flatten();
    if text.is_none() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let is_done = child.wait().is_ok_and(|status| status.success());
    text.filter(|_| is_done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_are_told_apart_by_what_they_say() {
        let version = |major, minor, patch| Version { major, minor, patch };
        for (text, program) in [
            ("Docker version 28.2.2, build e6534b4\n", DockerProgram::Docker(version(28, 2, 2))),
            (
                "Docker version 20.10.24+dfsg1, build 297e128\n",
                DockerProgram::Docker(version(20, 10, 24)),
            ),
            (
                "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\n\
                 podman version 4.3.1\n",
                DockerProgram::Podman(version(4, 3, 1)),
            ),
            ("podman version 6.0.0-rc1\n", DockerProgram::Podman(version(6, 0, 0))),
            ("nerdctl version 2.3.4\n", DockerProgram::Unknown),
            ("", DockerProgram::Unknown),
        ] {
            assert_eq!(DockerProgram::of(text), program, "{text}");
        }
        assert!(!DockerProgram::of("Docker version 28.2.2, build e").is_at_least(28, 3));
        assert!(DockerProgram::of("Docker version 29.0.0").is_at_least(28, 3));
        assert!(DockerProgram::Unknown.is_at_least(28, 3));
        let skopeo = Version::in_text("skopeo version 1.9.3 commit: v1\n");
        assert_eq!(skopeo, Some(version(1, 9, 3)));
    }

    #[test]
    #[cfg(unix)]
    fn a_program_that_does_not_answer_is_given_up() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let program = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let fails = program("fails", "#!/bin/sh\necho Docker version 1.2.3\nexit 1\n");
        assert_eq!(said(&fails), None);
        let works = program("works", "#!/bin/sh\necho Docker version 1.2.3\n");
        assert_eq!(said(&works).unwrap(), "Docker version 1.2.3\n");
    }
}
