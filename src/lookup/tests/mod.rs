//! What each client would use, on machines made of a few files.
#![allow(clippy::unwrap_used)]

use std::fs;

use base64ct::{Base64, Encoding};

use super::*;
use crate::credential::Login;

mod docker_family;
mod libraries;
mod next_login;
mod others;
mod servers;
mod shown;

struct Here {
    dir: tempfile::TempDir,
    places: Places,
}

impl Here {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let places = Places {
            home: at("home"),
            runtime: Some(at("run")),
            config_home: at("home/.config"),
            cache_home: at("home/.cache"),
            root: at("root"),
            uid: 7,
            path: vec![at("bin")],
            ..Places::default()
        };
        fs::create_dir_all(at("run")).unwrap();
        Self { dir, places }
    }

    /// A program on the `PATH`.
    fn program(&self, name: &str) {
        let path = format!("bin/{name}{}", if cfg!(windows) { ".exe" } else { "" });
        self.file(&path, "");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = self.dir.path().join(path);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Our helper has a login for these keys; another knows by itself; a third is missing.
fn ask(helper: &str, key: &str) -> Found {
    match helper {
        "imgsec" if ["ghcr.io", "docker.io", crate::server::DOCKER_HUB].contains(&key) => {
            Found::Kept(Login::of_user("kept".to_owned()))
        }
        "imgsec" => Found::Nothing,
        "ecr-login" => Found::Unknown,
        _ => Found::Trouble("missing".to_owned()),
    }
}

fn auths(entries: &[(&str, &str)]) -> String {
    let entries: Vec<_> = entries
        .iter()
        .map(|(key, user)| {
            let auth = Base64::encode_string(format!("{user}:pw-{user}").as_bytes());
            format!(r#""{key}":{{"auth":"{auth}"}}"#)
        })
        .collect();
    format!(r#""auths":{{{}}}"#, entries.join(","))
}

/// The role, the user or what else is found, and the key, of each step.
fn told(answer: &Answer) -> Vec<(Role, String, String)> {
    let told = answer.steps.iter().map(|step| {
        let found = match &step.found {
            Found::Plain(login) => format!("plain {}", login.user()),
            Found::Kept(login) => format!("kept {}", login.user()),
            Found::Unknown => "?".to_owned(),
            Found::Nothing => "-".to_owned(),
            Found::OneOf(all) => format!("{} by chance", all.len()),
            Found::Trouble(_) => "!".to_owned(),
        };
        (step.role, found, step.key.clone())
    });
    told.collect()
}

/// What a client would use.
fn asked(here: &Here, client: Looks, image: &str) -> Vec<Answer> {
    let view = View::default();
    let world = World::new(&here.places, &view, &ask);
    client(&Question::of(image).unwrap(), &world)
}

type Looks = fn(&Question, &World<'_>) -> Vec<Answer>;

fn docker(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, docker::look_up, image)[0])
}

fn crane(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, crane::look_up, image)[0])
}

fn podman(here: &Here, image: &str) -> Vec<Answer> {
    let mut answers = asked(here, podman::look_up, image);
    answers.retain(|answer| answer.clients == ["podman"]);
    answers
}

fn skopeo(here: &Here, image: &str) -> Answer {
    asked(here, podman::look_up_skopeo, image).pop().unwrap()
}

fn kubernetes(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, kubernetes::look_up, image)[0])
}

fn step(role: Role, found: &str, key: &str) -> (Role, String, String) {
    (role, found.to_owned(), key.to_owned())
}

