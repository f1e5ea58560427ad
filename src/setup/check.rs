//! What every client would be answered for every registry, and which of them would lose by a plan.

use super::helpers::Helpers;
use super::scene::{Kept, Scene, is_ours};
use crate::files::View;
use crate::lookup::{self, Ask, Found, Places, Question, Source, Step, World};

/// What one client would use for one registry.
#[derive(Debug, Clone)]
pub struct Look {
    /// The client, and those that look as it does.
    pub clients: &'static [&'static str],
    /// The number of the question in [`Scene::questions`]; `None` for all other registries.
    pub question: Option<usize>,
    /// What it would use; `None` for nothing.
    pub used: Option<Step>,
}

/// A client that would lose something.
#[derive(Debug, Clone)]
pub struct Loss {
    /// As things are.
    pub before: Look,
    /// As they would be.
    pub after: Look,
}

/// What all clients would use, in every context.
pub(super) fn look(scene: &Scene<'_>, view: &View, kept: &Kept) -> Vec<Look> {
    look_asking(scene, view, &|name, key| ask(scene.helpers, kept, name, key))
}

/// As [`look`], where helpers answer so.
pub(super) fn look_asking(scene: &Scene<'_>, view: &View, ask: Ask<'_>) -> Vec<Look> {
    let mut looks = Vec::new();
    for (places, asked) in scene.contexts.iter().zip(&scene.asked) {
        let world = World::new(places, view, ask);
        for client in lookup::ALL {
            for number in asked.iter().map(|number| Some(*number)).chain([None]) {
                for answer in (client.look_up)(scene.question(number), &world) {
                    let used = answer.used().cloned();
                    looks.push(Look { clients: answer.clients, question: number, used });
                }
            }
        }
    }
    looks
}

/// How many of the looks are those of this shell.
pub(super) fn count_here(scene: &Scene<'_>) -> usize {
    let (view, ask) = (View::default(), |_: &str, _: &str| Found::Nothing);
    let world = World::new(scene.here(), &view, &ask);
    let numbers = scene.asked[0].iter().map(|number| Some(*number)).chain([None]);
    let questions: Vec<_> = numbers.map(|number| scene.question(number)).collect();
    let answers = lookup::ALL.iter().flat_map(|client| {
        questions.iter().map(|question| (client.look_up)(question, &world).len())
    });
    answers.sum()
}

/// What a helper would answer where our store keeps this.
pub(super) fn ask(helpers: &Helpers<'_>, kept: &Kept, name: &str, key: &str) -> Found {
    if is_ours(name) { kept.answer(key) } else { helpers.found(name, key) }
}

/// Every client that could be answered before and could not be after.
pub(super) fn losses(before: &[Look], after: &[Look], helpers: &Helpers<'_>) -> Vec<Loss> {
    let both = before.iter().zip(after);
    let lost = both.filter(|(before, after)| !keeps(before, after, helpers));
    lost.map(|(before, after)| Loss { before: before.clone(), after: after.clone() }).collect()
}

/// Whether a client is as well off after as it was before.
fn keeps(before: &Look, after: &Look, helpers: &Helpers<'_>) -> bool {
    let found = |look: &Look| look.used.as_ref().map(|step| step.found.clone());
    match (found(before), found(after)) {
        (None | Some(Found::Nothing), None) => true,
        (None | Some(Found::Nothing), Some(found)) => !matches!(found, Found::Trouble(_)),
        (Some(Found::Plain(was) | Found::Kept(was)), Some(Found::Plain(is) | Found::Kept(is))) => {
            was.is_same(&is)
        }
        (Some(Found::Plain(_) | Found::Kept(_)), _) => false,
        // Chance decides now: any login of them will do.
        (Some(Found::OneOf(was)), is) => {
            let is = is.unwrap_or(Found::Nothing);
            is == Found::OneOf(was.clone()) || was.iter().any(|one| is_as_good(one, &is))
        }
        // Only that helper knows, or it cannot be asked now: it has to go on being asked.
        (Some(Found::Unknown | Found::Trouble(_)), _) => {
            is_broken(before, helpers) || source(before) == source(after)
        }
    }
}

/// Whether both are the same login.
fn is_as_good(was: &Found, is: &Found) -> bool {
    match (was, is) {
        (Found::Plain(was) | Found::Kept(was), Found::Plain(is) | Found::Kept(is)) => {
            was.is_same(is)
        }
        _ => false,
    }
}

/// Whether the answer would come from a helper that is not there, or from a file that is broken:
/// nobody can lose that.
fn is_broken(look: &Look, helpers: &Helpers<'_>) -> bool {
    match look.used.as_ref().map(|step| &step.source) {
        Some(Source::Helper { name, .. }) => !is_ours(name) && !helpers.is_there(name),
        _ => true,
    }
}

/// Who answers: a helper by its name, wherever it is named, or a file.
fn source(look: &Look) -> Option<String> {
    look.used.as_ref().map(|step| match &step.source {
        Source::Variable(name) => format!("variable {name}"),
        Source::File(path) => format!("file {}", path.display()),
        Source::Helper { name, .. } => format!("helper {name}"),
    })
}

impl Scene<'_> {
    /// A question by its number; that for all other registries where there is none.
    #[must_use]
    pub fn question(&self, number: Option<usize>) -> &Question {
        number.map_or(&self.any_other, |number| &self.questions[number])
    }

    /// The settings of the shell that runs us.
    #[must_use]
    pub fn here(&self) -> &Places {
        &self.contexts[0]
    }
}
