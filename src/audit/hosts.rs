//! Which hosts are container registries, going by their names. A user name and a password beside
//! such a host are a login there, whatever the program.

/// Hosts of registries; what begins with a dot is the end of a name.
const KNOWN: &[&str] = &[
    "docker.io",
    ".docker.io",
    "hub.docker.com",
    "registry.hub.docker.com",
    "dhi.io",
    "ghcr.io",
    "docker.pkg.github.com",
    "containers.pkg.github.com",
    "quay.io",
    ".quay.io",
    "gcr.io",
    ".gcr.io",
    ".pkg.dev",
    ".azurecr.io",
    ".azurecr.cn",
    ".azurecr.us",
    "public.ecr.aws",
    "registry.gitlab.com",
    "nvcr.io",
    "authn.nvidia.com",
    ".jfrog.io",
    "registry.digitalocean.com",
    "icr.io",
    ".icr.io",
    ".ocir.io",
    "registry.redhat.io",
    "registry.connect.redhat.com",
    "registry.access.redhat.com",
    "cgr.dev",
    "lscr.io",
    "mcr.microsoft.com",
    "cr.yandex",
    ".cr.aliyuncs.com",
    ".tencentcloudcr.com",
    ".tencentcr.com",
    ".tencentyun.com",
    ".vultrcr.com",
    ".container-registry.ovh.net",
    "docker.elastic.co",
    "container-registry.oracle.com",
    "registry.heroku.com",
    "codeberg.org",
    "docker.cloudsmith.io",
];

/// Words of which a host has one as a part when people call it a registry.
const PARTS: &[&str] = &[
    "registry",
    "registries",
    "docker",
    "harbor",
    "quay",
    "dockerhub",
    "cr",
    "gcr",
    "acr",
    "ecr",
    "oci",
    "reg",
    "images",
    "containers",
    "container",
];

/// Words of other kinds of registries: packages, schemas, services.
const OTHERS: &[&str] = &[
    "npm",
    "npmjs",
    "npmmirror",
    "yarnpkg",
    "yarn",
    "terraform",
    "schema",
    "maven",
    "pypi",
    "nuget",
    "rubygems",
    "crates",
    "eureka",
    "nacos",
    "winreg",
    "bazel",
    "nodejs",
    "apicurio",
    "zookeeper",
    "consul",
    "etcd",
    "redis",
    "dubbo",
    "polaris",
    "kafka",
    "avro",
    "confluent",
    "spring",
];

/// The host of an address or of an image reference, without scheme, user and path.
#[must_use]
pub fn host(written: &str) -> &str {
    let rest = written.split_once("://").map_or(written, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or(rest);
    rest.rsplit('@').next().unwrap_or(rest).trim()
}

/// The host of an address, in lower case, without its port.
#[must_use]
pub fn bare(address: &str) -> String {
    let host = host(address);
    host.split(':').next().unwrap_or(host).trim_end_matches('.').to_ascii_lowercase()
}

/// Whether an address or an image reference is one of a container registry.
#[must_use]
pub fn is_registry(written: &str) -> bool {
    let lower = written.trim().to_ascii_lowercase();
    if lower.starts_with("oci://") || lower.starts_with("docker://") {
        return true;
    }
    let host = host(&lower);
    let name = host.split(':').next().unwrap_or(host);
    if is_known(name) {
        return true;
    }
    let parts = || name.split(['.', '-', '_']);
    looks_like_host(host)
        && parts().any(|part| PARTS.contains(&part))
        && !parts().any(|part| OTHERS.contains(&part))
}

/// Whether this is a registry that everybody knows.
fn is_known(name: &str) -> bool {
    let is =
        |known: &&str| if known.starts_with('.') { name.ends_with(*known) } else { name == *known };
    let is_of = |begin: &str, end: &str| name.starts_with(begin) && name.ends_with(end);
    KNOWN.iter().any(is)
        || (name.contains(".dkr.ecr") && name.contains(".amazonaws."))
        || is_of("rg.", ".scw.cloud")
        || is_of("swr.", ".myhuaweicloud.com")
}

/// Whether a text can be a host: a name with a dot or a port, or this machine. A name of a service
/// may have `_` in it, when a port follows.
#[must_use]
pub fn looks_like_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_of_name = |b: u8| {
        b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || (b == b'_' && port.is_some())
    };
    let is_name = !name.is_empty()
        && name.bytes().all(is_of_name)
        && !name.starts_with('.')
        && !name.ends_with('.');
    let is_port = port.is_none_or(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    is_name && is_port && (name.contains('.') || port.is_some() || name == "localhost")
}

/// Whether a text is an address or a host with a dot or a port: `https://r.lan/v1/`, `r.lan/org`,
/// `localhost:5000`. Less is asked of it than of [`looks_like_host`]: it stands where an address must.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let host = rest.split('/').next().unwrap_or(rest);
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]*".contains(&b);
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    // `community.docker.docker_login` is no host; names of services with `_` have a port.
    let has_dot = host.contains('.') && !host.contains('_');
    let has_form = scheme.is_some() || has_dot || has_port || host == "localhost";
    has_form
        && host.len() <= 255
        && host.bytes().all(is_name)
        && host.starts_with(|c: char| c.is_ascii_alphanumeric() || "[*".contains(c))
}

/// Whether an address is one of another kind of registry.
#[must_use]
pub fn is_other(written: &str) -> bool {
    let lower = written.to_ascii_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|part| OTHERS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_told_from_other_hosts() {
        for yes in [
            "ghcr.io",
            "https://index.docker.io/v1/",
            "acme.azurecr.io",
            "eu.gcr.io/p/i:1",
            "1234.dkr.ecr.eu-west-1.amazonaws.com",
            "registry.example.com:5000",
            "harbor.corp/x",
            "oci://charts.example.com/x",
            "docker.acme.dev",
            "europe-docker.pkg.dev/p",
            "my-registry.corp.example",
            "docker-local.acme.example",
            "rg.fr-par.scw.cloud",
            "user@quay.io/org",
        ] {
            assert!(is_registry(yes), "{yes}");
        }
        for no in [
            "registry.npmjs.org",
            "https://npm.pkg.github.com",
            "db.example.com:5432",
            "docker",
            "schema-registry.example.com:8081",
            "registry",
            "https://registry.terraform.io",
            "",
            "a registry.b",
            "localhost:5000",
            "s3.fr-par.scw.cloud",
            "s3.amazonaws.com",
            "api.github.com",
            "pypi.org",
            "community.docker.docker_login",
        ] {
            assert!(!is_registry(no), "{no}");
        }
    }

    #[test]
    fn addresses_have_a_dot_a_port_or_a_scheme() {
        for host in [
            "https://index.docker.io/v1/",
            "r.lan:5000",
            "localhost:5000",
            "quay.io/org/app",
            "http://r",
        ] {
            assert!(is_address(host), "{host}");
        }
        for other in [
            "default",
            "auth",
            ".dockerconfigjson",
            "two words.x",
            "",
            "a/b.c",
            "x:y",
            "a.docker.b_c",
        ] {
            assert!(!is_address(other), "{other}");
        }
    }
}
