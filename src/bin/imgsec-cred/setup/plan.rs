//! What `setup` would change, worked out before anything is.

use std::path::PathBuf;

use imgsec_cred::clients::docker::{Change, DockerConfig};
use imgsec_cred::credential::Credential;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::NAME as OURS;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::server::{DOCKER_HUB, ServerKey};
use imgsec_cred::store::{Error, ErrorKind, Store};
use serde_json::{Map, Value, json};

use crate::args::Setup;
use crate::list::registry;
use crate::{Refusal, stores};

/// A login that moves.
pub(super) struct Move {
    /// The entry of `auths` it is in; `None` for one that another helper keeps (and goes on to keep).
    pub(super) key: Option<String>,
    pub(super) credential: Credential,
}

/// What `setup` would change.
pub(super) struct Plan {
    pub(super) config: DockerConfig,
    /// Docker's settings, as a person writes the path.
    pub(super) path_words: String,
    pub(super) moves: Vec<Move>,
    /// The registries to name our helper for; none means every registry.
    pub(super) registries: Vec<String>,
    /// Entries whose secret no helper can keep, under the name Docker looks them up by.
    stays: Vec<(String, String)>,
}

impl Plan {
    pub(super) fn make(args: &Setup, machine: &Machine) -> anyhow::Result<Self> {
        let path = path(machine)?;
        let config = DockerConfig::read(&path)?;
        let registries =
            args.registry.iter().map(|r| docker_key(r)).collect::<Result<Vec<_>, _>>()?;
        let path_words = machine.short(&path);
        let mut plan =
            Self { config, path_words, moves: Vec::new(), registries, stays: Vec::new() };
        plan.take_plain_logins();
        plan.take_from_other_helper(machine);
        Ok(plan)
    }

    fn take_plain_logins(&mut self) {
        for login in self.config.plain_logins() {
            match login.credential {
                Err(why) => self.stays.push((login.key, why.to_owned())),
                Ok(credential) if !self.is_wanted(&credential.server) => {}
                Ok(credential) => self.take(Some(login.key), credential),
            }
        }
    }

    /// The first of two logins for one server is the one that Docker finds by its plain name.
    fn take(&mut self, key: Option<String>, credential: Credential) {
        let same = self
            .moves
            .iter()
            .position(|m| m.credential.server.canonical() == credential.server.canonical());
        match same {
            None => self.moves.push(Move { key, credential }),
            Some(_) if key.is_none() => {}
            Some(i) if self.moves[i].credential.same_login(&credential) => {
                self.moves.push(Move { key, credential })
            }
            Some(i) => {
                let is_plain = key.as_deref() == Some(credential.server.as_str());
                let other = if is_plain {
                    std::mem::replace(&mut self.moves[i], Move { key, credential })
                } else {
                    Move { key, credential }
                };
                let why =
                    "there is another login for the same registry, which Docker uses".to_owned();
                self.stays.extend(other.key.map(|key| (key, why)));
            }
        }
    }

    /// Logins that the helper now in use keeps would be out of Docker's sight: they are copied.
    fn take_from_other_helper(&mut self, machine: &Machine) {
        let Some(name) =
            self.config.store().filter(|name| *name != OURS && self.registries.is_empty())
        else {
            return;
        };
        let name = name.to_owned();
        let Some(helper) = stores::other_helper(machine, &name) else { return };
        let listed = match helper.list_keys() {
            Ok(listed) => listed,
            Err(e) => return self.stays.push((format!("docker-credential-{name}"), e.to_string())),
        };
        for (key, _) in listed {
            // Some releases of docker-credential-secretservice list the item's label.
            let key = key.strip_prefix("Registry credentials for ").unwrap_or(&key);
            match ServerKey::parse(key)
                .map_err(|e| e.to_string())
                .and_then(|k| helper.get(&k).map_err(|e| e.to_string()))
            {
                Ok(credential) => self.take(None, credential),
                Err(why) => self.stays.push((format!("{key} (docker-credential-{name})"), why)),
            }
        }
    }

    fn is_wanted(&self, server: &ServerKey) -> bool {
        let same =
            |r: &String| ServerKey::parse(r).is_ok_and(|r| r.canonical() == server.canonical());
        self.registries.is_empty() || self.registries.iter().any(same)
    }

