//! Docker's `config.json` and all that has its shape: `auths`, wherever it lies. Rows for one
//! program's copy of it stand before this one in the table and have what they find.

use super::dockercfg;
use crate::audit::auths;
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "docker-config",
    about: "a login in Docker's settings",
    reference: "https://github.com/docker/cli/blob/master/cli/config/configfile/file.go",
    places: |places| {
        // Docker's own; pull secrets mounted for jib; buildx's settings for one repository.
        let mut all = Places::below(&places.docker, "config.json");
        all.extend(Places::below(&places.docker, ".dockerconfigjson"));
        all.extend(Places::below(&places.docker, "buildx/config/*"));
        all.extend(places.named("BUILDX_CONFIG").map(|folder| folder.join("config/*")));
        all
    },
    words: &[r"auths\b", "serveraddress"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    auths::find(here, found);
    // Docker's API has the registry beside the login (`X-Registry-Auth`).
    let is_api = here.get("username").is_some() || here.get("identitytoken").is_some();
    if is_api && let Some(registry) = here.text(&["serveraddress"]) {
        auths::entry_of(registry, here, found);
    }
}

/// Whether a map is the whole of Docker's settings, or of a file that may be.
pub(crate) fn is_settings(file: &File<'_>, here: &Here<'_>) -> bool {
    let is_whole = here.up.is_none() || here.name() == Some("config.json");
    let has = |name: &str| here.get(name).is_some();
    let beside = ["auths", "credsStore", "credHelpers", "detachKeys", "currentContext", "proxies"];
    is_whole
        && (file.path.contains("docker")
            || file.name().contains("config.json")
            || beside.iter().any(|name| has(name)))
}

/// The logins of a file of this shape, or of the one before it.
pub(crate) fn find_all(here: &Here<'_>, found: &mut Vec<Found>) {
    if here.get("auths").is_some() {
        auths::find(here, found);
    } else {
        dockercfg::find_in(here, false, found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::finding::Kind;
    use crate::audit::sources::testing::{hits, lines_of};

    const AUTH: &str = "YWRhOnMzY3JldC13b3Jk"; // ada:s3cret-word

    #[test]
    fn every_login_of_a_settings_file_is_found_with_its_registry() {
        let text = format!(
            r#"{{"auths":{{"https://index.docker.io/v1/":{{"auth":"{AUTH}"}},"ghcr.io":{{"auth":"{AUTH}"}},
            "quay.io":{{}},"r.lan:5000":{{"username":"svc","password":"word"}}}},"credsStore":"desktop"}}"#
        );
        let expected = [
            "https://index.docker.io/v1/ ada auth s3cret-word",
            "ghcr.io ada auth s3cret-word",
            "r.lan:5000 svc userpass word",
        ];
        assert_eq!(lines_of("docker-config", "/h/.docker/config.json", &text), expected);
        let one_line = text.replace('\n', "");
        assert_eq!(lines_of("docker-config", "/any/where.txt", &one_line), expected);
    }

    #[test]
    fn settings_without_a_login_are_clean() {
        for clean in [
            r#"{"auths":{},"credsStore":"desktop"}"#,
            r#"{"auths":{"ghcr.io":{}},"credHelpers":{"gcr.io":"gcloud"}}"#,
            r#"{"auths":{"a.azurecr.io":{"auth":"Og=="}}}"#,
            r#"{"HttpHeaders":{"User-Agent":"Docker-Client/19.03.8 (linux)"},"auths":{"q":{}}}"#,
            r#"{"auths":"#,
            "auths: not a map",
        ] {
            assert!(hits("/h/.docker/config.json", clean).is_empty(), "{clean}");
        }
    }

    #[test]
    fn a_login_for_the_engine_says_its_registry_itself() {
        let text = r#"{"username":"ada","password":"s3cret-word","serveraddress":"r.lan:5000"}"#;
        let hits = hits("auth.txt", text);
        assert_eq!(hits.len(), 1);
        assert_eq!((hits[0].1.as_str(), hits[0].3), ("r.lan:5000", Kind::UserPass));
    }

    #[test]
    fn yaml_and_comments_are_settings_as_well() {
        let yaml = format!("auths:\n  ghcr.io:\n    auth: {AUTH}\n");
        assert_eq!(lines_of("docker-config", "a.yml", &yaml).len(), 1);
        let json =
            format!("{{\n  // mine\n  \"auths\": {{\"ghcr.io\": {{\"auth\": \"{AUTH}\",}},}},\n}}");
        assert_eq!(lines_of("docker-config", "config.json", &json).len(), 1);
    }
}
