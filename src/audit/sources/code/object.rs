//! Objects that are a login to a registry: Docker's `AuthConfig` in the libraries of many languages,
//! and the `registry` of an image that Pulumi builds.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::arguments::Arguments;
use super::constants::Constants;
use super::literal::Text;
use super::notebook::each_source;
use super::statement::{builder, calls, chain, definitions, image_before};
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "login-object",
    about: "a registry login as an object of a program",
    reference: "https://www.pulumi.com/registry/packages/docker/api-docs/image/#registry",
    places: |_| Vec::new(),
    words: &[
        "auth_config",
        "authconfig",
        "registryargs",
        "registryauth",
        "registry_auth",
        "dockercredentials",
        "docker.authenticate!",
        "authn.basic{",
        "withregistrypassword",
        "withregistryaddress",
        "pulumi/docker",
        "pulumi_docker",
        "aiodocker",
        "import docker",
        "imageregistry",
        "input.registry",
        "registryinfo",
        "registry: {",
        "registry={",
        "registries: [",
        "registries=[",
        "credentials(\"",
    ],
    find: Find::Text(find),
};

/// What must be told besides a user name and a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Nothing: the name says it.
    Nothing,
    /// That the program is about images: its text, or a registry.
    Docker,
    /// A registry.
    Registry,
    /// That it is given for an image, in a program that is about images.
    Image,
}

/// What stands before the bracket of an object.
const BEFORE: &[(&str, Asks)] = &[
    ("auth_config", Asks::Docker),
    ("authconfig", Asks::Docker),
    ("AuthConfig", Asks::Docker),
    ("RegistryArgs", Asks::Registry),
    ("RegistryAuthArgs", Asks::Registry),
    ("registryAuth", Asks::Registry),
    ("registry_auth", Asks::Registry),
    ("auth=", Asks::Image),
    ("ImageRegistry", Asks::Registry),
    ("ImageRegistryArgs", Asks::Registry),
    ("imageRegistry", Asks::Registry),
    ("input.Registry", Asks::Registry),
    ("registryInfo", Asks::Registry),
    ("RegistryArgs.builder", Asks::Registry),
    ("RegistryAuth.builder", Asks::Registry),
    ("DockerCredentials", Asks::Nothing),
    ("Docker.authenticate!", Asks::Nothing),
    ("authn.Basic", Asks::Nothing),
    ("registry", Asks::Registry),
    ("registries", Asks::Registry),
    (".withRegistryPassword", Asks::Nothing),
    (".withRegistryAddress", Asks::Nothing),
    ("Credentials", Asks::Registry),
];

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = BEFORE.iter().map(|(word, _)| word);
    AhoCorasick::builder().match_kind(aho_corasick::MatchKind::LeftmostLongest).build(words).ok()
});

const SERVERS: &[&str] =
    &["serveraddress", "server", "address", "registry", "registryurl", "registryaddress"];
const USERS: &[&str] = &["username", "user"];

/// How many objects of one file are read.
const MAX_OBJECTS: usize = 2_000;

/// How many names that are given for one are looked up.
const MAX_LOOKED_UP: usize = 40;

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    each_source(file, |text, line| {
        let all = logins(text).into_iter().take(MAX_IN_FILE);
        found.extend(all.map(|login| {
            let secret = Found::on_line(line(login.secret.at), Kind::UserPass, login.secret.said);
            secret.of(login.registry.as_deref(), login.username.as_deref())
        }));
    });
}

/// A login as a program says it.
pub(super) struct Login {
    pub(super) registry: Option<String>,
    pub(super) username: Option<String>,
    pub(super) secret: Text,
}

