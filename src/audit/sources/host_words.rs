//! The words by which a text names a known registry, for the sources that ask for any of them beside
//! words of their own.

/// One is in each address of the registries that are known by their host.
const HOSTS: [&str; 17] = [
    "docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "azurecr.",
    ".dkr.ecr.",
    "pkg.dev",
    "nvcr.io",
    "icr.io",
    "ocir.io",
    "registry.gitlab.com",
    "registry.digitalocean.com",
    "registry.redhat.io",
    "docker.com",
    "scw.cloud",
    "jfrog.io",
    "cgr.dev",
];

/// These words, and those of the hosts behind them: as many as there are in all.
pub(super) const fn with_hosts<const OWN: usize, const ALL: usize>(
    own: [&'static str; OWN],
) -> [&'static str; ALL] {
    let mut all = [""; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < OWN { own[at] } else { HOSTS[at - OWN] };
        at += 1;
    }
    all
}
