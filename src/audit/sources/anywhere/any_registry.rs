//! Logins that are no known program's: a user name and a password in a map that says itself that it
//! is about a registry of images, by its name, by the names of its fields, or by a host that is one.
//! Helm's charts have a dozen spellings of it.

use super::field_words::MAPS;
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::hosts;
use crate::audit::sources::host_words::with_hosts;
use crate::audit::sources::images::HUB;
use crate::audit::sources::{File, Find, Source, login};

const WORDS: [&str; 63] = with_hosts([
    "imagecredential",
    "imagepull",
    "registrycredential",
    "image_registry",
    "imageregistry",
    "registry: ",
    "registry:\n",
    "registry:\r",
    "registry:\t",
    "registry:\"",
    "registry:'",
    "registry:{",
    "registry:\\",
    "registry:http",
    "registry\":",
    "registry =",
    "registry {",
    "registries {",
    "[registry",
    "[docker",
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
    "registry.",
    "harbor.",
    "docker.",
    "regopts",
    "ngcapisecret",
    "ngcsecret",
    "ngcimagepull",
]);

pub(crate) const SOURCE: Source = Source {
    id: "registry-login",
    about: "a user name and a password beside a registry of images",
    reference: "https://helm.sh/docs/howto/charts_tips_and_tricks/#creating-image-pull-secrets",
    places: |_| Vec::new(),
    words: &WORDS,
    find: Find::Map(find),
};

/// Names of maps that are logins to registries when a field says where.
const VAGUE: &[&str] = &["registry", "registries", "docker", "image"];

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

/// Names of fields with an address, of a registry or of anything.
const ADDRESSES: &[&str] = &[
    "server",
    "loginserver",
    "serveraddress",
    "authority",
    "address",
    "url",
    "host",
    "hostname",
    "endpoint",
    "uri",
    "domain",
    "baseurl",
    "remote",
    "location",
];

/// Names of fields with an image. Its registry is not where a database's password works.
const IMAGES: &[&str] = &["repository", "image", "repo", "name", "prefix", "mirror"];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !login::has_secret(here) {
        return;
    }
    let mut names = here.names();
    let (own, above) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    // Entries of Docker's settings are found by another source.
    if above == "auths" || here.text(&["auth"]).is_some() {
        return;
    }
    let name = Name { own, above, plain: plain(own), plain_above: plain(above) };
    let has_user = here.text(login::USERS).is_some();
    let registry = field(here, REGISTRIES).filter(|text| is_image_place(text));
    let is_below_named = has_user && MAPS.contains(&name.plain_above.as_str());
    if name.is_one_of(MAPS) || is_below_named {
        let said = registry.or_else(|| field(here, ADDRESSES)).or_else(|| beside(here));
        let called = || field(here, &["name"]).filter(|text| hosts::is_registry(text));
        let known = said.or_else(|| name.registry()).or_else(called);
        login::take(here, known.or_else(|| of_image_beside(here)), found);
    } else if let Some(registry) = registry.filter(|text| has_user || hosts::is_registry(text)) {
        login::take(here, Some(registry), found);
    } else if has_user
        && let Some(registry) = by_place(here, &name).or_else(|| by_name(here, &name))
    {
        login::take(here, Some(registry), found);
    } else if has_user && name.is_one_of(&["registry"]) && !is_elsewhere(here) {
        login::take(here, None, found);
    }
}

/// The names of a map and of what is above it, also without case and separators.
struct Name<'t> {
    own: &'t str,
    above: &'t str,
    plain: String,
    plain_above: String,
}

impl<'t> Name<'t> {
    /// Whether it is one of these, or the login of one of these.
    fn is_one_of(&self, names: &[&str]) -> bool {
        names.contains(&self.plain.as_str())
            || is_part_of_login(&self.plain) && names.contains(&self.plain_above.as_str())
    }

    /// The registry that it is.
    fn registry(&self) -> Option<&'t str> {
        let own = if is_part_of_login(&self.plain) { self.above } else { self.own };
        if self.plain.contains("dockerhub") || self.plain_above.contains("dockerhub") {
            return Some(HUB);
        }
        match self.plain.as_str() {
            "ghcr" => Some("ghcr.io"),
            name if name.starts_with("ngc") => Some("nvcr.io"),
            _ => Some(own).filter(|own| hosts::is_registry(own)),
        }
    }
}

/// The registry that a field says.
fn by_place<'t>(here: &Here<'t>, name: &Name<'_>) -> Option<&'t str> {
    // Portainer numbers its kinds of registries.
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let kind = here.text(&["type", "kind"]).filter(|kind| !is_number(kind));
    if kind.is_some_and(|kind| {
        !["docker", "oci", "container", "image"].iter().any(|w| kind.contains(w))
    }) {
        return None;
    }
    let is_vague = name.is_one_of(VAGUE);
    let address = field(here, ADDRESSES);
    let address =
        address.filter(|text| hosts::is_registry(text) || is_vague && is_image_place(text));
    let image = || field(here, IMAGES).filter(|text| is_vague && is_image_place(text));
    address.or_else(image)
}

/// The host that a map or the one above is called, and what is beside a map that is a login.
fn by_name<'t>(here: &Here<'t>, name: &Name<'t>) -> Option<&'t str> {
    let is_listed = VAGUE[..2].contains(&name.plain_above.as_str()) && is_image_place(name.own);
    let registry = name.registry().or(is_listed.then_some(name.own));
    if registry.is_some() || !is_part_of_login(&name.plain) {
        return registry;
    }
    let map = here.map_above()?;
    let is_vague = VAGUE.contains(&name.plain_above.as_str());
    let is_clear = is_vague || !["auth", "secret"].contains(&name.plain.as_str());
    let registry = beside(here).filter(|_| is_clear);
    let address = || field(map, ADDRESSES).filter(|text| hosts::is_registry(text));
    let image = || field(map, IMAGES).filter(|text| is_vague && is_image_place(text));
    registry.or_else(address).or_else(image)
}

/// What the map above says of its registry.
fn beside<'t>(here: &Here<'t>) -> Option<&'t str> {
    field(here.map_above()?, REGISTRIES).filter(|text| is_image_place(text))
}

/// The registry of the image beside a login that is for pulling images.
fn of_image_beside<'t>(here: &Here<'t>) -> Option<&'t str> {
    let image = here.map_above()?.get("image")?;
    let said = image
        .text()
        .or_else(|| ["registry", "repository"].iter().find_map(|name| image.get(name)?.text()))?;
    Some(said).filter(|text| is_image_place(text) && hosts::is_registry(text))
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

/// Whether a `registry` without an address that images may be at is another program's.
fn is_elsewhere(here: &Here<'_>) -> bool {
    let has_place =
        |map: &Here<'_>| field(map, ADDRESSES).or_else(|| field(map, REGISTRIES)).is_some();
    here.names().any(hosts::is_other) || has_place(here) || here.map_above().is_some_and(has_place)
}

/// Whether a text says where images may be.
fn is_image_place(text: &str) -> bool {
    let is_place =
        ["http://", "https://", "oci://", "docker://"].iter().any(|s| text.starts_with(s))
            || !text.contains("://") && hosts::looks_like_host(hosts::host(text));
    is_place && (hosts::is_registry(text) || !hosts::is_other(text))
}

pub(in crate::audit::sources) fn plain(name: &str) -> String {
    let name = name.rsplit(':').next().unwrap_or(name).chars(); // after Pulumi's project
    name.filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests;
