//! Buildkite: steps with the docker-login plugin, where the password stands in the pipeline.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::images::HUB;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "buildkite",
    about: "a registry login in a Buildkite pipeline",
    reference: "https://github.com/buildkite-plugins/docker-login-buildkite-plugin",
    places: |_| Vec::new(),
    words: &["docker-login"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let is_login = here.name().is_some_and(|name| {
        let plugin = name.split('#').next().unwrap_or(name);
        plugin
            .trim_end_matches(".git")
            .trim_end_matches("-buildkite-plugin")
            .ends_with("docker-login")
    });
    if is_login {
        login::take(here, here.text(&["server", "registry"]).or(Some(HUB)), found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn a_password_in_the_plugin_is_found() {
        let text = "steps:\n  - command: x\n    plugins:\n      - docker-login#v3.0.0:\n          username: ada\n          password: s3cret-word\n      - ssh://git@github.com/buildkite-plugins/docker-login-buildkite-plugin.git#v2:\n          server: quay.io\n          username: bob\n          password: 0ther-word\n";
        assert_eq!(
            logins("pipeline.yml", text),
            [
                Login::of("buildkite", "docker.io", "ada", "s3cret-word", 6),
                Login::of("buildkite", "quay.io", "bob", "0ther-word", 10),
            ]
        );
    }

    #[test]
    fn the_name_of_a_variable_is_clean() {
        let text = "plugins:\n- docker-login#v3.0.0:\n    username: ada\n    password-env: DOCKER_LOGIN_PASSWORD\n";
        clean("pipeline.yml", &[text]);
        clean("pipeline.yml", &["- docker-login#v3: {password: [\n"]);
    }
}
