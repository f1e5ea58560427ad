//! All sources, in report order. To add one: a file, a `mod` line, a row here, and its fixtures.

use std::path::PathBuf;

use super::document::{Document, Here};
use super::finding::Found;
use super::places::Places;

mod commands;
mod docker_config;
mod netrc;
pub mod variables;

/// One kind of place where container tools leave credentials: a table row. None of its functions
/// touches the disk.
#[derive(Debug)]
pub struct Source {
    /// Stable name, the rule of its findings: `[a-z0-9-]+`.
    pub id: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// Where the format is written down.
    pub reference: &'static str,
    /// The places where such files lie on this machine; a last part may end in `*`.
    pub places: fn(&Places) -> Vec<PathBuf>,
    /// Words of which every file has one that this source finds anything in; ASCII, in any case.
    /// Without one of all sources' words a file is not read closely.
    pub words: &'static [&'static str],
    /// How it finds.
    pub find: Find,
}

/// What a source looks at. A document is walked once for all sources; the first row that finds a
/// secret at a value has it.
#[derive(Debug, Clone, Copy)]
pub enum Find {
    /// Every map of every structured file, those inside texts as well.
    Map(fn(&File<'_>, &Here<'_>, &mut Vec<Found>)),
    /// The whole of a file, once.
    Text(fn(&File<'_>, &mut Vec<Found>)),
}

/// The file that is looked at.
#[derive(Debug)]
pub struct File<'t> {
    /// Its whole path with `/` between its parts, also on Windows.
    pub path: &'t str,
    /// What is in it.
    pub document: &'t Document<'t>,
}

impl<'t> File<'t> {
    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &'t str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// The table.
pub const ALL: &[&Source] =
    &[&docker_config::SOURCE, &variables::SOURCE, &commands::SOURCE, &netrc::SOURCE];
