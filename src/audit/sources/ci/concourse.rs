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
            login::take_named(here, of_amazon(here, image).as_deref(), keys, found);
        }
    }
}

/// The registry of an image for which there are keys of AWS: its account and region, where both are
/// said, unless the image names its host.
fn of_amazon(here: &Here<'_>, image: &str) -> Option<String> {
    if let Some(host) = images::of_image(image).filter(|registry| *registry != images::HUB) {
        return Some(host.to_owned());
    }
    let account = here.text(&["aws_account_id"])?;
    let region = here.text(&["aws_ecr_region", "aws_region"])?;
    Some(format!("{account}.dkr.ecr.{region}.amazonaws.com"))
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
    fn keys_of_aws_are_for_its_registry_and_never_for_the_hub() {
        let keys =
            "aws_access_key_id: a\n  aws_secret_access_key: s3cret-word\n  aws_region: eu-west-1\n";
        for (image, account, registry) in [
            ("app", "", ""),
            (
                "app",
                "  aws_account_id: '123456789012'\n",
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            ),
            ("r.example.com/app", "", "r.example.com/app"),
        ] {
            let text =
                format!("type: registry-image\nsource:\n  repository: {image}\n  {keys}{account}");
            let expected = Login::of("concourse", registry, "a", "s3cret-word", 5);
            assert_eq!(logins("p.yml", &text), [expected], "{image}{account}");
        }
    }

    #[test]
    fn resources_of_other_kinds_are_clean() {
        let text = "resources:\n- type: git\n  source: {uri: https://a.example, username: ada, password: s3cret-word}\n- type: registry-image\n  source: {repository: a}\n- type: github-release\n  source: {repository: r, user: u, token: s3cret-word}\n";
        clean("p.yml", &[text]);
        clean("p.yml", &["type: registry-image\nsource: {repository: a, password: 'x\n"]);
    }
}
