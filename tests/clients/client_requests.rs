//! The login that Podman, Buildah, Skopeo and Docker really send for an image, seen by the registry
//! and the engine that get it; and that `imgsec-cred which` says the same of each.
#![cfg(target_os = "linux")]

use std::fs;

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value, json};

use crate::support::containers::{client_with, set_up};
use crate::support::engine::Engine;
use crate::support::person::{Person, Store};
use crate::support::web::{Reply, Web};

/// Below the person's folder.
const AUTH_JSON: &str = "run/containers/auth.json";
const OWN: &str = "home/.config/containers/auth.json";
const DOCKER: &str = "home/.docker/config.json";
const OLD: &str = "home/.dockercfg";
const NAMED: &str = "named.json";

/// A registry that wants a password and has no image, and a person who has logins for it.
struct Scene {
    person: Person,
    registry: Web,
    engine: Engine,
    variables: Vec<(&'static str, String)>,
}

/// What a client used: the user that the registry saw, or nobody.
type User = Option<String>;

impl Scene {
    fn new() -> Self {
        let registry = Web::start(|request| match request.header("authorization") {
            Some(_) => Reply::status(404),
            None => Reply::status(401).with("WWW-Authenticate", r#"Basic realm="x""#),
        });
        let (engine, mut person) = (Engine::start(), Person::new(Store::Sealed));
        person.use_engine(engine.host());
        person.forget_containers();
        fs::remove_file(person.folder().join(DOCKER)).unwrap();
        let scene = Self { person, registry, engine, variables: Vec::new() };
        scene.registries_conf("");
        scene
    }

    fn registries_conf(&self, more: &str) {
        let insecure = [self.registry.host(), self.registry.other_host()]
            .map(|host| format!("[[registry]]\nlocation = \"{host}\"\ninsecure = true\n"));
        set_up(&self.person, &format!("{more}{}", insecure.concat()));
    }

    /// `HOST` and `OTHER` in a text are the registry's two names.
    fn filled(&self, text: &str) -> String {
        text.replace("HOST", &self.registry.host()).replace("OTHER", &self.registry.other_host())
    }

    /// Writes logins into a file; the password of each tells nothing.
    fn file(&self, name: &str, logins: &[(&str, &str)], more: &Value) {
        let auth =
            |user: &str| json!({"auth": Base64::encode_string(format!("{user}:x").as_bytes())});
        let auths: Map<_, _> =
            logins.iter().map(|(key, user)| (self.filled(key), auth(user))).collect();
        let mut whole = if name == OLD { json!(auths) } else { json!({ "auths": auths }) };
        let more: Value = serde_json::from_str(&self.filled(&more.to_string())).unwrap();
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let path = self.person.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, whole.to_string()).unwrap();
    }

    fn name_the_file(&mut self, variable: &'static str, file: &str) {
        let path = self.person.folder().join(file).display().to_string();
        self.variables.push((variable, path));
    }

    /// The user whose login the client sends for the image.
    fn sent(&self, client: &str, image: &str) -> User {
        let variables: Vec<_> = self.variables.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let run = |words: &[&str]| client_with(&self.person, client, words, &variables);
        if client == "docker" {
            run(&["pull", image]).ok();
            let logins = self.engine.requests().pop().unwrap().logins;
            return logins["username"].as_str().map(str::to_owned);
        }
        let before = self.registry.asked().len();
        match client {
            "skopeo" => run(&["inspect", &format!("docker://{image}")]).fails(),
            _ => run(&["pull", image]).fails(),
        };
        let asked = self.registry.asked();
        assert!(asked.len() > before, "{client} did not ask for {image}");
        let sent = asked[before..].iter().find_map(|request| request.header("authorization"));
        let pair = Base64::decode_vec(sent?.strip_prefix("Basic ").unwrap()).unwrap();
        let user = String::from_utf8(pair).unwrap().split_once(':').unwrap().0.to_owned();
        // Nobody, to a registry that wants a password.
        Some(user).filter(|user| !user.is_empty())
    }

    /// The user that `which` names.
    fn said(&self, client: &str, image: &str) -> User {
        let mut command = self.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.env_remove("DOCKER_CONFIG").envs(self.variables.iter().map(|(n, v)| (n, v)));
        let ran = self.person.finish(command.args(["which", image, "--json"]), b"").ok();
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
        let has = |c: &&Value| c["clients"].as_array().unwrap().contains(&json!(client));
        let clients = answer["clients"].as_array().unwrap();
        let of_client = clients.iter().find(has).unwrap_or_else(|| panic!("{client}: {answer}"));
        of_client["uses"]["username"].as_str().map(str::to_owned)
    }

