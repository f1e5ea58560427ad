//! Variables that hold a registry's password: in `.env` files, settings of shells and services,
//! maps of pipelines and manifests, and in the environment itself.

use std::collections::HashSet;
use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::commands::{self, kind, lines};
use crate::audit::document::Format;
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};
use crate::audit::{hosts, judge, program};

pub(super) mod assignments;
pub(crate) mod names;
#[cfg(test)]
mod names_tests;
mod owners;
#[cfg(test)]
mod program_tests;
mod settings;
mod siblings;
mod sigils;
#[cfg(test)]
mod tests;
mod trees;
mod values;
mod vocabulary;

use assignments::Assignment;
use names::Role;
use siblings::Siblings;

/// The row of variables.
pub const SOURCE: Source = Source {
    id: "variable",
    about: "a registry's password in a variable",
    reference: "https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/",
    places,
    words: &[
        "DOCKER_",
        "DOCKERCONFIGJSON",
        "DOCKERHUB",
        "DOCKERIO",
        "DOCKERREGISTRY",
        "DOCKERP",
        "DOCKERTOKEN",
        "REGISTRY_",
        "REGISTRYPAS",
        "REGISTRYPAT",
        "REGISTRYPSW",
        "REGISTRYPW",
        "REGISTRYTOKEN",
        r"\bCR_P",
        "CR_TOKEN",
        "CR_CRED",
        "GHCR",
        r"\bACR_",
        r"\bECR_",
        r"\bGCR_",
        r"\bGAR_",
        r"\bICR_",
        r"\bNGC_",
        r"\bNVCR_",
        r"\bOCIR_",
        r"\bSWR_",
        "QUAY",
        "HARBOR_",
        "BUILDAH_",
        "CRANE_",
        "ORAS_",
        "PODMAN_",
        "SKOPEO_",
        "DIUN_REGOPTS",
        "TRIVY_PASS",
        "CONTAINER_IMAGE_PASS",
        "REPO_PASS",
        "CI_JOB_TOKEN",
        "CI_DEPLOY_PASS",
        "DEVCONTAINERS_OCI_AUTH",
        "HUB_PAT_TOKEN",
    ],
    find: Find::Text(find),
};

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    // Fields of structured files have a source of their own; some of them are settings of scripts.
    let has_fields = matches!(file.document.format, Format::Lines | Format::Properties);
    let is_wanted = |name: &str| {
        (names::is_secret(name) && (has_fields || !is_field(name))) || names::is_companion(name)
    };
    let text = file.document.text;
    let mut all = trees::read(&file.document.trees, &is_wanted);
    // Without a secret nobody asks for the users and the registries.
    if !all.iter().any(|a| names::is_secret(&a.name)) && !names::has_secret(text) {
        return;
    }
    let lines: HashSet<(String, usize)> = all.iter().map(|a| (a.name.clone(), a.line)).collect();
    let values: HashSet<(String, String)> =
        all.iter().map(|a| (a.name.clone(), a.value.clone())).collect();
    let kind = kind::of(file.path, text);
    // What a tree said already is not said again by its lines.
    all.extend(in_lines(text, kind, &is_wanted).into_iter().filter(|a| {
        // The value of an item stands a line below its name.
        (0..2).all(|below| !lines.contains(&(a.name.clone(), a.line + below)))
            && !values.contains(&(a.name.clone(), a.value.clone()))
    }));
    if program::is_one(file.name()) {
        // What is not in quotes there is computed.
        all.retain(|a| a.is_text);
    }
    let kind = if kind == Kind::Script { Kind::Env } else { kind };
    let is_about_images = || {
        let text = text.to_ascii_lowercase();
        ["docker", "registry", "watchtower"].iter().any(|word| text.contains(word))
    };
    let mut own = in_assignments(&all, kind, &is_about_images);
    if own.iter().any(is_open) {
        ask_logins(file, &mut own);
    }
    found.extend(own);
}

/// Whether no name says all of a login.
fn is_open(found: &Found) -> bool {
    found.registry.is_none() || found.username.is_none()
}

/// Fills in what no name says: a command beside that logs in with the secret knows where and as whom.
fn ask_logins(file: &File<'_>, own: &mut [Found]) {
    let said = commands::said(file);
    for found in own.iter_mut().filter(|found| is_open(found)) {
        if let Some((registry, username)) = said.get(found.secret.expose_secret()) {
            found.username = username.clone().or_else(|| found.username.take());
            found.registry = found.registry.take().or_else(|| registry.clone());
        }
    }
}

