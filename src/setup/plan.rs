//! What would change: which logins move, what each file names afterwards, and what stays as it is and
//! why; chosen so that every client can be answered afterwards what it could be answered before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::apply::Edit;
use super::check::{self, Look, Loss};
use super::containers::{self, Order};
use super::draft::{Draft, canonical, is_same};
use super::scene::{Candidate, Origin, Role, Scene, Stay, is_ours};
use crate::clients::credential_helpers::{self, Kind};
use crate::clients::docker::{Change, DockerConfig};
use crate::credential::Credential;
use crate::files::{self, View};
use crate::lookup::{Source, Step};
use crate::protocol::NAME;
use crate::store::{self, Error, ErrorKind, Store};

/// The largest drop-in of ours that is read back, in bytes.
const MAX_DROPIN_BYTES: u64 = 1024 * 1024;

/// What is to be changed besides the logins that move.
#[derive(Default)]
pub struct Wishes {
    /// Docker's own file names our helper for every registry.
    pub default: bool,
    /// The same even where a login that has to stay in the file is then out of Docker's sight.
    pub default_at_any_price: bool,
    /// Docker's own file names it for these.
    pub registries: Vec<String>,
    /// Podman and its kin read and keep logins with it; `Some(true)` where one of them is installed.
    pub containers: Option<bool>,
    /// Helm keeps new logins with it.
    pub helm: bool,
}

/// How far a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The store has none for the server.
    New,
    /// The store keeps the same.
    Same,
    /// The store keeps another for the server, of this user.
    Conflict(String),
    /// As [`State::Conflict`], and it is to be put in its place.
    Replace(String),
    /// Stored and verified; it is still where it was, too.
    Copied,
    /// As [`State::Copied`], and where it was it is no longer.
    Moved,
    /// Something went wrong; it is where it was.
    Failed(String),
}

/// What would change.
pub struct Plan<'a> {
    /// What is there.
    pub scene: Scene<'a>,
    /// How far each candidate is, in the order of [`Scene::candidates`].
    pub states: Vec<State>,
    /// What stays where it is, and why.
    pub stays: Vec<Stay>,
    /// What clients would lose all the same, since the person chose so.
    pub accepted: Vec<Loss>,
    pub(super) draft: Draft,
    is_default_wished: bool,
    /// How many of the answers are those of this shell.
    here: usize,
    before: Vec<Look>,
    after: Vec<Look>,
}

/// What changes for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientChange {
    /// The client, and those that look as it does.
    pub clients: &'static [&'static str],
    /// The registry.
    pub registry: String,
    /// What it uses now.
    pub before: Option<Step>,
    /// What it will use.
    pub after: Option<Step>,
}

impl<'a> Scene<'a> {
    /// What the store keeps for each candidate. Of several logins for one server only those that
    /// equal the first can move, since a store keeps one: the others become [`Scene::stays`].
    ///
    /// # Errors
    /// Those of the store, as when it is locked.
    pub fn compare(&mut self, store: &dyn Store) -> Result<Vec<State>, Error> {
        let state = |one: &Candidate| {
            let server = &one.credential.server;
            if self.kept.login(server).is_none() && !server.is_hidden() {
                return Ok(State::New);
            }
            match store.get(server) {
                Ok(kept) if kept.same_login(&one.credential) => Ok(State::Same),
                Ok(kept) => Ok(State::Conflict(kept.open_username().to_owned())),
                Err(e) if e.kind() == ErrorKind::NotFound => Ok(State::New),
                Err(e) => Err(e),
            }
        };
        self.candidates.iter().map(state).collect()
    }

    /// Leaves one login for each server: the first, or that which Docker finds by its plain name.
    pub fn leave_others(&mut self) {
        // Of two keys for one server Docker uses the plain one.
        self.candidates.sort_by_key(|one| one.key != one.credential.server.as_str());
        self.candidates.sort_by_key(|one| match &one.origin {
            Origin::File(number) => *number,
            Origin::Helper(_) => usize::MAX,
        });
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        let mut others = BTreeMap::new();
        for (number, one) in self.candidates.iter().enumerate() {
            let server = one.credential.server.canonical().to_owned();
            let kept = &self.candidates[*first.entry(server).or_insert(number)];
            if !kept.credential.same_login(&one.credential) {
                others.insert(number, kept.credential.open_username().to_owned());
            }
        }
        for (number, user) in others.into_iter().rev() {
            let Candidate { origin, key, .. } = self.candidates.remove(number);
            let why =
                format!("the store keeps one login for a registry, and that of {user} comes first");
            self.stays.push(Stay { origin, key, why });
        }
    }
}

