//! What a client would use, as the steps in which it looks.

use std::path::{Path, PathBuf};

use super::auth_entry::Entry;
use crate::credential::Login;

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
    /// Several fit, and the client takes one of them, at one time this and at another time that.
    OneOf(Vec<Self>),
    /// It cannot be read, or the helper gives no answer: why.
    Trouble(String),
}

impl Found {
    /// One of several; where all are the same, that one.
    pub(super) fn one_of(all: impl IntoIterator<Item = Self>) -> Self {
        let mut several: Vec<Self> = Vec::new();
        for found in all {
            if !several.contains(&found) {
                several.push(found);
            }
        }
        match several.len() {
            0 => Self::Nothing,
            1 => several.swap_remove(0),
            _ => Self::OneOf(several),
        }
    }

    /// A login in plain text, or nothing.
    pub(super) fn plain(login: Option<Login>) -> Self {
        login.map_or(Self::Nothing, Self::Plain)
    }
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
        self.used().is_some_and(|s| {
            s.role == Role::Used && matches!(s.found, Found::Plain(_) | Found::OneOf(_))
        })
    }
}

/// The steps of a client so far.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) steps: Vec<Step>,
    pub(super) is_settled: bool,
}

impl Trail {
    /// The client looks here; a failure does not stop it.
    pub(super) fn look(&mut self, source: Source, key: &str, found: Found) {
        let role = match (&found, self.is_settled) {
            (Found::Nothing | Found::Trouble(_), true) => return,
            (_, true) => Role::Shadowed,
            (Found::Nothing | Found::Trouble(_), false) => Role::Passed,
            (Found::OneOf(all), false) if all.contains(&Found::Nothing) => Role::Perhaps,
            (Found::Unknown, false) => Role::Perhaps,
            (_, false) => Role::Used,
        };
        self.is_settled |= role == Role::Used;
        self.steps.push(Step { source, key: key.to_owned(), found, role });
    }

    /// The client looks here; a failure ends it.
    pub(super) fn look_or_stop(&mut self, source: Source, key: &str, found: Found) {
        let stops = !self.is_settled && matches!(found, Found::Trouble(_));
        self.look(source, key, found);
        if let (true, Some(step)) = (stops, self.steps.last_mut()) {
            step.role = Role::Stops;
            self.is_settled = true;
        }
    }

    /// Whether the client ended with an error.
    pub(super) fn has_stopped(&self) -> bool {
        self.steps.iter().any(|step| step.role == Role::Stops)
    }

    /// The client fails in the end, since this step did and nothing came after.
    pub(super) fn fail_at(&mut self, number: usize) {
        if let (false, Some(step)) = (self.is_settled, self.steps.get_mut(number)) {
            step.role = Role::Stops;
            self.is_settled = true;
        }
    }

    /// The client ends here with an error.
    pub(super) fn stop(&mut self, path: &Path, key: &str, why: String) {
        self.look_or_stop(Source::File(path.to_owned()), key, Found::Trouble(why));
    }

    /// The client does not look here.
    pub(super) fn unread_source(&mut self, source: Source, key: &str, found: Found) {
        self.steps.push(Step { source, key: key.to_owned(), found, role: Role::Unread });
    }

    /// The client does not look into these entries, whatever comes before.
    pub(super) fn unread(&mut self, path: &Path, entries: &[&Entry]) {
        for entry in entries {
            if let Some(login) = entry.login() {
                let source = Source::File(path.to_owned());
                self.unread_source(source, &entry.key, Found::Plain(login));
            }
        }
    }

    pub(super) fn answer(self, clients: &'static [&'static str]) -> Answer {
        Answer { clients, image: None, steps: self.steps }
    }
}
