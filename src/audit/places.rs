//! The folders in which the known places lie, for one user.

use std::path::PathBuf;

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

impl Places {
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
