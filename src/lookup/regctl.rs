//! How regctl finds a credential (regclient/regclient v0.11.7 `regclient.go`, `config/docker.go`,
//! `config/host.go`, `cmd/regctl/root.go`): it puts together what Docker's file and
//! `DOCKER_AUTH_CONFIG` say of a host, and then its own file, where the later counts; a helper that
//! fails leaves what else is known.

use std::path::Path;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::auth_entry::{Auth, Entry, TOKEN_USER};
use super::auth_file::{AuthFile, Names};
use super::{Answer, Found, NextLogin, Question, Source, Trail, World};
use crate::clients::json;
use crate::credential::Login;
use crate::files::{self, View};
use crate::server::DOCKER_HUB;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Its one name for Docker Hub.
const HUB: &str = "docker.io";

/// What regctl's own file says of one host.
#[derive(Default)]
pub(super) struct Host {
    /// Its key under `hosts`.
    pub(super) name: String,
    login: Option<Login>,
    /// The whole command.
    helper: String,
}

/// What regctl would use.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let image = &question.image;
    let (registry, key) = match image.is_on_docker_hub() {
        true => (HUB, DOCKER_HUB),
        false => (image.registry(), image.registry()),
    };
    let mut trail = Trail::default();
    let own = world.places.regctl_file();
    let (hosts, reads_docker) = match read(world.view, &own) {
        Ok(file) => file,
        Err(why) => {
            trail.look(Source::File(own.clone()), registry, Found::Trouble(why));
            (Vec::new(), true)
        }
    };
    if let Some(host) = hosts.iter().find(|host| host.name == registry) {
        if host.helper.is_empty() {
            trail.look(Source::File(own), &host.name, Found::plain(host.login.clone()));
        } else {
            let name = host.helper.strip_prefix("docker-credential-").unwrap_or(&host.helper);
            let source = Source::Helper {
                name: name.to_owned(),
                named_in: Some((own.clone(), "credHelper")),
            };
            trail.look(source, key, (world.ask)(name, key));
            trail.look(Source::File(own), &host.name, Found::plain(host.login.clone()));
        }
    }
    if reads_docker {
        in_docker(&mut trail, world, registry, key);
    }
    vec![trail.answer(&["regctl"])]
}

/// Where a login that is made with regctl would be kept: always in its own file.
pub(super) fn next_login(world: &World<'_>) -> NextLogin {
    NextLogin::Plain(world.places.regctl_file())
}

/// What Docker's file and variable say of a host. The variable comes later, so it counts.
fn in_docker(trail: &mut Trail, world: &World<'_>, registry: &str, key: &str) {
    let path = world.places.docker_file();
    let file = world.auth_file(&path, Names::AnyCase);
    let text = world.places.docker_auth_config.as_ref();
    let variable = text.map(|text| AuthFile::parse(text.as_bytes(), Names::AnyCase, false));
    let fault = |file: &AuthFile| file.fault.as_ref().is_some_and(|f| f.stops_a_decoder());
    // One of the two that is broken makes it do without both.
    if fault(&file) || variable.as_ref().is_some_and(fault) {
        let why = file.fault.as_ref().map_or_else(
            || "DOCKER_AUTH_CONFIG is not valid".to_owned(),
            super::auth_file::Fault::reason,
        );
        return trail.look(Source::File(path), registry, Found::Trouble(why));
    }
    if let Some(variable) = &variable {
        let found = plain(variable, registry);
        trail.look(Source::Variable("DOCKER_AUTH_CONFIG"), registry, found);
    }
    let own = file.helpers.iter().find(|(name, _)| host_name(name).as_deref() == Some(registry));
    let named = |name: &str, setting| {
        let source =
            Source::Helper { name: name.to_owned(), named_in: Some((path.clone(), setting)) };
        (source, (world.ask)(name, key))
    };
    // The store is asked for what it lists, and what it has counts before what the file has.
    if let Some(store) = &file.store {
        let (source, found) = named(store, "credsStore");
        trail.look(source, key, found);
    }
    if let Some((_, helper)) = own.filter(|(_, helper)| !helper.is_empty()) {
        let (source, found) = named(helper, "credHelpers");
        trail.look(source, key, found);
    }
    trail.look(Source::File(path), registry, plain(&file, registry));
}

/// The entries for a host; those that mean the same one are taken in an order of their own.
fn plain(file: &AuthFile, registry: &str) -> Found {
    let is_it = |entry: &&Entry| host_name(&entry.key).as_deref() == Some(registry);
    let logins = file.entries.iter().filter(is_it).filter_map(|entry| match &entry.auth {
        Auth::NoPair | Auth::NoBase64 => None,
        _ => entry.identity().or_else(|| entry.pair()).or_else(|| entry.written()),
    });
    Found::one_of(logins.map(Found::Plain))
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

/// Its own file: the hosts, and whether it reads Docker's settings.
pub(super) fn read(view: &View, path: &Path) -> Result<(Vec<Host>, bool), String> {
    let bytes = match view.read(path, MAX_BYTES) {
        Err(files::Error::Missing(_)) => return Ok((Vec::new(), true)),
        bytes => bytes.map_err(|e| e.reason())?,
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok((Vec::new(), true));
    }
    let mut values = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
    let map = match values.next() {
        Some(Ok(Value::Object(map))) => map,
        Some(Err(e)) => return Err(format!("line {}, column {}", e.line(), e.column())),
        _ => return Err("it is no JSON object".to_owned()),
    };
    let reads_docker = json::get(&map, "incDockerCred").and_then(Value::as_bool).unwrap_or(true);
    let hosts = json::get(&map, "hosts").and_then(Value::as_object);
    let hosts = hosts.into_iter().flatten();
    let hosts = hosts.filter_map(|(key, host)| Some(Host::of(key, host.as_object()?)));
    Ok((hosts.collect(), reads_docker))
}

impl Host {
    fn of(key: &str, fields: &Map<String, Value>) -> Self {
        let text = |name| {
            let text = json::get(fields, name).and_then(Value::as_str).unwrap_or_default();
            Zeroizing::new(text.to_owned())
        };
        let (user, pass, token) = (text("user"), text("pass"), text("token"));
        let login = match (pass.is_empty(), token.is_empty()) {
            (_, false) => Some(Login::new(TOKEN_USER, &token)),
            (false, true) => Some(Login::new(&user, &pass)),
            (true, true) => None,
        };
        let name = host_name(key).unwrap_or_else(|| key.to_owned());
        Self { name, login, helper: text("credHelper").to_string() }
    }
}
