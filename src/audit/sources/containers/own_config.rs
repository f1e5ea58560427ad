//! Docker's format in files of other programs: Podman's family, Helm, the kubelet, Apptainer. One
//! reader for all; a row says by its path whose file it is.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, docker};

const WORDS: &[&str] = &[r"auths\b", "\"auth\""];

pub(crate) const APPTAINER: Source = Source {
    id: "apptainer-config",
    about: "a login of Apptainer or Singularity",
    reference: "https://github.com/apptainer/apptainer/blob/main/pkg/syfs/syfs.go",
    places: |places| {
        let folders = [".apptainer", ".singularity"];
        folders.iter().map(|folder| places.home.join(folder).join("docker-config.json")).collect()
    },
    words: WORDS,
    find: Find::Map(|file, here, found| of(is_of_apptainer, file, here, found)),
};

pub(crate) const HELM: Source = Source {
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
    words: WORDS,
    find: Find::Map(|file, here, found| of(is_of_helm, file, here, found)),
};

pub(crate) const KUBELET: Source = Source {
    id: "kubelet-config",
    about: "a login that the kubelet pulls images with",
    reference: "https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/config.go",
    places: |places| {
        let mut all = Places::below(&places.state, "kubelet/config.json");
        all.extend(Places::below(&places.state, "kubelet/.dockercfg"));
        all
    },
    words: WORDS,
    find: Find::Map(|file, here, found| of(is_of_the_kubelet, file, here, found)),
};

pub(crate) const PODMAN: Source = Source {
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
    words: WORDS,
    find: Find::Map(|file, here, found| of(is_of_podman, file, here, found)),
};

/// What is found in a file that this row knows by its path.
fn of(is_ours: fn(&str) -> bool, file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.up.is_none() && is_ours(file.path) {
        docker::config::find_all(here, found);
    }
}

fn is_of_apptainer(path: &str) -> bool {
    path.ends_with("/docker-config.json")
}

fn is_of_helm(path: &str) -> bool {
    path.ends_with("/registry/config.json") || path.ends_with("/helm/registry.json")
}

fn is_of_the_kubelet(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.ends_with("/kubelet") || folder == "/.docker"
}

fn is_of_podman(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(".tmp-auth.json") || name == "auth.json" || path.contains("/crio/auth/")
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{hits, lines_of};

    const LOGIN: &str =
        r#"{"auths":{"quay.io/org/app":{"auth":"YWRhOnMzY3JldC13b3Jk"},"q.lan":{}}}"#;

    const FILES: &[(&str, &str)] = &[
        ("apptainer-config", "/h/.apptainer/docker-config.json"),
        ("apptainer-config", "/h/.singularity/docker-config.json"),
        ("helm-registry", "/h/.config/helm/registry/config.json"),
        ("helm-registry", "/h/Library/Preferences/helm/registry/config.json"),
        ("kubelet-config", "/var/lib/kubelet/config.json"),
        ("kubelet-config", "/.docker/config.json"),
        ("podman-auth", "/run/user/1000/containers/auth.json"),
        ("podman-auth", "/h/.config/containers/.tmp-auth.json123"),
    ];

    #[test]
    fn a_login_is_found_by_its_own_rule_alone() {
        for (rule, path) in FILES {
            assert_eq!(lines_of(rule, path, LOGIN), ["quay.io/org/app ada auth s3cret-word"]);
            assert_eq!(hits(path, LOGIN).len(), 1, "{path}");
            assert!(lines_of(rule, "/h/.docker/config.json", LOGIN).is_empty());
        }
    }

    #[test]
    fn files_without_a_login_or_broken_ones_are_clean() {
        let clean = r#"{"auths":{"quay.io":{}},"credHelpers":{"q.lan":"pass"}}"#;
        for (_, path) in FILES {
            for text in [clean, r#"{"auths":"#, "{}"] {
                assert!(hits(path, text).is_empty(), "{path}: {text}");
            }
        }
    }
}
