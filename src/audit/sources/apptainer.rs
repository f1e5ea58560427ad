//! Logins of Apptainer and Singularity: Docker's format in a file of its own.

use super::{File, Find, Source, docker_config};
use crate::audit::document::Here;
use crate::audit::finding::Found;

pub(super) const SOURCE: Source = Source {
    id: "apptainer-config",
    about: "a login of Apptainer or Singularity",
    reference: "https://github.com/apptainer/apptainer/blob/main/pkg/syfs/syfs.go",
    places: |places| {
        let folders = [".apptainer", ".singularity"];
        folders.iter().map(|folder| places.home.join(folder).join("docker-config.json")).collect()
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
    path.ends_with("/docker-config.json")
}

#[cfg(test)]
mod tests {
    use super::super::fields::{hits, lines_of};
    use super::*;

    const LOGIN: &str =
        r#"{"auths":{"quay.io/org/app":{"auth":"YWRhOnMzY3JldC13b3Jk"},"q.lan":{}}}"#;

    #[test]
    fn a_login_is_found_by_this_rule_alone() {
        for path in ["/h/.apptainer/docker-config.json", "/h/.singularity/docker-config.json"] {
            assert!(is_ours(path));
            assert_eq!(
                lines_of("apptainer-config", path, LOGIN),
                ["quay.io/org/app ada auth s3cret-word"]
            );
            assert_eq!(hits(path, LOGIN).len(), 1);
        }
        assert!(lines_of("apptainer-config", "/h/.docker/config.json", LOGIN).is_empty());
    }

    #[test]
    fn files_without_a_login_or_broken_ones_are_clean() {
        for text in
            [r#"{"auths":{"quay.io":{}},"credHelpers":{"q.lan":"pass"}}"#, r#"{"auths":"#, "{}"]
        {
            assert!(hits("/h/.apptainer/docker-config.json", text).is_empty(), "{text}");
        }
    }
}
