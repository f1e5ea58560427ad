//! Which hosts are container registries, as far as a name can tell. For formats that hold passwords
//! of any server: `.netrc`, Maven's settings, lists of credentials of a build service.

/// Hosts that are registries and nothing else.
const HOSTS: &[&str] = &[
    "auth.docker.io",
    "cgr.dev",
    "cr.yandex",
    "docker.cloudsmith.io",
    "docker.elastic.co",
    "docker.io",
    "docker.pkg.github.com",
    "gcr.io",
    "ghcr.io",
    "hub.docker.com",
    "icr.io",
    "index.docker.io",
    "lscr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "ocir.io",
    "public.ecr.aws",
    "quay.io",
];

/// Domains of which each host is a registry.
const DOMAINS: &[&str] = &[
    "-docker.pkg.dev",
    ".azurecr.cn",
    ".azurecr.io",
    ".azurecr.us",
    ".container-registry.ovh.net",
    ".cr.aliyuncs.com",
    ".docker.io",
    ".gcr.io",
    ".icr.io",
    ".jfrog.io",
    ".ocir.io",
    ".tencentcr.com",
    ".vultrcr.com",
];

/// First labels that people give to their own registries.
const LABELS: &[&str] =
    &["containers", "cr", "dkr", "docker", "dockerhub", "harbor", "oci", "quay", "registry"];

/// Registries of packages, not of images.
const OTHERS: &[&str] = &[
    "registry.bower.io",
    "registry.npmjs.com",
    "registry.npmjs.org",
    "registry.npmmirror.com",
    "registry.opentofu.org",
    "registry.terraform.io",
    "registry.yarnpkg.com",
];

/// Whether a host is likely to be a container registry: a well-known one, or one whose name says so.
/// It may have a scheme, a port and a path.
#[must_use]
pub fn looks_like_registry(host: &str) -> bool {
    let host = bare(host);
    if OTHERS.contains(&host.as_str()) {
        return false;
    }
    if HOSTS.contains(&host.as_str()) || DOMAINS.iter().any(|domain| host.ends_with(domain)) {
        return true;
    }
    if host.contains(".dkr.ecr.") || host.contains(".dkr-ecr.") {
        return true;
    }
    if host.starts_with("rg.") && host.ends_with(".scw.cloud") {
        return true;
    }
    if host.starts_with("swr.") && host.ends_with(".myhuaweicloud.com") {
        return true;
    }
    let label = host.split('.').next().unwrap_or_default();
    LABELS.contains(&label)
        || ["docker", "registry", "harbor"].iter().any(|word| label.split('-').any(|p| p == *word))
}

/// The host of an address, in lower case.
#[must_use]
pub fn bare(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.split(':').next().unwrap_or(host).trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_known_by_their_names() {
        for host in [
            "ghcr.io",
            "GHCR.io",
            "https://index.docker.io/v1/",
            "registry.gitlab.com",
            "acme.azurecr.io",
            "eu.gcr.io",
            "europe-west1-docker.pkg.dev",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            "registry.acme.example:5000",
            "docker-local.acme.example",
            "acme-registry.example",
            "harbor.acme.example",
            "acme.jfrog.io",
            "rg.fr-par.scw.cloud",
            "user@quay.io/org",
        ] {
            assert!(looks_like_registry(host), "{host}");
        }
    }

    #[test]
    fn other_servers_are_none() {
        for host in [
            "github.com",
            "api.github.com",
            "registry.npmjs.org",
            "pypi.org",
            "acme.example",
            "s3.amazonaws.com",
            "cratesio.example",
            "",
        ] {
            assert!(!looks_like_registry(host), "{host}");
        }
    }
}