fn logins(text: &str) -> Vec<Login> {
    let mut all = Vec::new();
    // Nearly all texts have no password between quotes beside one of the words.
    let Some(words) = WORDS.as_ref().filter(|_| has_password(text)) else { return all };
    let (mut said, mut looked_up, constants) = (None, 0, Constants::of(text));
    for word in words.find_iter(text).take(MAX_OBJECTS) {
        let Some((name, asks)) = BEFORE.get(word.pattern().as_usize()) else { continue };
        if name.starts_with('.') {
            all.extend(chain(text, word.start()));
            continue;
        }
        if name.ends_with(".builder") {
            all.extend(builder(text, word.end()));
            continue;
        }
        let mut opens = brackets(text, word.end());
        if opens.is_empty() && *asks != Asks::Registry && looked_up < MAX_LOOKED_UP {
            looked_up += 1;
            opens = definitions(text, word.end()).filter_map(|end| bracket(text, end)).collect();
        }
        for open in opens {
            let Some(given) = Arguments::read(text, open) else { continue };
            let made = || calls(text, open + "()".len()).filter(|_| *asks == Asks::Docker);
            let login =
                if *name == "Credentials" { sbt(&given) } else { object(&given, &constants) };
            let Some(mut login) = login.or_else(made) else { continue };
            let mut is_docker = || *said.get_or_insert_with(|| says_docker(text));
            if login.registry.is_none() && !given.has(SERVERS) && *asks != Asks::Registry {
                login.registry = image_before(text, word.start());
            }
            let has_registry = login.registry.is_some();
            let is_asked = match asks {
                Asks::Nothing => true,
                Asks::Registry => has_registry,
                Asks::Docker => has_registry || is_docker(),
                Asks::Image => has_registry && is_docker(),
            };
            all.extend(Some(login).filter(|_| is_asked));
        }
    }
    // What an object is given for may say more than the object.
    let named = all.iter().filter(|login| login.registry.is_some());
    let named: HashSet<usize> = named.map(|login| login.secret.at).collect();
    all.retain(|login| login.registry.is_some() || !named.contains(&login.secret.at));
    all
}

fn has_password(text: &str) -> bool {
    ["assword", "Credentials(\""]
        .iter()
        .any(|w| memmem::find(text.as_bytes(), w.as_bytes()).is_some())
}

fn says_docker(text: &str) -> bool {
    let words = ["docker", "Docker", "containerregistry", "podman", "testcontainers"];
    words.iter().any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// The brackets of the objects that follow a word: `= {`, `": new X({`, and each one in `: [{`.
fn brackets(text: &str, after: usize) -> Vec<usize> {
    let Some(open) = bracket(text, after) else { return Vec::new() };
    if !text[open..].starts_with('[') {
        return vec![open];
    }
    let next = text[open + 1..].find(|c: char| !c.is_whitespace()).map(|at| open + 1 + at);
    let mut all: Vec<usize> = next.filter(|at| text[*at..].starts_with('{')).into_iter().collect();
    while let Some(last) = all.last().copied().filter(|_| all.len() < 20) {
        let Some(end) = Arguments::end(text, last) else { break };
        let rest = text[end..].trim_start();
        let Some(rest) = rest.strip_prefix(',').map(str::trim_start) else { break };
        if !rest.starts_with('{') {
            break;
        }
        all.push(text.len() - rest.len());
    }
    all
}

/// The bracket that follows a word with nothing but a sign and the name of a type between.
fn bracket(text: &str, after: usize) -> Option<usize> {
    let rest = text.get(after..)?;
    let rest = rest.trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix("()").filter(|rest| is_block(rest)).unwrap_or(rest);
    let sign = ["=>", ":=", "=", ":"].iter().find_map(|sign| rest.strip_prefix(sign));
    let rest = sign.unwrap_or(rest).trim_start_matches([' ', '\t', '&']);
    let rest = ["new ", "dict"].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let rest = if is_block(rest) { rest.trim_start() } else { rest };
    let is_open = rest.starts_with(['(', '{', '[']);
    let at = text.len() - rest.len();
    let inner = |rest: &str| rest.strip_prefix("({").map(|_| at + 1);
    is_open.then(|| inner(rest).unwrap_or(at))
}

/// Whether a block begins, also on the next line.
fn is_block(rest: &str) -> bool {
    rest.trim_start().starts_with('{')
}

/// `{ server: …, username: …, password: … }`.
fn object(given: &Arguments, constants: &Constants<'_>) -> Option<Login> {
    let text = |names: &[&str]| constants.text(given, names, usize::MAX);
    let secret = text(&["password"])?;
    let written = text(SERVERS).map(|text| text.said);
    let url = || given.text(&["url", "host"]).filter(|text| hosts::is_registry(&text.said));
    let registry = written.or_else(|| url().map(|text| text.said.clone()));
    let registry = registry.filter(|text| hosts::is_address(text) && !hosts::is_other(text));
    let username = text(USERS).map(|text| text.said);
    (username.is_some() || given.has(USERS)).then_some(Login { registry, username, secret })
}

/// sbt's `Credentials("realm", "host", "user", "…")`.
fn sbt(given: &Arguments) -> Option<Login> {
    let said = |place| given.place(place).map(|text| text.said.clone());
    let registry = said(1).filter(|host| hosts::is_registry(host));
    Some(Login { registry, username: said(2), secret: given.place(3)?.clone() })
}

#[cfg(test)]
mod tests;
