//! One spelling for each registry, so that findings of many programs can be compared.

use super::judge;
use crate::server::{DOCKER_HUB, ServerKey};

/// What stands for a registry that the file does not name.
pub const ANY: &str = "*";

/// Docker Hub's one spelling.
pub const HUB: &str = "docker.io";

/// Names of Docker Hub beyond those that credentials are stored under ([`ServerKey::canonical`]).
const HUB_NAMES: &[&str] = &[
    "hub.docker.com",
    "docker.com",
    "www.docker.com",
    "cloud.docker.com",
    "login.docker.com",
    "auth.docker.io",
    "registry.docker.io",
    "dockerhub",
    "docker-hub",
];

/// NVIDIA's registry, and the server that tools such as enroot are told to log in to for it.
pub const NGC: &str = "nvcr.io";
const NGC_LOGIN: &str = "authn.nvidia.com";

/// Transports of the containers tools that name no registry
/// (containers/image `docs/containers-transports.5.md`).
const LOCAL: &[&str] = &[
    "containers-storage:",
    "dir:",
    "docker-archive:",
    "docker-daemon:",
    "oci-archive:",
    "oci-layout:",
    "ostree:",
    "sif:",
    "tarball:",
];

/// Images of Docker Hub that are written without anything else, where a host could stand as well.
const BARE_IMAGES: &[&str] = &[
    "alpine",
    "busybox",
    "centos",
    "debian",
    "docker",
    "fedora",
    "golang",
    "gradle",
    "hello-world",
    "httpd",
    "mariadb",
    "maven",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "openjdk",
    "php",
    "postgres",
    "python",
    "redis",
    "ruby",
    "rust",
    "ubuntu",
];

/// The registry of an address or of an image reference as a file writes it: the host and, where it
/// is not the scheme's own, the port, in lower case.
///
/// The path is left out: `quay.io/org`, under which Podman keeps a login for one organisation, is
/// `quay.io`, because the registry is the host. The scheme is left out too. Every spelling of
/// Docker Hub, and an image without a host (`org/app`, `nginx:1`), is [`HUB`]. Nothing, `*`, and a
/// host that is a reference (`${REGISTRY}/app`) are [`ANY`].
#[must_use]
pub fn name(written: Option<&str>) -> String {
    let text = judge::literal(written.unwrap_or_default());
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if LOCAL.iter().any(|transport| text.starts_with(transport)) {
        return ANY.to_owned();
    }
    let host = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("docker") => of_image(rest, false),
        Some((scheme, rest)) => of_address(rest, scheme.eq_ignore_ascii_case("http")),
        None => match text.strip_prefix("//") {
            Some(rest) => of_image(rest, true),
            None => of_image(text, false),
        },
    };
    match host {
        Some(host) if is_hub(&host) => HUB.to_owned(),
        Some(host) if host == NGC_LOGIN => NGC.to_owned(),
        Some(host) => host,
        None => ANY.to_owned(),
    }
}

fn is_hub(host: &str) -> bool {
    HUB_NAMES.contains(&host)
        || ServerKey::parse(host).is_ok_and(|key| key.canonical() == DOCKER_HUB)
}

/// The host of what follows a scheme; `None` where it is none.
fn of_address(rest: &str, is_http: bool) -> Option<String> {
    host(authority(rest), is_http)
}

/// The host of an image reference, or of an address without a scheme
/// (distribution/reference `normalize.go`: a first part with a dot, a colon or a capital letter, or
/// `localhost`, is a host).
fn of_image(text: &str, is_address: bool) -> Option<String> {
    let text = text.split_once("@sha256:").map_or(text, |(image, _)| image);
    let first = authority(text);
    if judge::has_reference(first) {
        return None;
    }
    let rest = text.get(first.len()..).unwrap_or_default();
    let is_host = if matches!(rest, "" | "/" | "/v1" | "/v1/" | "/v2" | "/v2/") {
        !is_image(first)
    } else {
        first.contains(['.', ':', '[']) || first == "localhost" || has_capital(first)
    };
    if is_host || is_address || first.is_empty() {
        host(first, false)
    } else {
        Some(HUB.to_owned())
    }
}

/// Whether a single word is rather an image than a host: `nginx`, `app:1.2`, not `app:5000`.
fn is_image(word: &str) -> bool {
    let (name, tag) = word.split_once(':').unwrap_or((word, ""));
    if name.contains(['.', '[', '@']) || name == "localhost" || has_capital(name) {
        return false;
    }
    let is_port = tag.len() >= 4 && tag.bytes().all(|b| b.is_ascii_digit());
    match tag {
        "" | "80" | "443" => BARE_IMAGES.contains(&name),
        _ => !is_port,
    }
}

fn has_capital(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_uppercase())
}

