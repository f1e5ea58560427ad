//! A registry that is a cache of another one, and its login there.

use std::path::PathBuf;

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "distribution",
    about: "the login of a registry that is a cache",
    reference: "https://distribution.github.io/distribution/about/configuration/#proxy",
    places,
    words: &["remoteurl"],
    find: Find::Map(find),
};

fn places(places: &Places) -> Vec<PathBuf> {
    let folders = [
        "docker/registry/config.yml",
        "docker-distribution/registry/config.yml",
        "distribution/config.yml",
    ];
    folders.iter().flat_map(|path| Places::below(&places.system, path)).collect()
}

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if let Some(url) = here.text(&["remoteurl"]) {
        login::take(here, Some(url), found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn the_login_at_the_other_registry_is_found() {
        let text = "version: 0.1\nproxy:\n  remoteurl: https://registry-1.docker.io\n  username: ada\n  password: s3cret-word\n";
        assert_eq!(
            logins("config.yml", text),
            [Login::of("distribution", "https://registry-1.docker.io", "ada", "s3cret-word", 5)]
        );
        clean("config.yml", &["proxy:\n  remoteurl: https://a.example\n  ttl: 168h\n"]);
        clean("config.yml", &["proxy:\n  remoteurl: 'x\n  password: y\n"]);
    }
}
