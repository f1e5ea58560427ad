//! Terraform: providers and resources that log in to a registry.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::hosts;
use crate::audit::sources::images::HUB;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "terraform",
    about: "a registry login in Terraform's configuration",
    reference: "https://github.com/kreuzwerker/terraform-provider-docker/blob/master/docs/index.md",
    places: |_| Vec::new(),
    words: &[
        "registry_auth",
        "auth_config",
        "server_address",
        "image_registry_credential",
        "repository_password",
        "oci://",
        "argocd_repository",
        "secret_string",
    ],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    match here.name() {
        Some("registry_auth") => login::take(here, here.text(&["address"]), found),
        // `build` of a `docker_image`, and a `docker_registry_image`.
        Some("auth_config") => login::take(here, here.text(&["host_name", "address"]), found),
        // A `docker_service`.
        Some("auth") => {
            if let Some(address) = here.text(&["server_address"]) {
                login::take(here, Some(address), found);
            }
        }
        Some("image_registry_credential") => login::take(here, here.text(&["server"]), found),
        Some("secret_string") => kept(here, found),
        _ if here.is_below("argocd_repository") => argocd(here, found),
        _ if here.is_below("argocd_repository_credentials") => argocd(here, found),
        _ => chart(here, found),
    }
}

/// A repository of Argo CD; those of Git are no registry.
fn argocd(here: &Here<'_>, found: &mut Vec<Found>) {
    let is_registry = here.text(&["enable_oci"]) == Some("true")
        || here.text(&["type"]).is_some_and(|kind| ["helm", "oci"].contains(&kind));
    if let Some(address) = here.text(&["repo", "url"]).filter(|_| is_registry) {
        login::take(here, Some(address), found);
    }
}

/// Parts of names of secrets that are for a registry, and which one where that is said.
const KEPT: &[(&str, Option<&str>)] = &[
    ("dockerhub", Some(HUB)),
    ("docker_hub", Some(HUB)),
    ("ghcr", Some("ghcr.io")),
    ("quay", Some("quay.io")),
    ("docker", None),
    ("registry", None),
    ("pull_through", None),
    ("pullthrough", None),
    ("image_pull", None),
];

