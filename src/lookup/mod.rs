//! Which credential a client would use for an image on this machine: where it looks, in which
//! order, what it finds there, and what it never gets to.
//!
//! Files are read as the client reads them. A helper is asked only what the caller's [`Ask`]
//! answers: to run another's could make a token, or a prompt.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use zeroize::Zeroizing;

use crate::clients::docker::{DockerConfig, Entry};
use crate::credential::Login;
use crate::files::View;
use crate::machine::Machine;
use crate::registry::image::Image;
use crate::store::Error;

pub use self::clients::{ALL, Client, NextLogin};

mod clients;
pub mod crane;
pub mod docker;
pub mod kubernetes;
pub mod podman;
mod registries_conf;

/// What a helper, named by its part behind `docker-credential-`, has for a key.
pub type Ask<'a> = &'a dyn Fn(&str, &str) -> Found;

/// An image that a client is asked for.
#[derive(Debug, Clone)]
pub struct Question {
    /// As the person wrote it: Podman reads a short name in another way than Docker. Empty where
    /// nobody wrote it, and the image is meant as it is.
    pub written: String,
    /// As Docker reads it.
    pub image: Image,
}

/// What clients see: files, as they are or as they are planned, and what helpers answer.
pub struct World<'a> {
    /// Where the files lie.
    pub places: &'a Places,
    /// The files.
    pub view: &'a View,
    /// The helpers.
    pub ask: Ask<'a>,
    configs: RefCell<HashMap<PathBuf, Rc<Result<DockerConfig, Error>>>>,
}

impl<'a> World<'a> {
    /// The world of these files and helpers.
    #[must_use]
    pub fn new(places: &'a Places, view: &'a View, ask: Ask<'a>) -> Self {
        Self { places, view, ask, configs: RefCell::default() }
    }

    /// A file of Docker's format, read once.
    fn config(&self, path: &Path) -> Rc<Result<DockerConfig, Error>> {
        let mut configs = self.configs.borrow_mut();
        let read = || Rc::new(DockerConfig::read_in(self.view, path));
        Rc::clone(configs.entry(path.to_owned()).or_insert_with(read))
    }
}

/// Where the clients of this user find their settings.
#[derive(Debug, Clone)]
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
    /// `XDG_CACHE_HOME`, or `.cache` at home.
    pub cache_home: PathBuf,
    /// The file that `CONTAINERS_REGISTRIES_CONF` names.
    pub registries_conf: Option<PathBuf>,
    /// The folder that the system's own paths begin at.
    pub root: PathBuf,
    /// This user's number.
    pub uid: u32,
    /// The helper that Docker takes where nothing is configured.
    pub default_store: Option<&'static str>,
}

