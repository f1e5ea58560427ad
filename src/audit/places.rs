//! The folders in which the known places lie, for one user.

use std::path::{Path, PathBuf};

/// Where one user's programs keep their files. Facts only; nothing here is tried out.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The home folder.
    pub home: PathBuf,
    /// Folders of Docker's settings: `DOCKER_CONFIG`, and `.docker` at home.
    pub docker: Vec<PathBuf>,
    /// `XDG_CONFIG_HOME`, or `.config` at home; on macOS and Windows the system's own as well.
    pub config: Vec<PathBuf>,
    /// `XDG_DATA_HOME`, or `.local/share` at home.
    pub data: Vec<PathBuf>,
    /// `XDG_RUNTIME_DIR`, and `/run/user/UID`.
    pub runtime: Vec<PathBuf>,
    /// Files that variables name, by the variable: `REGISTRY_AUTH_FILE`, `HISTFILE` and their like.
    pub named: Vec<(&'static str, PathBuf)>,
    /// The whole machine's settings, as `/etc`; empty for a user who is not the one that runs us.
    pub system: Vec<PathBuf>,
    /// The whole machine's data, as `/var/lib`; empty where `system` is.
    pub state: Vec<PathBuf>,
}

/// Variables that name a file or a folder of a container tool.
const NAMING: &[&str] = &[
    "AWS_ECR_CACHE_DIR",
    "BUILDX_CONFIG",
    "DOCKER_CREDENTIAL_GCR_STORE",
    "GH_CONFIG_DIR",
    "HELM_CONFIG_HOME",
    "HELM_REGISTRY_CONFIG",
    "HELM_REPOSITORY_CONFIG",
    "HISTFILE",
    "JFROG_CLI_HOME_DIR",
    "NETRC",
    "REGCTL_CONFIG",
    "REGISTRY_AUTH_FILE",
];

impl Places {
    /// Those of the user who runs us: `variable` reads the environment.
    #[must_use]
    pub fn ours(home: &Path, variable: &dyn Fn(&str) -> Option<PathBuf>) -> Self {
        let mut places = Self::of_home(home);
        places.docker.extend(variable("DOCKER_CONFIG"));
        places.config.extend(variable("XDG_CONFIG_HOME").into_iter().chain(variable("APPDATA")));
        places.data.extend(variable("XDG_DATA_HOME"));
        places.runtime.extend(variable("XDG_RUNTIME_DIR"));
        places.named = NAMING.iter().filter_map(|name| Some((*name, variable(name)?))).collect();
        places.system = vec![PathBuf::from("/etc")];
        places.state = vec![PathBuf::from("/var/lib")];
        places
    }

    /// Those of another user, of whom only the home is known.
    #[must_use]
    pub fn of_home(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
            docker: vec![home.join(".docker")],
            config: vec![
                home.join(".config"),
                home.join("Library/Preferences"),
                home.join("Library/Application Support"),
                home.join("AppData/Roaming"),
            ],
            data: vec![home.join(".local/share")],
            runtime: runtime_of(home),
            ..Self::default()
        }
    }

    /// A path below each of these folders.
    #[must_use]
    pub fn below(folders: &[PathBuf], path: &str) -> Vec<PathBuf> {
        folders.iter().map(|folder| folder.join(path)).collect()
    }

    /// The file that this variable names.
    pub fn named(&self, variable: &str) -> impl Iterator<Item = PathBuf> {
        let named = self.named.iter().filter(move |(name, _)| *name == variable);
        named.map(|(_, path)| path.clone())
    }
}

/// The folder for what lives as long as a login of the owner of this home.
#[cfg(unix)]
fn runtime_of(home: &Path) -> Vec<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let Ok(about) = home.metadata() else { return Vec::new() };
    ["/run/user", "/run/containers"].map(|run| Path::new(run).join(about.uid().to_string())).into()
}

#[cfg(not(unix))]
fn runtime_of(_: &Path) -> Vec<PathBuf> {
    Vec::new()
}
