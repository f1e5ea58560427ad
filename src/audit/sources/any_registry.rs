//! Logins that are no known program's: a user name and a password in a map that says itself that it
//! is about a registry of images, by its name, by the names of its fields, or by a host that is one.
//! Helm's charts have a dozen spellings of it.

use super::login::{self, HUB};
use super::{File, Find, Source, hosts};
use crate::audit::document::Here;
use crate::audit::finding::Found;

pub(super) const SOURCE: Source = Source {
    id: "registry-login",
    about: "a user name and a password beside a registry of images",
    reference: "https://helm.sh/docs/howto/charts_tips_and_tricks/#creating-image-pull-secrets",
    places: |_| Vec::new(),
    words: &[
        "imagecredential",
        "imagepull",
        "registrycredential",
        "image_registry",
        "imageregistry",
        "registry:",
        "registry\":",
        "registry =",
        "registry {",
        "registries:",
        "registries\":",
        "registryurl",
        "registry_url",
        "registry-url",
        "dockerregistry",
        "docker_registry",
        "registryauth",
        "dockerhub",
        "dockerserver",
        "loginserver",
        "login_server",
        "pullsecret",
        "dockerconfig",
        "regcred",
        "containerregistry",
        "container_registry",
        "docker:",
        "oci://",
        "docker.io",
        "ghcr.io",
        "quay.io",
        "gcr.io",
        "azurecr.",
        ".dkr.ecr.",
        "pkg.dev",
        "nvcr.io",
        "icr.io",
        "ocir.io",
        "registry.gitlab.com",
        "registry.digitalocean.com",
        "registry.redhat.io",
        "docker.com",
        "scw.cloud",
        "jfrog.io",
        "cgr.dev",
        "registry.",
        "harbor.",
        "docker.",
        "registry-",
        "usernamepassword",
    ],
    find: Find::Map(find),
};

/// Names of maps that are logins to registries, without case and separators.
const MAPS: &[&str] = &[
    "imagecredentials",
    "imagecredential",
    "imagepullsecret",
    "imagepullsecrets",
    "pullsecret",
    "pullsecrets",
    "imagepullcredentials",
    "registrycredentials",
    "registrycredential",
    "registrysecret",
    "registryauth",
    "registrylogin",
    "dockerregistry",
    "dockerregistries",
    "dockerregistrycredentials",
    "dockercredentials",
    "dockerlogin",
    "dockerhub",
    "dockerhubauth",
    "dockerhubcredentials",
    "dockerauth",
    "dockerconfig",
    "dockerconfigjson",
    "regcred",
    "containerregistry",
    "containerregistries",
    "imageregistry",
    "imageregistrycredentials",
    "privateregistry",
    "privateregistries",
    "registrypullsecret",
    "dockerpullsecret",
    "ghcr",
    "imagesecret",
    "registrycreds",
    "dockercreds",
    "pullcredentials",
    "repositorycredentials",
];

/// Names of maps that are logins to registries when a field says where.
const VAGUE: &[&str] =
    &["registry", "registries", "docker", "image", "images", "global", "container"];

/// Names of fields that are nothing but a registry's, without case and separators.
const REGISTRIES: &[&str] = &[
    "registry",
    "registryurl",
    "registryserver",
    "registryhost",
    "registryaddress",
    "dockerregistry",
    "dockerregistryurl",
    "dockerserver",
    "imageregistry",
    "containerregistry",
    "registryhostname",
    "registryendpoint",
    "registrydomain",
    "dockerregistryserver",
];

/// Names of fields that say where, of a registry or of anything.
const PLACES: &[&str] = &[
    "server",
    "loginserver",
    "serveraddress",
    "address",
    "url",
    "host",
    "hostname",
    "endpoint",
    "uri",
    "location",
    "prefix",
    "domain",
    "repository",
    "image",
    "repo",
    "name",
    "remote",
    "mirror",
    "baseurl",
];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !login::has_secret(here) {
        return;
    }
    let has_user = here.text(login::USERS).is_some();
    let mut names = here.names();
    let (own, above) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    let name = plain(own);
    let is_named = MAPS.contains(&name.as_str())
        || is_part_of_login(&name) && MAPS.contains(&plain(above).as_str());
    let registry = field(here, REGISTRIES);
    let place = field(here, PLACES);
    if is_named {
        let outside = || here.map_above().and_then(|map| field(map, REGISTRIES));
        let is_hub = name.contains("dockerhub");
        let said = registry.or(place.filter(|p| is_place(p))).or_else(outside);
        let said = said.or_else(|| Some(own).filter(|own| hosts::is_registry(own)));
        login::take(here, said.or(is_hub.then_some(HUB)), found);
    } else if let Some(registry) = registry.filter(|r| is_place(r) && !hosts::is_other(r)) {
        if has_user || hosts::is_registry(registry) {
            login::take(here, Some(registry), found);
        }
    } else if let Some(place) = place.filter(|place| has_user && is_place(place)) {
        let is_vague = VAGUE.contains(&name.as_str())
            || VAGUE.contains(&plain(above).as_str()) && is_part_of_login(&name);
        if hosts::is_registry(place) || is_vague && !hosts::is_other(place) {
            login::take(here, Some(place), found);
        }
    } else if has_user {
        by_names(here, (own, above), found);
    }
}