impl<'a> Plan<'a> {
    /// The plan that does most of what is wished and takes nothing from any client. `states` are
    /// those of [`Scene::compare`], or all new.
    ///
    /// # Errors
    /// Where a file cannot be changed at all.
    pub fn make(scene: Scene<'a>, states: Vec<State>, wishes: &Wishes) -> Result<Self, Error> {
        let before = check::look(&scene, &View::default(), &scene.kept);
        let replaced: BTreeSet<_> = scene
            .candidates
            .iter()
            .zip(&states)
            .filter(|(_, state)| matches!(state, State::Replace(_)))
            .map(|(one, _)| one.credential.server.canonical().to_owned())
            .collect();
        // What the person chose is no loss.
        let is_accepted = |loss: &Loss| {
            wishes.default_at_any_price && is_in_docker(&scene, loss)
                || is_ours_now(loss) && replaced.contains(&server_of(&scene, loss))
        };
        let mut best = None;
        for (rank, start) in starts(&scene, &states, wishes).into_iter().enumerate() {
            let Ok(good) = start.mended(&scene, &before, &is_accepted)? else { continue };
            let cost = (
                good.draft.why.len(),
                good.draft.defaults.is_empty(),
                good.draft.named.len(),
                rank,
            );
            let is_ideal =
                good.draft.why.is_empty() && good.draft.named.len() <= wishes.registries.len();
            if best.as_ref().is_none_or(|(other, _)| cost < *other) {
                best = Some((cost, good));
            }
            if is_ideal && rank == 0 {
                break;
            }
        }
        let (draft, after) = match best {
            Some((_, good)) => (good.draft, good.after),
            // To change nothing is always right.
            None => (Draft::idle(&scene), before.clone()),
        };
        let losses = check::losses(&before, &after, scene.helpers);
        let mut stays = scene.stays.clone();
        for (number, why) in &draft.why {
            let Candidate { origin, key, .. } = &scene.candidates[*number];
            stays.push(Stay { origin: origin.clone(), key: key.clone(), why: why.clone() });
        }
        let is_default_wished = wishes.default;
        let here = check::count_here(&scene);
        Ok(Self {
            scene,
            states,
            stays,
            accepted: losses,
            draft,
            is_default_wished,
            here,
            before,
            after,
        })
    }

    /// Each login that moves, its number and how far it is.
    pub fn moves(&self) -> impl Iterator<Item = (usize, &Candidate, &State)> {
        let all = self.scene.candidates.iter().zip(&self.states).enumerate();
        all.filter(|(n, _)| self.draft.moving[*n]).map(|(n, (one, state))| (n, one, state))
    }

    /// Each login that is asked for and that the store keeps another one in the place of.
    pub fn conflicts(&self) -> impl Iterator<Item = (&Candidate, &str)> {
        self.scene.candidates.iter().zip(&self.states).filter_map(|(one, state)| match state {
            State::Conflict(user) => Some((one, user.as_str())),
            _ => None,
        })
    }

