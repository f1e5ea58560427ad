//! What is there before anything changes: the files of the clients and the logins in them, what the
//! store keeps, and every registry that occurs anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::helpers::{ANY_OTHER, Answer, Helpers};
use crate::clients::docker::{DockerConfig, PlainLogin, Reader};
use crate::credential::{Credential, Login};
use crate::files::{self, View, real};
use crate::lookup::{self, Found, Places, Question, World};
use crate::protocol::{CONTAINERS_NAME, NAME};
use crate::registry::image::Image;
use crate::server::ServerKey;
use crate::store::{Error, Listed};

/// Whether a login of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// One that lay there under this key was, and this is another.
    Changed,
}

/// Says which logins of a file are asked for, by the file, the key in `auths` and the secret.
pub type Choose<'a> = &'a dyn Fn(&Path, &str, Option<&SecretString>) -> Wanted;

/// Whose settings a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Docker's own, in use now.
    Docker,
    /// Helm's own.
    Helm,
    /// Those of Podman and its kin.
    Podman,
    /// Another one of the same format.
    Other,
}

/// A file of Docker's format.
pub struct SettingsFile {
    /// Whose it is.
    pub role: Role,
    /// What it holds.
    pub config: DockerConfig,
}

/// Where a login comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The file with this number in [`Scene::files`].
    File(usize),
    /// The helper of this name.
    Helper(String),
}

/// A login that can move into the store.
pub struct Candidate {
    /// Where from.
    pub origin: Origin,
    /// Its name there: a key of `auths`, or what the helper answers to.
    pub key: String,
    /// The credential, under the server key that clients ask a helper for.
    pub credential: Credential,
}

/// A login that stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Where.
    pub origin: Origin,
    /// Its name there.
    pub key: String,
    /// Why, in a few words.
    pub why: String,
}

/// What our store keeps, as its helper lists it.
#[derive(Clone, Default)]
pub struct Kept {
    by_canonical: BTreeMap<String, Login>,
    namespaces: Vec<(ServerKey, Login)>,
    /// As the helper lists them.
    keys: Vec<String>,
}

impl Kept {
    /// The logins of a list, of which only the user names are known.
    #[must_use]
    pub fn of(listed: Vec<Listed>) -> Self {
        let mut kept = Self::default();
        listed.into_iter().for_each(|one| kept.add(&one.server, Login::of_user(one.username)));
        kept
    }

    /// Adds a login, or puts it in the place of the one for the same server.
    pub fn add(&mut self, server: &ServerKey, login: Login) {
        if server.may_lie_in_a_namespace() {
            self.namespaces.push((server.clone(), login.clone()));
        }
        self.by_canonical.insert(server.canonical().to_owned(), login);
        self.keys.push(server.as_str().to_owned());
    }

    /// Takes out what is kept for a server.
    pub fn remove(&mut self, server: &ServerKey) {
        self.by_canonical.remove(server.canonical());
        self.namespaces.retain(|(other, _)| other.canonical() != server.canonical());
    }

    /// Adds all that another list has.
    pub fn join(&mut self, other: Self) {
        self.by_canonical.extend(other.by_canonical);
        self.namespaces.extend(other.namespaces);
        self.keys.extend(other.keys);
    }

    /// What the helper answers for a key.
    #[must_use]
    pub fn answer(&self, key: &str) -> Found {
        let Ok(asked) = ServerKey::parse(key) else { return Found::Nothing };
        let own = self.by_canonical.get(asked.canonical());
        let around = || {
            let answers = self.namespaces.iter().filter(|(server, _)| server.answers(&asked));
            answers.max_by_key(|(server, _)| server.canonical().len()).map(|(_, login)| login)
        };
        own.or_else(around).cloned().map_or(Found::Nothing, Found::Kept)
    }

    /// What is kept, as the helper lists it.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The login that is kept for a server.
    #[must_use]
    pub fn login(&self, server: &ServerKey) -> Option<&Login> {
        self.by_canonical.get(server.canonical())
    }
}

