//! What `skopeo sync` reads: registries at the top of a YAML file, with `credentials` in each.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::hosts;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "skopeo-sync",
    about: "a login in a list of images to copy",
    reference: "https://github.com/containers/skopeo/blob/main/docs/skopeo-sync.1.md",
    places: |places| {
        let names = ["skopeo-sync.yml", "skopeo-sync.yaml", "sync.yml", "sync.yaml"];
        names.iter().map(|name| places.home.join(name)).collect()
    },
    words: &[
        "credentials:\n",
        "credentials:\r",
        "credentials: {",
        "credentials: &",
        "credentials: #",
        "credentials: \n",
        "credentials:{",
        "\"credentials\"",
    ],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.up.is_some() {
        return;
    }
    for (name, registry) in here.fields().filter(|(name, _)| hosts::is_address(name)) {
        if let Some(credentials) = registry.field("credentials") {
            login::take(&credentials, Some(name), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

    #[test]
    fn credentials_of_a_registry_are_found() {
        let text = "registry.example.com:\n  images:\n    busybox: []\n  credentials:\n    username: ada\n    password: s3cret-word\n  tls-verify: true\nquay.io:\n  images:\n    coreos/etcd: [latest]\n";
        let expected = ["registry.example.com ada userpass s3cret-word"];
        assert_eq!(lines_of("skopeo-sync", "mirror.yaml", text), expected);
        let short = "r.lan:5000: {credentials: {username: u, password: s3cret-word}}\n";
        assert_eq!(lines_of("skopeo-sync", "a.yml", short), ["r.lan:5000 u userpass s3cret-word"]);
    }

    #[test]
    fn credentials_of_others_are_none_of_ours() {
        clean(
            "sync.yaml",
            &[
                "database:\n  credentials:\n    username: u\n    password: p\n",
                "a:\n  r.lan:\n    credentials: {username: u, password: p}\n",
                "r.lan:\n  credentials: {username: u}\n",
                "r.lan:\n  credentials: token\n",
                "r.lan:\n  credentials: {\n",
            ],
        );
    }
}
