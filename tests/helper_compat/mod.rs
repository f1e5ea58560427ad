//! The credential zoo: every kind of login that registries hand out is kept byte for byte, told for
//! what it is, shown masked, exported where others can use it, and verified where it may go.
#![cfg(target_os = "linux")]

pub(crate) mod animals;
pub(crate) mod fake;
pub(crate) mod secrets;

use std::time::{Duration, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process;
use animals::{Animal, HUB};
use fake::{Nobody, Realm, Registry, Scheme};
use secrets::LETTERS;

/// Stores a login with the bytes that Docker sends: Go's JSON escapes what HTML would read.
fn store(person: &Person, key: &str, user: &str, secret: &str) {
    let request = json!({"ServerURL": key, "Username": user, "Secret": secret}).to_string();
    let escape = |text: String, (from, to): (&str, &str)| text.replace(from, to);
    let go = [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")].into_iter();
    person.helper("store", &go.fold(request, escape)).ok();
    let login = Login { user: user.to_owned(), password: secret.to_owned() };
    person.keep_secret(&login);
    assert_eq!(person.login_for(key).as_ref(), Some(&login), "{key}");
}

/// A person who has this login alone.
fn keeper(animal: &Animal) -> Person {
    let person = Person::new(Store::Sealed);
    store(&person, animal.key, &animal.user, &animal.secret);
    person
}

/// The answer of a verb, which shows no secret.
#[track_caller]
fn ask(person: &Person, words: &[&str]) -> (Value, i32) {
    let ran = person.run_ours(words);
    let answer = serde_json::from_str(&ran.stdout);
    (answer.unwrap_or_else(|_| panic!("{ran:?}")), ran.status.code().unwrap())
}

fn time(seconds: u64) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
}

#[test]
fn each_is_kept_and_listed_for_what_it_is() {
    for animal in animals::all() {
        let person = keeper(&animal);
        let (answer, code) = ask(&person, &["list", "--json"]);
        let items = answer["items"].as_array().unwrap();
        assert_eq!((items.len(), code), (1, 0), "{}", animal.name);
        let user = if animal.is_name_secret() { "(hidden)" } else { animal.user.as_str() };
        let kind = if animal.is_identity() { "identity-token" } else { "password" };
        let (at, source) = animal.expires.map(|(at, source)| (time(at), source)).unzip();
        let item = &items[0];
        assert_eq!(
            (&item["token_type"], &item["kind"], &item["username"]),
            (&json!(animal.token_type), &json!(kind), &json!(user)),
            "{}",
            animal.name
        );
        let expires = (&item["expires_at"], &item["expires_source"]);
        assert_eq!(expires, (&json!(at), &json!(source)), "{}", animal.name);
        person.run_ours(&["list"]).ok();
        person.assert_no_secret_on_disk();
    }
}

#[test]
fn the_tokens_of_a_web_login_are_kept_and_are_no_registries() {
    let person = Person::new(Store::Sealed);
    // docker/cli `cli/internal/oauth/manager/manager.go`.
    let access = secrets::jwt(&json!({"iss": "https://login.docker.com/", "exp": 1_600_000_000}));
    let refresh = format!("v1.{}..{}", secrets::random(LETTERS, 43), secrets::random(LETTERS, 32));
    store(&person, HUB, "ada", &animals::hub_pat());
    store(&person, &format!("{HUB}access-token"), "ada", &access);
    store(&person, &format!("{HUB}refresh-token"), "ada", &refresh);
    let (answer, _) = ask(&person, &["list", "--json"]);
    let items = answer["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["token_type"]), (1, &json!("docker-pat")), "{answer}");
    assert_eq!(items[0]["expires_at"], Value::Null);
    let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    let exported = process::run(command.args(["export", "--docker-config"]), b"").ok();
    let exported: Value = serde_json::from_str(&exported.stdout).unwrap();
    assert_eq!(exported["auths"].as_object().unwrap().len(), 1);
}

#[test]
fn each_is_shown_masked_and_found_by_its_image() {
    for animal in animals::all() {
        let person = keeper(&animal);
        let (shown, _) = ask(&person, &["show", animal.key, "--json"]);
        let masked = match animal.mark {
            "" => "********".to_owned(),
            mark => format!("{mark}****…"),
        };
        assert_eq!(shown["masked"], json!(masked), "{}", animal.name);
        let user = if animal.is_name_secret() { "(hidden)" } else { animal.user.as_str() };
        assert_eq!(shown["username"], json!(user), "{}", animal.name);
        assert_eq!(shown["expires_at"], json!(animal.expires.map(|(at, _)| time(at))));
        person.run_ours(&["show", animal.key]).ok();

        let (which, _) = ask(&person, &["which", animal.image, "--json"]);
        let user = if animal.is_name_secret() { "(hidden)" } else { animal.user.as_str() };
        let uses = &which["clients"][0]["uses"];
        assert_eq!(
            (&uses["source"], &uses["found"], &uses["username"]),
            (&json!("helper"), &json!("kept"), &json!(user)),
            "{}",
            animal.name
        );
    }
}

#[test]
fn each_but_identity_tokens_can_be_given_to_a_cluster() {
    for animal in animals::all() {
        let person = keeper(&animal);
        let mut command = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        let ran = process::run(command.args(["export", animal.key, "--k8s", "r", "--json"]), b"");
        assert!(!ran.stderr.contains(&animal.secret), "{}", animal.name);
        if animal.is_identity() {
            assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(6), ""), "{ran:?}");
            assert!(ran.stderr.contains("identity token"), "{ran:?}");
            continue;
        }
        let secret: Value = serde_json::from_str(&ran.ok().stdout).unwrap();
        let held = secret["data"][".dockerconfigjson"].as_str().unwrap();
        let held: Value = serde_json::from_slice(&Base64::decode_vec(held).unwrap()).unwrap();
        let auth = secrets::base64(&format!("{}:{}", animal.user, animal.secret));
        let entry = json!({"username": animal.user, "password": animal.secret, "auth": auth});
        assert_eq!(held, json!({"auths": {animal.key: entry}}), "{}", animal.name);
    }
}

