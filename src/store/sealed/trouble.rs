//! What is said of an entry that cannot be used, and the line that helps.

use std::path::Path;

use super::{Sealed, checks, entry};
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind, remedy};

impl Sealed {
    /// That an entry's file was cut off, changed, or made for another key.
    pub(super) fn damaged(&self, name: &str, server: Option<&ServerKey>) -> Error {
        let path = self.folder.entry_path(name);
        let what = match server {
            Some(server) => format!("the entry for {server} is damaged: {}", checks::shown(&path)),
            None => format!("an entry is damaged: {}", checks::shown(&path)),
        };
        with_remedy(Error::new(ErrorKind::Damaged, what), server, &path)
    }

    /// That the index has an entry of which there is no file.
    pub(super) fn missing(&self, name: &str, server: &ServerKey) -> Error {
        let path = self.folder.entry_path(name);
        let what = format!("the entry for {server} is missing: {}", checks::shown(&path));
        with_remedy(Error::new(ErrorKind::Damaged, what), Some(server), &path)
    }

    /// That there is no credential for this server; and where the index knows one, that its file
    /// was lost.
    pub(super) fn absent(&self, server: &ServerKey) -> Error {
        let name = entry::name(server);
        let is_lost = || {
            // First: what is no longer there was told to the index before.
            if self.folder.was_removed(&name) {
                return None;
            }
            let index = self.folder.read_index().ok()??;
            let index = self.settled(Some(&index)).ok()?;
            // It was perhaps written in between.
            Some(index.records.contains_key(&name) && !self.folder.has_entry(&name))
        };
        if is_lost() == Some(true) {
            let missing = self.missing(&name, server);
            let line = missing.hint().unwrap_or_default();
            return Error::not_found().with_hint(format!("{missing}; {line}"));
        }
        Error::not_found()
    }
}

/// The same error with the line that helps, where it has none.
pub(super) fn with_remedy(error: Error, server: Option<&ServerKey>, path: &Path) -> Error {
    match (error.hint(), server.filter(|server| !server.is_hidden())) {
        (Some(_), _) => error,
        (None, Some(server)) => error.with_hint(remedy(server)),
        (None, None) => error.with_hint(format!("rm {}", checks::quoted(path))),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
