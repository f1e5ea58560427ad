//! What sets the libraries apart from Docker.

use super::*;

fn docker_py(here: &Here, image: &str) -> [Vec<(Role, String, String)>; 2] {
    let answers = asked(here, docker_py::look_up, image);
    [told(&answers[0]), told(&answers[1])]
}

fn of(here: &Here, client: Looks, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, client, image)[0])
}

#[test]
fn docker_py_goes_on_behind_a_helper_and_dies_of_one_in_a_build() {
    let here = Here::new();
    let plain = auths(&[("quay.io", "ada")]);
    here.file("home/.docker/config.json", &format!(r#"{{"credsStore":"imgsec",{plain}}}"#));
    let ada = step(Role::Used, "plain ada", "quay.io");
    let unread = step(Role::Unread, "plain ada", "quay.io");
    let passed = step(Role::Passed, "-", "quay.io");
    assert_eq!(docker(&here, "quay.io/a"), [passed.clone(), unread]);
    assert_eq!(docker_py(&here, "quay.io/a"), [vec![passed, ada.clone()], vec![ada.clone()]]);
    let config = format!(r#"{{"credHelpers":{{"other.example":"gone"}},{plain}}}"#);
    here.file("home/.docker/config.json", &config);
    let fails = step(Role::Stops, "!", "other.example");
    assert_eq!(docker_py(&here, "quay.io/a"), [vec![ada], vec![fails]]);
}

#[test]
fn the_crate_takes_plain_text_before_the_store() {
    let here = Here::new();
    let plain = auths(&[("ghcr.io", "ada")]);
    here.file("home/.docker/config.json", &format!(r#"{{"credsStore":"imgsec",{plain}}}"#));
    assert_eq!(docker(&here, "ghcr.io/a")[0], step(Role::Used, "kept kept", "ghcr.io"));
    let steps = of(&here, rust_crate::rust_crate, "ghcr.io/a");
    assert_eq!(steps[0], step(Role::Used, "plain ada", "ghcr.io"));
}

#[test]
fn testcontainers_for_go_asks_only_for_keys_that_the_file_names() {
    let here = Here::new();
    here.program("docker-credential-imgsec");
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec"}"#);
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Used, "kept kept", "ghcr.io")]);
    let go = |here: &Here| of(here, testcontainers::go, "ghcr.io/a");
    assert_eq!(go(&here), [step(Role::Passed, "-", "ghcr.io")]);
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec","auths":{"ghcr.io":{}}}"#);
    assert_eq!(go(&here), [step(Role::Used, "kept kept", "ghcr.io")]);
}

#[test]
fn testcontainers_for_go_asks_the_file_for_the_keys_of_the_variable() {
    let mut here = Here::new();
    here.places.docker_auth_config = Some(format!("{{{}}}", auths(&[("h:1", "env")])).into());
    here.file("home/.docker/config.json", &format!("{{{}}}", auths(&[("h:1", "ada")])));
    let go = |here: &Here| of(here, testcontainers::go, "h:1/a");
    assert_eq!(docker(&here, "h:1/a")[0], step(Role::Used, "plain env", "h:1"));
    assert_eq!(go(&here), [step(Role::Used, "plain ada", "h:1")]);
    here.file("home/.docker/config.json", "{");
    assert_eq!(go(&here), [step(Role::Passed, "!", "h:1")]);
    let fields = r#"{"auths":{"h:1":{"username":"env","password":"x"}}}"#;
    here.places.docker_auth_config = Some(fields.to_owned().into());
    assert_eq!(go(&here), [step(Role::Used, "plain env", "h:1")]);
}

#[test]
fn testcontainers_for_java_and_dev_containers_read_the_file_behind_a_helper() {
    let here = Here::new();
    let plain = auths(&[("quay.io", "ada")]);
    here.file("home/.docker/config.json", &format!(r#"{{"credsStore":"imgsec",{plain}}}"#));
    let ada = step(Role::Used, "plain ada", "quay.io");
    let passed = step(Role::Passed, "-", "quay.io");
    assert_eq!(of(&here, testcontainers::java, "quay.io/a"), [passed.clone(), ada.clone()]);
    assert_eq!(of(&here, testcontainers::dev_containers, "quay.io/a"), [passed, ada.clone()]);
    // A helper that fails is the end for one of them.
    here.file("home/.docker/config.json", &format!(r#"{{"credsStore":"gone",{plain}}}"#));
    let fails = step(Role::Passed, "!", "quay.io");
    assert_eq!(
        of(&here, testcontainers::java, "quay.io/a")[..],
        [step(Role::Passed, "!", "quay.io")]
    );
    assert_eq!(of(&here, testcontainers::dev_containers, "quay.io/a"), [fails, ada]);
}

#[test]
fn jib_reads_podmans_files_first_and_knows_every_name_of_hub() {
    let here = Here::new();
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec"}"#);
    let hub = auths(&[("registry.hub.docker.com", "hub")]);
    here.file("home/.config/containers/auth.json", &format!("{{{hub}}}"));
    let steps = of(&here, jib::look_up, "nginx");
    assert_eq!(steps[0], step(Role::Used, "plain hub", "registry.hub.docker.com"));
    let kept = step(Role::Used, "kept kept", "ghcr.io");
    assert_eq!(of(&here, jib::look_up, "ghcr.io/a").last().unwrap(), &kept);
}
