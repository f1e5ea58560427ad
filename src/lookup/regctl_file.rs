//! regctl's own file, and what it and Docker's say of a host (regclient/regclient v0.11.7
//! `cmd/regctl/config.go`, `config/host.go`).

use std::path::Path;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::auth_entry::TOKEN_USER;
use crate::clients::json;
use crate::credential::Login;
use crate::files::{self, View};
use crate::server::DOCKER_HUB;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Its one name for Docker Hub.
pub(super) const HUB: &str = "docker.io";

/// Its own file.
pub(super) struct File {
    /// `hosts`.
    pub(super) hosts: Vec<Host>,
    /// `hostDefault`.
    pub(super) default: Host,
    /// `incDockerCred`: whether it reads Docker's settings.
    pub(super) reads_docker: bool,
}

impl Default for File {
    fn default() -> Self {
        Self { hosts: Vec::new(), default: Host::default(), reads_docker: true }
    }
}

/// What is said of a host.
#[derive(Clone, Default)]
pub(super) struct Host {
    /// The host.
    pub(super) name: String,
    pub(super) user: String,
    pub(super) pass: Zeroizing<String>,
    pub(super) token: Zeroizing<String>,
    /// The command of a helper.
    pub(super) helper: String,
    /// The name that the helper is asked for, where that is another.
    pub(super) asked_as: Option<String>,
    /// A helper listed it, and named a user.
    pub(super) is_listed: bool,
}

/// The host that a key stands for; `None` for what has another scheme or a path (`HostValidate`).
pub(super) fn host_name(key: &str) -> Option<String> {
    if [DOCKER_HUB, "registry-1.docker.io", HUB].contains(&key) {
        return Some(HUB.to_owned());
    }
    let rest = match key.split_once("://") {
        Some(("https" | "http", rest)) => rest,
        Some(_) => return None,
        None => key,
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (path.is_empty() && !host.is_empty()).then(|| host.to_owned())
}

/// Reads its own file; one that is missing or empty says nothing.
pub(super) fn read(view: &View, path: &Path) -> Result<File, String> {
    let bytes = match view.read(path, MAX_BYTES) {
        Err(files::Error::Missing(_)) => return Ok(File::default()),
        bytes => bytes.map_err(|e| e.reason())?,
    };
    let mut values = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
    let map = match values.next() {
        None => return Ok(File::default()),
        Some(Ok(Value::Object(map))) => map,
        Some(Err(e)) => {
            return Err(format!("it is not valid JSON: line {}, column {}", e.line(), e.column()));
        }
        Some(Ok(_)) => return Err("it is not a JSON object".to_owned()),
    };
    let reads_docker = json::get(&map, "incDockerCred").and_then(Value::as_bool).unwrap_or(true);
    let default = json::get(&map, "hostDefault").and_then(Value::as_object);
    let hosts = json::get(&map, "hosts").and_then(Value::as_object);
    let hosts = hosts.into_iter().flatten();
    let hosts = hosts.filter_map(|(key, host)| Some(Host::of(key, host.as_object()?)));
    let default = default.map(|fields| Host::of("", fields)).unwrap_or_default();
    Ok(File { hosts: hosts.collect(), default, reads_docker })
}

impl Host {
    fn of(key: &str, fields: &Map<String, Value>) -> Self {
        let text = |name| {
            let text = json::get(fields, name).and_then(Value::as_str).unwrap_or_default();
            Zeroizing::new(text.to_owned())
        };
        Self {
            name: host_name(key).unwrap_or_else(|| key.to_owned()),
            user: text("user").to_string(),
            pass: text("pass"),
            token: text("token"),
            helper: text("credHelper").to_string(),
            asked_as: Some(text("credHost").to_string()).filter(|host| !host.is_empty()),
            is_listed: false,
        }
    }

    /// A host by the key of Docker's that means it; a helper is asked for the key with its scheme.
    pub(super) fn named(key: &str) -> Self {
        let name = host_name(key).unwrap_or_else(|| key.to_owned());
        let asked_as = (name != key && name != HUB).then(|| key.to_owned());
        Self { name, asked_as, ..Self::default() }
    }

    /// Whether it can log in by itself.
    pub(super) fn has_login(&self) -> bool {
        !self.token.is_empty() || !self.user.is_empty() && !self.pass.is_empty()
    }

    /// Puts what is said later over it, as `Host.Merge` does; whether the secret is another.
    pub(super) fn merge(&mut self, new: &Self) -> bool {
        if new.helper.is_empty() && (!new.pass.is_empty() || !self.token.is_empty()) {
            self.helper.clear();
        }
        let says_nobody = new.user.is_empty() && new.pass.is_empty() && new.token.is_empty();
        if !new.helper.is_empty() && says_nobody && !new.is_listed {
            (self.user, self.pass, self.token) = Default::default();
        }
        let texts = [(&mut self.user, &new.user), (&mut self.helper, &new.helper)];
        for (old, new) in texts.into_iter().filter(|(_, new)| !new.is_empty()) {
            old.clone_from(new);
        }
        let secrets = [(&mut self.pass, &new.pass), (&mut self.token, &new.token)];
        for (old, new) in secrets.into_iter().filter(|(_, new)| !new.is_empty()) {
            old.clone_from(new);
        }
        if new.asked_as.is_some() {
            self.asked_as.clone_from(&new.asked_as);
        }
        !new.pass.is_empty() || !new.token.is_empty()
    }

    pub(super) fn token_login(&self) -> Option<Login> {
        (!self.token.is_empty()).then(|| Login::new(TOKEN_USER, &self.token))
    }

    pub(super) fn password_login(&self) -> Option<Login> {
        (!self.pass.is_empty()).then(|| Login::new(&self.user, &self.pass))
    }
}
