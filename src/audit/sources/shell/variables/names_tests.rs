//! Names of variables, ours and others'.

use super::names::{has_secret, host, is_secret, role};
use super::vocabulary;

#[test]
fn a_name_says_whether_it_is_a_registrys_password() {
    for name in [
        "DOCKER_PASSWORD",
        "DOCKER_PASS",
        "DOCKERHUB_TOKEN",
        "DOCKERHUB_PASSWORD",
        "DOCKER_HUB_TOKEN",
        "DOCKER_TOKEN",
        "DOCKER_REGISTRY_PASS",
        "REGISTRY_PASSWORD",
        "REGISTRY_TOKEN",
        "CI_REGISTRY_PASSWORD",
        "CI_DEPLOY_PASSWORD",
        "CR_PAT",
        "GHCR_TOKEN",
        "GHCR_PAT",
        "QUAY_PASSWORD",
        "HARBOR_PASSWORD",
        "ACR_PASSWORD",
        "ECR_PASSWORD",
        "REPO_PASS",
        "NGC_API_KEY",
        "TF_VAR_registry_password",
        "SKOPEO_CREDS",
        "GCR_JSON_KEY",
        "ARTIFACTORY_DOCKER_PASSWORD",
        "DOCKER_PASSWORD_PROD",
        "DOCKER_PASSWORD_2",
        "REGISTRY_PROXY_PASSWORD",
        "DOCKER_AUTH_CONFIG",
        "DEVCONTAINERS_OCI_AUTH",
        "DOCKER_PSW",
        "ACR_CLIENT_SECRET",
        "DOCKERHUBPASSWORD",
    ] {
        assert!(is_secret(name), "{name}");
        let text = format!("a pass_{name}\n{name}=x");
        assert!(has_secret(&text) && has_secret(&text.to_ascii_lowercase()), "{name}");
    }
}

#[test]
fn other_programs_passwords_are_none() {
    for name in [
        "DB_PASSWORD",
        "MYSQL_PASSWORD",
        "GITHUB_TOKEN",
        "NPM_TOKEN",
        "NPM_REGISTRY_TOKEN",
        "CARGO_REGISTRY_TOKEN",
        "SCHEMA_REGISTRY_PASSWORD",
        "REGISTRY_HTTP_SECRET",
        "DOCKER_PASSWORD_FILE",
        "DOCKER_USERNAME",
        "DOCKER_HOST",
        "DOCKER_MYSQL_PASSWORD",
        "REGISTRY_STORAGE_S3_SECRETKEY",
        "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE",
        "ECS_ENGINE_AUTH_DATA",
        "PASSWORD",
        "TOKEN",
        "IMAGE_PULL_SECRET",
        "DOCKER",
        "",
    ] {
        assert!(!is_secret(name) && !has_secret(&format!("{name}=x")), "{name}");
    }
}

#[test]
fn a_name_says_its_registry() {
    assert_eq!(host("DOCKERHUB_TOKEN"), Some("docker.io"));
    assert_eq!(host("DOCKER_HUB_PASSWORD"), Some("docker.io"));
    assert_eq!(host("CR_PAT"), Some("ghcr.io"));
    assert_eq!(host("NGC_API_KEY"), Some("nvcr.io"));
    assert_eq!(host("DOCKER_PASSWORD"), None);
}

#[test]
fn no_name_of_a_secret_is_missed_by_the_prefilter() {
    use crate::audit::prefilter::may_hold_credentials;
    let word = |name: &str| format!("{name}=p4ssword-9\n");
    for registry in vocabulary::REGISTRY_WORDS {
        for secret in vocabulary::SECRET_WORDS {
            let names = [
                format!("{registry}_{secret}"),
                format!("MY_{registry}_CI_{secret}"),
                format!("{registry}{secret}"),
            ];
            for name in names {
                // Too short to be looked for in every file.
                let is_short = name.contains("MY_CR_CI");
                let is_seen = is_short || may_hold_credentials(word(&name).as_bytes());
                assert!(is_seen || role(&name).is_none(), "{name}");
                assert_eq!(has_secret(&word(&name)), is_secret(&name), "{name}");
            }
        }
    }
}
