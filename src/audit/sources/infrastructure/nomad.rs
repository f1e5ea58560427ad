//! Nomad: `auth` in the settings of a task, beside the image.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source, images, login};

pub(crate) const SOURCE: Source = Source {
    id: "nomad",
    about: "a registry login in a Nomad job",
    reference: "https://developer.hashicorp.com/nomad/docs/drivers/docker#authentication",
    places: |_| Vec::new(),
    words: &["auth {", "auth{", "auth = {", "auth={", "auth = [", "\"auth\":", "\"auth\" :"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !here.is_named(&["auth"]) {
        return;
    }
    let Some(config) = here.map_above().filter(|map| map.is_named(&["config"])) else {
        return;
    };
    if let Some(image) = config.text(&["image"]) {
        let registry = here.text(&["server_address"]).or(images::of_image(image));
        login::take(here, registry, found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn tasks_are_found_in_both_languages() {
        let text = "job \"a\" {\n  group \"g\" {\n    task \"t\" {\n      driver = \"docker\"\n      config {\n        image = \"reg.example.com/o/a:1\"\n        auth {\n          username = \"ada\"\n          password = \"s3cret-word\"\n          server_address = \"reg.example.com\"\n        }\n      }\n    }\n    task \"u\" {\n      config {\n        image = \"ghcr.io/o/a\"\n        auth { username = \"bob\" password = \"0ther-word\" }\n      }\n    }\n  }\n}\n";
        assert_eq!(
            logins("a.nomad", text),
            [
                Login::of("nomad", "reg.example.com", "ada", "s3cret-word", 9),
                Login::of("nomad", "ghcr.io/o/a", "bob", "0ther-word", 17),
            ]
        );
        let json = r#"{"Job":{"TaskGroups":[{"Tasks":[{"Config":{"image":"acme/a","auth":[{"username":"ada","password":"s3cret-word"}]}}]}]}}"#;
        assert_eq!(
            logins("job.json", json),
            [Login::of("nomad", "docker.io", "ada", "s3cret-word", 1)]
        );
    }

    #[test]
    fn other_blocks_are_clean() {
        let text = "plugin \"docker\" {\n  config {\n    auth {\n      config = \"/etc/docker.json\"\n    }\n  }\n}\nbackend {\n  auth {\n    username = \"ada\"\n    password = \"s3cret-word\"\n  }\n}\n";
        clean("a.hcl", &[text]);
        clean("a.nomad", &["config { image = \"a\" auth { password = \"x }"]);
    }
}
