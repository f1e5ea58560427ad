//! Names that say it all: `registry_password` with `registry_username` and `registry_url` beside, as
//! Terraform's variables, Ansible's variables and charts have them. Names in capitals are variables
//! of the environment, which another source knows.

use std::collections::HashMap;

use super::field_words::{NAMES, OTHERS, REGISTRIES, SECRETS, USERS};
use crate::audit::document::{Here, Node, Step, Value};
use crate::audit::finding::{Found, Kind};
use crate::audit::hosts;
use crate::audit::sources::images::{self, HUB};
use crate::audit::sources::infrastructure::harbor;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "named-registry-secret",
    about: "a value whose name says that it is the password of a registry",
    reference: "https://developer.hashicorp.com/terraform/language/values/variables",
    places: |_| Vec::new(),
    words: &[
        "registry_pass",
        "registrypass",
        "registry-pass",
        "registry_token",
        "registry-token",
        "registrytoken",
        "registry_server_password",
        "docker_pass",
        "docker-pass",
        "dockerpass",
        "docker_token",
        "docker-token",
        "dockertoken",
        "dockerhub",
        "docker_hub",
        "docker-hub",
        "ghcr_",
        "ghcr-",
        "ghcrtoken",
        "ghcrpass",
        "quay_",
        "quay-",
        "quaypass",
        "quaytoken",
        "harbor_",
        "harborpass",
        "acr_pass",
        "acrpass",
        "acr_admin",
        "ngcapikey",
        "imagepull",
        "image_pull",
        "image-pull",
        "registry_secret",
        "registry_credentials",
        "registryadmin",
        "registry_admin",
        "registry_auth",
        "registry.pass",
        "registry.token",
        "docker.pass",
        "docker.token",
        "docker.push.pass",
        "docker.pull.pass",
        "to.auth.pass",
        "from.auth.pass",
        "container-image.pass",
    ],
    find: Find::Map(find),
};

/// How many items of a list are looked at for the user and the registry.
const MAX_LISTED: usize = 200;

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    // `variable "x" { default = … }`, an output of a state: the text is one step below.
    let is_declared =
        here.name().is_some_and(|name| ["variable", "outputs", "parameters"].contains(&name));
    named_value(here, found);
    pair(here, found);
    let mut beside: Option<HashMap<String, &str>> = None;
    for (name, at) in here.fields() {
        let Some(prefix) = prefix(name) else { continue };
        let Some((field, text)) = said(at.node, is_declared) else { continue };
        if !is_secret(text) {
            continue;
        }
        if beside.is_none() && harbor::is_template(here) {
            return;
        }
        let beside = beside.get_or_insert_with(|| siblings(here, is_declared));
        let secret = Found::at(&at.field(field).unwrap_or(at), Kind::UserPass, text);
        found.push(secret.of(registry(&prefix, beside), get(beside, &prefix, USERS)));
    }
}

/// `registry_credentials: user:token`, as an app of DigitalOcean has it.
fn pair(here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(at) = here.field("registry_credentials") else { return };
    let Some((user, secret)) = at.node.text().and_then(|text| text.split_once(':')) else { return };
    let registry = match here.text(&["registry_type"]) {
        Some("DOCKER_HUB") => Some(HUB),
        Some("GHCR") => Some("ghcr.io"),
        _ => here.text(&["registry"]),
    };
    found.push(Found::at(&at, Kind::UserPass, secret).of(registry, Some(user)));
}

/// `name: imageCredentials.password` with `value:` beside, as `helm_release` has them.
fn named_value(here: &Here<'_>, found: &mut Vec<Found>) {
    let (Some(name), Some(at)) = (here.text(&["name"]), here.field("value")) else { return };
    let Some(prefix) = prefix(name) else { return };
    if let Some(text) = at.node.text().filter(|text| is_secret(text)) {
        let beside = listed(here);
        let secret = Found::at(&at, Kind::UserPass, text);
        found.push(secret.of(registry(&prefix, &beside), get(&beside, &prefix, USERS)));
    }
}

