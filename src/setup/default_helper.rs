//! Why Docker's own file does not name our helper for every registry, and where its next login goes.

use std::path::Path;

use super::check::Loss;
use super::scene::{Scene, is_ours};
use crate::clients::credential_helpers::{self, Kind};
use crate::clients::docker::DockerConfig;
use crate::lookup::Source;

impl Scene<'_> {
    /// What a client would lose, as the end of "Docker's default helper is not ours, since …".
    pub(super) fn lost(&self, loss: &Loss, short: &dyn Fn(&Path) -> String) -> String {
        let registry = match loss.before.question {
            Some(_) => self.question(loss.before.question).image.registry(),
            None => "other registries",
        };
        let clients = loss.before.clients.join(", ");
        let from = match loss.before.used.as_ref().map(|step| &step.source) {
            Some(Source::File(path)) => format!(" in {}", short(path)),
            Some(Source::Helper { name, .. }) => format!(" in docker-credential-{name}"),
            Some(Source::Variable(_)) | None => String::new(),
        };
        format!("{clients} could then no longer find the login for {registry}{from}")
    }
}

/// Why a file of Docker's does not name our helper for every registry, and where the next login goes;
/// `lost` is what a client would lose by it, where that is known.
#[must_use]
pub fn why_not_default(config: &DockerConfig, lost: Option<&str>) -> Option<String> {
    match config.store() {
        Some(name) if is_ours(name) => None,
        Some(name) => {
            let what = match credential_helpers::kind(name) {
                Kind::Mints => "makes tokens when it is asked",
                Kind::Elsewhere => "hands out logins of another machine",
                Kind::Keeps | Kind::Unknown | Kind::Nothing => {
                    "answers for logins that cannot be copied"
                }
            };
            Some(format!(
                "docker-credential-{name} {what} and stays Docker's default credential helper; \
                 imgsec answers for the registries in credHelpers"
            ))
        }
        None => {
            let logins = config.plain_logins();
            let stuck = logins.iter().filter(|login| login.credential.is_err());
            let names: Vec<_> = stuck.map(|login| login.key.as_str()).collect();
            let why = match (names.is_empty(), lost) {
                (false, _) => format!("Docker could then no longer read {}", names.join(", ")),
                (true, Some(lost)) => lost.to_owned(),
                (true, None) => "a client could then no longer find its login".to_owned(),
            };
            Some(format!(
                "no default credential helper, since {why}: the next docker login for a registry that is not in credHelpers is stored in plain text \
                 (imgsec-cred setup --default-helper sets it all the same)"
            ))
        }
    }
}
