//! `imgsec-cred export`: what leaves the store for a cluster or a file, and what does not; checked
//! against kubectl's own Secret.
#![cfg(target_os = "linux")]

mod generations;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::{self, Ran};

const HUB: &str = "https://index.docker.io/v1/";

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

/// Runs `export`, which lets secrets out on its standard output and nowhere else.
#[track_caller]
fn export(person: &Person, words: &[&str]) -> Ran {
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    let ran = process::run(command.arg("export").args(words), b"");
    assert!(!ran.stderr.contains("canary"), "{ran:?}");
    ran
}

fn kept(person: &Person, server: &str) -> Login {
    let login = person.new_login("ada");
    person.keep(server, &login.user, &login.password);
    login
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What is in a Secret.
fn held(secret: &Value) -> Value {
    let data = secret["data"][".dockerconfigjson"].as_str().unwrap();
    serde_json::from_slice(&Base64::decode_vec(data).unwrap()).unwrap()
}

fn auth(login: &Login) -> String {
    Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes())
}

#[test]
fn a_secret_is_the_one_that_a_cluster_takes() {
    let person = Person::new(Store::Sealed);
    let (hub, ghcr) = (kept(&person, HUB), kept(&person, "https://ghcr.io"));
    let words = ["--k8s", "regcred", "--namespace", "prod", "--format", "json", "--label", "a=b"];
    let ran = export(&person, &words).ok();
    let secret = parse(&ran.stdout);
    assert_eq!(
        secret["metadata"],
        json!({"name": "regcred", "namespace": "prod", "labels": {"a": "b"}})
    );
    assert_eq!(
        (&secret["kind"], &secret["type"]),
        (&json!("Secret"), &json!("kubernetes.io/dockerconfigjson"))
    );
    let entry = |l: &Login| json!({"username": l.user, "password": l.password, "auth": auth(l)});
    assert_eq!(held(&secret), json!({"auths": {"ghcr.io": entry(&ghcr), HUB: entry(&hub)}}));
    assert!(ran.stderr.contains("contains 2 secrets"), "{ran:?}");
    assert!(ran.stderr.contains("kubectl apply --server-side -f -"), "{ran:?}");
    assert_eq!(export(&person, &words).stdout, ran.stdout);
    let one = ["docker.io", "--k8s", "r", "--as", "*.example.com/x", "--json"];
    let one = held(&parse(&export(&person, &one).ok().stdout));
    assert_eq!(one, json!({"auths": {"*.example.com/x": entry(&hub)}}));
    person.assert_no_secret_on_disk();
}

#[test]
fn a_docker_config_is_what_docker_would_have_written() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, "ghcr.io");
    let ran = export(&person, &["ghcr.io", "--docker-config", "--quiet"]).ok();
    assert_eq!(parse(&ran.stdout), json!({"auths": {"ghcr.io": {"auth": auth(&login)}}}));
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_lines_for_a_pod_hold_no_secret() {
    let person = Person::without_keychain(Store::Sealed);
    let ran = person.run_ours(&["export", "--k8s", "regcred", "--pod"]).ok();
    assert_eq!(ran.stdout, "imagePullSecrets:\n  - name: \"regcred\"\n");
}

#[test]
fn what_others_would_read_as_another_login_is_refused_with_the_reason() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, "ghcr.io");
    person.keep("token.example", "<token>", "canary-t");
    person.keep("colon.example", "a:b", "canary-c");
    for (registry, why) in [("token.example", "identity token"), ("colon.example", "colon")] {
        let ran = export(&person, &[registry, "--k8s", "r"]);
        assert_eq!((code(&ran), ran.stdout.as_str()), (6, ""), "{ran:?}");
        assert!(ran.stderr.contains(why), "{ran:?}");
    }
    let all = export(&person, &["--docker-config"]);
    assert_eq!(code(&all), 3, "{all:?}");
    assert_eq!(parse(&all.stdout), json!({"auths": {"ghcr.io": {"auth": auth(&login)}}}));
    assert_eq!(all.stderr.matches("is left out").count(), 2, "{all:?}");
}

#[test]
fn too_much_for_a_secret_is_refused() {
    let person = Person::new(Store::Sealed);
    let large = format!("canary-{}", "x".repeat(500 * 1024));
    person.keep("ghcr.io", "ada", &large);
    let ran = export(&person, &["ghcr.io", "--k8s", "r"]);
    assert_eq!((code(&ran), ran.stdout.as_str()), (6, ""));
    assert!(ran.stderr.contains("1 MiB"), "{ran:?}");
    assert!(export(&person, &["ghcr.io", "--docker-config"]).ok().stdout.len() > 600 * 1024);
}

