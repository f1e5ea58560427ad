//! What a plan changes for each client: where it finds its login for a registry, now and afterwards.

use super::draft::is_same;
use super::plan::Plan;
use crate::lookup::{Source, Step};

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

impl Plan<'_> {
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
}

fn source(step: &Option<Step>) -> Option<(String, bool)> {
    step.as_ref().map(|step| match &step.source {
        Source::Variable(name) => ((*name).to_owned(), true),
        Source::File(path) => (path.display().to_string(), true),
        Source::Helper { name, .. } => (name.clone(), false),
    })
}
