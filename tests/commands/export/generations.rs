//! `--immutable-suffix` and `--annotate-expiry`: a name for each generation of the credentials that
//! follows what was stored, and never the secret.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{code, export, held, kept, kubectl, parse};
use crate::support::person::{Login, Person, Store};

const WORDS: [&str; 6] = ["ghcr.io", "--k8s", "regcred", "--immutable-suffix", "--format", "json"];

/// The name that the Secret has now.
#[track_caller]
fn name(person: &Person) -> String {
    let secret = parse(&export(person, &WORDS).ok().stdout);
    let name = secret["metadata"]["name"].as_str().unwrap().to_owned();
    let hash = name.strip_prefix("regcred-").unwrap();
    assert!(hash.len() == 10 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
    name
}

#[track_caller]
fn rotate(person: &Person, login: &Login, more: &[&str]) {
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["rotate", "ghcr.io", "--verify", "skip"]).args(more);
    person.finish(&mut command, login.password.as_bytes()).ok();
}

fn annotations(person: &Person) -> Value {
    let words = ["ghcr.io", "--k8s", "r", "--annotate-expiry", "--json"];
    parse(&export(person, &words).ok().stdout)["metadata"]["annotations"].clone()
}

#[test]
fn each_generation_is_an_immutable_secret_of_its_own() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, "ghcr.io");
    let ran = export(&person, &WORDS).ok();
    let secret = parse(&ran.stdout);
    assert_eq!((&secret["immutable"], &secret["metadata"]["labels"]), (&json!(true), &json!(null)));
    assert!(ran.stderr.contains("the Secret is named regcred-"), "{ran:?}");
    // The same bytes as long as nothing is stored.
    assert_eq!(export(&person, &WORDS).ok().stdout, ran.stdout);
    let mut names = vec![name(&person)];
    let new = person.new_login("ada");
    rotate(&person, &new, &["--password-stdin"]);
    names.push(name(&person));
    rotate(&person, &new, &["--undo"]);
    names.push(name(&person));
    // The same secret again: what follows it would give the first name.
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["login", "ghcr.io", "-u", &login.user, "--password-stdin", "--no-verify"]);
    person.finish(&mut command, login.password.as_bytes()).ok();
    names.push(name(&person));
    assert_eq!(held(&secret), held(&parse(&export(&person, &WORDS).ok().stdout)));
    let mut all = names.clone();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), names.len(), "{names:?}");
    person.assert_no_secret_on_disk();
}

#[test]
fn it_follows_what_docker_login_stores_to_the_second() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, "ghcr.io");
    let first = name(&person);
    let is_another = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        person.keep("ghcr.io", &login.user, &login.password);
        name(&person) != first
    });
    assert!(is_another);
}

#[test]
fn it_is_that_of_all_that_the_secret_holds() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io/acme");
    let all = ["--k8s", "regcred", "--immutable-suffix", "--json"];
    let name =
        |words: &[&str]| parse(&export(&person, words).ok().stdout)["metadata"]["name"].clone();
    let one = name(&all);
    // By the namespace that answers, under a key of its own.
    let other = name(&[&["ghcr.io/acme/app", "--as", "ghcr.io/acme"], &all[..]].concat());
    assert_eq!(one, other);
    assert_ne!(one, name(&[&["ghcr.io/acme", "--as", "x"], &all[..]].concat()));
    kept(&person, "docker.io");
    assert_ne!(one, name(&all));
    assert_eq!(one, name(&[&["ghcr.io/acme"], &all[..]].concat()));
    let hub = name(&[&["docker.io"], &all[..]].concat());
    assert_eq!(hub, name(&[&[super::HUB], &all[..]].concat()));
}

#[test]
fn the_lines_for_a_pod_name_the_same_secret() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    let lines =
        person.run_ours(&["export", "ghcr.io", "--k8s", "regcred", "--immutable-suffix", "--pod"]);
    assert_eq!(lines.ok().stdout, format!("imagePullSecrets:\n  - name: \"{}\"\n", name(&person)));
}