#[test]
fn what_ends_soon_is_warned_of() {
    let person = Person::new(Store::Sealed);
    let ecr = "1.dkr.ecr.eu-west-1.amazonaws.com";
    person.keep(ecr, "AWS", "canary-ecr");
    person.keep("europe-docker.pkg.dev", "oauth2accesstoken", "canary-gcp");
    let expired = json!({"payload": "x", "datakey": "y", "expiration": 1_600_000_000});
    person.keep(
        "2.dkr.ecr.eu-west-1.amazonaws.com",
        "AWS",
        &Base64::encode_string(expired.to_string().as_bytes()),
    );
    let ran = export(&person, &["--k8s", "r", "--quiet"]).ok();
    assert_eq!(ran.stderr.matches("is short-lived").count(), 2, "{ran:?}");
    assert!(ran.stderr.contains("has expired at 2020-09-13T"), "{ran:?}");
}

#[test]
fn wrong_names_are_usage_errors_and_absent_ones_exit_1() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    for words in [
        &[][..],
        &["ghcr.io"],
        &["--k8s", "A"],
        &["--k8s", "a\nkind: Pod"],
        &["--k8s", "a", "--docker-config"],
        &["--k8s", "a", "--namespace", "a.b"],
        &["--k8s", "a", "--label", "x"],
        &["--k8s", "a", "--label", "x=a b"],
        &["--k8s", "a", "--format", "xml"],
        &["--docker-config", "--namespace", "a"],
        &["--docker-config", "--as", "a b"],
        &["--docker-config", "--pod"],
    ] {
        let ran = export(&person, words);
        assert_eq!((code(&ran), ran.stdout.as_str()), (2, ""), "{words:?}");
    }
    for registry in ["quay.io", "a b", "ftp://h/"] {
        let ran = export(&person, &[registry, "--docker-config"]);
        assert_eq!((code(&ran), ran.stdout.as_str()), (1, ""), "{ran:?}");
    }
    for registry in ["x\u{1b}y", "https://u@h/"] {
        assert_eq!(code(&export(&person, &[registry, "--docker-config"])), 6);
    }
    kept(&person, "quay.io");
    assert_eq!(code(&export(&person, &["--docker-config", "--as", "x"])), 6);
    let empty = Person::new(Store::Sealed);
    assert_eq!(code(&export(&empty, &["--docker-config"])), 1);
}

#[test]
fn a_locked_store_is_exit_4_and_nothing_is_written() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    person.lock();
    let ran = export(&person, &["--k8s", "r"]);
    assert_eq!((code(&ran), ran.stdout.as_str()), (4, ""), "{ran:?}");
}

#[test]
#[ignore = "needs script; run tests/run"]
fn a_terminal_is_refused_without_reveal() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    let run = |words: &str| {
        let line = format!("{} export {words}", env!("CARGO_BIN_EXE_imgsec-cred"));
        process::run(
            person.command(process::need("script")).args(["-qec", &line, "/dev/null"]),
            b"",
        )
    };
    let refused = run("ghcr.io --k8s r");
    assert!(code(&refused) == 6 && !refused.stdout.contains("dockerconfigjson"), "{refused:?}");
    assert!(run("ghcr.io --k8s r --reveal").ok().stdout.contains(".dockerconfigjson: "));
    assert!(run("--k8s r --pod").ok().stdout.contains("imagePullSecrets:"));
}

/// kubectl, which is never to find a cluster.
fn kubectl(person: &Person, words: &[&str], stdin: &str) -> Value {
    let mut command = person.command(process::need("kubectl"));
    command.args(["--server", "http://127.0.0.1:1"]).args(words);
    parse(&process::run(&mut command, stdin.as_bytes()).ok().stdout)
}

#[test]
#[ignore = "needs kubectl; run tests/run"]
fn kubectl_makes_the_same_secret() {
    let person = Person::new(Store::Sealed);
    for (server, key, user, secret) in [
        ("docker.io", HUB, "ada", "pw-\"\\<>&'ü\u{2028}\n"),
        ("ghcr.io", "ghcr.io", "robot$ci", " spaces "),
        ("h:5000/acme", "h:5000/acme", "x|y", "a:b"),
    ] {
        person.keep(server, user, secret);
        let theirs = kubectl(
            &person,
            &[
                "create",
                "secret",
                "docker-registry",
                "regcred",
                "--namespace",
                "prod",
                &format!("--docker-server={key}"),
                &format!("--docker-username={user}"),
                &format!("--docker-password={secret}"),
                "--dry-run=client",
                "-o",
                "json",
            ],
            "",
        );
        for format in ["json", "yaml"] {
            let words = [server, "--k8s", "regcred", "-n", "prod", "--format", format];
            let ours = export(&person, &words).ok().stdout;
            // kubectl reads it, and writes it as JSON.
            let read =
                kubectl(&person, &["annotate", "--local", "-f", "-", "a=b", "-o", "json"], &ours);
            assert_eq!(held(&read), held(&theirs), "{server}");
            assert_eq!((&read["type"], &read["kind"]), (&theirs["type"], &theirs["kind"]));
            for field in ["name", "namespace"] {
                assert_eq!(read["metadata"][field], theirs["metadata"][field]);
            }
        }
    }
}
