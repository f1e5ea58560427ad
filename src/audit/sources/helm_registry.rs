//! Helm's logins for registries: Docker's format in a file of its own.

use super::{File, Find, Source, docker_config};
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;

pub(super) const SOURCE: Source = Source {
    id: "helm-registry",
    about: "a login of Helm for registries",
    reference: "https://github.com/helm/helm/blob/main/pkg/cli/environment.go",
    places: |places| {
        let mut all = Places::below(&places.config, "helm/registry/config.json");
        all.push(places.home.join("Library/Preferences/helm/registry/config.json"));
        all.extend(places.named("HELM_REGISTRY_CONFIG"));
        all.extend(places.named("HELM_CONFIG_HOME").map(|home| home.join("registry/config.json")));
        all
    },
    words: &["auths", "\"auth\""],
    find: Find::Map(find),
};

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.up.is_none() && is_ours(file.path) {
        docker_config::find_all(here, found);
    }
}

/// Whether a file is one of these, going by its path.
fn is_ours(path: &str) -> bool {
    path.ends_with("/registry/config.json") || path.ends_with("/helm/registry.json")
}

#[cfg(test)]
mod tests {
    use super::super::fields::{hits, lines_of};
    use super::*;

    const LOGIN: &str =
        r#"{"auths":{"quay.io/org/app":{"auth":"YWRhOnMzY3JldC13b3Jk"},"q.lan":{}}}"#;

    #[test]
    fn a_login_is_found_by_this_rule_alone() {
        for path in [
            "/h/.config/helm/registry/config.json",
            "/h/Library/Preferences/helm/registry/config.json",
        ] {
            assert!(is_ours(path));
            assert_eq!(
                lines_of("helm-registry", path, LOGIN),
                ["quay.io/org/app ada auth s3cret-word"]
            );
            assert_eq!(hits(path, LOGIN).len(), 1);
        }
        assert!(lines_of("helm-registry", "/h/.docker/config.json", LOGIN).is_empty());
    }

    #[test]
    fn files_without_a_login_or_broken_ones_are_clean() {
        for text in
            [r#"{"auths":{"quay.io":{}},"credHelpers":{"q.lan":"pass"}}"#, r#"{"auths":"#, "{}"]
        {
            assert!(hits("/h/.config/helm/registry/config.json", text).is_empty(), "{text}");
        }
    }
}
