//! Logins in Secrets of Kubernetes that are no Docker settings: Tekton's, and those whose names say
//! that they are for a registry.

use super::values::{SecretValue, is_secret, passwords, text, values};
use crate::audit::document::{Here, Node};
use crate::audit::finding::{Found, Kind};
use crate::audit::sources::secret_names::is_password;
use crate::audit::sources::shell::variables::names;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "k8s-basic-auth",
    about: "a password of a registry in a Secret of Kubernetes",
    reference: "https://github.com/tektoncd/pipeline/blob/main/docs/auth.md",
    places: |_| Vec::new(),
    words: &["tekton.dev/docker-", "kind: secret", "\"kind\":\"secret\"", "\"kind\": \"secret\""],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !is_secret(here) {
        return;
    }
    let values = values(here);
    let registries = tekton(here);
    if !registries.is_empty() {
        for registry in registries {
            found.extend(passwords(here, &values, &["password"], Some(registry)));
        }
        return;
    }
    let named =
        values.iter().filter(|value| is_password(value.name) && !value.text.trim().is_empty());
    for value in named.take(100) {
        let (registry, username) = (registry_of(value.name, &values), user_of(value.name, &values));
        found.push(value.found(here, Kind::UserPass).of(registry, username));
    }
}

/// More registries than that have no Secret together.
const MAX_REGISTRIES: usize = 20;

/// The registries that Tekton uses a Secret for: its annotations `tekton.dev/docker-N`.
fn tekton<'t>(secret: &Here<'t>) -> Vec<&'t str> {
    let annotations: Option<&'t Node> =
        secret.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let Some(node) = annotations else { return Vec::new() };
    let annotations = Here { node, ..*secret };
    let named = annotations.entries().filter(|(name, _)| name.starts_with("tekton.dev/docker-"));
    named.filter_map(|(_, node)| node.text()).take(MAX_REGISTRIES).collect()
}

/// The registry that stands beside a password, else the one that its name says.
fn registry_of<'v>(name: &str, values: &'v [SecretValue<'_>]) -> Option<&'v str> {
    let name = name.replace(['-', '.'], "_");
    registry_beside(values).or_else(|| names::host(&name))
}

fn registry_beside<'v>(values: &'v [SecretValue<'_>]) -> Option<&'v str> {
    text(
        values,
        &[
            "registry",
            "server",
            "docker-server",
            "docker_server",
            "docker-registry",
            "docker_registry",
            "registry-url",
            "registry_url",
            "registry-server",
            "registry_server",
            "registry-host",
            "registry_host",
            "url",
        ],
    )
}

/// The user whose name begins as the password's does, else one that stands beside it.
fn user_of<'v>(name: &str, values: &'v [SecretValue<'_>]) -> Option<&'v str> {
    let stems = names::stems(&name.replace(['-', '.'], "_"));
    let named = stems.iter().find_map(|stem| {
        let dashed = stem.replace('_', "-");
        let twins = ["_USERNAME", "_USER"].map(|end| format!("{stem}{end}"));
        let others = ["-USERNAME", "-USER"].map(|end| format!("{dashed}{end}"));
        twins.iter().chain(&others).find_map(|name| text(values, &[name]))
    });
    named.or_else(|| user_beside(values))
}

fn user_beside<'v>(values: &'v [SecretValue<'_>]) -> Option<&'v str> {
    text(
        values,
        &[
            "username",
            "user",
            "docker-username",
            "docker_username",
            "docker-user",
            "docker_user",
            "registry-username",
            "registry_username",
            "registry-user",
            "registry_user",
            "dockerhub-username",
            "dockerhub_username",
            "dockerhub_user",
        ],
    )
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use crate::audit::sources::testing::{hits, lines_of};

    fn tekton(body: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: basic\n  annotations:\n    tekton.dev/docker-0: https://gcr.io\ntype: kubernetes.io/basic-auth\n{body}"
        )
    }

    #[test]
    fn tektons_login_is_found_plain_and_encoded() {
        let expected = ["https://gcr.io ada userpass s3cret-word"];
        let plain = tekton("stringData:\n  username: ada\n  password: s3cret-word\n");
        assert_eq!(lines_of("k8s-basic-auth", "t.yaml", &plain), expected);
        let encode = |text: &str| Base64::encode_string(text.as_bytes());
        let encoded = tekton(&format!(
            "data:\n  username: {}\n  password: {}\n",
            encode("ada"),
            encode("s3cret-word\n")
        ));
        assert_eq!(lines_of("k8s-basic-auth", "t.yaml", &encoded), expected);
        let both = tekton(&format!(
            "data:\n  password: {}\nstringData:\n  username: ada\n  password: s3cret-word\n",
            encode("s3cret-word")
        ));
        assert_eq!(lines_of("k8s-basic-auth", "t.yaml", &both), expected);
    }

    #[test]
    fn tektons_login_is_one_for_each_registry_that_it_names() {
        let text = tekton("stringData:\n  username: ada\n  password: s3cret-word\n");
        let text = text.replace("type:", "    tekton.dev/docker-1: https://r.lan\ntype:");
        let expected =
            ["https://gcr.io", "https://r.lan"].map(|r| format!("{r} ada userpass s3cret-word"));
        assert_eq!(lines_of("k8s-basic-auth", "t.yaml", &text), expected);
    }

    #[test]
    fn a_value_named_as_a_registrys_password_is_found() {
        let word = Base64::encode_string(b"s3cret-word");
        let text = format!(
            "kind: Secret\ndata:\n  DOCKER_USERNAME: YWRh\n  DOCKER_PASSWORD: {word}\n  DB_PASSWORD: {word}\n"
        );
        assert_eq!(lines_of("k8s-basic-auth", "s.yaml", &text), ["* ada userpass s3cret-word"]);
    }

    #[test]
    fn a_name_says_the_registry_and_whose_password_it_is() {
        let text = "kind: Secret\nstringData:\n  user: other\n  QUAY_USERNAME: ada\n  QUAY_PASSWORD: s3cret-word\n";
        assert_eq!(
            lines_of("k8s-basic-auth", "s.yaml", text),
            ["quay.io ada userpass s3cret-word"]
        );
        let text = "kind: Secret\ndata:\n  GITHUB_ACTOR: YWRh\n  CR_PAT: czNjcmV0LXdvcmQ=\n";
        assert_eq!(hits("s.yaml", text).len(), 1);
    }

    #[test]
    fn other_secrets_are_clean() {
        for text in [
            "kind: Secret\ntype: kubernetes.io/basic-auth\nmetadata:\n  annotations:\n    tekton.dev/git-0: https://github.com\nstringData:\n  username: u\n  password: s3cret-word\n".to_owned(),
            "kind: Secret\ntype: kubernetes.io/basic-auth\nstringData:\n  username: u\n  password: s3cret-word\n".to_owned(),
            tekton("stringData:\n  username: ada\n  password: \"\"\n"),
            tekton("stringData:\n  username: ada\n"),
            tekton("stringData: [\n"),
        ] {
            assert!(hits("s.yaml", &text).is_empty(), "{text}");
        }
    }
}