#[test]
fn the_annotations_say_the_generation_and_the_first_end_that_is_known() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, "ghcr.io");
    let hash = |person: &Person| name(person).replace("regcred-", "");
    assert_eq!(annotations(&person), json!({"imgsec.dev/generation": hash(&person)}));
    rotate(&person, &person.new_login("ada"), &["--password-stdin", "--expires-at", "2099-01-31"]);
    let known = json!({"imgsec.dev/expires-at": "2099-01-31T23:59:59Z",
        "imgsec.dev/generation": hash(&person)});
    assert_eq!(annotations(&person), known);
    // An ECR password says it itself.
    let ends = json!({"payload": login.password, "datakey": "y", "expiration": 4_000_000_000_u64});
    let ends = Base64::encode_string(ends.to_string().as_bytes());
    person.keep("1.dkr.ecr.eu-west-1.amazonaws.com", "AWS", &ends);
    let both = export(&person, &["--k8s", "r", "--annotate-expiry", "--json"]).ok();
    let both = &parse(&both.stdout)["metadata"]["annotations"]["imgsec.dev/expires-at"];
    assert_eq!(both, "2096-10-02T07:06:40Z");
}

#[test]
fn without_an_answer_of_the_store_there_is_no_name() {
    let person = Person::new(Store::Sealed);
    kept(&person, "ghcr.io");
    let long = "a".repeat(250);
    for words in [
        &["--docker-config", "--immutable-suffix"][..],
        &["--docker-config", "--annotate-expiry"],
        &["--k8s", "r", "--pod", "--annotate-expiry"],
    ] {
        assert_eq!(code(&export(&person, words)), 2, "{words:?}");
    }
    let ran = export(&person, &["--k8s", &long, "--immutable-suffix"]);
    assert_eq!((code(&ran), ran.stdout.as_str()), (6, ""), "{ran:?}");
    assert!(export(&person, &["--k8s", &long]).ok().stdout.contains(&long));
    std::fs::create_dir_all(person.home().join(".local/state/imgsec-cred")).unwrap();
    std::fs::write(person.home().join(".local/state/imgsec-cred/ledger.json"), "{").unwrap();
    let ran = export(&person, &WORDS);
    assert_eq!((code(&ran), ran.stdout.as_str()), (3, ""), "{ran:?}");
    person.lock();
    assert_eq!(code(&export(&person, &WORDS)), 4);
}

#[test]
#[ignore = "needs kubectl; run tests/run"]
fn kubectl_reads_the_same_name_mark_and_annotations() {
    let person = Person::new(Store::Sealed);
    let login = kept(&person, "ghcr.io");
    rotate(&person, &login, &["--password-stdin"]);
    rotate(&person, &person.new_login("ada"), &["--password-stdin", "--expires-at", "2099-01-31"]);
    let name = name(&person);
    let theirs = |format: &str| {
        let more = ["--annotate-expiry", "--label", "app=x", "-n", "prod"];
        let words = [&WORDS[..4], &more, &["--format", format]].concat();
        let ours = export(&person, &words).ok().stdout;
        kubectl(&person, &["label", "--local", "-f", "-", "a=b", "-o", "json"], &ours)
    };
    let (mut json, yaml) = (theirs("json"), theirs("yaml"));
    assert_eq!(json, yaml);
    // Older ones write a null here.
    json["metadata"].as_object_mut().unwrap().remove("creationTimestamp");
    assert_eq!(json["immutable"], true);
    let hash = name.replace("regcred-", "");
    assert_eq!(
        json["metadata"],
        json!({"name": name, "namespace": "prod", "labels": {"a": "b", "app": "x"},
            "annotations": {
            "imgsec.dev/expires-at": "2099-01-31T23:59:59Z", "imgsec.dev/generation": hash}})
    );
}
