//! Makes the changes of a plan, or of an undo: each file in one step. Whatever happens in between,
//! each login can be read where it was or where it goes, by every client.

use std::fs;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::check::{self, Loss};
use super::draft::{Draft, is_same};
use super::journal::{Before, FileRecord, HelperRecord, Moved, Named, Ours, Run, Verb};
use super::plan::{Plan, State, is_ours_now};
use super::scene::{Candidate, Origin};
use super::splice;
use crate::credential::Credential;
use crate::files::{self, View};
use crate::lookup::Found;
use crate::server::ServerKey;
use crate::store::{self, Error, ErrorKind, Store};

/// A file that changes.
pub struct Edit {
    /// The file.
    pub path: PathBuf,
    /// As it was read; `None` where it is missing.
    pub before: Option<Zeroizing<Vec<u8>>>,
    /// As it will be; `None` where it is removed.
    pub after: Option<Zeroizing<Vec<u8>>>,
    /// The number of the file in [`super::scene::Scene::files`]; `None` for a drop-in.
    pub file: Option<usize>,
    /// How many names (hard links) it has: under the others it stays as it was.
    pub names_before: u64,
}

impl Edit {
    /// A change of a file that holds `before` now.
    pub(super) fn new(
        path: PathBuf,
        before: Option<Zeroizing<Vec<u8>>>,
        after: Option<Zeroizing<Vec<u8>>>,
        file: Option<usize>,
    ) -> Self {
        let names_before = names(&path);
        Self { path, before, after, file, names_before }
    }

    /// Changes the file in one step, unless another program changed it since it was read. Its folder
    /// is made where it is missing.
    ///
    /// # Errors
    /// Where it changed in between or cannot be written; it is then the old file.
    pub fn make(&self) -> Result<(), Error> {
        let before = self.before.as_ref().map_or(&[][..], |bytes| &bytes[..]);
        files::remove_leftovers(&self.path);
        match &self.after {
            Some(after) => {
                files::create_private_folder(files::folder_of(&self.path))?;
                Ok(files::replace(&self.path, after, Some(before))?)
            }
            None => Ok(files::remove(&self.path, before)?),
        }
    }
}

#[cfg(unix)]
fn names(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map_or(0, |about| about.nlink())
}

#[cfg(not(unix))]
fn names(path: &Path) -> u64 {
    // Windows tells only of a file that is open.
    u64::from(fs::metadata(path).is_ok())
}

