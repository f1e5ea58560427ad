//! The registry and the user of a password, from the variables beside it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::assignments::Assignment;
use super::vocabulary::{ANY_REGISTRY, ANY_USER, GITHUB_USER, HUB_USER, REGISTRIES, USERS};
use super::{names, owners};
use crate::audit::{hosts, judge};

/// The longest name of a registry or a user, in bytes; each password has its own copy.
const MAX_VALUE: usize = 512;

/// All variables of a text, by name, and those of one owner by it and by name.
pub(super) struct Siblings<'a> {
    by_name: HashMap<String, Vec<&'a Assignment>>,
    by_owner: HashMap<(&'a str, String), &'a Assignment>,
}

impl<'a> Siblings<'a> {
    pub(super) fn of(all: &'a [Assignment]) -> Self {
        let mut by_name: HashMap<String, Vec<&Assignment>> = HashMap::new();
        let mut by_owner = HashMap::new();
        for assignment in all {
            let name = names::words(&parted(&assignment.name)).join("_");
            if let Some(owner) = owners::owner(assignment) {
                by_owner.entry((owner, name.clone())).or_insert(assignment);
            }
            by_name.entry(name).or_default().push(assignment);
        }
        for list in by_name.values_mut() {
            list.sort_by_key(|assignment| assignment.line);
        }
        Self { by_name, by_owner }
    }

    /// Whether a variable of this name is set.
    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The value of the variable of this name that is nearest to another, or the default it has there:
    /// of the same owner, else by its line.
    fn near(&self, name: &str, of: &Assignment) -> Option<&'a str> {
        let list = self.by_name.get(name)?;
        let after = list.partition_point(|assignment| assignment.line < of.line);
        let around = [after.checked_sub(1), Some(after)];
        let candidates = around.iter().flatten().filter_map(|at| list.get(*at));
        // A program's say nothing of those of a shell.
        let is_of_shell = !of.name.bytes().any(|b| b.is_ascii_lowercase());
        let is_foreign =
            |other: &Assignment| is_of_shell && parted(&other.name).len() > other.name.len();
        let together =
            candidates.filter(|other| !owners::are_apart(other, of) && !is_foreign(other));
        let nearest = together.min_by_key(|a| a.line.abs_diff(of.line)).map(|a| a.value.as_str());
        let value = self.of_owner(name, of).or(nearest);
        value.map(judge::literal).filter(|value| value.len() <= MAX_VALUE)
    }

    /// The value of the variable of this name that the owner of another has.
    fn of_owner(&self, name: &str, of: &Assignment) -> Option<&'a str> {
        let key = (owners::owner(of)?, name.to_owned());
        self.by_owner.get(&key).map(|assignment| assignment.value.as_str())
    }

    /// The variable of this name, with the same ending as the password's where there is one.
    fn twin(&self, name: &str, of: &Assignment) -> Option<&'a str> {
        let ending = names::ending(&of.name);
        let twin = ending.and_then(|ending| self.near(&format!("{name}_{ending}"), of));
        twin.or_else(|| self.near(name, of))
    }

    /// The registry of a password.
    pub(super) fn registry(&self, of: &Assignment) -> Option<String> {
        let stems = names::stems(&parted(&of.name));
        let (whole, shorter) = stems.split_first()?;
        let by_stem = |stem: &String| {
            REGISTRIES.iter().find_map(|end| {
                let name = joined(stem, end);
                // A name of one word is its own stem: `registryPassword`.
                let is_other = name != "DOCKER_HOST" && !names::is_secret(&name);
                let value = self.twin(&name, of).filter(|_| is_other)?;
                azure(stem, value).or_else(|| is_address(value).then(|| value.to_owned()))
            })
        };
        let by_name = || names::host(&of.name).map(str::to_owned);
        let any = || {
            let near = |name: &&str| self.near(name, of).filter(|value| is_address(value));
            ANY_REGISTRY.iter().find_map(near).map(str::to_owned)
        };
        by_stem(whole).or_else(by_name).or_else(|| shorter.iter().find_map(by_stem)).or_else(any)
    }

    /// The user of a password.
    pub(super) fn user(&self, of: &Assignment, registry: Option<&str>) -> Option<String> {
        let near = |name: &str| self.near(name, of).filter(|value| is_literal(value));
        let by_stem = |stem: &String| {
            let twin = |end: &&str| self.twin(&joined(stem, end), of);
            USERS.iter().find_map(|end| twin(end).filter(|value| is_literal(value)))
        };
        let others = match names::host(&of.name) {
            Some("docker.io") => HUB_USER,
            Some("ghcr.io") => GITHUB_USER,
            Some(_) => &[],
            None if registry.is_some_and(|r| hosts::bare(r).ends_with(".azurecr.io")) => {
                &["ACR_USERNAME", "REGISTRY_USERNAME", "REGISTRY_USER", "DOCKER_USERNAME"]
            }
            None => ANY_USER,
        };
        let stems = names::stems(&parted(&of.name));
        let found = stems.iter().find_map(by_stem);
        // Harbor's first user, whose name is no setting.
        let first = || of.name.eq_ignore_ascii_case("HARBOR_ADMIN_PASSWORD").then_some("admin");
        let beside = || others.iter().find_map(|name| near(name));
        // `--username=ada` among the arguments of what has the variable.
        let told = || self.of_owner("USERNAME", of).filter(|value| is_literal(value));
        found.or_else(first).or_else(told).or_else(beside).map(str::to_owned)
    }
}

