//! What would change: which logins move, what each file names afterwards, and what stays as it is and
//! why; chosen so that every client can be answered afterwards what it could be answered before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::apply::Edit;
use super::check::{self, Look, Loss};
use super::containers::{self, Order};
use super::default_helper::why_not_default;
use super::draft::{Draft, canonical};
use super::scene::{Candidate, Origin, Scene, Stay, is_ours};
use super::start::{Wishes, starts};
use crate::clients::docker::Change;
use crate::credential::Credential;
use crate::files::{self, View};
use crate::lookup::Source;
use crate::store::{Error, ErrorKind, Store};

/// The largest drop-in of ours that is read back, in bytes.
const MAX_DROPIN_BYTES: u64 = 1024 * 1024;

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
    /// The drop-ins that will name our helper.
    dropin_paths: Vec<PathBuf>,
    /// What a client would lose if Docker's own file named our helper for every registry.
    blocked: Option<Loss>,
    /// How many of the answers are those of this shell.
    pub(super) here: usize,
    pub(super) before: Vec<Look>,
    pub(super) after: Vec<Look>,
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
        let (mut best, mut blocked) = (None, None);
        for (rank, start) in starts(&scene, &states, wishes).into_iter().enumerate() {
            let is_default = start.defaults.contains(&0);
            let good = match start.mended(&scene, &before, &is_accepted)? {
                Ok(good) => good,
                Err(loss) if is_default => {
                    blocked.get_or_insert(loss);
                    continue;
                }
                Err(_) => continue,
            };
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
        let mut plan = Self {
            scene,
            states,
            stays,
            accepted: losses,
            draft,
            is_default_wished,
            blocked,
            here,
            before,
            after,
            dropin_paths: Vec::new(),
        };
        plan.note_dropins()?;
        Ok(plan)
    }

    /// As long as they are not written.
    pub(super) fn note_dropins(&mut self) -> Result<(), Error> {
        self.dropin_paths = self.dropins()?.into_iter().map(|edit| edit.path).collect();
        Ok(())
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
    /// goes then; `None` where it does. `short` says how a path is written.
    #[must_use]
    pub fn why_not_default(&self, short: &dyn Fn(&Path) -> String) -> Option<String> {
        let lost = self.blocked.as_ref().map(|loss| self.scene.lost(loss, short));
        why_not_default(&self.scene.files.first()?.config, lost.as_deref())
    }

    /// The drop-ins that will name our helper.
    #[must_use]
    pub fn dropin_paths(&self) -> &[PathBuf] {
        &self.dropin_paths
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

    /// Each login that could not be stored, and why.
    pub fn failed(&self) -> impl Iterator<Item = (&Candidate, &str)> {
        self.scene.candidates.iter().zip(&self.states).filter_map(|(one, state)| match state {
            State::Failed(why) => Some((one, why.as_str())),
            _ => None,
        })
    }
}

/// Whether our store answers it now.
pub(super) fn is_ours_now(loss: &Loss) -> bool {
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

/// The file of a plan's origin, in [`Scene::files`].
#[must_use]
pub fn path_of<'s>(scene: &'s Scene<'_>, origin: &Origin) -> Option<&'s Path> {
    match origin {
        Origin::File(number) => Some(scene.files[*number].config.path()),
        Origin::Helper(_) => None,
    }
}
