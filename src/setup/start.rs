//! What is wished of a plan, and the drafts to begin with: each does all of it, in another order.

use super::containers::Order;
use super::draft::Draft;
use super::plan::State;
use super::scene::{Candidate, Origin, Role, Scene};
use crate::protocol::NAME;

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

/// The drafts to begin with, the best first.
pub(super) fn starts(scene: &Scene<'_>, states: &[State], wishes: &Wishes) -> Vec<Draft> {
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