    /// The credentials that move.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.moves().map(|(_, one, _)| &one.credential)
    }

    /// Whether Docker's own file names our helper for every registry afterwards.
    #[must_use]
    pub fn is_default(&self) -> bool {
        let config = self.scene.files.first().map(|file| &file.config);
        self.draft.defaults.contains(&0) || config.is_some_and(|c| c.store().is_some_and(is_ours))
    }

    /// Whether this file, by its number, will name our helper for every registry and did not before.
    #[must_use]
    pub fn makes_default(&self, file: usize) -> bool {
        self.draft.defaults.contains(&file)
    }

    /// Whether that was wished of Docker's own file.
    #[must_use]
    pub fn is_default_wished(&self) -> bool {
        self.is_default_wished
    }

    /// Why Docker's own file does not name our helper for every registry, and where the next login
    /// goes then; `None` where it does.
    #[must_use]
    pub fn why_not_default(&self) -> Option<String> {
        why_not_default(&self.scene.files.first()?.config)
    }

    /// The drop-ins that will name our helper.
    #[must_use]
    pub fn dropin_paths(&self) -> Vec<PathBuf> {
        let dropins = self.dropins().unwrap_or_default();
        dropins.into_iter().map(|edit| edit.path).collect()
    }

    /// The order in which Podman and its kin will ask, where that changes.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        self.draft.order
    }

    /// What the files name our helper, or another one, for afterwards and did not before: the number
    /// of the file, the registry, and the name.
    pub fn named(&self) -> impl Iterator<Item = (usize, &str, &str)> {
        self.draft.named.iter().map(|((file, key), name)| (*file, key.as_str(), name.as_str()))
    }

    /// The changes of one file.
    #[must_use]
    pub fn changes(&self, file: usize) -> Vec<Change<'_>> {
        self.draft.changes(&self.scene, file)
    }

    /// The files that change: those first that only name a helper, since a login may leave another
    /// file only after.
    ///
    /// # Errors
    /// Where a file cannot be changed at all.
    pub fn edits(&self) -> Result<Vec<Edit>, Error> {
        let mut edits = Vec::new();
        for (number, file) in self.scene.files.iter().enumerate() {
            let changes = self.changes(number);
            let before = file.config.bytes();
            let after = file.config.changed(&changes)?;
            if changes.is_empty() || after.as_bytes() == before {
                continue;
            }
            let path = file.config.path().to_owned();
            let before = path.exists().then(|| Zeroizing::new(before.to_vec()));
            let after = Some(Zeroizing::new(after.as_bytes().to_vec()));
            edits.push(Edit::new(path, before, after, Some(number)));
        }
        edits.sort_by_key(|edit| edit.file.is_some_and(|file| self.takes_from(file)));
        let mut dropins = self.dropins()?;
        dropins.extend(edits);
        Ok(dropins)
    }

    fn takes_from(&self, file: usize) -> bool {
        self.moves().any(|(_, one, _)| one.origin == Origin::File(file))
    }

    fn dropins(&self) -> Result<Vec<Edit>, Error> {
        let places = self.scene.here();
        let Some(text) = self.draft.order.and_then(|order| containers::text(order, places)) else {
            return Ok(Vec::new());
        };
        let mut edits = Vec::new();
        for path in containers::paths(places) {
            let before = match files::read_limited(&path, MAX_DROPIN_BYTES) {
                Err(files::Error::Missing(_)) => None,
                bytes => Some(bytes?),
            };
            let after = Zeroizing::new(text.clone().into_bytes());
            if before.as_ref().is_none_or(|before| **before != *after) {
                edits.push(Edit::new(path, before, Some(after), None));
            }
        }
        Ok(edits)
    }

    /// What changes for each client of this shell.
    #[must_use]
    pub fn by_client(&self) -> Vec<ClientChange> {
        // The first context is this shell, and all of its answers come first.
        let here = self.here;
        let mut all: Vec<ClientChange> = Vec::new();
        for (before, after) in self.before.iter().zip(&self.after).take(here) {
            let image = &self.scene.question(before.question).image;
            if before.question.is_none() || source(&before.used) == source(&after.used) {
                continue;
            }
            let change = ClientChange {
                clients: before.clients,
                registry: image.registry().to_owned(),
                before: before.used.clone(),
                after: after.used.clone(),
            };
            let is_told = |other: &ClientChange| {
                other.clients == change.clients && is_same(&other.registry, &change.registry)
            };
            if !all.iter().any(is_told) {
                all.push(change);
            }
        }
        all
    }

    /// Stores each login that moves, reads it back and compares. One that fails stays where it is, and
    /// the plan is made again without it; it does not stop the others.
    ///
    /// # Errors
    /// Where the store as a whole gives no answer: locked, gone, too slow.
    pub fn copy(&mut self, store: &dyn Store) -> Result<(), Error> {
        self.store_each(store)?;
        let failed = self.moves().filter(|(_, _, state)| matches!(state, State::Failed(_)));
        let failed: Vec<_> = failed.map(|(number, ..)| number).collect();
        if failed.is_empty() {
            return Ok(());
        }
        let mut draft = self.draft.clone();
        for number in failed {
            let State::Failed(why) = self.states[number].clone() else { continue };
            draft.stay(&self.scene, number, &why);
        }
        let accepted = |loss: &Loss| is_ours_now(loss);
        match draft.mended(&self.scene, &self.before, &accepted)? {
            Ok(good) => (self.draft, self.after) = (good.draft, good.after),
            Err(_) => (self.draft, self.after) = (Draft::idle(&self.scene), self.before.clone()),
        }
        Ok(())
    }

    /// Each login that could not be stored, and why.
    pub fn failed(&self) -> impl Iterator<Item = (&Candidate, &str)> {
        self.scene.candidates.iter().zip(&self.states).filter_map(|(one, state)| match state {
            State::Failed(why) => Some((one, why.as_str())),
            _ => None,
        })
    }

    fn store_each(&mut self, store: &dyn Store) -> Result<(), Error> {
        for (number, one) in self.scene.candidates.iter().enumerate() {
            if !self.draft.moving[number]
                || !matches!(self.states[number], State::New | State::Replace(_))
            {
                continue;
            }
            self.states[number] = match store::copy(store, &one.credential) {
                Ok(()) => State::Copied,
                Err(e) if e.kind().is_of_the_whole_store() => return Err(e),
                Err(e) => State::Failed(e.to_string()),
            };
        }
        Ok(())
    }
}

fn source(step: &Option<Step>) -> Option<(String, bool)> {
    step.as_ref().map(|step| match &step.source {
        Source::Variable(name) => ((*name).to_owned(), true),
        Source::File(path) => (path.display().to_string(), true),
        Source::Helper { name, .. } => (name.clone(), false),
    })
}

