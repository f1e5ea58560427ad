//! What is moved from where, and how far each credential is.

use std::collections::HashMap;
use std::path::Path;

use super::{file, journal::Run};
use crate::clients::docker::DockerConfig;
use crate::credential::Credential;
use crate::protocol::client::Helper;
use crate::server::ServerKey;
use crate::store::{self, Error, ErrorKind, Store};

/// All that is moved, by where it comes from.
#[derive(Default)]
pub struct Plan {
    /// In the order in which they were asked for.
    pub batches: Vec<Batch>,
}

/// What comes from one file or one helper.
pub struct Batch {
    /// Where from.
    pub origin: Origin,
    /// What can move.
    pub moves: Vec<Move>,
    /// What cannot.
    pub stays: Vec<Stay>,
}

/// Where credentials come from.
pub enum Origin {
    /// A file of Docker's format.
    File(DockerConfig),
    /// `docker-credential-NAME`.
    Helper {
        /// The part of its name behind `docker-credential-`.
        name: String,
        /// The program.
        helper: Helper,
    },
}

/// A credential that stays where it is.
pub struct Stay {
    /// Its name there.
    pub key: String,
    /// Why, in a few words.
    pub why: String,
}

/// A credential that moves.
pub struct Move {
    /// Its name at its origin: a key of `auths`, or what the helper answers to.
    pub key: String,
    /// The credential, under the server key that clients ask a helper for.
    pub credential: Credential,
    /// The registries that the file names our helper for afterwards.
    pub names: Vec<String>,
    /// Another helper answers for the registry, so that the entry is of no use where it is.
    pub is_shadowed: bool,
    /// How far it is.
    pub state: State,
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
    /// Stored, read back and equal; it is still where it was, too.
    Copied,
    /// As [`State::Copied`], and where it was it is no longer.
    Moved,
    /// Something went wrong; it is where it was.
    Failed(String),
}

impl Move {
    pub(super) fn new(
        key: String,
        credential: Credential,
        names: Vec<String>,
        is_shadowed: bool,
    ) -> Self {
        Self { key, credential, names, is_shadowed, state: State::New }
    }

    /// Whether a copy is kept that was seen to be equal.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        matches!(self.state, State::Same | State::Copied | State::Moved)
    }
}

impl Plan {
    /// Leaves only what is for one of these servers.
    pub fn only(&mut self, servers: &[ServerKey]) {
        let is_one = |server: &ServerKey| {
            servers.iter().any(|wanted| wanted.canonical() == server.canonical())
        };
        for batch in &mut self.batches {
            batch.moves.retain(|m| is_one(&m.credential.server));
            batch.stays.retain(|stay| ServerKey::parse(&stay.key).is_ok_and(|key| is_one(&key)));
        }
    }

    /// Every credential that can move.
    pub fn moves(&self) -> impl Iterator<Item = &Move> {
        self.batches.iter().flat_map(|batch| &batch.moves)
    }

    /// The file and the key of each login that is no longer where it was.
    pub fn moved(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.batches.iter().flat_map(|batch| {
            let path = match &batch.origin {
                Origin::File(config) => Some(config.path()),
                Origin::Helper { .. } => None,
            };
            let moved = batch.moves.iter().filter(|m| m.state == State::Moved);
            moved.filter_map(move |m| Some((path?, m.key.as_str())))
        })
    }

    /// As [`Plan::moves`], to be changed.
    pub fn moves_mut(&mut self) -> impl Iterator<Item = &mut Move> {
        self.batches.iter_mut().flat_map(|batch| &mut batch.moves)
    }