/// What the items of a list of names and values say, as pipelines have their variables.
fn listed<'t>(here: &Here<'t>) -> HashMap<String, &'t str> {
    let items =
        here.up.filter(|_| matches!(here.step, Step::Item(_))).map(|list| list.node.items());
    let named = items.unwrap_or_default().iter().take(MAX_LISTED).filter_map(|item| {
        let (name, value) = (item.get("name")?.text()?, item.get("value")?.text()?);
        Some((plain(name), value))
    });
    named.collect()
}

/// What is before the word for a password in a name that says a registry's, else nothing.
fn prefix(name: &str) -> Option<String> {
    // Nearly all names end here.
    let ends = |word: &&str| {
        let tail = name.len().checked_sub(word.len()).and_then(|at| name.get(at..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(word))
    };
    if name.len() > 64 || !SECRETS.iter().any(ends) || name.bytes().all(|b| !b.is_ascii_lowercase())
    {
        return None;
    }
    let plain = plain(name);
    let prefix = SECRETS.iter().find_map(|word| plain.strip_suffix(word))?;
    let is_named = NAMES.iter().any(|(name, _)| *name == prefix)
        || ["registry", "dockerhub", "registryserver", "registryadmin", "registryauth"]
            .iter()
            .any(|end| prefix.ends_with(end))
        || prefix.starts_with("registry") && prefix.len() < 16;
    (is_named && !OTHERS.iter().any(|other| prefix.contains(other))).then(|| prefix.to_owned())
}

/// A name without case, separators, and the project that Pulumi puts before it.
fn plain(name: &str) -> String {
    let name = name.rsplit(':').next().unwrap_or(name);
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// The text of a value, and the field below it in which it is.
fn said(node: &Node, is_declared: bool) -> Option<(&'static str, &str)> {
    match &node.value {
        Value::Text(text) if !text.is_empty() => Some(("", text)),
        Value::Map(_) if is_declared => ["default", "value", "defaultValue"]
            .iter()
            .find_map(|field| Some((*field, node.get(field)?.text()?))),
        _ => None,
    }
}

/// Whether a text is a version, as a package called `registry-auth-token` has one: `^4.0.0`, `5.1.1`.
fn is_version(text: &str) -> bool {
    let number = text.trim_start_matches(['^', '~', '=', '>', '<', ' ']);
    let is_range = number.len() < text.len();
    let mut parts = number.split('.');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.next().is_some_and(is_number)
        && (is_range || parts.next().is_some_and(is_number) && parts.next().is_some())
}

/// Whether a text can be a password: no sentence, no switch, no version, and no name of a variable.
fn is_secret(text: &str) -> bool {
    let is_variable = text.contains('_')
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && ["PASS", "TOKEN", "SECRET", "KEY", "PAT", "PWD"].iter().any(|word| text.contains(word));
    !is_variable
        && !is_version(text)
        && !text.trim().contains(char::is_whitespace)
        && !["true", "false", "null", "none", "string"].contains(&text)
}

fn siblings<'t>(here: &Here<'t>, is_declared: bool) -> HashMap<String, &'t str> {
    let texts = here.entries().filter(|(name, _)| name.len() <= 64);
    texts.filter_map(|(name, node)| Some((plain(name), said(node, is_declared)?.1))).collect()
}

fn get<'t>(beside: &HashMap<String, &'t str>, prefix: &str, ends: &[&str]) -> Option<&'t str> {
    ends.iter().find_map(|end| beside.get(&format!("{prefix}{end}")).copied())
}