/// What nobody gets, as this animal's registry has it, or both.
fn modes(nobody: Nobody) -> &'static [bool] {
    match nobody {
        Nobody::Refused => &[false],
        Nobody::LetIn => &[true],
        Nobody::Unsaid => &[false, true],
    }
}

/// The one request that may hold the secret.
fn place(animal: &Animal) -> String {
    let method = if animal.is_identity() { "POST" } else { "GET" };
    match animal.fake.scheme {
        Scheme::Basic(_) => format!("{method} registry/v2/"),
        Scheme::Bearer { path, .. } if animal.fake.realm == Realm::Here => {
            format!("{method} registry{path}")
        }
        Scheme::Bearer { path, .. } => format!("{method} tokens{path}"),
    }
}

/// Verifies a login as somebody for whom the token server is no stranger.
fn verify(registry: &Registry, user: &str, secret: &str, options: &[&str]) -> (Value, i32) {
    let person = Person::new(Store::Sealed);
    let host = registry.web.host();
    store(&person, &host, user, secret);
    let mut words = vec!["verify", "--json"];
    if options.is_empty() {
        words.push(&host);
    }
    words.extend(options);
    let realm = registry.tokens.as_ref().map(crate::support::web::Web::other_host);
    if let Some(realm) = &realm {
        let (refused, code) = ask(&person, &words);
        let item = &refused["items"][0];
        assert_eq!((&item["reason"], code), (&json!("realm_untrusted"), 6), "{refused}");
        assert!(registry.told(user, secret).is_empty());
        words.extend(["--allow-realm", realm]);
    }
    let (answer, code) = ask(&person, &words);
    (answer["items"][0].clone(), code)
}

#[test]
fn each_is_verified_where_it_may_go() {
    for animal in animals::all() {
        let (user, secret) = (animal.user.as_str(), animal.secret.as_str());
        for &is_open in modes(animal.fake.nobody) {
            let registry = animal.fake.start(user, secret, is_open, animal.fake.refuses[0]);
            let (item, code) = verify(&registry, user, secret, &[]);
            let level = if is_open { "weak" } else { "strong" };
            assert_eq!(
                (&item["verdict"], &item["level"], &item["scheme"], code),
                (&json!("verified"), &json!(level), &json!(animal.fake.scheme()), 0),
                "{}: {item}",
                animal.name
            );
            assert_eq!(registry.told(user, secret), [place(&animal)], "{}", animal.name);
        }
    }
}

#[test]
fn a_private_repository_makes_an_open_registry_a_witness() {
    for animal in animals::all().iter().filter(|animal| animal.fake.nobody == Nobody::LetIn) {
        let (user, secret) = (animal.user.as_str(), animal.secret.as_str());
        let registry = animal.fake.start(user, secret, true, animal.fake.refuses[0]);
        let image = format!("{}/acme/private:1", registry.web.host());
        let (item, code) = verify(&registry, user, secret, &["--image", &image]);
        assert_eq!(
            (&item["level"], &item["access"]["actions"]["pull"], code),
            (&json!("strong"), &json!("yes"), 0),
            "{}: {item}",
            animal.name
        );
    }
}

#[test]
fn a_wrong_secret_is_rejected_by_each() {
    for animal in animals::all() {
        let right = animal.secret.as_str();
        // As long, of the same shape, and another.
        let wrong = format!("{}x{}", &right[..right.len() - 2], &right[right.len() - 1..]);
        let wrong = if wrong == right { format!("{wrong}x") } else { wrong };
        for &refuses in animal.fake.refuses {
            for &is_open in modes(animal.fake.nobody) {
                let registry = animal.fake.start(&animal.user, right, is_open, refuses);
                let (item, code) = verify(&registry, &animal.user, &wrong, &[]);
                assert_eq!(
                    (&item["verdict"], &item["reason"], code),
                    (&json!("rejected"), &json!("rejected"), 1),
                    "{}, {refuses}: {item}",
                    animal.name
                );
                assert_eq!(registry.told(&animal.user, &wrong), [place(&animal)]);
            }
        }
    }
}
