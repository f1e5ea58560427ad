//! Bitbucket's pipelines: the login beside the name of an image.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source, images, login};

pub(crate) const SOURCE: Source = Source {
    id: "bitbucket-pipelines",
    about: "a registry login in a Bitbucket pipeline",
    reference: "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
    places: |_| Vec::new(),
    words: &["pipelines:", "image:\n", "image:\r\n", "image: {", "image:{", "\"image\": {"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.is_named(&["image"]) {
        if let Some(image) = here.text(&["name"])
            && here.text(login::USERS).is_some()
        {
            login::take(here, images::of_image(image), found);
        }
    } else if here.is_named(&["aws"])
        && let Some(image) = here.map_above().filter(|map| map.is_named(&["image"]))
    {
        let registry = image.text(&["name"]).and_then(images::of_image);
        login::take_named(here, registry, (&["access-key"], &["secret-key"]), found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn images_with_a_login_are_found_in_every_place() {
        let text = "image:\n  name: acme/build:1\n  username: ada\n  password: s3cret-word\n  email: a@b.example\npipelines:\n  default:\n    - step:\n        image: {name: reg.example.com/x, username: bob, password: 0ther-word}\n    - step:\n        image:\n          name: 1.dkr.ecr.us-east-1.amazonaws.com/x\n          aws:\n            access-key: key\n            secret-key: th1rd-word\n";
        assert_eq!(
            logins("bitbucket-pipelines.yml", text),
            [
                Login::of("bitbucket-pipelines", "docker.io", "ada", "s3cret-word", 4),
                Login::of("bitbucket-pipelines", "reg.example.com/x", "bob", "0ther-word", 9),
                Login::of(
                    "bitbucket-pipelines",
                    "1.dkr.ecr.us-east-1.amazonaws.com/x",
                    "key",
                    "th1rd-word",
                    15
                ),
            ]
        );
    }

    #[test]
    fn an_image_without_a_login_is_clean() {
        clean("b.yml", &["image:\n  name: a\npipelines: {}\n"]);
        clean("b.yml", &["image:\n  name: a\n  password: [\npipelines:\n"]);
    }
}
