//! Logins of the kubelet: Docker's files in its own folder, or at the root of the machine.

use super::{File, Find, Source, docker_config};
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;

pub(super) const SOURCE: Source = Source {
    id: "kubelet-config",
    about: "a login that the kubelet pulls images with",
    reference: "https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/config.go",
    places: |places| {
        let mut all = Places::below(&places.state, "kubelet/config.json");
        all.extend(Places::below(&places.state, "kubelet/.dockercfg"));
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
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.ends_with("/kubelet") || folder == "/.docker"
}

#[cfg(test)]
mod tests {
    use super::super::fields::{hits, lines_of};
    use super::*;

    const LOGIN: &str =
        r#"{"auths":{"quay.io/org/app":{"auth":"YWRhOnMzY3JldC13b3Jk"},"q.lan":{}}}"#;

    #[test]
    fn a_login_is_found_by_this_rule_alone() {
        for path in ["/var/lib/kubelet/config.json", "/.docker/config.json"] {
            assert!(is_ours(path));
            assert_eq!(
                lines_of("kubelet-config", path, LOGIN),
                ["quay.io/org/app ada auth s3cret-word"]
            );
            assert_eq!(hits(path, LOGIN).len(), 1);
        }
        assert!(lines_of("kubelet-config", "/h/.docker/config.json", LOGIN).is_empty());
    }

    #[test]
    fn files_without_a_login_or_broken_ones_are_clean() {
        for text in
            [r#"{"auths":{"quay.io":{}},"credHelpers":{"q.lan":"pass"}}"#, r#"{"auths":"#, "{}"]
        {
            assert!(hits("/var/lib/kubelet/config.json", text).is_empty(), "{text}");
        }
    }
}
