//! Where the clients of this user find their settings, and which programs they are.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::docker;
use super::programs::Programs;
use crate::machine::{self, Machine};

/// Where the clients of this user find their settings.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder that `DOCKER_CONFIG` names.
    pub docker_config: Option<PathBuf>,
    /// The value of `DOCKER_AUTH_CONFIG`.
    pub docker_auth_config: Option<Zeroizing<String>>,
    /// The file that `REGISTRY_AUTH_FILE` names.
    pub registry_auth_file: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, or `.config` at home.
    pub config_home: PathBuf,
    /// `XDG_CONFIG_HOME`, only where it is set.
    pub xdg_config_home: Option<PathBuf>,
    /// `XDG_CACHE_HOME`, or `.cache` at home.
    pub cache_home: PathBuf,
    /// The file that `CONTAINERS_REGISTRIES_CONF` names.
    pub registries_conf: Option<PathBuf>,
    /// The file that `CONTAINERS_REGISTRIES_CONF_OVERRIDE` names; from Podman 6 on.
    pub registries_conf_override: Option<PathBuf>,
    /// The file that `HELM_REGISTRY_CONFIG` names.
    pub helm_registry_config: Option<PathBuf>,
    /// The folder that `HELM_CONFIG_HOME` names.
    pub helm_config_home: Option<PathBuf>,
    /// The file that `REGCTL_CONFIG` names.
    pub regctl_config: Option<PathBuf>,
    /// `%APPDATA%`, on Windows.
    pub app_data: Option<PathBuf>,
    /// The folder that the system's own paths begin at.
    pub root: PathBuf,
    /// This user's number.
    pub uid: u32,
    /// The helper that Docker takes where nothing is configured.
    pub default_store: Option<&'static str>,
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
    /// Which programs answer to the clients' names.
    pub programs: Programs,
}

impl Places {
    /// The places of this user; `None` where there is no home folder. No program is run: what
    /// [`Programs`] knows comes from [`Programs::ask`].
    #[must_use]
    pub fn of(machine: &Machine) -> Option<Self> {
        let home = machine.home.clone()?;
        let value = machine.variables().find(|(name, _)| name == "DOCKER_AUTH_CONFIG");
        let xdg_config_home = machine.path_in("XDG_CONFIG_HOME");
        Some(Self {
            docker_config: machine.path_in("DOCKER_CONFIG"),
            docker_auth_config: value
                .map(|(_, text)| Zeroizing::new(text))
                .filter(|t| !t.is_empty()),
            registry_auth_file: machine.path_in("REGISTRY_AUTH_FILE"),
            runtime: machine.path_in("XDG_RUNTIME_DIR"),
            config_home: xdg_config_home.clone().unwrap_or_else(|| home.join(".config")),
            xdg_config_home,
            cache_home: machine.path_in("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache")),
            registries_conf: machine.path_in("CONTAINERS_REGISTRIES_CONF"),
            registries_conf_override: machine.path_in("CONTAINERS_REGISTRIES_CONF_OVERRIDE"),
            helm_registry_config: machine.path_in("HELM_REGISTRY_CONFIG"),
            helm_config_home: machine.path_in("HELM_CONFIG_HOME"),
            regctl_config: machine.path_in("REGCTL_CONFIG"),
            app_data: machine.path_in("APPDATA"),
            root: PathBuf::from("/"),
            uid: uid(),
            default_store: docker::default_store(&|program| {
                machine.find_program(program).is_some()
            }),
            path: machine.program_folders(),
            programs: Programs::default(),
            home,
        })
    }

    /// The same user where the variables of this shell are not set: in another session, in a timer,
    /// in a desktop.
    #[must_use]
    pub fn without_variables(&self) -> Self {
        Self {
            docker_config: None,
            docker_auth_config: None,
            registry_auth_file: None,
            runtime: None,
            config_home: self.home.join(".config"),
            xdg_config_home: None,
            cache_home: self.home.join(".cache"),
            registries_conf: None,
            registries_conf_override: None,
            helm_registry_config: None,
            helm_config_home: None,
            regctl_config: None,
            ..self.clone()
        }
    }

    /// Whether a program of this name is on the `PATH`.
    #[must_use]
    pub fn has_program(&self, name: &str) -> bool {
        machine::program_in(&self.path, name).is_some()
    }

    /// The folder of Docker's settings.
    #[must_use]
    pub fn docker_folder(&self) -> PathBuf {
        self.docker_config.clone().unwrap_or_else(|| self.home.join(".docker"))
    }

    /// Docker's settings.
    #[must_use]
    pub fn docker_file(&self) -> PathBuf {
        self.docker_folder().join("config.json")
    }

    /// The file that Podman and its kin keep logins in, where no variable names one
    /// (containers/image `pkg/docker/config/config.go`, `getPathToAuth`).
    #[must_use]
    pub fn auth_json(&self) -> PathBuf {
        match &self.runtime {
            _ if cfg!(not(target_os = "linux")) => self.home.join(".config/containers/auth.json"),
            Some(runtime) => runtime.join("containers/auth.json"),
            None => self.root.join(format!("run/containers/{}/auth.json", self.uid)),
        }
    }

    /// Helm's own file of logins (helm/helm `pkg/cli/environment.go`, `pkg/helmpath/lazypath.go`).
    #[must_use]
    pub fn helm_file(&self) -> PathBuf {
        let named = self.helm_registry_config.clone();
        named.unwrap_or_else(|| self.helm_folder().join("registry/config.json"))
    }

    fn helm_folder(&self) -> PathBuf {
        if let Some(folder) = &self.helm_config_home {
            return folder.clone();
        }
        let base = match &self.xdg_config_home {
            Some(folder) => folder.clone(),
            None if cfg!(target_os = "macos") => self.home.join("Library/Preferences"),
            None if cfg!(windows) => self.app_data.clone().unwrap_or_else(|| self.home.clone()),
            None => self.home.join(".config"),
        };
        base.join("helm")
    }

    /// regctl's own file (regclient/regclient `cmd/regctl/config.go`, `ConfigLoadDefault`).
    #[must_use]
    pub fn regctl_file(&self) -> PathBuf {
        if let Some(named) = &self.regctl_config {
            return named.clone();
        }
        let base = match &self.app_data {
            Some(data) if cfg!(windows) => data.clone(),
            _ => self.config_home.clone(),
        };
        let newer = base.join("regctl/config.json");
        if newer.exists() { newer } else { self.home.join(".regctl/config.json") }
    }
}

#[cfg(unix)]
fn uid() -> u32 {
    rustix::process::getuid().as_raw()
}

#[cfg(not(unix))]
fn uid() -> u32 {
    0
}
