//! After `setup`, the next login of each client: kept, or `status` says that it is not.

use super::{Judge, Rule};
use crate::differential::stage::Stage;
use crate::differential::step::{self, said};

impl Judge<'_> {
    /// After the step on settings as they were, each client's own next login.
    pub(super) fn next_logins(&mut self) {
        let scene = self.scene().clone();
        for client in self.stage.clients() {
            let Some(log_in) = client.log_in else { continue };
            let stage = Stage::set(&scene);
            if step::run(&stage, &scene.step).is_none_or(|ran| !ran.status.success()) {
                return;
            }
            let server = stage.filled("$4");
            let ran = log_in(&stage, &server, "four-next", "canary-next-four");
            let plain = stage.files_with("four-next", "canary-next-four");
            if plain.is_empty() {
                continue;
            }
            let status = stage.ours(&["status"], "").map(|ran| ran.said()).unwrap_or_default();
            let status = status.to_lowercase();
            let program = client.name.split('-').next().unwrap_or(client.name);
            // These two write Docker's file.
            let is_named = status.contains(program)
                || matches!(program, "crane" | "oras") && status.contains("docker");
            if !is_named || !status.contains("plain") {
                let login = ran.map(|ran| said(&ran)).unwrap_or_default();
                let detail = format!("in {plain:?}; login: {login}; status: {status}");
                self.fault(Rule::NextPlain, client.name, "", detail.replace('\n', " / "));
            }
        }
    }
}
