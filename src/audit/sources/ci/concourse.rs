//! Concourse: the sources of image resources.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source, images, login};

pub(crate) const SOURCE: Source = Source {
    id: "concourse",
    about: "a registry login in a Concourse pipeline",
    reference: "https://github.com/concourse/registry-image-resource/blob/master/README.md",
    places: |_| Vec::new(),
    words: &["registry-image", "docker-image", "registry_mirror", "image_resource"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.is_named(&["registry_mirror"]) {
        login::take(here, here.text(&["host"]), found);
    } else if here.is_named(&["source"]) {
        let Some(image) = here.text(&["repository"]) else { return };
        let kind = here.map_above().and_then(|resource| resource.text(&["type"]));
        if kind.is_none_or(|kind| ["image", "docker", "oci"].iter().any(|w| kind.contains(w))) {
            let registry = images::of_image(image);
            login::take(here, registry, found);
            let keys: (&[&str], &[&str]) = (&["aws_access_key_id"], &["aws_secret_access_key"]);
            login::take_named(here, registry, keys, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn image_resources_and_their_mirrors_are_found() {
        let text = "resources:\n- name: a\n  type: registry-image\n  source:\n    repository: ghcr.io/o/a\n    username: ada\n    password: s3cret-word\n    registry_mirror:\n      host: mirror.example.com\n      username: bob\n      password: 0ther-word\njobs:\n- plan:\n  - task: t\n    config:\n      image_resource:\n        type: docker-image\n        source: {repository: acme/a, username: cy, password: th1rd-word}\n";
        assert_eq!(
            logins("pipeline.yml", text),
            [
                Login::of("concourse", "ghcr.io/o/a", "ada", "s3cret-word", 7),
                Login::of("concourse", "mirror.example.com", "bob", "0ther-word", 11),
                Login::of("concourse", "docker.io", "cy", "th1rd-word", 18),
            ]
        );
    }

    #[test]
    fn resources_of_other_kinds_are_clean() {
        let text = "resources:\n- type: git\n  source: {uri: https://a.example, username: ada, password: s3cret-word}\n- type: registry-image\n  source: {repository: a}\n- type: github-release\n  source: {repository: r, user: u, token: s3cret-word}\n";
        clean("p.yml", &[text]);
        clean("p.yml", &["type: registry-image\nsource: {repository: a, password: 'x\n"]);
    }
}
