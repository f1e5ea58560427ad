//! `auth.json` of the containers family (Podman, Buildah, Skopeo, CRI-O), what its killed writers
//! left, and the files that an administrator names.

use super::{File, Find, Source, docker_config};
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;

pub(super) const SOURCE: Source = Source {
    id: "podman-auth",
    about: "a login of Podman, Buildah, Skopeo or CRI-O",
    reference: "https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md",
    places: |places| {
        let mut all = Places::below(&places.runtime, "containers/auth.json");
        all.extend(Places::below(&places.config, "containers/auth.json"));
        for folders in [&places.runtime, &places.config] {
            all.extend(Places::below(folders, "containers/.tmp-auth.json*"));
        }
        all.extend(Places::below(&places.system, "containers/auth.json"));
        all.extend(Places::below(&places.system, "crio/auth/*"));
        all.extend(places.named("REGISTRY_AUTH_FILE"));
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
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(".tmp-auth.json") || name == "auth.json" || path.contains("/crio/auth/")
}

#[cfg(test)]
mod tests {
    use super::super::fields::{hits, lines_of};
    use super::*;

    const LOGIN: &str =
        r#"{"auths":{"quay.io/org/app":{"auth":"YWRhOnMzY3JldC13b3Jk"},"q.lan":{}}}"#;

    #[test]
    fn a_login_is_found_by_this_rule_alone() {
        for path in
            ["/run/user/1000/containers/auth.json", "/h/.config/containers/.tmp-auth.json123"]
        {
            assert!(is_ours(path));
            assert_eq!(
                lines_of("podman-auth", path, LOGIN),
                ["quay.io/org/app ada auth s3cret-word"]
            );
            assert_eq!(hits(path, LOGIN).len(), 1);
        }
        assert!(lines_of("podman-auth", "/h/.docker/config.json", LOGIN).is_empty());
    }

    #[test]
    fn files_without_a_login_or_broken_ones_are_clean() {
        for text in
            [r#"{"auths":{"quay.io":{}},"credHelpers":{"q.lan":"pass"}}"#, r#"{"auths":"#, "{}"]
        {
            assert!(hits("/run/user/1000/containers/auth.json", text).is_empty(), "{text}");
        }
    }
}