impl Plan<'_> {
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
        self.note_dropins()
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

    /// What [`Plan::write`] is about to change, for the journal.
    #[must_use]
    pub fn run(&self, verb: Verb, edits: &[Edit], from_helpers: bool) -> Run {
        let docker = self.scene.here().docker_folder().join("config.json");
        let mut run = Run::now(verb, &docker);
        run.files = edits.iter().map(|edit| self.record(edit)).collect();
        if from_helpers {
            for (_, one, state) in self.moves() {
                let Origin::Helper(name) = &one.origin else { continue };
                if !matches!(state, State::Copied | State::Same) {
                    continue;
                }
                match run.helpers.iter_mut().find(|helper| helper.name == *name) {
                    Some(helper) => helper.moved.push(moved(one)),
                    None => run
                        .helpers
                        .push(HelperRecord { name: name.clone(), moved: vec![moved(one)] }),
                }
            }
        }
        run
    }

    fn record(&self, edit: &Edit) -> FileRecord {
        let text = |bytes: &Option<Zeroizing<Vec<u8>>>| {
            bytes.as_ref().map(|bytes| Zeroizing::new(String::from_utf8_lossy(bytes).into_owned()))
        };
        let (before, after) = (text(&edit.before), text(&edit.after).unwrap_or_default());
        let path = std::path::absolute(&edit.path).unwrap_or_else(|_| edit.path.clone());
        let mut record = FileRecord {
            path,
            is_new: before.is_none(),
            default: None,
            named: Vec::new(),
            moved: Vec::new(),
            splices: None,
            ours: None,
        };
        let Some(number) = edit.file else {
            let before = before.map(|text| (*text).clone());
            record.ours = Some(Ours { text: (*after).clone(), before });
            return record;
        };
        let config = &self.scene.files[number].config;
        if self.draft.defaults.contains(&number) {
            record.default = Some(Before { helper: config.store().map(str::to_owned) });
        }
        let named = self.named().filter(|(file, ..)| *file == number);
        record.named = named
            .map(|(_, registry, now)| Named {
                registry: registry.to_owned(),
                now: now.to_owned(),
                before: config.helper(registry).map(str::to_owned),
            })
            .collect();
        let here: Vec<_> = self.moves_from(number).collect();
        record.moved = here.iter().map(|one| moved(one)).collect();
        let credentials: Vec<_> = here.iter().map(|one| &one.credential).collect();
        let before = before.unwrap_or_default();
        record.splices = splice::splices(&before, &after, &credentials);
        record
    }

    fn moves_from(&self, file: usize) -> impl Iterator<Item = &Candidate> {
        let here = self.moves().filter(move |(_, one, _)| one.origin == Origin::File(file));
        here.map(|(_, one, _)| one)
    }

    /// Makes the changes, one file after the other. A file that cannot be changed does not stop the
    /// others, but for those whose clients would lose by it. Returns what could not be changed.
    pub fn write(&mut self, edits: &[Edit]) -> Vec<(PathBuf, Error)> {
        // What a killed run left behind may hold a secret, whether the file changes now or not.
        self.scene.files.iter().for_each(|file| files::remove_leftovers(file.config.path()));
        let mut failed: Vec<(PathBuf, Error)> = Vec::new();
        for edit in edits {
            let done = match failed.last() {
                Some((path, _)) if !self.is_safe(edit) => Err(Error::new(
                    ErrorKind::Refused,
                    format!("left as it is, since {} could not be changed", path.display()),
                )),
                _ => edit.make(),
            };
            let state = match &done {
                Ok(()) => State::Moved,
                Err(e) => State::Failed(format!("stored, but it stays in the file: {e}")),
            };
            if let Some(number) = edit.file {
                self.set_state(number, &state);
            }
            failed.extend(done.err().map(|e| (edit.path.clone(), e)));
        }
        failed
    }

    fn set_state(&mut self, file: usize, state: &State) {
        let numbers: Vec<_> = self.moves().map(|(number, ..)| number).collect();
        for number in numbers {
            let is_kept = matches!(self.states[number], State::Same | State::Copied);
            if is_kept && self.scene.candidates[number].origin == Origin::File(file) {
                self.states[number] = state.clone();
            }
        }
    }

    /// Whether no client would lose if this file alone changed now.
    fn is_safe(&self, edit: &Edit) -> bool {
        let mut view = View::default();
        let kept = self.draft.kept(&self.scene);
        let before = check::look(&self.scene, &view, &kept);
        view.plan(&edit.path, edit.after.clone());
        let after = check::look(&self.scene, &view, &kept);
        check::losses(&before, &after, self.scene.helpers).is_empty()
    }

    /// Removes from other helpers what was copied from them.
    pub fn remove_from_helpers(&mut self) {
        let numbers: Vec<_> = self.moves().map(|(number, ..)| number).collect();
        for number in numbers {
            let one = &self.scene.candidates[number];
            let Origin::Helper(name) = &one.origin else { continue };
            if !matches!(self.states[number], State::Same | State::Copied) {
                continue;
            }
            if let Some(loss) = self.who_asks(name, &one.key) {
                let clients = loss.before.clients.join(", ");
                let why = format!("stored, but it stays in {name}, which {clients} still ask");
                self.states[number] = State::Failed(why);
                continue;
            }
            let removed = ServerKey::parse(&one.key)
                .map_err(|e| e.to_string())
                .and_then(|key| self.scene.helpers.remove(name, &key).map_err(|e| e.to_string()));
            self.states[number] = match removed {
                Ok(()) => State::Moved,
                Err(why) => State::Failed(format!("stored, but it stays in {name}: {why}")),
            };
        }
    }

    /// Who would lose a login if another helper forgot it now.
    fn who_asks(&self, name: &str, key: &str) -> Option<Loss> {
        let (view, kept) = (View::default(), self.draft.kept(&self.scene));
        let helpers = self.scene.helpers;
        let now = |other: &str, asked: &str| check::ask(helpers, &kept, other, asked);
        let then = |other: &str, asked: &str| match other == name && is_same(asked, key) {
            true => Found::Nothing,
            false => now(other, asked),
        };
        let before = check::look_asking(&self.scene, &view, &now);
        let after = check::look_asking(&self.scene, &view, &then);
        check::losses(&before, &after, helpers).into_iter().next()
    }

    /// Each credential that was stored by this plan.
    pub fn copied(&self) -> impl Iterator<Item = &Credential> {
        let copied = self.moves().filter(|(_, _, state)| matches!(state, State::Copied));
        copied.map(|(_, one, _)| &one.credential)
    }
}

fn moved(one: &Candidate) -> Moved {
    let server = one.credential.server.as_str().to_owned();
    Moved { key: one.key.clone(), server, username: Some(one.credential.username.clone()) }
}
