//! Drone and Woodpecker: settings of the steps that build and push images, also in the old form
//! where they stand in the step itself.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::images::{self, HUB};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "drone",
    about: "a registry login in a Drone or Woodpecker pipeline",
    reference: "https://plugins.drone.io/plugins/docker",
    places: |_| Vec::new(),
    words: &[
        "plugins/",
        "settings:\n",
        "settings:\r",
        "settings: {",
        "settings: &",
        "settings: #",
        "settings: \n",
        "settings:{",
        "plugin-",
        "drone-",
        "kaniko",
        "\"settings\"",
    ],
    find: Find::Map(find),
};

/// Words in the names of plugins that push images.
const PLUGINS: &[&str] = &[
    "docker",
    "kaniko",
    "buildx",
    "buildah",
    "podman",
    "plugins/gcr",
    "plugins/ecr",
    "plugins/acr",
    "plugins/gar",
    "drone-ecr",
    "drone-gcr",
    "drone-acr",
    "img",
    "skopeo",
    "manifest",
];

const USERS: &[&str] = &["username", "user", "access_key", "docker_username"];

const SECRETS: &[&str] = &["password", "token", "secret_key", "docker_password"];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.is_named(&["logins"]) {
        let settings = here.map_above().filter(|map| map.is_named(&["settings"]));
        if settings.is_some() {
            login::take(here, here.text(&["registry"]).or(Some(HUB)), found);
        }
        return;
    }
    let is_settings = here.is_named(&["settings"]);
    let step = if is_settings { here.map_above() } else { Some(here) };
    let Some(image) = step.and_then(|step| step.text(&["image", "plugin"])) else { return };
    let image = image.to_ascii_lowercase();
    let pushes = is_settings || here.text(&["repo", "registry"]).is_some();
    if !pushes || !PLUGINS.iter().any(|word| image.contains(word)) {
        return;
    }
    let of_repo = || here.text(&["repo", "create_repository"]).map_or(Some(HUB), images::of_image);
    let registry = here.text(&["registry"]).or_else(of_repo);
    login::take_named(here, registry, (USERS, SECRETS), found);
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn plugins_that_push_are_found_in_both_forms() {
        let text = "kind: pipeline\nsteps:\n- name: publish\n  image: plugins/docker\n  settings:\n    repo: reg.example.com/o/a\n    registry: reg.example.com\n    username: ada\n    password: s3cret-word\n- image: woodpeckerci/plugin-docker-buildx\n  settings:\n    repo: acme/a\n    logins:\n      - registry: https://index.docker.io/v1/\n        username: bob\n        password: 0ther-word\n---\npipeline:\n  publish:\n    image: plugins/docker\n    repo: acme/a\n    username: cy\n    password: th1rd-word\n";
        assert_eq!(
            logins(".drone.yml", text),
            [
                Login::of("drone", "reg.example.com", "ada", "s3cret-word", 9),
                Login::of("drone", "https://index.docker.io/v1/", "bob", "0ther-word", 16),
                Login::of("drone", "docker.io", "cy", "th1rd-word", 23),
            ]
        );
    }

    #[test]
    fn references_and_other_plugins_are_clean() {
        let text = "steps:\n- image: plugins/docker\n  settings:\n    repo: acme/a\n    password: {from_secret: p}\n- image: drillster/drone-email\n  settings: {host: smtp.example.com, username: ada, password: s3cret-word}\n";
        clean(".drone.yml", &[text]);
        clean(".drone.yml", &["settings: {password: 'x\n- plugins/docker\n"]);
    }
}
