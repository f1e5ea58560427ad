//! Dependabot: registries of images and of charts with a password in the file.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "dependabot",
    about: "a registry login in Dependabot's settings",
    reference: "https://docs.github.com/code-security/dependabot/working-with-dependabot/configuring-access-to-private-registries-for-dependabot",
    places: |_| Vec::new(),
    words: &["docker-registry", "docker_registry", "helm-registry"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let kind = here.text(&["type"]);
    if matches!(kind, Some("docker-registry" | "docker_registry" | "helm-registry")) {
        let registry = here.text(&["url", "registry"]);
        login::take_named(here, registry, (login::USERS, &["password", "token", "key"]), found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn registries_of_images_are_found_and_others_not() {
        let text = "version: 2\nregistries:\n  hub:\n    type: docker-registry\n    url: https://registry.hub.docker.com\n    username: ada\n    password: s3cret-word\n    replaces-base: true\n  npm:\n    type: npm-registry\n    url: https://registry.npmjs.org\n    token: 0ther-word\n";
        let url = "https://registry.hub.docker.com";
        assert_eq!(
            logins(".github/dependabot.yml", text),
            [Login::of("dependabot", url, "ada", "s3cret-word", 7)]
        );
        clean("d.yml", &["type: docker-registry\nurl: https://a.example\n"]);
        clean("d.yml", &["type: docker-registry\npassword: [\n"]);
    }
}