fn registry<'t>(prefix: &str, beside: &HashMap<String, &'t str>) -> Option<&'t str> {
    // `acr_login_server` beside `acr_admin_password`.
    let of_admin = || get(beside, prefix.strip_suffix("admin")?, REGISTRIES);
    let written = get(beside, prefix, REGISTRIES).or_else(of_admin).filter(|text| {
        let host = hosts::host(text);
        hosts::looks_like_host(host) || text.contains("://")
    });
    // `jib.to.image` beside `jib.to.auth.password`.
    let of_image = || {
        let image = prefix.strip_suffix("auth").and_then(|stem| get(beside, stem, &["image"]))?;
        images::of_image(image)
    };
    let known = || NAMES.iter().find(|(name, _)| prefix == *name).and_then(|(_, host)| *host);
    let of_hub = || prefix.ends_with("dockerhub").then_some(HUB);
    written.or_else(of_image).or_else(known).or_else(of_hub)
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const RULE: &str = "named-registry-secret";

    #[test]
    fn variables_of_terraform_are_found_with_what_is_beside() {
        let text = "region = \"eu-central-1\"\nregistry_server = \"reg.example.com\"\nregistry_username = \"ada\"\nregistry_password = \"s3cret-word\"\ndockerhub_token = \"0ther-word\"\n";
        assert_eq!(
            logins("prod.tfvars", text),
            [
                Login::of(RULE, "reg.example.com", "ada", "s3cret-word", 4),
                Login::of(RULE, "docker.io", "", "0ther-word", 5),
            ]
        );
        let text = "variable \"registry_password\" {\n  type    = string\n  default = \"s3cret-word\"\n}\nvariable \"registry_user\" {\n  default = \"ada\"\n}\nvariable \"docker_password\" {\n  sensitive = true\n}\n";
        assert_eq!(logins("variables.tf", text), [Login::of(RULE, "", "ada", "s3cret-word", 3)]);
    }

    #[test]
    fn an_administrators_password_is_for_the_registry_beside_it() {
        let text = "acr_login_server = \"acme.azurecr.io\"\nacr_admin_username = \"acme\"\nacr_admin_password = \"s3cret-word\"\n";
        let expected = Login::of(RULE, "acme.azurecr.io", "acme", "s3cret-word", 3);
        assert_eq!(logins("prod.tfvars", text), [expected]);
    }

    #[test]
    fn variables_of_ansible_and_values_of_charts_are_found() {
        let text = "docker_registry: reg.example.com:5000\ndocker_registry_username: ada\ndocker_registry_password: s3cret-word\nghcr:\n  ghcrToken: 0ther-word\n";
        assert_eq!(
            logins("group_vars/all.yml", text),
            [
                Login::of(RULE, "reg.example.com:5000", "ada", "s3cret-word", 3),
                Login::of(RULE, "ghcr.io", "", "0ther-word", 5),
            ]
        );
    }

    #[test]
    fn values_that_are_set_by_name_are_found() {
        let text = "resource \"helm_release\" \"a\" {\n  set_sensitive {\n    name  = \"imageCredentials.password\"\n    value = \"s3cret-word\"\n  }\n  set {\n    name  = \"db.password\"\n    value = \"x\"\n  }\n}\n";
        assert_eq!(logins("main.tf", text), [Login::of(RULE, "", "", "s3cret-word", 4)]);
    }

    #[test]
    fn keys_of_nvidias_catalog_are_found() {
        for name in ["ngcAPIKey", "ngcApiKey"] {
            let text = format!("model:\n  {name}: s3cret-word\n  openaiApiKey: x9-0ther\n");
            assert_eq!(logins("a.yml", &text), [Login::of(RULE, "nvcr.io", "", "s3cret-word", 2)]);
        }
    }

    #[test]
    fn a_user_and_a_token_in_one_are_found() {
        let text = "image:\n  registry_type: GHCR\n  registry: acme\n  registry_credentials: ada:s3cret-word\n";
        let expected = Login::of(RULE, "ghcr.io", "ada", "s3cret-word", 4);
        assert_eq!(logins("app.yaml", text), [expected]);
        clean("app.yaml", &["registry_credentials: acme\nregistry_type: DOCR\n"]);
    }

    #[test]
    fn other_names_and_words_are_clean() {
        clean(
            "a.yml",
            &[
                "npm_registry_token: s3cret-word\n",
                "docker_db_password: s3cret-word\n",
                "docker-password: DOCKERHUB_PASSWORD\nimagePullSecret: regcred\n",
                "registry_password_file: /run/secrets/x\nregistryPasswordSecret: regcred\n",
                "schema_registry_password: s3cret-word # dockerhub\n",
                "properties:\n  registryPassword: {type: string, default: s3cret-word}\n",
            ],
        );
        let versions = ["^4.0.0", "~4.2", "5.1.1", "4.0.0-rc.1", ">=3"];
        for version in versions {
            let packages = format!("{{\"requires\": {{\"registry-auth-token\": \"{version}\"}}}}");
            clean("package-lock.json", &[&packages]);
        }
        clean("a.tfvars", &["registry_password = \"x\nb"]);
    }
}
