//! Whether this Linux is one of WSL, and whether programs of Windows can be started in it. There
//! Docker Desktop writes into Docker's settings, and Windows' own helpers can be reached by name.

use std::fs;
use std::path::Path;

/// A Linux that runs inside Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wsl {
    /// Whether the kernel starts programs of Windows (`.exe`): not where it is turned off in
    /// `wsl.conf`, and not in a container.
    pub interop: bool,
}

/// What starts programs of Windows, as WSL registers it with the kernel; the second name where
/// systemd runs.
const INTEROP: [&str; 2] =
    ["proc/sys/fs/binfmt_misc/WSLInterop", "proc/sys/fs/binfmt_misc/WSLInterop-late"];

/// Looks at the kernel below `root`. `has_distribution` is whether WSL's own variable names one, for
/// kernels that somebody built for themselves.
pub(super) fn look(root: &Path, has_distribution: bool) -> Option<Wsl> {
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let interop = INTEROP.iter().any(|path| read(path).starts_with("enabled"));
    let release = read("proc/sys/kernel/osrelease").to_ascii_lowercase();
    let is_microsofts = release.contains("microsoft") || release.contains("wsl");
    (is_microsofts || interop && has_distribution).then_some(Wsl { interop })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENABLED: &str = "enabled\ninterpreter /init\nflags: PF\noffset 0\nmagic 4d5a\n";

    /// What is seen where these files are there.
    fn seen(files: &[(&str, &str)], has_distribution: bool) -> Option<Wsl> {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join("proc/sys").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        look(root.path(), has_distribution)
    }

    #[test]
    fn it_is_known_by_its_kernel_and_by_what_starts_programs_of_windows() {
        let (wsl, alone) = (Some(Wsl { interop: true }), Some(Wsl { interop: false }));
        let second = ("kernel/osrelease", "5.15.167.4-microsoft-standard-WSL2\n");
        let first = ("kernel/osrelease", "4.4.0-22621-Microsoft\n");
        let own = ("kernel/osrelease", "6.6.0-mine\n");
        let interop = ("fs/binfmt_misc/WSLInterop", ENABLED);
        for (files, has_distribution, expected) in [
            (&[second, interop][..], true, wsl),
            (&[first, interop], false, wsl),
            (&[second, ("fs/binfmt_misc/WSLInterop-late", ENABLED)], false, wsl),
            (&[second, ("fs/binfmt_misc/WSLInterop", "disabled\n")], true, alone),
            // A container of Docker Desktop runs on the same kernel.
            (&[second], false, alone),
            (&[own, interop], true, wsl),
            (&[own, interop], false, None),
            (&[own], true, None),
            (&[("kernel/osrelease", "6.1.0-28-amd64\n")], false, None),
            (&[], false, None),
        ] {
            assert_eq!(seen(files, has_distribution), expected, "{files:?}");
        }
    }
}