/// What stands before the path.
fn authority(text: &str) -> &str {
    text.find(['/', '?', '#', '\\']).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// A host with its port, without a user's name, the scheme's own port and the last dot.
fn host(authority: &str, is_http: bool) -> Option<String> {
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let authority = authority.split([' ', '\t', ',', '|']).next().unwrap_or(authority);
    // Terraform's names; no host has a `_`.
    let is_name = authority.starts_with("var.") || authority.starts_with("local.");
    let is_name = is_name || (authority.starts_with("data.") && authority.contains('_'));
    if is_name || judge::has_reference(authority) || authority.contains(char::is_control) {
        return None;
    }
    let after_host = match authority.strip_prefix('[') {
        Some(ip) => ip.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(after_host)?;
    let host = host.strip_suffix('.').unwrap_or(host).to_lowercase();
    let own_port = if is_http { "80" } else { "443" };
    let is_port = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
    match port.strip_prefix(':').filter(is_port).filter(|port| *port != own_port) {
        _ if host.is_empty() || host == ANY => None,
        Some(port) => Some(format!("{host}:{port}")),
        None => Some(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_docker_hub_is_one() {
        for written in [
            "docker.io",
            "https://index.docker.io/v1/",
            "http://index.docker.io/v1/",
            "https://index.docker.io/v1/access-token",
            "https://index.docker.io/v1//refresh-token",
            "index.docker.io",
            "registry-1.docker.io/v2/",
            "https://registry.hub.docker.com",
            "hub.docker.com",
            "https://hub.docker.com/v2/users/login",
            "Docker.IO.",
            "docker.io:443",
            "docker.io/library/nginx:1",
            "registry-1.docker.io/acme/api",
            "dockerhub",
            "nginx",
            "nginx:1",
            "python:3.12-slim",
            "org/app",
            "org/app:1.0@sha256:aaaa",
            "nginx@sha256:aaaa",
            "docker://org/app:1",
            "docker://nginx",
            "${REGISTRY:-docker.io}",
        ] {
            assert_eq!(name(Some(written)), HUB, "{written}");
        }
    }

    #[test]
    fn a_registry_is_its_host_and_port() {
        for (written, expected) in [
            ("ghcr.io", "ghcr.io"),
            ("GHCR.io", "ghcr.io"),
            (" https://ghcr.io/v2/ ", "ghcr.io"),
            ("ghcr.io/org/app:1@sha256:aaaa", "ghcr.io"),
            ("ghcr.io/${ORG}/app", "ghcr.io"),
            ("quay.io/org", "quay.io"),
            ("quay.io/org/repo", "quay.io"),
            ("ghcr.io:443", "ghcr.io"),
            ("https://ghcr.io:443", "ghcr.io"),
            ("http://r.internal:80/", "r.internal"),
            ("http://r.internal:443", "r.internal:443"),
            ("https://r.internal:80", "r.internal:80"),
            ("ghcr.io.", "ghcr.io"),
            ("r.internal.:5000/x", "r.internal:5000"),
            ("localhost:5000/x", "localhost:5000"),
            ("localhost:5000", "localhost:5000"),
            ("localhost/x", "localhost"),
            ("localhost", "localhost"),
            ("registry:5000", "registry:5000"),
            ("registry:5000/app:1", "registry:5000"),
            ("registry", "registry"),
            ("nexus/v2/", "nexus"),
            ("https://nexus/repository/docker", "nexus"),
            ("docker://ghcr.io/org/app", "ghcr.io"),
            ("oci://ghcr.io/org/charts", "ghcr.io"),
            ("oci://charts/x", "charts"),
            ("[::1]:5000/app", "[::1]:5000"),
            ("https://[FE80::1]:443/", "[fe80::1]"),
            ("[::1]", "[::1]"),
            ("https://ada@r.example/x", "r.example"),
            ("https://ada:pw@r.example:8443/x?y", "r.example:8443"),
            ("*.example.com", "*.example.com"),
            ("docker.io:5000", "docker.io:5000"),
            ("docker.io.evil.example", "docker.io.evil.example"),
            ("//r.example/x", "r.example"),
            ("\"ghcr.io\"", "ghcr.io"),
            ("${REGISTRY:-ghcr.io}", "ghcr.io"),
            (
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1",
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            ),
            ("europe-docker.pkg.dev/p/r", "europe-docker.pkg.dev"),
        ] {
            assert_eq!(name(Some(written)), expected, "{written}");
        }
    }

    #[test]
    fn a_reference_or_nothing_is_any_registry() {
        for written in [
            "",
            " ",
            "*",
            "${REGISTRY}",
            "$REGISTRY",
            "$CI_REGISTRY/group/app",
            "${REGISTRY}/org/app:1",
            "https://${HOST}/v1/",
            "registry.${DOMAIN}",
            "{{ registry }}",
            "{{ .Values.image.registry }}/app",
            "%REGISTRY%",
            "<registry>",
            "$(minikube ip):5000",
            "${{ secrets.REGISTRY }}",
            "var.registry",
            "containers-storage:app",
            "docker-daemon:app:1",
            "https://",
            "/",
            "[::1",
        ] {
            assert_eq!(name(Some(written)), ANY, "{written}");
        }
        assert_eq!(name(None), ANY);
    }
}
