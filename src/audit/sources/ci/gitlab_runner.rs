//! GitLab: Docker's settings in a variable, of a pipeline or of a runner.

use crate::audit::auths;
use crate::audit::document::{Here, Step};
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "docker-auth-config",
    about: "Docker's logins in a variable",
    reference: "https://docs.gitlab.com/runner/configuration/advanced-configuration/#use-a-private-container-registry",
    places: |places| {
        let mut all = Places::below(&places.system, "gitlab-runner/config.toml");
        all.push(places.home.join(".gitlab-runner/config.toml"));
        all
    },
    words: &["DOCKER_AUTH_CONFIG"],
    find: Find::Map(find),
};

const NAME: &str = "DOCKER_AUTH_CONFIG";

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !matches!(here.step, Step::Inner) {
        return;
    }
    let is_in_text = || here.up.and_then(|up| up.node.text()).is_some_and(|t| t.starts_with(NAME));
    if here.names().take(2).any(|name| name == NAME) || is_in_text() {
        auths::find(here, found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn variables_of_pipelines_and_runners_are_found() {
        let text = "variables:\n  DOCKER_AUTH_CONFIG: '{\"auths\":{\"ghcr.io\":{\"auth\":\"YWRhOnMzY3JldC13b3Jk\"}}}'\n";
        let expected =
            |line| [Login::of("docker-auth-config", "ghcr.io", "ada", "s3cret-word", line)];
        assert_eq!(logins(".gitlab-ci.yml", text), expected(2));
        let text = "variables:\n  DOCKER_AUTH_CONFIG:\n    value: '{\"auths\":{\"ghcr.io\":{\"auth\":\"YWRhOnMzY3JldC13b3Jk\"}}}'\n    description: d\n";
        assert_eq!(logins(".gitlab-ci.yml", text), expected(3));
        let text = "[[runners]]\n  environment = [\"A=1\", \"DOCKER_AUTH_CONFIG={\\\"auths\\\":{\\\"ghcr.io\\\":{\\\"auth\\\":\\\"YWRhOnMzY3JldC13b3Jk\\\"}}}\"]\n";
        assert_eq!(logins("config.toml", text), expected(2));
    }

    #[test]
    fn references_and_broken_values_are_clean() {
        clean("a.yml", &["variables:\n  DOCKER_AUTH_CONFIG: $AUTH\n"]);
        clean("a.yml", &["variables:\n  DOCKER_AUTH_CONFIG: '{\"auths\":{\"a\":'\n"]);
    }
}
