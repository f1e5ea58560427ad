//! CircleCI: `auth` beside the image of an executor.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source, images, login};

pub(crate) const SOURCE: Source = Source {
    id: "circleci",
    about: "a registry login in a CircleCI pipeline",
    reference: "https://circleci.com/docs/private-images/",
    places: |_| Vec::new(),
    words: &["auth:\n", "auth: {", "auth:{", "auth: &", "auth: #", "aws_auth"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !here.is_named(&["auth", "aws_auth"]) {
        return;
    }
    let Some(executor) = here.map_above().filter(|map| map.is_named(&["docker"])) else {
        return;
    };
    let Some(image) = executor.text(&["image"]) else { return };
    let registry = images::of_image(image);
    login::take(here, registry, found);
    let keys: (&[&str], &[&str]) = (&["aws_access_key_id"], &["aws_secret_access_key"]);
    login::take_named(here, registry, keys, found);
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn the_image_says_which_registry() {
        let text = "version: 2.1\njobs:\n  build:\n    docker:\n      - image: acme/private:1\n        auth:\n          username: ada\n          password: s3cret-word\n      - image: 12.dkr.ecr.eu-west-1.amazonaws.com/a\n        aws_auth:\n          aws_access_key_id: key\n          aws_secret_access_key: 0ther-word\n";
        assert_eq!(
            logins(".circleci/config.yml", text),
            [
                Login::of("circleci", "docker.io", "ada", "s3cret-word", 8),
                Login::of(
                    "circleci",
                    "12.dkr.ecr.eu-west-1.amazonaws.com/a",
                    "key",
                    "0ther-word",
                    12
                ),
            ]
        );
    }

    #[test]
    fn other_logins_are_clean() {
        clean("c.yml", &["docker:\n- image: a\n  auth:\n    username: ada\n"]);
        clean("c.yml", &["db:\n  auth:\n    username: ada\n    password: s3cret-word\n"]);
        clean("c.yml", &["docker:\n- image: a\n  auth:\n - x: [\n"]);
    }
}