/// A login that Secrets Manager keeps for ECS (`password`) or for ECR's pull through cache
/// (`accessToken`); its name, or that of its resource, says what it is for.
fn kept(here: &Here<'_>, found: &mut Vec<Found>) {
    let label = here.names().nth(1).unwrap_or_default();
    let version = here.map_above();
    let id = version.and_then(|map| map.text(&["secret_id"]));
    let resources = version.and_then(|map| map.map_above()?.map_above());
    let secret = resources.and_then(|map| map.get("aws_secretsmanager_secret")?.get(label));
    let name = secret.and_then(|secret| secret.get("name")?.text());
    let names = [Some(label), id, name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let names = names.replace('-', "_").to_ascii_lowercase();
    let is_other = hosts::is_other(&names.replace('_', "-"));
    let part = KEPT.iter().find(|(part, _)| names.contains(part)).filter(|_| !is_other);
    if let Some((_, registry)) = part.filter(|_| here.text(login::USERS).is_some()) {
        let names: (&[&str], &[&str]) = (login::USERS, &["password", "accessToken", "token"]);
        login::take_named(here, *registry, names, found);
    }
}

/// A `helm_release` from a registry.
fn chart(here: &Here<'_>, found: &mut Vec<Found>) {
    let repository = here.text(&["repository"]).filter(|url| url.starts_with("oci://"));
    if repository.is_some() {
        let names: (&[&str], &[&str]) = (&["repository_username"], &["repository_password"]);
        login::take_named(here, repository, names, found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn providers_and_resources_are_found() {
        let text = "provider \"docker\" {\n  registry_auth {\n    address  = \"ghcr.io\"\n    username = \"ada\"\n    password = \"s3cret-word\"\n  }\n  registry_auth { address = \"quay.io\" username = \"bob\" password = \"0ther-word\" }\n}\nresource \"azurerm_container_group\" \"a\" {\n  image_registry_credential {\n    server   = \"acme.azurecr.io\"\n    username = \"cy\"\n    password = \"th1rd-word\"\n  }\n}\nresource \"helm_release\" \"a\" {\n  repository          = \"oci://reg.example.com/charts\"\n  repository_username = \"dee\"\n  repository_password = \"f0urth-word\"\n}\n";
        assert_eq!(
            logins("main.tf", text),
            [
                Login::of("terraform", "ghcr.io", "ada", "s3cret-word", 5),
                Login::of("terraform", "quay.io", "bob", "0ther-word", 7),
                Login::of("terraform", "acme.azurecr.io", "cy", "th1rd-word", 13),
                Login::of("terraform", "oci://reg.example.com/charts", "dee", "f0urth-word", 19),
            ]
        );
    }

    #[test]
    fn repositories_of_argo_cd_are_found_where_they_are_registries() {
        let text = "resource \"argocd_repository\" \"a\" {\n  repo = \"reg.lan/charts\"\n  type = \"helm\"\n  username = \"ada\"\n  password = \"s3cret-word\"\n}\nresource \"argocd_repository\" \"b\" {\n  repo = \"https://github.com/acme/a\"\n  username = \"bob\"\n  password = \"0ther-word\"\n}\n";
        let expected = Login::of("terraform", "reg.lan/charts", "ada", "s3cret-word", 5);
        assert_eq!(logins("main.tf", text), [expected]);
    }

    #[test]
    fn documents_of_docker_in_secrets_are_found() {
        let text = "resource \"kubernetes_secret\" \"a\" {\n  type = \"kubernetes.io/dockerconfigjson\"\n  data = {\n    \".dockerconfigjson\" = jsonencode({\n      auths = {\n        \"ghcr.io\" = {\n          username = \"ada\"\n          password = \"s3cret-word\"\n          auth     = base64encode(\"ada:s3cret-word\")\n        }\n      }\n    })\n    b = <<-EOT\n      {\"auths\":{\"quay.io\":{\"auth\":\"Ym9iOjB0aGVyLXdvcmQ=\"}}}\n    EOT\n  }\n}\nprovider \"docker\" {\n  registry_auth {\n    address             = \"gcr.io\"\n    config_file_content = \"{\\\"auths\\\":{\\\"gcr.io\\\":{\\\"auth\\\":\\\"Y3k6dGgxcmQtd29yZA==\\\"}}}\"\n  }\n}\n";
        let found = logins("main.tf", text);
        assert!(found.contains(&Login::of("docker-config", "ghcr.io", "ada", "s3cret-word", 9)));
        assert!(found.contains(&Login::of("docker-config", "quay.io", "bob", "0ther-word", 13)));
        assert!(found.contains(&Login::of("docker-config", "gcr.io", "cy", "th1rd-word", 21)));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn logins_that_a_manager_of_secrets_keeps_are_found_by_its_name() {
        let text = "resource \"aws_secretsmanager_secret_version\" \"registry_login\" {\n  secret_id     = aws_secretsmanager_secret.a.id\n  secret_string = jsonencode({ username = \"ada\", password = \"s3cret-word\" })\n}\nresource \"aws_secretsmanager_secret_version\" \"ghcr-cache\" {\n  secret_string = jsonencode({\n    username    = \"bob\"\n    accessToken = \"0ther-word\"\n  })\n}\n";
        assert_eq!(
            logins("main.tf", text),
            [
                Login::of("terraform", "", "ada", "s3cret-word", 3),
                Login::of("terraform", "ghcr.io", "bob", "0ther-word", 8),
            ]
        );
        let named = format!(
            "resource \"aws_secretsmanager_secret\" \"a\" {{\n  name = \"ecr-pullthroughcache/docker-hub\"\n}}\n{}",
            text.replace("registry_login", "a").replace("ghcr-cache", "b")
        );
        let expected = Login::of("terraform", "docker.io", "ada", "s3cret-word", 6);
        assert_eq!(logins("main.tf", &named), [expected]);
        let other = |name| text.replace("registry_login", name).replace("ghcr-cache", name);
        clean("main.tf", &[&other("database"), &other("npm_registry")]);
    }

    #[test]
    fn references_and_other_passwords_are_clean() {
        let text = "provider \"docker\" {\n  registry_auth {\n    address = \"ghcr.io\"\n    password = var.registry_password\n  }\n}\nresource \"db\" \"a\" {\n  username = \"ada\"\n  password = \"s3cret-word\"\n}\nresource \"helm_release\" \"a\" {\n  repository = \"https://charts.example.com\"\n  repository_password = \"s3cret-word\"\n}\n";
        clean("main.tf", &[text]);
        clean("main.tf", &["registry_auth {\n  password = \"x\n"]);
    }
}
