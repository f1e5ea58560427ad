//! Where Docker's engine and Podman are told how to reach registries.

use std::path::PathBuf;

use imgsec_cred::daemon::Unchecked;
use imgsec_cred::lookup::{Places, podman};
use imgsec_cred::machine::Machine;
use imgsec_cred::registry::podman::Insecure;

/// The folders named `certs.d` of Docker and Podman.
pub(crate) fn certificate_folders(machine: &Machine) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if cfg!(windows) {
        folders.extend(machine.path_in("PROGRAMDATA").map(|p| p.join(r"docker\certs.d")));
    } else {
        folders.extend(["/etc/docker/certs.d", "/etc/containers/certs.d"].map(PathBuf::from));
    }
    folders.extend(machine.docker_config.as_ref().map(|docker| docker.join("certs.d")));
    let config = config_home(machine);
    for program in ["docker", "containers"] {
        folders.extend(config.as_ref().map(|config| config.join(program).join("certs.d")));
    }
    folders
}

/// The registries for which Docker's engine skips the checks: that of the system, one without root,
/// and Docker Desktop's.
pub(crate) fn unchecked(machine: &Machine) -> Unchecked {
    let mut files: Vec<PathBuf> = Vec::new();
    if cfg!(windows) {
        files.extend(machine.path_in("PROGRAMDATA").map(|p| p.join(r"docker\config\daemon.json")));
    } else {
        files.push(PathBuf::from("/etc/docker/daemon.json"));
    }
    files.extend(config_home(machine).map(|config| config.join("docker/daemon.json")));
    files.extend(machine.home.as_ref().map(|home| home.join(".docker/daemon.json")));
    Unchecked::read(&files)
}

/// Those for which Podman and its kin skip them.
pub(crate) fn insecure(machine: &Machine) -> Insecure {
    Places::of(machine).map(|places| podman::insecure(&places)).unwrap_or_default()
}

fn config_home(machine: &Machine) -> Option<PathBuf> {
    let config = machine.path_in("XDG_CONFIG_HOME");
    config.or_else(|| Some(machine.home.as_ref()?.join(".config")))
}
