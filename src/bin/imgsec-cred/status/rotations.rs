//! Rotations that are not through: nobody would hear of one that a timer left so.

use imgsec_cred::machine::Machine;
use imgsec_cred::rotate::journal;
use imgsec_cred::text::shell_word;

use super::Checks;
use crate::list::registry;
use crate::report::Mark;
use crate::stores;

/// Rotations that were interrupted, or whose hooks fail.
pub(super) fn check(machine: &Machine, checks: &mut Checks) {
    let Ok(state) = stores::state(machine) else { return };
    for server in journal::servers(state).unwrap_or_default() {
        let Ok(Some(running)) = journal::look(state, &server).map(|journal| journal.running) else {
            continue;
        };
        let name = registry(server.as_str());
        let message = format!("{name}: one that began at {} is not through", running.started_at);
        let fix = format!("imgsec-cred rotate {} --resume", shell_word(name));
        checks.add("rotation.unfinished", Mark::Warn, message, Some(&fix));
    }
}