    /// Each client sends this user's login for the image, and `which` says so.
    #[track_caller]
    fn all(&self, clients: &[&str], image: &str, user: Option<&str>) {
        let image = self.filled(image);
        for client in clients {
            let sent = self.sent(client, &image);
            assert_eq!(sent.as_deref(), user, "{client} for {image}");
            assert_eq!(self.said(client, &image), sent, "which, of {client} for {image}");
        }
    }
}

const PODMAN: [&str; 3] = ["podman", "buildah", "skopeo"];
const DOCKERS: [&str; 1] = ["docker"];

#[test]
#[ignore = "needs podman and docker; run tests/run"]
fn of_several_entries_the_innermost_namespace_wins() {
    let scene = Scene::new();
    let logins = [
        ("HOST", "root"),
        ("HOST/team", "team"),
        ("HOST/team/app", "app"),
        ("HOST/teams", "teams"),
        ("OTHER/team", "elsewhere"),
    ];
    scene.file(AUTH_JSON, &logins, &json!({}));
    for (image, user) in [
        ("HOST/team/app:1", Some("app")),
        ("HOST/team/app/deep:1", Some("app")),
        ("HOST/team/application:1", Some("team")),
        ("HOST/teams/app:1", Some("teams")),
        ("HOST/tea/app:1", Some("root")),
        ("HOST/app:1", Some("root")),
        ("OTHER/team/app:1", Some("elsewhere")),
        ("OTHER/app:1", None),
    ] {
        scene.all(&PODMAN, image, user);
    }
    scene.all(&DOCKERS, "HOST/team/app:1", None);
}

#[test]
#[ignore = "needs podman and docker; run tests/run"]
fn a_port_and_a_spelling_make_another_registry_or_not() {
    let scene = Scene::new();
    for (key, podman, docker) in [
        ("HOST", true, true),
        ("http://HOST", true, true),
        ("https://HOST/v2/", true, true),
        ("https://HOST/team", true, true),
        ("127.0.0.1", false, false),
        ("127.0.0.1:1", false, false),
        ("HOST/v2/", false, true),
    ] {
        scene.file(AUTH_JSON, &[(key, "ada")], &json!({}));
        scene.file(DOCKER, &[(key, "ada")], &json!({}));
        let user = |is_used: bool| is_used.then_some("ada");
        scene.all(&PODMAN, "HOST/team/app:1", user(podman));
        scene.all(&DOCKERS, "HOST/team/app:1", user(docker));
    }
}

#[test]
#[ignore = "needs podman and docker; run tests/run"]
fn of_several_files_the_first_that_has_one_counts() {
    let mut scene = Scene::new();
    let (other, image) = (("OTHER", "other"), "HOST/app:1");
    scene.file(OLD, &[("HOST", "old")], &json!({}));
    scene.all(&PODMAN, image, Some("old"));
    scene.file(DOCKER, &[("HOST", "docker")], &json!({}));
    scene.all(&PODMAN, image, Some("docker"));
    scene.all(&DOCKERS, image, Some("docker"));
    scene.file(OWN, &[("HOST", "own")], &json!({}));
    scene.file(AUTH_JSON, &[other], &json!({}));
    scene.all(&PODMAN, image, Some("own"));
    scene.file(AUTH_JSON, &[other, ("HOST", "first")], &json!({}));
    scene.all(&PODMAN, image, Some("first"));
    scene.all(&DOCKERS, image, Some("docker"));
    // One that is named comes before all; since containers/image#1751 it stands alone as well.
    scene.file(NAMED, &[("HOST", "named")], &json!({}));
    scene.name_the_file("REGISTRY_AUTH_FILE", NAMED);
    scene.all(&PODMAN, image, Some("named"));
}

#[test]
#[ignore = "needs podman and docker; run tests/run"]
fn a_folder_that_is_named_for_docker_is_podmans_too() {
    let mut scene = Scene::new();
    scene.file(AUTH_JSON, &[("HOST", "podmans")], &json!({}));
    scene.file("elsewhere/config.json", &[("HOST", "elsewhere")], &json!({}));
    scene.name_the_file("DOCKER_CONFIG", "elsewhere");
    scene.all(&["podman", "buildah"], "HOST/app:1", Some("elsewhere"));
    scene.all(&["skopeo"], "HOST/app:1", Some("podmans"));
    scene.all(&DOCKERS, "HOST/app:1", Some("elsewhere"));
}

#[test]
#[ignore = "needs podman and docker; run tests/run"]
fn a_helper_stands_before_or_beside_what_lies_in_the_file() {
    let scene = Scene::new();
    let image = "HOST/team/app:1";
    scene.person.keep(&scene.registry.host(), "kept", "x");
    let helpers = json!({"credHelpers": {"HOST": "imgsec"}});
    scene.file(AUTH_JSON, &[("HOST/team", "plain")], &helpers);
    scene.all(&PODMAN, image, Some("kept"));
    scene.file(DOCKER, &[("HOST", "plain")], &json!({"credsStore": "imgsec"}));
    scene.all(&DOCKERS, image, Some("kept"));
    // Where the helper has nothing, the next file is looked into; Docker looks no further.
    scene.person.helper("erase", &scene.registry.host()).ok();
    scene.all(&PODMAN, image, Some("plain"));
    scene.all(&DOCKERS, image, None);
    // For every registry, and with the files in either order.
    scene.person.keep(&scene.registry.host(), "kept", "x");
    scene.file(AUTH_JSON, &[("HOST", "plain")], &json!({}));
    for (names, user) in [
        (r#""imgsec""#, "kept"),
        (r#""imgsec", "containers-auth.json""#, "kept"),
        (r#""containers-auth.json", "imgsec""#, "plain"),
    ] {
        scene.registries_conf(&format!("credential-helpers = [{names}]\n"));
        scene.all(&PODMAN, image, Some(user));
    }
}

#[test]
#[ignore = "needs podman and docker; run tests/run"]
fn a_variable_of_dockers_is_its_own_business() {
    let mut scene = Scene::new();
    scene.file(DOCKER, &[("HOST", "docker")], &json!({}));
    let auth = Base64::encode_string(b"variable:x");
    let value = scene.filled(&json!({"auths": {"HOST": {"auth": auth}}}).to_string());
    scene.variables.push(("DOCKER_AUTH_CONFIG", value));
    scene.all(&PODMAN, "HOST/app:1", Some("docker"));
}
