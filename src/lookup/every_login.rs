//! What a classic build hands over: every login there is, from which the engine takes the one for
//! an image (moby `registry/auth.go`, `ResolveAuthConfig`).

use std::path::Path;

use super::{Found, Source, Trail, hosts};

/// The logins by their keys.
#[derive(Default)]
pub(super) struct EveryLogin(Vec<(String, Source, Found)>);

impl EveryLogin {
    /// Takes one more, in the place of one with the same key.
    pub(super) fn put(&mut self, key: &str, source: Source, found: Found) {
        self.0.retain(|(other, ..)| other != key);
        self.0.push((key.to_owned(), source, found));
    }

    /// The engine takes one: that of the exact key, else any whose host it is.
    pub(super) fn taken(mut self, trail: &mut Trail, path: &Path, key: &str) {
        match self.matching(key)[..] {
            [] => trail.look(Source::File(path.to_owned()), key, Found::Nothing),
            [number] => {
                let (key, source, found) = self.0.swap_remove(number);
                trail.look(source, &key, found);
            }
            ref several => {
                let found = Found::one_of(several.iter().map(|number| self.0[*number].2.clone()));
                trail.look(Source::File(path.to_owned()), key, found);
            }
        }
    }

    fn matching(&self, key: &str) -> Vec<usize> {
        let numbers = |fits: &dyn Fn(&str) -> bool| {
            let all = self.0.iter().enumerate().filter(|(_, (other, ..))| fits(other));
            all.map(|(number, _)| number).collect::<Vec<_>>()
        };
        let exact = numbers(&|other| other == key);
        if exact.is_empty() { numbers(&|other| hosts::of_address(other) == key) } else { exact }
    }
}
