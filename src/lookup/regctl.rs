//! How regctl finds a credential (regclient/regclient v0.11.7 `regclient.go`, `config/docker.go`,
//! `config/host.go`, `cmd/regctl/root.go`): it puts together what Docker's file and
//! `DOCKER_AUTH_CONFIG` say of a host, and then its own file, where the later counts; a helper that
//! fails leaves what else is known.

use std::path::{Path, PathBuf};

use super::auth_entry::Auth;
use super::auth_file::{AuthFile, Fault, Names};
use super::regctl_file::{HUB, Host, host_name, read};
use super::{Answer, Found, NextLogin, Question, Source, Trail, World, docker_variable};
use crate::credential::Login;
use crate::server::DOCKER_HUB;

/// What is known of a host so far, and where its secret is.
#[derive(Clone, Default)]
struct Known {
    host: Host,
    secret_in: Option<Source>,
    helper_in: Option<(PathBuf, &'static str)>,
}

/// What regctl would use.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let image = &question.image;
    let registry = if image.is_on_docker_hub() { HUB } else { image.registry() };
    let mut trail = Trail::default();
    let own = world.places.regctl_file();
    let file = read(world.view, &own).unwrap_or_else(|why| {
        trail.look(Source::File(own.clone()), registry, Found::Trouble(why));
        super::regctl_file::File::default()
    });
    let mut by_chance = vec![Known::default()];
    if file.reads_docker {
        by_chance = in_docker(&mut trail, world, registry);
    }
    for known in &mut by_chance {
        if known.is_empty() {
            known.merge(&file.default, &Source::File(own.clone()), Some((&own, "credHelper")));
        }
        if let Some(host) = file.hosts.iter().find(|host| host.name == registry) {
            known.merge(host, &Source::File(own.clone()), Some((&own, "credHelper")));
        }
    }
    let key = if image.is_on_docker_hub() { DOCKER_HUB } else { registry };
    let mut ends: Vec<Trail> = by_chance.iter().map(|known| known.ends(world, key)).collect();
    match ends.len() {
        1 => trail.steps.append(&mut ends[0].steps),
        _ => {
            let found = ends.iter().map(Trail::found);
            trail.look(Source::File(world.places.docker_file()), registry, Found::one_of(found));
        }
    }
    vec![trail.answer(&["regctl"])]
}

/// Where a login that is made with regctl would be kept: always in its own file.
pub(super) fn next_login(world: &World<'_>) -> NextLogin {
    NextLogin::Plain(world.places.regctl_file())
}

/// What Docker's file and variable say of a host: of several entries that mean the same one the last
/// counts, in an order of its own.
fn in_docker(trail: &mut Trail, world: &World<'_>, registry: &str) -> Vec<Known> {
    let path = world.places.docker_file();
    let file = world.auth_file(&path, Names::AnyCase);
    let text = world.places.docker_auth_config.as_ref();
    let variable = text.map(|text| AuthFile::parse(text.as_bytes(), Names::AnyCase, false));
    // One of the two that is broken makes it do without both.
    let of_variable = variable.as_ref().and_then(|variable| variable.decoder_fault(|_| true));
    if let Some(why) = file.decoder_fault(|_| true).or(of_variable).map(Fault::reason) {
        trail.look(Source::File(path), registry, Found::Trouble(why));
        return vec![Known::default()];
    }
    let mut all = vec![Known::default()];
    let place = Source::File(path.clone());
    for (file, source) in [
        Some((&*file, place)),
        variable.as_ref().map(|v| (v, Source::Variable(docker_variable::NAME))),
    ]
    .into_iter()
    .flatten()
    {
        let hosts = hosts_of(file, registry);
        if !hosts.is_empty() {
            all = all
                .iter()
                .flat_map(|known| hosts.iter().map(|host| known.with(host, &source, &path)))
                .collect();
        }
        for (host, setting) in helpers_of(file, registry, world) {
            all.iter_mut().for_each(|known| known.merge(&host, &source, Some((&path, setting))));
        }
    }
    all
}

