//! `lookup` beside the clients themselves, on many settings: it names the login that each of them
//! sends. Of several logins that a client takes one of by chance it names them all.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use base64ct::{Base64, Encoding};
use imgsec_cred::files::View;
use imgsec_cred::lookup::{ALL, Answer, Found, Places, Question, Role, World};
use imgsec_cred::machine::Machine;
use serde_json::Value;

use self::clients::{Client, Group};
use self::helpers::{HELPERS, ask};
use self::settings::Setting;
use crate::support::engine::Engine;
use crate::support::process::{self, Ran};
use crate::support::web::{Reply, Web};

mod clients;
mod drawn;
mod helpers;
mod settings;

/// Who is logged in: a user, `<token>`, or nobody.
type User = Option<String>;

/// A machine with these settings, an engine that notes which login a client hands it, and a registry
/// that wants a password and has no image.
struct Machines {
    dir: tempfile::TempDir,
    engine: Engine,
    registry: Web,
    variables: Vec<(&'static str, String)>,
}

impl Machines {
    fn new(setting: &Setting) -> Self {
        let dir = process::folder("lk");
        for name in ["home/.docker", "run", "tmp", "bin", "cwd"] {
            fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        let registry = Web::start(|request| match request.header("authorization") {
            Some(_) => Reply::status(404),
            None => Reply::status(401).with("WWW-Authenticate", r#"Basic realm="x""#),
        });
        let engine = Engine::start();
        let mut machine = Self { dir, engine, registry, variables: Vec::new() };
        for (name, script) in HELPERS {
            machine.program(&format!("docker-credential-{name}"), script);
        }
        for (name, text) in &setting.files {
            machine.file(name, text);
        }
        for (name, value) in &setting.variables {
            let value = match value.strip_prefix("./") {
                Some(path) => machine.at(path).display().to_string(),
                None => machine.filled(value),
            };
            machine.variables.push((*name, value));
        }
        machine
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix("-> ") {
            Some(target) => symlink(target, path).unwrap(),
            None => fs::write(path, self.filled(text)).unwrap(),
        }
    }

    /// `HOST` is the registry, `{auth ada}` an entry of `auths` for the user ada.
    fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{auth ") {
            let (user, after) = after.split_once('}').unwrap();
            let pair = if user.contains(':') { user.to_owned() } else { format!("{user}:x") };
            filled += before;
            filled += &format!(r#"{{"auth":"{}"}}"#, Base64::encode_string(pair.as_bytes()));
            rest = after;
        }
        (filled + rest).replace("HOST", &self.registry.host())
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.at("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{}\n", self.filled(script))).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn variable(&self, name: &str) -> Option<String> {
        let variable = self.variables.iter().find(|(variable, _)| *variable == name);
        variable.map(|(_, value)| value.clone())
    }

    /// Runs a client, with nothing of ours on the `PATH`.
    fn run(&self, command: &mut Command) -> Ran {
        command.env_clear().env("PATH", format!("{}:/usr/bin:/bin", self.at("bin").display()));
        command.env("HOME", self.at("home")).env("XDG_RUNTIME_DIR", self.at("run"));
        command.env("TMPDIR", self.at("tmp")).current_dir(self.at("cwd"));
        command.env("DOCKER_HOST", self.engine.host()).env("LANG", "C.UTF-8");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        process::run(command, b"")
    }

    /// The user that the registry has seen since it was asked this often.
    fn seen_since(&self, before: usize) -> User {
        let asked = self.registry.asked();
        let sent = asked[before..].iter().find_map(|request| request.header("authorization"))?;
        let pair = Base64::decode_vec(sent.strip_prefix("Basic ")?).unwrap();
        let user = String::from_utf8(pair).unwrap().split_once(':').unwrap().0.to_owned();
        Some(user).filter(|user| !user.is_empty())
    }

    /// The user of the login that the engine was handed last.
    fn handed_over(&self) -> User {
        let request = self.engine.requests().pop()?;
        let text = |name: &str| {
            request.logins[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let user = || text("username").or_else(|| text("Username"));
        let token = text("identitytoken").or_else(|| text("IdentityToken"));
        token.map(|_| "<token>".to_owned()).or_else(user)
    }

    /// All logins that the engine was handed last.
    fn handed_over_all(&self) -> Option<Value> {
        Some(self.engine.requests().pop()?.logins).filter(Value::is_object)
    }

    fn places(&self, client: &Client) -> Places {
        let path = |name: &str| self.variable(name).map(PathBuf::from);
        let home = self.at("home");
        let of = Places::of(&Machine { home: Some(home.clone()), ..Machine::here() }).unwrap();
        Places {
            docker_config: path("DOCKER_CONFIG"),
            docker_auth_config: self.variable("DOCKER_AUTH_CONFIG").map(Into::into),
            registry_auth_file: path("REGISTRY_AUTH_FILE"),
            runtime: Some(path("XDG_RUNTIME_DIR").unwrap_or_else(|| self.at("run"))),
            config_home: path("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config")),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            registries_conf: path("CONTAINERS_REGISTRIES_CONF"),
            registries_conf_override: path("CONTAINERS_REGISTRIES_CONF_OVERRIDE"),
            helm_registry_config: path("HELM_REGISTRY_CONFIG"),
            helm_config_home: path("HELM_CONFIG_HOME"),
            regctl_config: path("REGCTL_CONFIG"),
            path: vec![self.at("bin")],
            default_store: None,
            programs: client.versions,
            ..of
        }
    }

    /// The users that `lookup` says a client may use.
    fn said(&self, client: &Client, image: &str) -> BTreeSet<User> {
        let (places, view) = (self.places(client), View::default());
        let world = World::new(&places, &view, &ask);
        let question = Question::of(image).unwrap_or_else(|| panic!("{image} is no image"));
        let mut answers = ALL.iter().flat_map(|client| (client.look_up)(&question, &world));
        let has = |answer: &Answer| answer.clients.contains(&client.name);
        let answer = answers.find(has).unwrap();
        let mut all = BTreeSet::from([None]);
        // Where chance may give it nothing, it goes on.
        for step in
            answer.steps.iter().filter(|step| matches!(step.role, Role::Used | Role::Perhaps))
        {
            let users = users(&step.found);
            if !users.contains(&None) {
                all.remove(&None);
            }
            all.extend(users);
        }
        all
    }
}

fn users(found: &Found) -> BTreeSet<User> {
    match found {
        Found::Plain(login) | Found::Kept(login) => {
            BTreeSet::from([Some(login.user().to_owned()).filter(|user| !user.is_empty())])
        }
        Found::OneOf(all) => all.iter().flat_map(users).collect(),
        Found::Nothing | Found::Unknown | Found::Trouble(_) => BTreeSet::from([None]),
    }
}

/// Every client of a group uses what `lookup` says, on every setting that is made for it.
#[track_caller]
fn all_agree(group: Group) {
    agree_on(&settings::all(), group);
}

#[track_caller]
fn agree_on(settings: &[Setting], group: Group) {
    let clients = clients::of(group);
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for setting in settings.iter().filter(|setting| setting.groups.contains(&group)) {
        let machine = Machines::new(setting);
        for client in clients.iter().filter(|client| !setting.not.contains(&&*client.title)) {
            for image in setting.images.iter().filter(|image| client.can_be_asked_for(image)) {
                let image = machine.filled(image);
                let (said, used) = (machine.said(client, &image), client.used(&machine, &image));
                asked += 1;
                // Its --host makes it forget a helper beside a token.
                let is_lost = client.name == "regctl" && setting.has("identitytoken");
                let is_token = said.iter().any(|user| user.as_deref() == Some("<token>"));
                let is_hidden = client.hides_tokens && is_token;
                if !said.contains(&used) && !is_lost && !is_hidden {
                    wrong.push(format!(
                        "{}, {image}: {} uses {used:?}, lookup says {said:?} {}",
                        setting.name,
                        client.title,
                        setting.shown()
                    ));
                }
            }
        }
    }
    println!("{asked} answers compared");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs several versions of docker; run tests/run"]
fn docker_uses_what_lookup_says() {
    all_agree(Group::Docker);
}

#[test]
#[ignore = "needs podman and skopeo; run tests/run"]
fn podman_and_its_kin_use_what_lookup_says() {
    all_agree(Group::Podman);
}

#[test]
#[ignore = "needs crane; run tests/run"]
fn crane_uses_what_lookup_says() {
    all_agree(Group::Crane);
}

#[test]
#[ignore = "needs helm, oras and regctl; run tests/run"]
fn helm_oras_and_regctl_use_what_lookup_says() {
    all_agree(Group::Others);
}

#[test]
#[ignore = "needs docker-py; run tests/run"]
fn libraries_find_what_lookup_says() {
    all_agree(Group::Libraries);
}

#[test]
#[ignore = "needs all clients; run tests/run"]
fn all_clients_use_what_lookup_says_on_drawn_settings() {
    let number =
        |name: &str, default| std::env::var(name).map_or(default, |number| number.parse().unwrap());
    let (seed, count) = (number("IMGSEC_SEED", 15), number("IMGSEC_SETTINGS", 12));
    let settings = drawn::settings(seed, usize::try_from(count).unwrap());
    for group in [Group::Docker, Group::Podman, Group::Crane, Group::Others, Group::Libraries] {
        agree_on(&settings, group);
    }
}

/// Does something only when started by [`clients`].
#[test]
#[ignore = "a part of other tests"]
fn the_crate_in_the_person_s_environment() {
    clients::ask_the_crate();
}
