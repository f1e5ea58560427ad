//! Draws settings as people have them, and stranger ones, from a seed and a number.

use super::scene::{Prepared, Scene, Step, Undo};

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(crate) fn percent(&mut self, share: u64) -> bool {
        self.next() % 100 < share
    }

    pub(crate) fn of<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        &choices[self.below(choices.len())]
    }

    pub(crate) fn shuffled<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        let mut rest = all.to_vec();
        let mut order = Vec::new();
        while !rest.is_empty() {
            order.push(rest.swap_remove(self.below(rest.len())));
        }
        order
    }
}

/// Who is asked, and what is tried.
pub(crate) struct Range<'a> {
    /// The clients that may be drawn.
    pub(crate) clients: &'a [&'static str],
    /// How many beside Docker; all that go together if it is larger.
    pub(crate) count: usize,
    pub(crate) may_be_without_docker: bool,
}

/// The same setting with so many steps, by turns.
pub(crate) fn with_steps(scene: &Scene, number: u64, count: usize) -> Vec<Scene> {
    let server = scene.images[0].split('/').next().unwrap().to_owned();
    let (login, logout) = (Step::Login(server.clone()), Step::Logout(server));
    let steps = [
        (Step::Setup, Prepared::Nothing, Undo::All),
        (Step::Setup, Prepared::Store, Undo::Settings),
        (Step::Setup, Prepared::SetUp, Undo::All),
        (Step::SetupSealed, Prepared::Nothing, Undo::Settings),
        (Step::Migrate, Prepared::Store, Undo::All),
        (Step::Migrate, Prepared::SetUp, Undo::Settings),
        (Step::Fix, Prepared::Store, Undo::All),
        (Step::Fix, Prepared::SetUp, Undo::Settings),
        (login.clone(), Prepared::Store, Undo::All),
        (login, Prepared::SetUp, Undo::All),
        (logout.clone(), Prepared::Store, Undo::All),
        (logout, Prepared::SetUp, Undo::All),
    ];
    let with =
        |(step, prepared, undo)| Scene { step, prepared, undo, all_moves: false, ..scene.clone() };
    let first = usize::try_from(number).unwrap() * count % steps.len();
    steps.into_iter().cycle().skip(first).take(count).map(with).collect()
}
