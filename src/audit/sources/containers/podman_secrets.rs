//! `secretsdata.json` of Podman's file driver: every secret of `podman secret create`, in base64.
//! Found are those that say themselves that they are for a registry.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, docker, secret_names};
use crate::audit::within::inner;

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
    words: secret_names::PARTS,
    find: Find::Map(find),
};

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.up.is_some() || !file.name().starts_with("secretsdata.json") {
        return;
    }
    for (name, at) in here.fields() {
        let Some(encoded) = at.node.text() else { continue };
        for tree in &inner::trees(encoded) {
            docker::config::find_all(&at.inner(tree), found);
        }
        if secret_names::is_password(name)
            && let Some(secret) = inner::decoded(encoded)
        {
            found.push(Found::at(&at, Kind::UserPass, secret.trim_end_matches(['\r', '\n'])));
        }
    }
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