/// What is there.
pub struct Scene<'a> {
    /// Where clients look: in this shell, in one without its variables, and at files that were named.
    pub contexts: Vec<Places>,
    /// The files; Docker's own comes first.
    pub files: Vec<SettingsFile>,
    /// Files that could not be read, and why.
    pub unread: Vec<(PathBuf, String)>,
    /// The logins that can move.
    pub candidates: Vec<Candidate>,
    /// Those that cannot.
    pub stays: Vec<Stay>,
    /// What our store keeps.
    pub kept: Kept,
    /// The helpers of others.
    pub helpers: &'a Helpers<'a>,
    /// Every registry and namespace that occurs anywhere, as a question to a client.
    pub questions: Vec<Question>,
    /// The question for all registries that are named nowhere.
    pub any_other: Question,
    /// In each context, the numbers of the questions: all of them in a shell, and where a file that
    /// was named would be read those about that file.
    pub(super) asked: Vec<Vec<usize>>,
}

impl<'a> Scene<'a> {
    /// Reads the files at `paths` (Docker's own is read in any case), and from them the logins that
    /// `choose` says. A file that cannot be read is named in [`Scene::unread`].
    ///
    /// # Errors
    /// Where Docker's own file is broken and `needs_docker` is set.
    pub fn read(
        contexts: Vec<Places>,
        paths: &[PathBuf],
        needs_docker: bool,
        kept: Kept,
        helpers: &'a Helpers<'a>,
        choose: Choose<'_>,
    ) -> Result<Self, Error> {
        let mut scene = Self {
            contexts,
            files: Vec::new(),
            unread: Vec::new(),
            candidates: Vec::new(),
            stays: Vec::new(),
            kept,
            helpers,
            questions: Vec::new(),
            any_other: any_other(),
            asked: Vec::new(),
        };
        let docker = scene.contexts[0].docker_folder().join("config.json");
        let is_named = paths.iter().any(|path| real(path) == real(&docker));
        match read(&docker) {
            Ok(config) => scene.add(Role::Docker, config, choose),
            Err(e) if needs_docker => return Err(e),
            Err(e) if is_named => scene.unread.push((docker.clone(), e.to_string())),
            Err(_) => {}
        }
        let mut seen = BTreeSet::from([real(&docker)]);
        for path in paths {
            if !seen.insert(real(path)) {
                continue;
            }
            match read(path) {
                Ok(config) => scene.add(scene.role(path), config, choose),
                Err(e) => scene.unread.push((path.clone(), e.to_string())),
            }
        }
        Ok(scene)
    }

    fn role(&self, path: &Path) -> Role {
        let is_helms = self.contexts.iter().any(|places| real(&places.helm_file()) == real(path));
        match path.file_name().and_then(|name| name.to_str()) {
            _ if is_helms || path.ends_with("helm/registry/config.json") => Role::Helm,
            Some("auth.json") => Role::Podman,
            _ => Role::Other,
        }
    }

    fn add(&mut self, role: Role, config: DockerConfig, choose: Choose<'_>) {
        let origin = Origin::File(self.files.len());
        let reader = if role == Role::Podman { Reader::Podman } else { Reader::Docker };
        for PlainLogin { key, credential } in config.plain_logins_for(reader) {
            let secret = credential.as_ref().ok().map(|c| &c.secret);
            let wanted = choose(config.path(), &key, secret);
            let stay =
                |why: &str| Stay { origin: origin.clone(), key: key.clone(), why: why.to_owned() };
            match (wanted, credential) {
                (Wanted::No, _) => {}
                (_, Err(why)) => self.stays.push(stay(why)),
                (Wanted::Changed, _) => self.stays.push(stay("it changed since it was looked at")),
                (Wanted::Yes, Ok(credential)) => {
                    self.candidates.push(Candidate { origin: origin.clone(), key, credential });
                }
            }
        }
        self.files.push(SettingsFile { role, config });
    }