    /// Looks up what the store keeps for each. Of several logins for one server only those that
    /// equal the first can move, since a store keeps one.
    ///
    /// # Errors
    /// Those of the store, as when it is locked.
    pub fn compare(&mut self, store: &dyn Store) -> Result<(), Error> {
        self.leave_others();
        let kept: Vec<_> = store.list()?.into_iter().map(|listed| listed.server).collect();
        for m in self.moves_mut() {
            let server = &m.credential.server;
            let is_listed = kept.iter().any(|kept| kept.canonical() == server.canonical());
            if !is_listed && !server.is_hidden() {
                continue;
            }
            m.state = match store.get(server) {
                Ok(kept) if kept.same_login(&m.credential) => State::Same,
                Ok(kept) => State::Conflict(kept.open_username().to_owned()),
                Err(e) if e.kind() == ErrorKind::NotFound => State::New,
                Err(e) => return Err(e),
            };
        }
        Ok(())
    }

    fn leave_others(&mut self) {
        let mut first: HashMap<String, (usize, usize)> = HashMap::new();
        let mut others = Vec::new();
        for (b, batch) in self.batches.iter().enumerate() {
            for (m, this) in batch.moves.iter().enumerate() {
                let at =
                    *first.entry(this.credential.server.canonical().to_owned()).or_insert((b, m));
                let kept = &self.batches[at.0].moves[at.1];
                if !kept.credential.same_login(&this.credential) {
                    others.push((b, m, kept.credential.open_username().to_owned()));
                }
            }
        }
        for (b, m, user) in others.into_iter().rev() {
            let key = self.batches[b].moves.remove(m).key;
            let why =
                format!("the login of {user} moves for this registry, and the store keeps one");
            self.batches[b].stays.push(Stay { key, why });
        }
    }

    /// Stores each, reads it back and compares. One that fails does not stop the others.
    ///
    /// # Errors
    /// Where the store as a whole gives no answer: locked, gone, too slow.
    pub fn copy(&mut self, store: &dyn Store) -> Result<(), Error> {
        for m in self.moves_mut().filter(|m| matches!(m.state, State::New | State::Replace(_))) {
            m.state = match store::copy(store, &m.credential) {
                Ok(()) => State::Copied,
                Err(e) if e.kind().is_of_the_whole_store() => return Err(e),
                Err(e) => State::Failed(e.to_string()),
            };
        }
        Ok(())
    }

    /// Each that was stored.
    pub fn copied(&self) -> impl Iterator<Item = &Credential> {
        let copied = self.moves().filter(|m| matches!(m.state, State::Copied));
        copied.map(|m| &m.credential)
    }

    /// What [`Plan::strip`] is about to change, for the journal.
    #[must_use]
    pub fn run(&self, from_helpers: bool) -> Run {
        let mut run = Run::now();
        for batch in &self.batches {
            let kept = batch.moves.iter().filter(|m| m.is_kept());
            match &batch.origin {
                Origin::File(config) => run.add_file(config, kept),
                Origin::Helper { name, .. } if from_helpers => run.add_helper(name, kept),
                Origin::Helper { .. } => {}
            }
        }
        run
    }

    /// Takes what is kept out of its old places: each file in one step, and with `from_helpers` also
    /// what other helpers keep.
    pub fn strip(&mut self, from_helpers: bool) {
        for batch in &mut self.batches {
            match &batch.origin {
                Origin::File(config) => {
                    let kept: Vec<_> = batch.moves.iter().filter(|m| m.is_kept()).collect();
                    if kept.is_empty() {
                        continue;
                    }
                    let state = match file::strip(config, &kept) {
                        Ok(()) => State::Moved,
                        Err(e) => State::Failed(format!("stored, but it stays in the file: {e}")),
                    };
                    let kept = batch.moves.iter_mut().filter(|m| m.is_kept());
                    kept.for_each(|m| m.state = state.clone());
                }
                Origin::Helper { helper, name } if from_helpers => {
                    for m in batch.moves.iter_mut().filter(|m| m.is_kept()) {
                        m.state = match ServerKey::parse(&m.key).map(|key| helper.remove(&key)) {
                            Ok(Ok(())) => State::Moved,
                            Ok(Err(e)) => {
                                State::Failed(format!("stored, but it stays in {name}: {e}"))
                            }
                            Err(e) => State::Failed(e.to_string()),
                        };
                    }
                }
                Origin::Helper { .. } => {}
            }
        }
    }
}