#[test]
fn podman_ignores_dockers_store_and_prefers_its_own_file() {
    let here = Here::new();
    let ada = auths(&[("ghcr.io", "ada"), ("ghcr.io/acme", "org")]);
    here.file("home/.docker/config.json", &format!(r#"{{"credsStore":"imgsec",{ada}}}"#));
    here.file("run/containers/auth.json", "{}");
    let answers = podman(&here, "ghcr.io/acme/app:1");
    assert_eq!(answers.len(), 1);
    let (none, org) = (step(Role::Passed, "-", "ghcr.io"), "plain org");
    assert_eq!(told(&answers[0]), [none, step(Role::Used, org, "ghcr.io/acme")]);
    here.file("run/containers/auth.json", r#"{"credHelpers":{"ghcr.io":"imgsec"}}"#);
    let answers = podman(&here, "ghcr.io/acme/app:1");
    let shadowed = step(Role::Shadowed, org, "ghcr.io/acme");
    assert_eq!(told(&answers[0]), [step(Role::Used, "kept kept", "ghcr.io"), shadowed]);
    here.file("run/containers/auth.json", r#"{"credHelpers":{"ghcr.io":"gone"}}"#);
    assert_eq!(told(&podman(&here, "ghcr.io/a")[0]), [step(Role::Stops, "!", "ghcr.io")]);
}

#[test]
fn podman_asks_the_helpers_of_registries_conf_in_their_order() {
    let here = Here::new();
    here.file("root/etc/containers/registries.conf", "credential-helpers = [\"gone\"]\n");
    here.file(
        "root/etc/containers/registries.conf.d/a.conf",
        "credential-helpers = [\"gone\", \"imgsec\", \"containers-auth.json\"]\n",
    );
    here.file(
        "home/.config/containers/auth.json",
        &format!("{{{}}}", auths(&[("docker.io", "me")])),
    );
    let (gone, kept) = (step(Role::Passed, "!", "docker.io"), "kept kept");
    let shadowed = step(Role::Shadowed, "plain me", "docker.io");
    let steps = told(&podman(&here, "docker.io/x/y")[0]);
    assert_eq!(steps, [gone, step(Role::Used, kept, "docker.io"), shadowed]);
    // The user's own file replaces the system's, and its folder.
    here.file("home/.config/containers/registries.conf", "");
    let steps = told(&podman(&here, "docker.io/x/y")[0]);
    assert_eq!(steps, [step(Role::Used, "plain me", "docker.io")]);
    here.file("home/.config/containers/registries.conf", "= broken");
    assert_eq!(podman(&here, "docker.io/x/y")[0].used().unwrap().role, Role::Stops);
}

#[test]
fn podman_looks_for_a_short_name_where_it_is_told_to() {
    let here = Here::new();
    here.file(
        "root/etc/containers/registries.conf",
        "unqualified-search-registries = [\"quay.io\", \"docker.io\"]\n",
    );
    let images = |name: &str| -> Vec<_> {
        podman(&here, name).into_iter().map(|answer| answer.image).collect()
    };
    let some = |name: &str| Some(name.to_owned());
    // The second is the one that Docker means.
    assert_eq!(images("nginx"), [some("quay.io/nginx:latest"), None]);
    assert_eq!(podman(&here, "quay.io/nginx")[0].image, None);
    // Skopeo reads a short name as Docker does.
    assert_eq!(skopeo(&here, "nginx").image, None);
    let aliases = "[aliases]\n\"nginx\" = \"ghcr.io/acme/nginx\"\n\"x/y\" = \"h:5000/y\"\n";
    here.file("root/etc/containers/registries.conf.d/000-shortnames.conf", aliases);
    assert_eq!(images("nginx:1.2"), [some("ghcr.io/acme/nginx:1.2")]);
    assert_eq!(images("x/y"), [some("h:5000/y:latest")]);
    let noted = "[aliases]\nnginx = \"\"\n\"x/y\" = \"r.example/z\"\n";
    here.file("home/.cache/containers/short-name-aliases.conf", noted);
    assert_eq!(images("nginx").len(), 2);
    assert_eq!(images("x/y"), [some("r.example/z:latest")]);
    here.file("root/etc/containers/registries.conf", "");
    assert_eq!(podman(&here, "nginx")[0].used().unwrap().role, Role::Stops);
}

#[test]
fn where_docker_config_is_set_podman_reads_nothing_else() {
    let mut here = Here::new();
    here.file("run/containers/auth.json", &format!("{{{}}}", auths(&[("ghcr.io", "run")])));
    here.file("else/config.json", &format!("{{{}}}", auths(&[("ghcr.io", "else")])));
    here.places.docker_config = Some(here.dir.path().join("else"));
    let answers = podman(&here, "ghcr.io/a");
    assert_eq!(told(&answers[0]), [step(Role::Used, "plain else", "ghcr.io")]);
    assert_eq!(told(&skopeo(&here, "ghcr.io/a"))[0], step(Role::Used, "plain run", "ghcr.io"));
    here.places.registry_auth_file = Some(here.dir.path().join("run/containers/auth.json"));
    let answers = podman(&here, "ghcr.io/a");
    assert_eq!((answers.len(), told(&answers[0]).len()), (1, 1));
}

#[test]
fn podman_reads_auth_only_and_every_spelling_of_hub() {
    let here = Here::new();
    let hub = crate::server::DOCKER_HUB;
    here.file("run/containers/auth.json", r#"{"auths":{"h:1":{"username":"a","password":"b"}}}"#);
    here.file(
        "home/.dockercfg",
        &format!(
            "{{{}",
            auths(&[("https://h:1/v1/x", "old"), (hub, "hub")]).split_once('{').unwrap().1
        ),
    );
    let steps = told(&podman(&here, "h:1/x")[0]);
    assert_eq!(steps[1], step(Role::Used, "plain old", "https://h:1/v1/x"));
    assert_eq!(told(&podman(&here, "docker.io/x")[0])[1], step(Role::Used, "plain hub", hub));
}

#[test]
fn crane_asks_for_the_repository_first_and_falls_back_to_podmans_file() {
    let mut here = Here::new();
    assert!(crane(&here, "ghcr.io/a/b").is_empty());
    here.file("home/.config/containers/auth.json", &format!("{{{}}}", auths(&[("ghcr.io", "me")])));
    let whole = step(Role::Passed, "-", "ghcr.io/a/b");
    let me = step(Role::Used, "plain me", "ghcr.io");
    assert_eq!(crane(&here, "ghcr.io/a/b"), [whole, me]);
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec"}"#);
    let hub = crate::server::DOCKER_HUB;
    let whole = step(Role::Passed, "-", "index.docker.io/library/nginx");
    assert_eq!(crane(&here, "nginx"), [whole, step(Role::Used, "kept kept", hub)]);
    // Docker's file at home is found, and then another one is read.
    here.places.docker_config = Some(here.dir.path().join("nowhere"));
    assert_eq!(crane(&here, "ghcr.io/a").last().unwrap().1, "-");
}

#[test]
fn a_kubelet_matches_globs_and_reads_no_helper() {
    let here = Here::new();
    assert!(kubernetes(&here, "ghcr.io/a").is_empty());
    let entries = [
        ("*.example.com", "all"),
        ("r.example.com/acme", "acme"),
        ("https://index.docker.io/v1/", "hub"),
        ("h:5000", "port"),
    ];
    here.file("root/var/lib/kubelet/config.json", &format!("{{{}}}", auths(&entries)));
    for (image, user) in [
        ("r.example.com/acme/x", "plain acme"),
        ("r.example.com/b", "plain all"),
        ("a.r.example.com/b", "-"),
        ("nginx", "plain hub"),
        ("h:5000/x", "plain port"),
        ("h:5001/x", "-"),
    ] {
        assert_eq!(kubernetes(&here, image)[0].1, user, "{image}");
    }
}
