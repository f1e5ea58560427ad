//! The commands of ours that are tried.

use super::scene::{Step, label};
use super::stage::Stage;
use crate::support::process::Ran;

/// Runs one; `None` if it hangs.
pub(crate) fn run(stage: &Stage<'_>, step: &Step) -> Option<Ran> {
    match step {
        Step::Setup => stage.ours(&["setup", "--yes"], ""),
        Step::SetupSealed => stage.ours(&["setup", "--store", "sealed", "--yes"], ""),
        Step::Migrate => stage.ours(&["migrate", "--yes"], ""),
        Step::Fix => stage.ours(&["audit", "--fix", "--yes"], ""),
        Step::Login(server) => {
            let (user, password) = new_login(server);
            let words = ["login", &stage.filled(server), "-u", &user];
            stage.ours(&[&words[..], &["--password-stdin", "--no-verify"]].concat(), &password)
        }
        Step::Logout(server) => stage.ours(&["logout", &stage.filled(server)], ""),
    }
}

/// The user and the password of the login that a step makes.
pub(crate) fn new_login(server: &str) -> (String, String) {
    let label = label(server);
    (format!("{label}-new"), format!("canary-new-{label}"))
}

pub(crate) fn said(ran: &Ran) -> String {
    format!("exit {:?}: {}", ran.status.code(), ran.said())
}