/// The entries for a host (`dockerAuthToHost`).
fn hosts_of(file: &AuthFile, registry: &str) -> Vec<Host> {
    let entries = file.entries.iter().filter(|e| host_name(&e.key).as_deref() == Some(registry));
    let hosts = entries.filter_map(|entry| {
        let helper = file.helper(&entry.key).filter(|name| !name.is_empty());
        let mut host = Host::named(&entry.key);
        host.helper = helper.map(|name| format!("docker-credential-{name}")).unwrap_or_default();
        match &entry.auth {
            Auth::NoPair | Auth::NoBase64 => return None,
            Auth::Pair(user, password) => {
                (host.user, host.pass) = (user.clone(), password.clone());
            }
            Auth::Missing => {
                (host.user, host.pass) = (entry.username.clone(), entry.password.clone())
            }
        }
        host.token.clone_from(&entry.identity_token);
        let says_nothing = !host.has_login() && host.helper.is_empty();
        (!says_nothing).then_some(host)
    });
    hosts.collect()
}

/// The helper for just this host, and the store where it lists it.
fn helpers_of(file: &AuthFile, registry: &str, world: &World<'_>) -> Vec<(Host, &'static str)> {
    let fits = |key: &str| host_name(key).as_deref() == Some(registry);
    let has_entry = |key: &str| file.entries.iter().any(|entry| entry.key == key);
    let own = file.helpers.iter().filter(|(key, _)| fits(key) && !has_entry(key));
    let mut all: Vec<_> = own
        .map(|(key, name)| {
            let helper = format!("docker-credential-{name}");
            (Host { helper, ..Host::named(key) }, "credHelpers")
        })
        .collect();
    if let Some(name) = &file.store {
        let key = if registry == HUB { DOCKER_HUB } else { registry };
        if let Found::Kept(_) | Found::Unknown = (world.ask)(name, key) {
            let helper = format!("docker-credential-{name}");
            // The list names a user, so that what is known stays.
            let host = Host { helper, is_listed: true, ..Host::named(key) };
            all.push((host, "credsStore"));
        }
    }
    all
}

impl Known {
    fn is_empty(&self) -> bool {
        !self.host.has_login() && self.host.helper.is_empty()
    }

    fn with(&self, host: &Host, source: &Source, path: &Path) -> Self {
        let mut known = self.clone();
        known.merge(host, source, Some((path, "credHelpers")));
        known
    }

    /// `Host.Merge`.
    fn merge(&mut self, new: &Host, source: &Source, helper_in: Option<(&Path, &'static str)>) {
        let has_secret = self.host.merge(new);
        if has_secret {
            self.secret_in = Some(source.clone());
        }
        if !new.helper.is_empty() {
            self.helper_in = helper_in.map(|(path, setting)| (path.to_owned(), setting));
        }
    }

    /// Where it looks in the end: the helper, then what it knows.
    fn ends(&self, world: &World<'_>, key: &str) -> Trail {
        let mut trail = Trail::default();
        if !self.host.helper.is_empty() {
            let helper = &self.host.helper;
            let name = helper.strip_prefix("docker-credential-").unwrap_or(helper);
            let asked = self.host.asked_as.as_deref().unwrap_or(key);
            let source = Source::Helper { name: name.to_owned(), named_in: self.helper_in.clone() };
            trail.look(source, asked, (world.ask)(name, asked));
        }
        let place = || Source::File(world.places.docker_file());
        let source = self.secret_in.clone().unwrap_or_else(place);
        trail.look(source, key, Found::plain(self.host.login()));
        trail
    }
}

impl Trail {
    /// What it ends with.
    fn found(&self) -> Found {
        let used = self
            .steps
            .iter()
            .find(|step| matches!(step.role, super::Role::Used | super::Role::Perhaps));
        used.map_or(Found::Nothing, |step| step.found.clone())
    }
}

impl Host {
    /// The login that it sends.
    fn login(&self) -> Option<Login> {
        self.token_login().or_else(|| self.password_login())
    }
}
