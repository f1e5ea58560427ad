//! Names that lists of secrets give to passwords of registries, and to nothing else.

/// Parts of names that only passwords of registries have.
pub(crate) const PARTS: &[&str] = &[
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
    PARTS.iter().any(|part| name.contains(part))
}
