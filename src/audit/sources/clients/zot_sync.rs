//! The file with which zot logs in to the registries that it copies from: the `credentialsFile` of its
//! `sync` extension, registries by their addresses.

use crate::audit::document::Here;
use crate::audit::finding::{Found, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "zot-sync",
    about: "a login of zot for a registry that it copies from",
    reference: "https://zotregistry.dev/latest/articles/mirroring/",
    places: |_| Vec::new(),
    // Other addresses have a word of their own: `registry.`, `docker.io` and their like.
    words: &[
        ":5000\": {",
        ":5000\":{",
        ":5001\": {",
        ":5001\":{",
        ":8080\": {",
        ":8080\":{",
        ":443\": {",
        ":443\":{",
        "\":{\"username\"",
        "\": {\"username\"",
    ],
    find: Find::Map(find),
};

/// What is in the name of such a file, or of its folder.
const NAMES: &[&str] = &["sync", "zot", "registr"];

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let mut parts = file.path.rsplit('/').take(2);
    let is_named = parts.any(|part| NAMES.iter().any(|name| part.contains(name)));
    if !is_named || here.name().is_some() || !file.name().ends_with(".json") {
        return;
    }
    for (address, at) in here.fields().take(MAX_IN_FILE) {
        let is_login = at.text(&["username"]).is_some() && at.text(&["password"]).is_some();
        if is_login && hosts::looks_like_host(hosts::host(address)) {
            login::take(&at, Some(address), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const TEXT: &str = "{\n  \"127.0.0.1:8080\": {\n    \"username\": \"ada\",\n    \"password\": \"s3cret-word\"\n  },\n  \"r.lan\": {\"username\": \"bob\", \"password\": \"0ther-word\"}\n}\n";

    #[test]
    fn each_registry_is_found() {
        let expected = [
            Login::of("zot-sync", "127.0.0.1:8080", "ada", "s3cret-word", 4),
            Login::of("zot-sync", "r.lan", "bob", "0ther-word", 6),
        ];
        assert_eq!(logins("/etc/zot/credentials.json", TEXT), expected);
        assert_eq!(logins("sync-auth.json", TEXT), expected);
    }

    #[test]
    fn other_files_and_broken_ones_are_clean() {
        clean("/srv/db/hosts.json", &[TEXT]);
        clean(
            "sync-auth.json",
            &[
                "{\"users\": {\"username\": \"ada\", \"password\": \"s3cret-word\"}}",
                "{\"r.lan\": {\"username\": \"ada\"}}",
                "{\"r.lan\": {\"username\": \"ada\", \"password\": \"s3cret-word\"",
            ],
        );
    }
}
