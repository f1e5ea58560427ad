//! Values of charts and other maps as people write them.

use crate::audit::sources::testing::{Login, clean, logins};

fn found(text: &str, registry: &str) {
    let expected = logins("values.yaml", text);
    let login = Login::of("registry-login", registry, "ada", "s3cret-word", 3);
    let line = text.lines().position(|line| line.contains("s3cret-word")).unwrap() + 1;
    let login = login.at(line);
    assert_eq!(expected, [login], "{text}");
}

#[test]
fn values_of_charts_are_found_in_every_spelling() {
    let parts = "  username: ada\n  password: s3cret-word\n";
    found(&format!("imageCredentials:\n  registry: reg.acme.example\n{parts}"), "reg.acme.example");
    found(&format!("imagePullSecret:\n  server: reg.acme.example\n{parts}"), "reg.acme.example");
    found(
        &format!("registry:\n  url: https://images.acme.example\n{parts}"),
        "https://images.acme.example",
    );
    found(&format!("dockerRegistry:\n{parts}"), "");
    found(&format!("dockerhub:\n{parts}"), "docker.io");
    found(
        "imagePullSecrets:\n- name: acme\n  registry: reg.acme.example\n  username: ada\n  password: \"s3cret-word\"\n",
        "reg.acme.example",
    );
    found(
        "global:\n  imageRegistry: reg.acme.example\n  imagePullSecret: {username: ada, password: s3cret-word}\n",
        "reg.acme.example",
    );
    found(
        "image:\n  registry: reg.acme.example\n  repository: a\n  credentials:\n    username: ada\n    password: s3cret-word\n",
        "reg.acme.example",
    );
    found(
        "image:\n  repository: ghcr.io/o/a\n  auth: {username: ada, password: s3cret-word}\n",
        "ghcr.io/o/a",
    );
}

#[test]
fn logins_without_a_host_and_under_any_name_are_found() {
    found("registry:\n  username: ada\n  password: s3cret-word\n", "");
    found("registry:\n  credentials: {username: ada, password: s3cret-word}\n", "");
    found(
        "imagePullSecrets:\n  acme:\n    server: acme.example\n    username: ada\n    password: s3cret-word\n",
        "acme.example",
    );
}

#[test]
fn maps_beside_or_under_a_known_host_are_found() {
    found(
        "targets:\n- url: https://ghcr.io\n  user: ada\n  token: s3cret-word\n",
        "https://ghcr.io",
    );
    found(
        "hosts:\n  quay.io:\n    credentials:\n      username: ada\n      password: s3cret-word\n",
        "quay.io",
    );
    found(
        "x: {registry_url: https://harbor.acme.example, username: ada, password: s3cret-word}\n",
        "https://harbor.acme.example",
    );
    found(
        "imageRegistryCredentials:\n- server: acme.example\n  username: ada\n  password: s3cret-word\n",
        "acme.example",
    );
}

#[test]
fn a_pull_secret_is_for_the_image_beside_it_or_for_what_its_name_says() {
    for (image, registry) in [
        ("{repository: nvcr.io/nim/meta/llama}", "nvcr.io/nim/meta/llama"),
        ("{registry: ghcr.io, repository: a/b}", "ghcr.io"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("{repository: a/b}", ""),
    ] {
        let text =
            format!("image: {image}\nimagePullSecret: {{username: ada, password: s3cret-word}}\n");
        found(&text, registry);
    }
    found("ngcApiSecret: {username: ada, password: s3cret-word}\n", "nvcr.io");
}

#[test]
fn other_logins_are_clean() {
    for text in [
        "dubbo:\n  registry: {address: 'zookeeper://127.0.0.1:2181', username: ada, password: s3cret-word}\n",
        "dubbo:\n  registry:\n    username: ada\n    password: s3cret-word\n",
        "redis: {host: 10.0.0.1, username: ada, password: s3cret-word} # docker.io\n",
        "database:\n  username: ada\n  password: s3cret-word\n  host: db.acme.example\n  image: docker.io/a\n",
        "postgresql: {image: {registry: docker.io, repository: bitnami/postgresql}, auth: {username: ada, password: s3cret-word}}\n",
        "registry: {url: https://registry.npmjs.org, username: ada, password: s3cret-word}\n",
        "schema: {registry: https://schema-registry.acme.example, username: ada, password: s3cret-word}\n",
        "registries: {a: {type: maven-repository, url: https://artifactory.acme.example, username: ada, password: s3cret-word}}\n",
        "postgres: {image: ghcr.io/acme/postgres, username: ada, password: s3cret-word}\n",
        "postgres: {image: ghcr.io/acme/postgres, auth: {username: ada, password: s3cret-word}}\n",
        "registry: {url: https://nexus.acme.example/repository/npm-group, username: ada, password: s3cret-word}\n",
        "smtp: {host: smtp.acme.example, username: ada, password: s3cret-word} # docker.io\n",
        "image: docker.io/bitnami/redis\nauth: {password: s3cret-word}\n",
        "grafana: {image: {repository: docker.io/grafana/grafana}, adminUser: ada, adminPassword: s3cret-word}\n",
        "imagePullSecrets:\n- name: regcred\n",
        "registry: {username: ada\n",
    ] {
        clean("values.yaml", &[text]);
    }
}
