//! What sets Helm, ORAS, regctl and nerdctl apart from Docker.

use super::*;

fn helm(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, helm::look_up, image)[0])
}

fn oras(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, helm::look_up_oras, image)[0])
}

fn regctl(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, regctl::look_up, image)[0])
}

fn nerdctl(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, nerdctl::look_up, image)[0])
}

#[test]
fn helm_looks_into_its_own_file_first() {
    let here = Here::new();
    here.file("home/.docker/config.json", &format!("{{{}}}", auths(&[("h:1", "docker")])));
    let docker = "plain docker";
    let passed = step(Role::Passed, "-", "h:1");
    assert_eq!(helm(&here, "h:1/a"), [passed, step(Role::Used, docker, "h:1")]);
    let own = format!("{{{}}}", auths(&[("h:1", "helm")]));
    here.file("home/.config/helm/registry/config.json", &own);
    let shadowed = step(Role::Shadowed, docker, "h:1");
    assert_eq!(helm(&here, "h:1/a"), [step(Role::Used, "plain helm", "h:1"), shadowed]);
    // Docker's file may be broken, its own may not.
    here.file("home/.docker/config.json", "x");
    assert_eq!(helm(&here, "h:1/a"), [step(Role::Used, "plain helm", "h:1")]);
    here.file("home/.config/helm/registry/config.json", "x");
    assert_eq!(helm(&here, "h:1/a"), [step(Role::Stops, "!", "h:1")]);
}

#[test]
fn helm_and_oras_go_on_to_the_store_where_a_helper_has_an_empty_name() {
    let here = Here::new();
    let helpers = r#""credsStore":"imgsec","credHelpers":{"ghcr.io":""}"#;
    let config = format!("{{{helpers},{}}}", auths(&[("ghcr.io", "ada")]));
    here.file("home/.docker/config.json", &config);
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Used, "plain ada", "ghcr.io")]);
    let kept = step(Role::Used, "kept kept", "ghcr.io");
    assert_eq!(oras(&here, "ghcr.io/a")[0], kept);
    assert_eq!(helm(&here, "ghcr.io/a")[1], kept);
}

#[test]
fn oras_takes_off_no_scheme_but_that_of_http() {
    let here = Here::new();
    here.file("home/.docker/config.json", &format!("{{{}}}", auths(&[("oci://h:1", "ada")])));
    assert_eq!(docker(&here, "h:1/a")[0].0, Role::Used);
    assert_eq!(oras(&here, "h:1/a"), [step(Role::Passed, "-", "h:1")]);
}

#[test]
fn regctl_puts_its_own_file_over_dockers() {
    let here = Here::new();
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec","auths":{"ghcr.io":{}}}"#);
    assert_eq!(regctl(&here, "ghcr.io/a")[0], step(Role::Used, "kept kept", "ghcr.io"));
    let own = r#"{"hosts":{"quay.io":{"user":"reg","pass":"x"}}}"#;
    here.file("home/.regctl/config.json", own);
    assert_eq!(docker(&here, "quay.io/a"), [step(Role::Passed, "-", "quay.io")]);
    assert_eq!(regctl(&here, "quay.io/a"), [step(Role::Used, "plain reg", "quay.io")]);
}

#[test]
fn nerdctl_asks_for_each_spelling_in_turn() {
    let here = Here::new();
    here.file("home/.docker/config.json", &format!("{{{}}}", auths(&[("ghcr.io:443", "port")])));
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Passed, "-", "ghcr.io")]);
    assert_eq!(nerdctl(&here, "ghcr.io/a"), [step(Role::Used, "plain port", "ghcr.io:443")]);
    // A spelling that fails is passed over.
    let helpers = r#"{"credHelpers":{"ghcr.io:443":"gone","ghcr.io":"imgsec"}}"#;
    here.file("home/.docker/config.json", helpers);
    let steps = nerdctl(&here, "ghcr.io/a");
    assert_eq!(steps[0], step(Role::Passed, "!", "ghcr.io:443"));
    assert_eq!(steps.last().unwrap(), &step(Role::Used, "kept kept", "ghcr.io"));
}

#[test]
fn buildah_goes_by_its_own_version() {
    let mut here = Here::new();
    here.places.registry_auth_file = Some(here.dir.path().join("gone.json"));
    here.file("home/.docker/config.json", &format!("{{{}}}", auths(&[("h:1", "ada")])));
    // Until 1.29 a file that is named is not the only one.
    here.places.programs.podman = Version::in_text("4.9.0");
    here.places.programs.buildah = Version::in_text("1.28.0");
    let answers = asked(&here, podman::look_up, "h:1/a");
    let used: Vec<_> = answers.iter().map(|answer| (answer.clients, answer.used())).collect();
    assert!(used[0].1.is_none() && used[1].1.is_some(), "{used:?}");
    assert_eq!((used[0].0, used[1].0), (&["podman"][..], &["buildah"][..]));
}
