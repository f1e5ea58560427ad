//! The facts of this machine and this user. The only reader of the environment.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod wsl;

pub use wsl::Wsl;

/// Our folder inside the system's folders for settings, data and state.
const FOLDER: &str = "imgsec-cred";

/// The longest time limit: a day.
const MAX_SECONDS: u64 = 24 * 60 * 60;

/// Where things are, and what the environment says. Facts only: nothing here is tried out.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// Our settings: `settings.json`.
    pub config: Option<PathBuf>,
    /// Our data: the sealed store.
    pub data: Option<PathBuf>,
    /// Our notes of what `setup` changed.
    pub state: Option<PathBuf>,
    /// Docker's folder of settings: `DOCKER_CONFIG`, or `.docker` at home.
    pub docker_config: Option<PathBuf>,
    /// `DOCKER_AUTH_CONFIG` is set: Docker 28.3 and later read it before any helper.
    pub has_docker_auth_config: bool,
    /// `IMGSEC_STORE`: the store of this one process.
    pub store: Option<String>,
    /// `IMGSEC_TIMEOUT`, in whole seconds, a day at most: how long anything may take.
    pub timeout: Option<Duration>,
    /// `IMGSEC_TIMEOUT` is set to something else.
    pub has_wrong_timeout: bool,
    /// Whether a window that asks for a password could be seen.
    pub has_display: bool,
    /// `CREDENTIALS_DIRECTORY`: the credentials systemd gives a service.
    pub credentials_directory: Option<PathBuf>,
    /// `IMGSEC_CRED_IDENTITY_FILE`, or the file of that name among a container's secrets.
    pub identity_file: Option<PathBuf>,
    /// `PATH`.
    pub path: Option<OsString>,
    /// The folder that relative paths begin at.
    pub folder: Option<PathBuf>,
    /// This program's own file.
    pub program: Option<PathBuf>,
    /// `NO_COLOR` is not set, nor `TERM=dumb`.
    pub likes_color: bool,
}

/// The arguments of this process, without its name; what is no text in them is marked.
#[must_use]
pub fn arguments() -> Vec<String> {
    env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
}

impl Machine {
    /// The facts as they are now.
    #[must_use]
    pub fn here() -> Self {
        let home = dirs::home_dir();
        let seconds = text_of("IMGSEC_TIMEOUT").and_then(|text| text.parse().ok());
        let timeout = seconds.filter(|s| (1..=MAX_SECONDS).contains(s)).map(Duration::from_secs);
        let ours = |folder: Option<PathBuf>| Some(folder?.join(FOLDER));
        Self {
            config: ours(dirs::config_dir()),
            data: ours(dirs::data_local_dir()),
            state: ours(dirs::state_dir().or_else(dirs::data_local_dir)),
            docker_config: path_of("DOCKER_CONFIG")
                .or_else(|| Some(home.as_ref()?.join(".docker"))),
            has_docker_auth_config: text_of("DOCKER_AUTH_CONFIG").is_some(),
            store: text_of("IMGSEC_STORE"),
            timeout,
            has_wrong_timeout: timeout.is_none() && path_of("IMGSEC_TIMEOUT").is_some(),
            has_display: has_display(),
            credentials_directory: path_of("CREDENTIALS_DIRECTORY"),
            identity_file: path_of("IMGSEC_CRED_IDENTITY_FILE").or_else(container_secret),
            path: env::var_os("PATH"),
            folder: env::current_dir().ok(),
            program: env::current_exe().ok(),
            likes_color: text_of("NO_COLOR").is_none()
                && text_of("TERM").is_none_or(|t| t != "dumb"),
            home,
        }
    }

    /// What is wrong with our own variables, in a few words.
    ///
    /// # Errors
    /// Where one cannot be obeyed.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.has_wrong_timeout {
            return Err("IMGSEC_TIMEOUT is not a number of seconds from 1 to 86400");
        }
        Ok(())
    }

    /// The first file of this name that `PATH` finds, as a client would.
    #[must_use]
    pub fn find_program(&self, name: &str) -> Option<PathBuf> {
        program_in(&self.program_folders(), name)
    }

    /// The folders of `PATH`.
    #[must_use]
    pub fn program_folders(&self) -> Vec<PathBuf> {
        self.path.iter().flat_map(env::split_paths).collect()
    }

    /// The folder or the file that a variable names.
    #[must_use]
    pub fn path_in(&self, variable: &str) -> Option<PathBuf> {
        path_of(variable)
    }

    /// The variables of this process that are text.
    pub fn variables(&self) -> impl Iterator<Item = (String, String)> {
        env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
    }

    /// What is known where this Linux is one of WSL.
    #[must_use]
    pub fn wsl(&self) -> Option<Wsl> {
        let has_distribution = text_of("WSL_DISTRO_NAME").is_some();
        cfg!(target_os = "linux").then(|| wsl::look(Path::new("/"), has_distribution))?
    }

    /// The homes of all users, as far as they can be told: root's, and those in the folders where
    /// systems make them.
    #[must_use]
    pub fn homes(&self) -> Vec<PathBuf> {
        let mut homes: Vec<PathBuf> =
            ["/root", "/var/root"].map(PathBuf::from).into_iter().filter(|h| h.is_dir()).collect();
        for folder in ["/home", "/Users", r"C:\Users"] {
            let users = std::fs::read_dir(folder).into_iter().flatten().flatten();
            homes.extend(users.map(|user| user.path()).filter(|home| home.is_dir()));
        }
        homes.sort();
        homes
    }

    /// A path as a person writes it: `~` for the home folder.
    #[must_use]
    pub fn short(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) if !rest.as_os_str().is_empty() => {
                format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display())
            }
            _ => path.display().to_string(),
        }
    }
}

/// The first program of this name in these folders.
#[must_use]
pub fn program_in(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    folders.iter().map(|folder| folder.join(&name)).find(|file| is_program(file))
}

/// A variable that is set and not empty.
fn text_of(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn path_of(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn container_secret() -> Option<PathBuf> {
    let secret = Path::new("/run/secrets/imgsec-cred-identity");
    secret.exists().then(|| secret.to_owned())
}

/// macOS decides for itself whether it may ask; Windows never asks.
fn has_display() -> bool {
    if cfg!(target_os = "macos") {
        return true;
    }
    !cfg!(windows) && ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| text_of(name).is_some())
}

fn is_program(file: &Path) -> bool {
    let Ok(facts) = file.metadata() else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        facts.is_file() && facts.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    facts.is_file()
}