/// A name with `_` also where only a capital begins a word: `registryPassword`.
fn parted(name: &str) -> Cow<'_, str> {
    if !name.bytes().any(|b| b.is_ascii_lowercase())
        || !name.bytes().any(|b| b.is_ascii_uppercase())
    {
        return name.into();
    }
    let mut parted = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && parted.ends_with(|last: char| last.is_ascii_lowercase()) {
            parted.push('_');
        }
        parted.push(c);
    }
    parted.into()
}

fn joined(stem: &str, end: &str) -> String {
    if end.is_empty() { stem.to_owned() } else { format!("{stem}_{end}") }
}

/// Azure's registries go by their first label.
fn azure(stem: &str, value: &str) -> Option<String> {
    let is_label = !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric());
    (stem.split('_').any(|word| word == "ACR") && is_label).then(|| format!("{value}.azurecr.io"))
}

fn is_literal(value: &str) -> bool {
    let is_open = ["${", "$(", "{{", "<"].iter().any(|mark| value.contains(mark));
    let is_name = ["$oauthtoken", "$app", "$token"].contains(&value);
    !value.is_empty() && !is_open && (is_name || !value.starts_with('$'))
}

/// Whether a value is the address of a registry, or an image with one.
fn is_address(value: &str) -> bool {
    const DAEMONS: &[&str] = &["tcp:", "unix:", "ssh:", "npipe:", "fd:"];
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b".-:_@[]".contains(&b);
    let is_image_tag = rest == value && host == rest && tag_only(host);
    is_literal(value)
        && !DAEMONS.iter().any(|scheme| value.starts_with(scheme))
        && host.bytes().all(is_plain)
        && !is_image_tag
        && (host.contains(['.', ':']) || host == "localhost")
}

/// `app:1.2`, an image without a registry.
fn tag_only(host: &str) -> bool {
    host.split_once(':').is_some_and(|(name, tag)| {
        !name.contains('.') && name != "localhost" && !tag.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn names_with_capitals_inside_have_siblings_as_well() {
        let text = "registryServer = 'r.lan'\nregistryPassword = 's3cret-word'\nregistryUserName = 'ada'\n";
        assert_eq!(logins("a.py", text), [Login::of("variable", "r.lan", "ada", "s3cret-word", 2)]);
        let text =
            "--parameters registryPassword=s3cret-word registryLoginServer=r.lan dockerUser=b";
        assert_eq!(logins("a.sh", text), [Login::of("variable", "r.lan", "b", "s3cret-word", 1)]);
    }

    #[test]
    fn tokens_of_homebrew_are_for_the_domain_of_its_artifacts() {
        let login = |user| [Login::of("variable", "https://r.lan", user, "s3cret-word", 2)];
        let text = |name: &str, value: &str| {
            format!(
                "HOMEBREW_ARTIFACT_DOMAIN=https://r.lan\nHOMEBREW_DOCKER_REGISTRY_{name}={value}\n"
            )
        };
        assert_eq!(logins(".env", &text("TOKEN", "s3cret-word")), login(""));
        let auth = "YWRhOnMzY3JldC13b3Jk";
        assert_eq!(logins(".env", &text("BASIC_AUTH_TOKEN", auth)), login("ada"));
        clean(".env", &[&text("BASIC_AUTH_TOKEN", "none")]);
    }
}