/// Maps under the name of a host; and a `registry` whose login is a step below its host.
fn by_names(here: &Here<'_>, (own, above): (&str, &str), found: &mut Vec<Found>) {
    let is_part = is_part_of_login(&plain(own));
    let name = if is_part { above } else { own };
    if hosts::is_registry(name) {
        login::take(here, Some(name), found);
    } else if is_part && let Some(map) = here.map_above() {
        let is_registry = |text: &&str| hosts::is_registry(text);
        let beside = field(map, REGISTRIES).filter(|text| is_place(text) && !hosts::is_other(text));
        if let Some(beside) = beside.or_else(|| field(map, PLACES).filter(is_registry)) {
            login::take(here, Some(beside), found);
        }
    } else if own == "usernamePassword" {
        // Jenkins as code: the id of a credential says what it is for.
        let label = here.text(&["id", "description"]).map(plain).unwrap_or_default();
        if ["dockerhub", "ghcr", "registry", "quay"].iter().any(|word| label.contains(word)) {
            let is_hub = label.contains("dockerhub");
            login::take(here, is_hub.then_some(HUB), found);
        }
    }
}

/// Whether a name says that a map is the login of the one above.
fn is_part_of_login(name: &str) -> bool {
    ["auth", "credentials", "credential", "login", "creds", "secret", "basicauth"].contains(&name)
}

/// The text of the first field with one of these names.
fn field<'t>(here: &Here<'t>, names: &[&str]) -> Option<&'t str> {
    let texts = || here.entries().filter(|(name, _)| name.len() <= 32);
    if !texts().any(|(name, node)| node.text().is_some() && names.contains(&plain(name).as_str())) {
        return None;
    }
    names.iter().find_map(|wanted| {
        texts().find(|(name, node)| node.text().is_some() && plain(name) == *wanted)?.1.text()
    })
}

/// Whether a text says where something is.
fn is_place(text: &str) -> bool {
    text.starts_with("oci://") || hosts::looks_like_host(hosts::host(text)) || text.contains("://")
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, NONE, logins};

    fn found(text: &str, registry: &str) {
        let expected = logins("values.yaml", text);
        let login = Login::of("registry-login", registry, "ada", "s3cret-word", 3);
        let line = text.lines().position(|line| line.contains("s3cret-word")).unwrap() + 1;
        let login = login.at(line);
        assert_eq!(expected, [login], "{text}");
    }

    #[test]
    fn values_of_charts_are_found_in_every_spelling() {
        let parts = "  username: ada\n  password: s3cret-word\n";
        found(
            &format!("imageCredentials:\n  registry: reg.acme.example\n{parts}"),
            "reg.acme.example",
        );
        found(
            &format!("imagePullSecret:\n  server: reg.acme.example\n{parts}"),
            "reg.acme.example",
        );
        found(
            &format!("registry:\n  url: https://images.acme.example\n{parts}"),
            "https://images.acme.example",
        );
        found(&format!("dockerRegistry:\n{parts}"), "");
        found(&format!("dockerhub:\n{parts}"), "docker.io");
        found(
            "imagePullSecrets:\n- name: acme\n  registry: reg.acme.example\n  username: ada\n  password: \"s3cret-word\"\n",
            "reg.acme.example",
        );
        found(
            "global:\n  imageRegistry: reg.acme.example\n  imagePullSecret: {username: ada, password: s3cret-word}\n",
            "reg.acme.example",
        );
        found(
            "image:\n  registry: reg.acme.example\n  repository: a\n  credentials:\n    username: ada\n    password: s3cret-word\n",
            "reg.acme.example",
        );
        found(
            "image:\n  repository: ghcr.io/o/a\n  auth: {username: ada, password: s3cret-word}\n",
            "ghcr.io/o/a",
        );
    }

    #[test]
    fn maps_beside_or_under_a_known_host_are_found() {
        found(
            "targets:\n- url: https://ghcr.io\n  user: ada\n  token: s3cret-word\n",
            "https://ghcr.io",
        );
        found("acme.azurecr.io:\n  username: ada\n  password: s3cret-word\n", "acme.azurecr.io");
        found(
            "quay.io:\n  credentials:\n    username: ada\n    password: s3cret-word\n",
            "quay.io",
        );
        found(
            "x: {registry_url: https://harbor.acme.example, username: ada, password: s3cret-word}\n",
            "https://harbor.acme.example",
        );
        found(
            "imageRegistryCredentials:\n- server: acme.example\n  username: ada\n  password: s3cret-word\n",
            "acme.example",
        );
        found(
            "credentials:\n- usernamePassword:\n    id: docker-hub\n    username: ada\n    password: s3cret-word\n",
            "docker.io",
        );
    }

    #[test]
    fn other_logins_are_clean() {
        for text in [
            "database:\n  username: ada\n  password: s3cret-word\n  host: registry.db\n  image: docker.io/a\n",
            "postgresql: {image: {registry: docker.io, repository: bitnami/postgresql}, auth: {username: ada, password: s3cret-word}}\n",
            "registry: {url: https://registry.npmjs.org, username: ada, password: s3cret-word}\n",
            "schema: {registry: https://schema-registry.acme.example, username: ada, password: s3cret-word}\n",
            "smtp: {host: smtp.acme.example, username: ada, password: s3cret-word} # docker.io\n",
            "image: docker.io/bitnami/redis\nauth: {password: s3cret-word}\n",
            "grafana: {image: {repository: docker.io/grafana/grafana}, adminUser: ada, adminPassword: s3cret-word}\n",
            "imagePullSecrets:\n- name: regcred\n",
            "registry: {username: ada\n",
        ] {
            assert_eq!(logins("values.yaml", text), NONE, "{text}");
        }
    }
}