/// Whether our store answers it now.
fn is_ours_now(loss: &Loss) -> bool {
    let source = loss.before.used.as_ref().map(|step| &step.source);
    matches!(source, Some(Source::Helper { name, .. }) if is_ours(name))
}

fn server_of(scene: &Scene<'_>, loss: &Loss) -> String {
    canonical(scene.question(loss.before.question).image.docker_key())
}

/// Whether Docker, or one that looks as it does, loses a login that lies in its own file.
fn is_in_docker(scene: &Scene<'_>, loss: &Loss) -> bool {
    let path = scene.files.first().map(|file| file.config.path());
    loss.before.used.as_ref().is_some_and(|step| match &step.source {
        Source::File(file) => Some(file.as_path()) == path,
        _ => false,
    })
}

/// The drafts to begin with, the best first.
fn starts(scene: &Scene<'_>, states: &[State], wishes: &Wishes) -> Vec<Draft> {
    let docker = scene.files.first().filter(|file| file.role == Role::Docker);
    let has_default = docker.is_some_and(|file| file.config.store() == Some(NAME));
    let defaults: &[bool] = match () {
        () if !wishes.default || has_default => &[false],
        () => &[true, false],
    };
    let orders: &[Option<Order>] = match wishes.containers {
        None => &[None],
        Some(true) => &[Some(Order::HelperFirst), Some(Order::FilesFirst), None],
        Some(false) => &[None, Some(Order::HelperFirst), Some(Order::FilesFirst)],
    };
    let mut starts = Vec::new();
    for &default in defaults {
        for &order in orders {
            starts.push(start(scene, states, wishes, default, order));
        }
    }
    starts
}

fn start(
    scene: &Scene<'_>,
    states: &[State],
    wishes: &Wishes,
    default: bool,
    order: Option<Order>,
) -> Draft {
    let mut draft = Draft { order, ..Draft::idle(scene) };
    // What another helper keeps is copied only where clients are to ask us instead.
    let is_wanted = |one: &Candidate| match &one.origin {
        Origin::File(_) => true,
        Origin::Helper(_) => default || !wishes.default,
    };
    let is_free = |state: &State| !matches!(state, State::Conflict(_));
    let all = scene.candidates.iter().zip(states);
    draft.moving = all.map(|(one, state)| is_wanted(one) && is_free(state)).collect();
    if default {
        draft.defaults.insert(0);
    }
    let helms = scene.files.iter().enumerate().filter(|(_, file)| {
        wishes.helm && file.role == Role::Helm && file.config.store().is_none()
    });
    draft.defaults.extend(helms.map(|(number, _)| number));
    for registry in &wishes.registries {
        draft.named.insert((0, registry.clone()), NAME.to_owned());
    }
    draft
}

impl Draft {
    /// A draft that changes nothing.
    pub(super) fn idle(scene: &Scene<'_>) -> Self {
        Self {
            moving: vec![false; scene.candidates.len()],
            why: BTreeMap::new(),
            defaults: BTreeSet::new(),
            named: BTreeMap::new(),
            order: None,
        }
    }
}

/// The file of a plan's origin, in [`Scene::files`].
#[must_use]
pub fn path_of<'s>(scene: &'s Scene<'_>, origin: &Origin) -> Option<&'s Path> {
    match origin {
        Origin::File(number) => Some(scene.files[*number].config.path()),
        Origin::Helper(_) => None,
    }
}

/// Why a file of Docker's cannot name our helper for every registry, and where the next login goes.
#[must_use]
pub fn why_not_default(config: &DockerConfig) -> Option<String> {
    match config.store() {
        Some(name) if is_ours(name) => None,
        Some(name) => {
            let what = match credential_helpers::kind(name) {
                Kind::Mints => "makes tokens when it is asked",
                Kind::Elsewhere => "hands out logins of another machine",
                Kind::Keeps | Kind::Unknown | Kind::Nothing => {
                    "answers for logins that cannot be copied"
                }
            };
            Some(format!(
                "docker-credential-{name} {what} and stays Docker's default credential helper; \
                 imgsec answers for the registries in credHelpers"
            ))
        }
        None => {
            let logins = config.plain_logins();
            let stuck = logins.iter().filter(|login| login.credential.is_err());
            let names: Vec<_> = stuck.map(|login| login.key.as_str()).collect();
            let names = if names.is_empty() {
                "what stays in plain text".to_owned()
            } else {
                names.join(", ")
            };
            Some(format!(
                "no default credential helper, since Docker could then no longer read {names}: the \
                 next docker login for a registry that is not in credHelpers is stored in plain text \
                 (imgsec-cred setup --default-helper sets it all the same)"
            ))
        }
    }
}