/// The variables that a text sets. In fish's history each command is a line, in fish's escapes.
fn in_lines(text: &str, kind: Kind, is_wanted: &dyn Fn(&str) -> bool) -> Vec<Assignment> {
    if kind != Kind::History || !text.starts_with("- cmd: ") {
        return assignments::read(text, is_wanted);
    }
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let read = lines::fish(line).map(|command| assignments::read(&command, is_wanted));
        let here = |a| Assignment { line: number + 1, ends: 0, ..a };
        all.extend(read.into_iter().flatten().map(here));
    }
    all
}

/// The registries' passwords among the variables of a process. The pointer of each is `/` and the
/// name of the variable, its line is 1.
pub fn in_environment(pairs: impl Iterator<Item = (String, String)>) -> Vec<Found> {
    let all: Vec<Assignment> = pairs
        .map(|(name, value)| {
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            Assignment { name, value, line: 1, ends: 0, pointer, is_text: true }
        })
        .collect();
    in_assignments(&all, Kind::Env, &|| false)
}

fn in_assignments(
    all: &[Assignment],
    kind: Kind,
    is_about_images: &dyn Fn() -> bool,
) -> Vec<Found> {
    let siblings = Siblings::of(all);
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut about = None;
    for assignment in all {
        let Some(role) = names::role(&assignment.name) else { continue };
        if found.len() > MAX_IN_FILE {
            break;
        }
        // These two are for more than registries.
        let name = assignment.name.to_ascii_uppercase();
        let needs_more = name == "CI_JOB_TOKEN" || name.starts_with("REPO_PASS");
        let has_more =
            || ["CI_REGISTRY", "REPO_USER", "REPO_USERNAME"].iter().any(|n| siblings.has(n));
        if needs_more && !has_more() && !*about.get_or_insert_with(is_about_images) {
            continue;
        }
        let kind =
            if kind == Kind::Env && is_field(&assignment.name) { Kind::UserPass } else { kind };
        let is_new = seen.insert((assignment.line, &assignment.name, &assignment.value));
        if is_new {
            of_role(role, assignment, &siblings, kind, &mut found);
        }
    }
    found
}

/// Whether a name is the field of some settings: variables of the environment are in capitals.
fn is_field(name: &str) -> bool {
    !name.starts_with("TF_VAR_") && !name.bytes().any(|b| b.is_ascii_uppercase())
}

/// Whether a registry is one of packages, and the name of its password says no other.
fn is_of_packages(registry: &str, password: &Assignment) -> bool {
    let name = password.name.to_ascii_lowercase();
    hosts::is_other(hosts::host(registry)) && name.contains("registry") && !name.contains("docker")
}

fn has_small(name: &str) -> bool {
    !name.starts_with("TF_VAR_") && name.bytes().any(|b| b.is_ascii_lowercase())
}

fn of_role(
    role: Role,
    assignment: &Assignment,
    siblings: &Siblings<'_>,
    kind: Kind,
    found: &mut Vec<Found>,
) {
    let mut push = |registry: Option<String>, username: Option<String>, secret: &str| {
        let username = username.filter(|name| !name.is_empty());
        let secret = Found::on_line(assignment.line, kind, secret);
        let secret = secret.of(registry.as_deref(), username.as_deref());
        found.push(Found { pointer: assignment.pointer.clone(), ..secret });
    };
    let value = assignment.value.trim();
    match role {
        // Names of options, not of secrets: `registry_token: true`.
        Role::Password if ["", "true", "false", "null", "yes", "no", "~"].contains(&value) => {}
        // What a field is for, in words.
        Role::Password if value.contains(char::is_whitespace) && has_small(&assignment.name) => {}
        Role::Password => {
            let registry = siblings.registry(assignment);
            if !registry.as_deref().is_some_and(|registry| is_of_packages(registry, assignment)) {
                let user = siblings.user(assignment, registry.as_deref());
                push(registry, user, value);
            }
        }
        Role::Pair => {
            if let Some((user, secret)) = judge::literal(value).split_once(':') {
                push(siblings.registry(assignment), Some(user.to_owned()), secret);
            }
        }
        Role::Triples => {
            for triple in value.split(',') {
                let mut parts = triple.trim().splitn(3, '|');
                if let (Some(host), Some(user), Some(token)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    push(Some(host.to_owned()), Some(user.to_owned()), token);
                }
            }
        }
        Role::Settings => settings::find(assignment, kind, found, siblings),
    }
}

/// Files of settings of shells and services with variables.
const AT_HOME: &[&str] = &[
    ".env",
    ".secrets",
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".pam_environment",
    ".config/fish/config.fish",
    ".config/environment.d/*",
    ".actrc",
    ".config/act/actrc",
    ".config/systemd/user/*",
];

fn places(places: &Places) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = AT_HOME.iter().map(|path| places.home.join(path)).collect();
    for path in ["environment", "profile", "profile.d/*", "systemd/system/*", "default/*"] {
        all.extend(Places::below(&places.system, path));
    }
    all
}