    /// Every login that moves.
    pub(super) fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.moves.iter().map(|m| &m.credential)
    }

    /// Refuses where the store already keeps another login for one that moves.
    pub(super) fn check_conflicts(&self, helper: &Helper, overwrite: bool) -> anyhow::Result<()> {
        for credential in self.credentials() {
            match helper.get(&credential.server) {
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(e) => return Err(e.into()),
                Ok(kept) if overwrite || kept.same_login(credential) => {}
                Ok(kept) => {
                    let (server, user) =
                        (registry(credential.server.as_str()), kept.open_username());
                    let message = format!(
                        "the store already keeps another login for {server} ({user}); nothing was changed"
                    );
                    return Err(Refusal::new(message, Some("imgsec-cred setup --overwrite takes the one in Docker's file, imgsec-cred logout removes the kept one")).into());
                }
            }
        }
        Ok(())
    }

    /// What stays as it is though it should move, and why.
    pub(super) fn left_behind(&self) -> &[(String, String)] {
        &self.stays
    }

    /// Changes Docker's settings in one step, and makes their folder where it is missing.
    pub(super) fn change_settings(&self) -> anyhow::Result<()> {
        if let Some(folder) = self.config.path().parent() {
            imgsec_cred::files::create_private_folder(folder).map_err(Error::from)?;
        }
        let mut changes = Vec::new();
        changes.extend(self.moves.iter().filter_map(|m| m.key.as_deref()).map(Change::Blank));
        changes.extend(self.helpers().into_iter().map(|(r, name)| Change::Helper(r, Some(name))));
        if self.registries.is_empty() {
            changes.push(Change::Store(Some(OURS)));
        }
        Ok(self.config.change(&changes)?)
    }

    /// The registries that get a helper of their own. With one for all, a login that cannot move
    /// gets the empty name, by which Docker goes on to read it from the file; and a registry whose
    /// login was in the file by that empty name gets ours.
    pub(super) fn helpers(&self) -> Vec<(&str, &'static str)> {
        if !self.registries.is_empty() {
            return self.registries.iter().map(|r| (r.as_str(), OURS)).collect();
        }
        let stays = self.stays.iter().filter(|(key, _)| {
            self.config.plain_logins().iter().any(|l| l.key == *key && l.credential.is_err())
        });
        let stays = stays
            .filter(|(key, _)| self.config.helper(key).is_none())
            .map(|(key, _)| (key.as_str(), ""));
        let moved = self
            .credentials()
            .map(|c| c.server.as_str())
            .filter(|s| self.config.helper(s) == Some(""));
        stays.chain(moved.map(|s| (s, OURS))).collect()
    }

    /// Helpers of other programs that go on as they are.
    pub(super) fn kept_helpers(&self) -> Map<String, Value> {
        let others =
            self.config.helpers().into_iter().filter(|(_, name)| !name.is_empty() && *name != OURS);
        others
            .filter(|(r, _)| !self.registries.iter().any(|x| x == r))
            .map(|(r, name)| (r.to_owned(), json!(name)))
            .collect()
    }

    pub(super) fn before_words(&self) -> String {
        match self.config.store() {
            Some(OURS) => "uses imgsec already".to_owned(),
            Some(other) => format!("uses docker-credential-{other} now"),
            None => "no helper for every registry".to_owned(),
        }
    }

    pub(super) fn after_words(&self) -> String {
        if self.registries.is_empty() {
            "has credsStore: \"imgsec\"".to_owned()
        } else {
            format!("has credHelpers: {} = \"imgsec\"", self.registries.join(", "))
        }
    }

    /// The plan in words, a line each.
    pub(super) fn steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        for m in &self.moves {
            let from =
                if m.key.is_some() { "out of plain text" } else { "copied from the helper in use" };
            steps.push(format!(
                "move {} ({}), {from}",
                registry(m.credential.server.as_str()),
                m.credential.open_username()
            ));
        }
        steps.push(format!("{} {}", self.path_words, self.after_words()));
        for (registry, name) in self.kept_helpers() {
            steps.push(format!("keep credHelpers: {registry} = {name}"));
        }
        steps
    }

    pub(super) fn changes_json(&self) -> Vec<Value> {
        let file = &self.path_words;
        let change = |key: String, before: Value, after: Value| json!({"file": file, "key": key, "before": before, "after": after});
        let mut changes = Vec::new();
        if self.registries.is_empty() {
            changes.push(change("credsStore".to_owned(), json!(self.config.store()), json!(OURS)));
        }
        for (registry, name) in self.helpers() {
            changes.push(change(
                format!("credHelpers.{registry}"),
                json!(self.config.helper(registry)),
                json!(name),
            ));
        }
        for key in self.moves.iter().filter_map(|m| m.key.as_ref()) {
            changes.push(change(format!("auths.{key}"), json!("(secret)"), json!("(removed)")));
        }
        changes
    }
}

/// Docker's settings file.
pub(super) fn path(machine: &Machine) -> Result<PathBuf, Error> {
    let folder = machine.docker_config.as_ref().ok_or_else(|| {
        Error::new(
            ErrorKind::Unavailable,
            "there is no folder for Docker's settings: HOME is not set",
        )
    })?;
    Ok(folder.join("config.json"))
}

/// The key by which Docker looks up a registry's helper: the host, or the address of Docker Hub.
fn docker_key(registry: &str) -> Result<String, Refusal> {
    let server = ServerKey::parse(registry).map_err(|e| Refusal::new(e.to_string(), None))?;
    if server.canonical() == DOCKER_HUB {
        return Ok(DOCKER_HUB.to_owned());
    }
    if server.as_str().contains("://") || server.may_lie_in_a_namespace() {
        return Err(Refusal::new(
            format!("{registry} is no registry's host name"),
            Some("such as ghcr.io or registry.example:5000"),
        ));
    }
    Ok(server.as_str().to_owned())
}
