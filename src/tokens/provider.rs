//! Whose registry a host is.

/// The provider of a registry in the spelling of [`registry::name`](crate::audit::registry::name);
/// `None` for hosts that could be anybody's.
pub(super) fn of(registry: &str) -> Option<&'static str> {
    let host = match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => registry,
    };
    let is_below = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let by_domain = DOMAINS.iter().find(|(domain, _)| is_below(domain));
    let by_label = || {
        let mut labels = host.split(['.', '-']);
        let found = labels.find_map(|label| LABELS.iter().find(|(name, _)| *name == label));
        found.map(|(_, provider)| *provider)
    };
    let is_google = host.ends_with("-docker.pkg.dev");
    by_domain.map(|(_, provider)| *provider).or(is_google.then_some("google")).or_else(by_label)
}

/// Domains with all below them.
const DOMAINS: &[(&str, &str)] = &[
    ("docker.io", "docker"),
    ("docker.com", "docker"),
    ("ghcr.io", "github"),
    ("pkg.github.com", "github"),
    ("github.com", "github"),
    ("gitlab.com", "gitlab"),
    ("amazonaws.com", "aws"),
    ("amazonaws.com.cn", "aws"),
    ("ecr.aws", "aws"),
    ("on.aws", "aws"),
    ("gcr.io", "google"),
    ("pkg.dev", "google"),
    ("azurecr.io", "azure"),
    ("azurecr.cn", "azure"),
    ("azurecr.us", "azure"),
    ("mcr.microsoft.com", "azure"),
    ("quay.io", "quay"),
    ("nvcr.io", "nvidia"),
    ("jfrog.io", "jfrog"),
    ("jfrog.com", "jfrog"),
    ("registry.digitalocean.com", "digitalocean"),
    ("redhat.io", "redhat"),
    ("redhat.com", "redhat"),
    ("scw.cloud", "scaleway"),
    ("icr.io", "ibm"),
    ("bluemix.net", "ibm"),
    ("ocir.io", "oracle"),
    ("oraclecloud.com", "oracle"),
    ("cgr.dev", "chainguard"),
    ("cr.yandex", "yandex"),
    ("aliyuncs.com", "alibaba"),
    ("myhuaweicloud.com", "huawei"),
    ("tencentcloudcr.com", "tencent"),
    ("tencentyun.com", "tencent"),
    ("container-registry.ovh.net", "harbor"),
    ("container-registry.ovh.us", "harbor"),
    ("goharbor.io", "harbor"),
];

/// Parts of names that people give their own installations.
const LABELS: &[(&str, &str)] = &[
    ("gitlab", "gitlab"),
    ("harbor", "harbor"),
    ("quay", "quay"),
    ("artifactory", "jfrog"),
    ("jfrog", "jfrog"),
];
