//! Workflows of GitHub, Gitea and Forgejo: actions that log in to a registry, and the credentials
//! of a job's containers.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::images::{self, HUB};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "github-actions",
    about: "a registry login in a workflow",
    reference: "https://github.com/docker/login-action/blob/master/README.md",
    places: |_| Vec::new(),
    words: &[
        "uses: ",
        "\"uses\"",
        "credentials:\n",
        "credentials:\r",
        "credentials: {",
        "credentials: &",
        "credentials: #",
        "credentials: \n",
        "credentials:{",
        "\"credentials\"",
        "registry-auth",
    ],
    find: Find::Map(find),
};

/// Words in the names of actions that log in to a registry.
const ACTIONS: &[&str] = &[
    "docker",
    "podman",
    "container",
    "registry",
    "ghcr",
    "buildah",
    "kaniko",
    "oras",
    "skopeo",
    "crane",
    "acr",
    "k8s-create-secret",
    "image",
    "helm",
    "buildpack",
    "ko-",
    "cosign",
];

const USERS: &[&str] = &[
    "username",
    "user",
    "registry-username",
    "registry_username",
    "registry-user",
    "docker-username",
    "docker_username",
    "dockerhub-username",
    "dockerhub_username",
    "container-registry-username",
];

const SECRETS: &[&str] = &[
    "password",
    "registry-password",
    "registry_password",
    "registry-token",
    "registry_token",
    "docker-password",
    "docker_password",
    "dockerhub-password",
    "dockerhub_password",
    "dockerhub-token",
    "dockerhub_token",
    "container-registry-password",
];

const REGISTRIES: &[&str] = &[
    "registry",
    "login-server",
    "registry-url",
    "registry_url",
    "registry-server",
    "container-registry-url",
    "docker-registry",
    "docker_registry",
    "docker-registry-url",
];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    match here.name() {
        Some("with") => action(here, found),
        Some("registry-auth") => {
            login::take(here, here.text(&["registry"]).or(Some(HUB)), found);
        }
        Some("credentials") => {
            let image = here.map_above().and_then(|job| job.text(&["image"]));
            if let Some(image) = image {
                login::take(here, images::of_image(image), found);
            }
        }
        _ => {}
    }
}

/// What an action is called with.
fn action(with: &Here<'_>, found: &mut Vec<Found>) {
    let Some(uses) = with.map_above().and_then(|step| step.text(&["uses"])) else { return };
    let uses = uses.strip_prefix("docker://").unwrap_or(uses).to_ascii_lowercase();
    let name = uses.split('@').next().unwrap_or(&uses);
    if !ACTIONS.iter().any(|word| name.contains(word)) {
        return;
    }
    let image = || with.text(&["image", "repository", "name", "image_name"]);
    let registry =
        with.text(REGISTRIES).or_else(|| image().map(images::of_image).unwrap_or(Some(HUB)));
    login::take_named(with, registry, (USERS, SECRETS), found);
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn the_login_action_is_found_with_and_without_a_registry() {
        let text = "jobs:\n  a:\n    steps:\n      - uses: docker/login-action@v3\n        with:\n          registry: ghcr.io\n          username: ada\n          password: s3cret-word\n      - uses: docker/login-action@v2\n        with: {username: bob, password: 0ther-word}\n";
        assert_eq!(
            logins(".github/workflows/a.yml", text),
            [
                Login::of("github-actions", "ghcr.io", "ada", "s3cret-word", 8),
                Login::of("github-actions", "docker.io", "bob", "0ther-word", 10),
            ]
        );
    }

    #[test]
    fn several_registries_in_one_text_are_found() {
        let text = "steps:\n- uses: docker/login-action@v3\n  with:\n    registry-auth: |\n      - username: ada\n        password: s3cret-word\n      - registry: quay.io\n        username: bob\n        password: 0ther-word\n";
        assert_eq!(
            logins("w.yml", text),
            [
                Login::of("github-actions", "docker.io", "ada", "s3cret-word", 5),
                Login::of("github-actions", "quay.io", "bob", "0ther-word", 5),
            ]
        );
    }

    #[test]
    fn other_actions_and_containers_are_found() {
        let text = "jobs:\n  a:\n    container:\n      image: quay.io/o/a:1\n      credentials:\n        username: ada\n        password: s3cret-word\n    services:\n      db:\n        image: acme/db\n        credentials: {username: bob, password: 0ther-word}\n    steps:\n    - uses: azure/docker-login@v1\n      with:\n        login-server: acme.azurecr.io\n        username: cy\n        password: th1rd-word\n    - uses: redhat-actions/podman-login@v1\n      with: {registry: quay.io, username: dee, password: f0urth-word}\n";
        assert_eq!(
            logins("w.yml", text),
            [
                Login::of("github-actions", "quay.io/o/a:1", "ada", "s3cret-word", 7),
                Login::of("github-actions", "docker.io", "bob", "0ther-word", 11),
                Login::of("github-actions", "acme.azurecr.io", "cy", "th1rd-word", 17),
                Login::of("github-actions", "quay.io", "dee", "f0urth-word", 19),
            ]
        );
    }

    #[test]
    fn actions_of_other_kinds_are_clean() {
        let text = "steps:\n- uses: appleboy/ssh-action@v1\n  with: {host: a.b.c, username: ada, password: s3cret-word}\n- uses: docker/login-action@v3\n  with:\n    username: ada\n";
        clean("w.yml", &[text]);
        clean("w.yml", &["steps:\n- uses: docker/login-action@v3\n  with: {\n"]);
    }
}