    /// Adds the logins that a helper keeps: those that it lists, and those of `auths` in a file that
    /// names it. One that it does not hand over stays, with the reason.
    pub fn add_helper(&mut self, name: &str, keys: impl Iterator<Item = String>) {
        let keys: BTreeSet<_> = self.helpers.listed(name).into_iter().chain(keys).collect();
        for key in keys {
            let origin = Origin::Helper(name.to_owned());
            let server = match ServerKey::parse(&key) {
                Ok(server) => server,
                Err(e) => {
                    self.stays.push(Stay { origin, key, why: e.to_string() });
                    continue;
                }
            };
            match self.helpers.answer(name, server.as_str()) {
                Answer::Keeps(kept) => {
                    let credential = Credential { server, ..(*kept).duplicate() };
                    self.candidates.push(Candidate { origin, key, credential });
                }
                Answer::Trouble(e) => {
                    self.stays.push(Stay { origin, key, why: e.to_string() });
                }
                Answer::Held | Answer::Nothing | Answer::Missing => {}
            }
        }
    }

    /// The number of Docker's own file, where it can be read.
    #[must_use]
    pub fn docker(&self) -> Option<usize> {
        self.files.iter().position(|file| file.role == Role::Docker)
    }

    /// Works out every question, once all files and helpers are known.
    pub fn ask_about(&mut self) {
        let mut all = BTreeSet::new();
        let (view, ask) = (View::default(), |_: &str, _: &str| Found::Nothing);
        for places in &self.contexts {
            all.extend(lookup::servers(&World::new(places, &view, &ask)));
        }
        for file in &self.files {
            all.extend(file.config.entries().into_iter().map(|entry| entry.key));
            let named = file.config.helpers().into_iter().map(|(_, name)| name);
            for name in named.chain(file.config.store()).filter(|name| !is_ours(name)) {
                all.extend(self.helpers.listed(name));
            }
        }
        all.extend(self.kept.keys.iter().cloned());
        all.extend(self.candidates.iter().map(|one| one.credential.server.as_str().to_owned()));
        let mut seen = BTreeSet::new();
        // What no image can name is asked for by nobody.
        let is_registry = |one: &Question| {
            let registry = one.image.registry();
            // It is read as `docker.io` (distribution/reference `normalize.go`).
            registry != "index.docker.io"
                && ServerKey::parse(registry).is_ok_and(|server| server.is_address())
        };
        let questions = all.iter().flat_map(|key| lookup::questions(key)).filter(is_registry);
        self.questions = questions.filter(|one| seen.insert(one.image.name())).collect();
        self.asked = self.contexts.iter().map(|places| self.asked_in(places)).collect();
    }

    /// The numbers of the questions in a context.
    fn asked_in(&self, places: &Places) -> Vec<usize> {
        let all = 0..self.questions.len();
        let (here, bare) = (&self.contexts[0], &self.contexts[1]);
        let named = match places {
            _ if std::ptr::eq(places, here) || std::ptr::eq(places, bare) => return all.collect(),
            places => places.registry_auth_file.clone().unwrap_or_else(|| places.docker_file()),
        };
        let file = self.files.iter().find(|file| real(file.config.path()) == real(&named));
        let Some(file) = file else { return Vec::new() };
        let entries = file.config.entries().into_iter().map(|entry| entry.key);
        let helpers = file.config.helpers().into_iter().map(|(key, _)| key.to_owned());
        let questions = entries.chain(helpers).flat_map(|key| lookup::questions(&key));
        let names: BTreeSet<_> = questions.map(|question| question.image.name()).collect();
        all.filter(|number| names.contains(&self.questions[*number].image.name())).collect()
    }
}

/// Whether a helper's name is one of ours.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    name == NAME || name == CONTAINERS_NAME
}

fn read(path: &Path) -> Result<DockerConfig, Error> {
    if let Ok(about) = path.metadata() {
        files::check_owner(path, &about)?;
    }
    DockerConfig::read_in(&View::default(), path)
}

/// The question for all registries that are named nowhere.
fn any_other() -> Question {
    Question { written: String::new(), image: Image::at(ANY_OTHER, "any/any") }
}
