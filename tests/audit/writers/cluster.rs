//! Pull secrets that `kubectl` writes for a cluster.

use std::fs;
use std::path::PathBuf;

use base64ct::{Base64, Encoding};

use super::report::{Written, assert_found, person_without_helpers};
use crate::support::person::{Login, Person};
use crate::support::process;

/// `kubectl create secret …` without a cluster: what it says goes into this file.
fn create(me: &Person, arguments: &[&str], name: &str) -> PathBuf {
    let mut kubectl = me.command(process::need("kubectl"));
    kubectl.args(["create", "secret"]).args(arguments).arg("--dry-run=client");
    // Its answer is the secret.
    let made = process::run(&mut kubectl, b"").ok().stdout;
    let file = me.home().join(name);
    fs::write(&file, made).unwrap();
    file
}

fn docker_registry(me: &Person, server: &str, login: &Login, output: &str, name: &str) -> PathBuf {
    let server = format!("--docker-server={server}");
    let (user, password) = (
        format!("--docker-username={}", login.user),
        format!("--docker-password={}", login.password),
    );
    create(me, &["docker-registry", "pull", &server, &user, &password, "-o", output], name)
}

#[test]
#[ignore = "needs kubectl; run tests/run"]
fn kubectl_writes_pull_secrets() {
    let me = person_without_helpers();
    let logins = ["amy", "bob", "cid"].map(|name| me.new_login(name));
    let [amy, bob, cid] = &logins;
    let yaml = docker_registry(&me, "registry.example:5000", amy, "yaml", "pull.yaml");
    let json = docker_registry(&me, "https://index.docker.io/v1/", bob, "json", "pull.json");
    let config = me.folder().join("config.json");
    let auth = super::report::auth_of(cid);
    fs::write(&config, format!(r#"{{"auths":{{"ghcr.io":{{"auth":"{auth}"}}}}}}"#)).unwrap();
    let from_file = format!("--from-file=.dockerconfigjson={}", config.display());
    let kind = "--type=kubernetes.io/dockerconfigjson";
    let generic = create(&me, &["generic", "file", &from_file, kind, "-o", "yaml"], "file.yaml");
    let written = |file, registry: &str, login| Written {
        file,
        line_of: ".dockerconfigjson".to_owned(),
        pointer: Some("/data/.dockerconfigjson".to_owned()),
        rule: "k8s-pull-secret",
        kind: "auth",
        registry: registry.to_owned(),
        login,
    };
    let all = [
        written(yaml, "registry.example:5000", amy),
        written(json, "docker.io", bob),
        written(generic, "ghcr.io", cid),
    ];
    let encoded = Base64::encode_string(b"{\"auths\"");
    assert!(fs::read_to_string(&all[0].file).unwrap().contains(&encoded[..10]), "{encoded}");
    assert_found(&me, &[&me.home()], &all);
}