impl Places {
    /// The places of this user; `None` where there is no home folder.
    #[must_use]
    pub fn of(machine: &Machine) -> Option<Self> {
        let home = machine.home.clone()?;
        let value = machine.variables().find(|(name, _)| name == "DOCKER_AUTH_CONFIG");
        let config_home =
            machine.path_in("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        Some(Self {
            docker_config: machine.path_in("DOCKER_CONFIG"),
            docker_auth_config: value
                .map(|(_, text)| Zeroizing::new(text))
                .filter(|t| !t.is_empty()),
            registry_auth_file: machine.path_in("REGISTRY_AUTH_FILE"),
            runtime: machine.path_in("XDG_RUNTIME_DIR"),
            config_home,
            cache_home: machine.path_in("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache")),
            registries_conf: machine.path_in("CONTAINERS_REGISTRIES_CONF"),
            root: PathBuf::from("/"),
            uid: uid(),
            default_store: docker::default_store(&|program| {
                machine.find_program(program).is_some()
            }),
            home,
        })
    }

    /// Helm's own file of logins.
    #[must_use]
    pub fn helm_file(&self) -> PathBuf {
        self.config_home.join("helm/registry/config.json")
    }

    /// The same user's in a shell without the variables of this one.
    #[must_use]
    pub fn without_variables(&self) -> Self {
        Self {
            docker_config: None,
            docker_auth_config: None,
            registry_auth_file: None,
            runtime: None,
            config_home: self.home.join(".config"),
            cache_home: self.home.join(".cache"),
            registries_conf: None,
            ..self.clone()
        }
    }

    /// The folder of Docker's settings.
    #[must_use]
    pub fn docker_folder(&self) -> PathBuf {
        self.docker_config.clone().unwrap_or_else(|| self.home.join(".docker"))
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

/// Where a client looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A variable of the environment.
    Variable(&'static str),
    /// A login in plain text in this file.
    File(PathBuf),
    /// A helper.
    Helper {
        /// Its name without `docker-credential-`.
        name: String,
        /// The file, and the setting in it, that names it.
        named_in: Option<(PathBuf, &'static str)>,
    },
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A login in plain text.
    Plain(Login),
    /// A login that a helper keeps.
    Kept(Login),
    /// Only the helper knows, and it was not asked.
    Unknown,
    /// Nothing for this registry.
    Nothing,
    /// It cannot be read, or the helper gives no answer: why.
    Trouble(String),
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// This is the one that is used.
    Used,
    /// This is used if it has one.
    Perhaps,
    /// Nothing is here: the client goes on.
    Passed,
    /// The client ends here with an error.
    Stops,
    /// Another one came before.
    Shadowed,
    /// The client never looks here.
    Unread,
}

/// One place where a client looks, or would if nothing came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub source: Source,
    /// The key: what a helper is asked for, or what is written.
    pub key: String,
    /// What is there.
    pub found: Found,
    /// What comes of it.
    pub role: Role,
}

/// What one client, and those that look as it does, would use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The clients.
    pub clients: &'static [&'static str],
    /// The image as this client reads it, where it reads it in another way than Docker.
    pub image: Option<String>,
    /// Where it looks, in its order.
    pub steps: Vec<Step>,
}

impl Answer {
    /// The step that is used, or may be.
    #[must_use]
    pub fn used(&self) -> Option<&Step> {
        self.steps.iter().find(|s| matches!(s.role, Role::Used | Role::Perhaps | Role::Stops))
    }

    /// Whether it ends with a login in plain text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.used().is_some_and(|s| s.role == Role::Used && matches!(s.found, Found::Plain(_)))
    }
}

/// The steps of a client so far.
#[derive(Debug, Default)]
struct Trail {
    steps: Vec<Step>,
    is_settled: bool,
}

impl Trail {
    /// The client looks here; a failure does not stop it.
    fn look(&mut self, source: Source, key: &str, found: Found) {
        let role = match (&found, self.is_settled) {
            (Found::Nothing | Found::Trouble(_), true) => return,
            (_, true) => Role::Shadowed,
            (Found::Nothing | Found::Trouble(_), false) => Role::Passed,
            (Found::Unknown, false) => Role::Perhaps,
            (_, false) => Role::Used,
        };
        self.is_settled |= role == Role::Used;
        self.steps.push(Step { source, key: key.to_owned(), found, role });
    }

    /// The client looks here; a failure ends it.
    fn look_or_stop(&mut self, source: Source, key: &str, found: Found) {
        let stops = !self.is_settled && matches!(found, Found::Trouble(_));
        self.look(source, key, found);
        if let (true, Some(step)) = (stops, self.steps.last_mut()) {
            step.role = Role::Stops;
            self.is_settled = true;
        }
    }

    /// The client does not look here, whatever comes before.
    fn unread(&mut self, path: &Path, entry: &Entry) {
        if let Some(login) = &entry.login {
            let found = Found::Plain(login.clone());
            let source = Source::File(path.to_owned());
            self.steps.push(Step { source, key: entry.key.clone(), found, role: Role::Unread });
        }
    }

    fn answer(self, clients: &'static [&'static str]) -> Answer {
        Answer { clients, image: None, steps: self.steps }
    }
}

#[cfg(test)]
mod tests;
