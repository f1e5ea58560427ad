//! `secretsdata.json` of Podman's file driver: every secret of `podman secret create`, in base64.
//! Found are those that say themselves that they are for a registry.

use base64ct::{Base64, Encoding};

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::inner;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, docker};

pub(crate) const SOURCE: Source = Source {
    id: "podman-secret",
    about: "a registry's password among Podman's secrets",
    reference: "https://github.com/containers/common/blob/main/pkg/secrets/filedriver/filedriver.go",
    places: |places| {
        const FILE: &str = "containers/storage/secrets/filedriver/secretsdata.json";
        let mut all = Places::below(&places.data, FILE);
        all.extend(Places::below(&places.state, FILE));
        all
    },
    words: PASSWORDS,
    find: Find::Map(find),
};

/// Parts of names that only passwords of registries have.
pub(crate) const PASSWORDS: &[&str] = &[
    "registry-pass",
    "registry_pass",
    "registrypass",
    "registry-token",
    "registry_token",
    "registry-pw",
    "registry_pw",
    "docker-pass",
    "docker_pass",
    "dockerpass",
    "docker-token",
    "docker_token",
    "dockerhub-token",
    "dockerhub_token",
    "dockerhub-pass",
    "dockerhub_pass",
    "docker-hub-token",
    "docker-hub-pass",
    "docker_hub_token",
    "docker_hub_pass",
    "ghcr-token",
    "ghcr_token",
    "ghcr-pat",
    "ghcr_pat",
    "ghcr-pass",
    "ghcr_pass",
    "quay-pass",
    "quay_pass",
    "quay-token",
    "quay_token",
    "harbor-pass",
    "harbor_pass",
    "acr-pass",
    "acr_pass",
];

/// Whether a name says that its value is the password of a registry.
pub(crate) fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PASSWORDS.iter().any(|part| name.contains(part))
}

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.up.is_some() || !file.name().starts_with("secretsdata.json") {
        return;
    }
    for (name, at) in here.fields() {
        let Some(encoded) = at.node.text() else { continue };
        for tree in &inner::trees(encoded) {
            docker::config::find_all(&at.inner(tree), found);
        }
        if is_password(name)
            && let Some(secret) = decoded(encoded)
        {
            found.push(Found::at(&at, Kind::UserPass, secret.trim_end_matches(['\r', '\n'])));
        }
    }
}

/// What base64 says, where that is a text; line ends do not count.
pub(crate) fn decoded(encoded: &str) -> Option<String> {
    let folded: String = encoded.split_ascii_whitespace().collect();
    String::from_utf8(Base64::decode_vec(&folded).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use crate::audit::sources::testing::{hits, lines_of};

    const PATH: &str = "/h/.local/share/containers/storage/secrets/filedriver/secretsdata.json";

    #[test]
    fn secrets_that_are_for_a_registry_are_found() {
        let auths =
            Base64::encode_string(br#"{"auths":{"quay.io":{"auth":"YWRhOnMzY3JldC13b3Jk"}}}"#);
        let word = Base64::encode_string(b"w0rd\n");
        let text =
            format!(r#"{{"4f2c":"{auths}","registry-password":"{word}","db-password":"{word}"}}"#);
        let expected = ["quay.io ada auth s3cret-word", "*  userpass w0rd"];
        assert_eq!(lines_of("podman-secret", PATH, &text), expected);
    }

    #[test]
    fn other_secrets_are_none_of_ours() {
        let word = Base64::encode_string(b"w0rd");
        for text in [
            format!(r#"{{"4f2c":"{word}","9a":"%%%"}}"#),
            r#"{"registry-password":"not base64!"}"#.to_owned(),
            r#"{"registry-password":7,"#.to_owned(),
        ] {
            assert!(hits(PATH, &text).is_empty(), "{text}");
        }
    }
}
