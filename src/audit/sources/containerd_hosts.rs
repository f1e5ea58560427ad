//! `certs.d/HOST/hosts.toml` of containerd: headers that it sends to a registry or a mirror.

use super::fields::{below, is_host};
use super::{File, Find, Source, docker_headers};
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;

pub(super) const SOURCE: Source = Source {
    id: "containerd-hosts",
    about: "a login in a header that containerd sends",
    reference: "https://github.com/containerd/containerd/blob/main/docs/hosts.md",
    places: |places| {
        let mut all = Places::below(&places.system, "containerd/certs.d/*");
        all.extend(Places::below(&places.system, "docker/certs.d/*"));
        all
    },
    words: &[
        ".header]",
        "[header]",
        ".header.",
        "header.authorization",
        "header.\"",
        "header.'",
        "header.x-",
        "header = {",
        "header={",
    ],
    find: Find::Map(find),
};

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if let Some(hosts) = here.get("host") {
        let hosts = below(here, "host", hosts);
        for (name, node) in hosts.entries().filter(|(name, _)| is_host(name)) {
            let host = below(&hosts, name, node);
            if let Some(headers) = host.get("header") {
                docker_headers::find_in(&below(&host, "header", headers), Some(name), found);
            }
        }
    }
    if here.up.is_none()
        && file.name() == "hosts.toml"
        && let Some(headers) = here.get("header")
    {
        let registry = here.text(&["server"]).or_else(|| folder(file.path));
        docker_headers::find_in(&below(here, "header", headers), registry, found);
    }
}

/// The host that the file's folder is named after.
fn folder(path: &str) -> Option<&str> {
    let name = path.rsplit('/').nth(1)?;
    is_host(name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::fields::{hits, lines_of};

    const PATH: &str = "/etc/containerd/certs.d/r.lan/hosts.toml";

    #[test]
    fn headers_are_found_with_the_host_they_go_to() {
        let text = "server = \"https://r.lan\"\n[host.\"https://m.lan\"]\n  capabilities = [\"pull\"]\n  [host.\"https://m.lan\".header]\n    Authorization = \"Basic YWRhOnMzY3JldC13b3Jk\"\n    x-custom = [\"plain\"]\n[header]\nAuthorization = [\"Bearer t0ken\"]\n";
        let expected =
            ["https://m.lan ada http-header s3cret-word", "https://r.lan  http-header t0ken"];
        assert_eq!(lines_of("containerd-hosts", PATH, text), expected);
        let without = "[header]\n  authorization = \"Basic YWRhOnMzY3JldC13b3Jk\"\n";
        assert_eq!(
            lines_of("containerd-hosts", PATH, without),
            ["r.lan ada http-header s3cret-word"]
        );
    }

    #[test]
    fn files_without_a_login_are_clean() {
        for text in [
            "server = \"https://r.lan\"\n[host.\"https://m.lan\"]\ncapabilities = [\"pull\"]\n",
            "[host.\"https://m.lan\".header]\nx-region = \"eu\"\n",
            "[host.\"https://m.lan\".header]\nAuthorization = \"Basic Og==\"\n",
            "[host.\"https://m.lan\".header]\nAuthorization = \n",
            "[host.local.header]\nAuthorization = \"Bearer t0ken\"\n",
        ] {
            assert!(hits(PATH, text).is_empty(), "{text}");
        }
    }
}
