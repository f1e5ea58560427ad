//! Docker itself, by its versions, and what it hands over for a classic build.

use super::*;

fn version(major: u32, minor: u32) -> Programs {
    let docker = DockerProgram::Docker(Version { major, minor, patch: 0 });
    Programs { docker, ..Programs::default() }
}

/// What a classic build uses.
fn build(here: &Here, image: &str) -> Vec<(Role, String, String)> {
    told(&asked(here, docker_build::look_up, image)[0])
}

#[test]
fn docker_never_reads_the_file_behind_a_helper() {
    let here = Here::new();
    let plain = auths(&[("ghcr.io", "ada"), ("quay.io", "eve")]);
    here.file("home/.docker/config.json", &format!(r#"{{"credsStore":"imgsec",{plain}}}"#));
    let unread = |user, key| step(Role::Unread, user, key);
    let kept = step(Role::Used, "kept kept", "ghcr.io");
    assert_eq!(docker(&here, "ghcr.io/a/b"), [kept, unread("plain ada", "ghcr.io")]);
    let passed = step(Role::Passed, "-", "quay.io");
    assert_eq!(docker(&here, "quay.io/a"), [passed, unread("plain eve", "quay.io")]);
    here.file(
        "home/.docker/config.json",
        &format!(
            r#"{{"credsStore":"imgsec","credHelpers":{{"ghcr.io":"","quay.io":"gone"}},{plain}}}"#
        ),
    );
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Used, "plain ada", "ghcr.io")]);
    assert_eq!(docker(&here, "quay.io/a")[0], step(Role::Stops, "!", "quay.io"));
}

#[test]
fn docker_matches_old_keys_and_hubs_own() {
    let here = Here::new();
    let hub = crate::server::DOCKER_HUB;
    let plain = auths(&[("https://ghcr.io/v1/", "old"), (hub, "hub"), ("docker.io", "no")]);
    here.file("home/.docker/config.json", &format!("{{{plain}}}"));
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Used, "plain old", "https://ghcr.io/v1/")]);
    assert_eq!(docker(&here, "nginx"), [step(Role::Used, "plain hub", hub)]);
    assert_eq!(docker(&here, "ghcr.io:5000/a"), [step(Role::Passed, "-", "ghcr.io:5000")]);
}

#[test]
fn the_variable_comes_before_every_helper() {
    let mut here = Here::new();
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec"}"#);
    let value = format!("{{{}}}", auths(&[("ghcr.io", "env")]));
    here.places.docker_auth_config = Some(value.into());
    let (env, kept) = (step(Role::Used, "plain env", "ghcr.io"), "kept kept");
    assert_eq!(docker(&here, "ghcr.io/a"), [env, step(Role::Shadowed, kept, "ghcr.io")]);
    for broken in ["x", r#"{"auths":{},"x":1}"#, r#"{"auths":{"ghcr.io":{}}}"#] {
        here.places.docker_auth_config = Some(broken.to_owned().into());
        let steps = docker(&here, "ghcr.io/a");
        assert_eq!(steps[0].0, Role::Passed, "{broken}");
        assert_eq!(steps[1], step(Role::Used, kept, "ghcr.io"), "{broken}");
    }
}

#[test]
fn docker_chooses_a_helper_only_where_nothing_is_set() {
    let mut here = Here::new();
    here.places.default_store = Some("imgsec");
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Used, "kept kept", "ghcr.io")]);
    here.file("home/.docker/config.json", r#"{"auths":{"h":{}}}"#);
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Passed, "-", "ghcr.io")]);
    let is_there = |names: &'static [&str]| docker::default_store(&|n| names.contains(&n));
    if cfg!(target_os = "linux") {
        assert_eq!(is_there(&["pass", "docker-credential-secretservice"]), None);
        assert_eq!(is_there(&["docker-credential-secretservice"]), Some("secretservice"));
    }
}

#[test]
fn which_keys_docker_takes_is_a_matter_of_its_version() {
    let mut here = Here::new();
    here.file("home/.docker/config.json", &format!("{{{}}}", auths(&[("oci://h:1", "ada")])));
    let new = step(Role::Used, "plain ada", "oci://h:1");
    let old = step(Role::Passed, "-", "h:1");
    for (major, minor, step) in [(20, 10, &old), (26, 1, &old), (27, 0, &new), (29, 9, &new)] {
        here.places.programs = version(major, minor);
        assert_eq!(docker(&here, "h:1/a"), std::slice::from_ref(step), "{major}.{minor}");
    }
}

#[test]
fn an_older_docker_is_shown_with_the_variable_that_it_ignores() {
    let mut here = Here::new();
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec"}"#);
    here.places.docker_auth_config = Some(format!("{{{}}}", auths(&[("ghcr.io", "env")])).into());
    let (kept, env) = (step(Role::Used, "kept kept", "ghcr.io"), "plain env");
    here.places.programs = version(28, 2);
    assert_eq!(docker(&here, "ghcr.io/a"), [kept, step(Role::Unread, env, "ghcr.io")]);
    here.places.programs = version(28, 3);
    assert_eq!(docker(&here, "ghcr.io/a")[0], step(Role::Used, env, "ghcr.io"));
}

#[test]
fn a_classic_build_hands_over_nothing_where_the_store_fails() {
    let mut here = Here::new();
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec"}"#);
    assert_eq!(build(&here, "ghcr.io/a"), [step(Role::Used, "kept kept", "ghcr.io")]);
    here.file("home/.docker/config.json", r#"{"credsStore":"gone"}"#);
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Stops, "!", "ghcr.io")]);
    assert_eq!(build(&here, "ghcr.io/a"), [step(Role::Passed, "!", "ghcr.io")]);
    // With the variable its logins are handed over all the same.
    here.places.docker_auth_config = Some(format!("{{{}}}", auths(&[("ghcr.io", "env")])).into());
    let env = step(Role::Used, "plain env", "ghcr.io");
    assert_eq!(build(&here, "ghcr.io/a"), [step(Role::Passed, "!", "ghcr.io"), env]);
}

#[test]
fn one_helper_that_fails_is_the_end_of_a_classic_build_before_docker_23() {
    let mut here = Here::new();
    let plain = auths(&[("ghcr.io", "ada")]);
    let config = format!(r#"{{"credHelpers":{{"other.example":"gone"}},{plain}}}"#);
    here.file("home/.docker/config.json", &config);
    let (fails, ada) = (step(Role::Passed, "!", "other.example"), "plain ada");
    for (major, wanted) in
        [(20, vec![fails.clone()]), (23, vec![fails.clone(), step(Role::Used, ada, "ghcr.io")])]
    {
        here.places.programs = version(major, 0);
        assert_eq!(build(&here, "ghcr.io/a"), wanted, "{major}");
        assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Used, ada, "ghcr.io")], "{major}");
    }
    // Podman has no such builder.
    here.places.programs.docker = DockerProgram::of("podman version 4.3.1");
    assert!(asked(&here, docker_build::look_up, "ghcr.io/a").is_empty());
}

#[test]
fn where_docker_is_podman_it_looks_where_podman_does() {
    let mut here = Here::new();
    here.file("home/.docker/config.json", r#"{"credsStore":"imgsec"}"#);
    here.file("run/containers/auth.json", &format!("{{{}}}", auths(&[("ghcr.io", "me")])));
    assert_eq!(docker(&here, "ghcr.io/a"), [step(Role::Used, "kept kept", "ghcr.io")]);
    here.places.programs.docker = DockerProgram::of("podman version 4.3.1");
    assert_eq!(docker(&here, "ghcr.io/a")[0], step(Role::Used, "plain me", "ghcr.io"));
}
