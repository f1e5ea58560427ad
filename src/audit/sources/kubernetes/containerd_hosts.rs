//! `certs.d/HOST/hosts.toml` of containerd: headers that it sends to a registry or a mirror.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::hosts;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, docker};

pub(crate) const SOURCE: Source = Source {
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
        "\".header.",
        "'.header.",
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
    if let Some(servers) = here.field("host") {
        for (name, host) in servers.fields().filter(|(name, _)| hosts::is_address(name)) {
            if let Some(headers) = host.field("header") {
                docker::headers::find_in(&headers, Some(name), found);
            }
        }
    }
    if here.up.is_none()
        && file.name() == "hosts.toml"
        && let Some(headers) = here.field("header")
    {
        let registry = here.text(&["server"]).or_else(|| folder(file.path));
        docker::headers::find_in(&headers, registry, found);
    }
}

/// The host that the file's folder is named after.
fn folder(path: &str) -> Option<&str> {
    let name = path.rsplit('/').nth(1)?;
    hosts::is_address(name).then_some(name)
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

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
        clean(
            PATH,
            &[
                "server = \"https://r.lan\"\n[host.\"https://m.lan\"]\ncapabilities = [\"pull\"]\n",
                "[host.\"https://m.lan\".header]\nx-region = \"eu\"\n",
                "[host.\"https://m.lan\".header]\nAuthorization = \"Basic Og==\"\n",
                "[host.\"https://m.lan\".header]\nAuthorization = \n",
                "[host.local.header]\nAuthorization = \"Bearer t0ken\"\n",
            ],
        );
    }
}
