//! Where the next login of each client would be kept.

use super::*;

fn next(here: &Here, client: &str) -> NextLogin {
    let view = View::default();
    let world = World::new(&here.places, &view, &ask);
    let client = ALL.iter().find(|row| row.programs.contains(&client)).unwrap();
    (client.next_login.unwrap())(&world)
}

fn helper(name: &str) -> NextLogin {
    NextLogin::Helper(name.to_owned())
}

fn plain(here: &Here, file: &str) -> NextLogin {
    NextLogin::Plain(here.dir.path().join(file))
}

const DOCKER: &str = "home/.docker/config.json";
const AUTH_JSON: &str = "run/containers/auth.json";

#[test]
fn docker_chooses_a_helper_itself_only_for_a_bare_file_and_others_never_do() {
    let mut here = Here::new();
    assert_eq!(next(&here, "docker"), plain(&here, DOCKER));
    here.places.default_store = Some("pass");
    assert_eq!(next(&here, "docker"), helper("pass"));
    for client in ["crane", "oras", "nerdctl"] {
        assert_eq!(next(&here, client), plain(&here, DOCKER), "{client}");
    }
    for bare_no_more in [r#"{"auths":{"h":{}}}"#, r#"{"credHelpers":{"h":""}}"#] {
        here.file(DOCKER, bare_no_more);
        assert_eq!(next(&here, "docker"), plain(&here, DOCKER), "{bare_no_more}");
    }
    here.file(DOCKER, r#"{"credsStore":"imgsec"}"#);
    for client in ["docker", "crane", "oras", "nerdctl"] {
        assert_eq!(next(&here, client), helper("imgsec"), "{client}");
    }
    here.file(DOCKER, r#"{"CREDSSTORE":"imgsec"}"#);
    assert_eq!(next(&here, "docker"), helper("imgsec"));
    // ORAS takes the names of fields as they are written.
    assert_eq!(next(&here, "oras"), plain(&here, DOCKER));
}

#[test]
fn helm_keeps_it_by_its_own_file_wherever_that_is() {
    let mut here = Here::new();
    here.file(DOCKER, r#"{"credsStore":"imgsec"}"#);
    let own = match () {
        () if cfg!(target_os = "macos") => "home/Library/Preferences/helm/registry/config.json",
        () if cfg!(windows) => "home/helm/registry/config.json",
        () => "home/.config/helm/registry/config.json",
    };
    assert_eq!(next(&here, "helm"), plain(&here, own));
    here.places.default_store = Some("pass");
    assert_eq!(next(&here, "helm"), helper("pass"));
    here.file(own, r#"{"auths":{}}"#);
    assert_eq!(next(&here, "helm"), helper("pass"));
    here.file(own, r#"{"auths":{"h":{}}}"#);
    assert_eq!(next(&here, "helm"), plain(&here, own));
    here.file(own, r#"{"auths":{"h":{}},"credsStore":"imgsec"}"#);
    assert_eq!(next(&here, "helm"), helper("imgsec"));
    here.places.xdg_config_home = Some(here.dir.path().join("xdg"));
    here.places.default_store = None;
    assert_eq!(next(&here, "helm"), plain(&here, "xdg/helm/registry/config.json"));
    here.places.helm_config_home = Some(here.dir.path().join("helm"));
    assert_eq!(next(&here, "helm"), plain(&here, "helm/registry/config.json"));
    here.places.helm_registry_config = Some(here.dir.path().join("named.json"));
    assert_eq!(next(&here, "helm"), plain(&here, "named.json"));
}

#[test]
fn regctl_always_writes_it_in_plain_text() {
    let mut here = Here::new();
    here.file(DOCKER, r#"{"credsStore":"imgsec"}"#);
    assert_eq!(next(&here, "regctl"), plain(&here, "home/.regctl/config.json"));
    here.places.regctl_config = Some(here.dir.path().join("named.json"));
    assert_eq!(next(&here, "regctl"), plain(&here, "named.json"));
}

#[test]
#[cfg(target_os = "linux")]
fn podman_keeps_it_with_the_first_helper_that_is_there() {
    let here = Here::new();
    here.program("docker-credential-imgsec");
    assert_eq!(next(&here, "podman"), plain(&here, AUTH_JSON));
    for (list, kept) in [
        (r#""imgsec""#, helper("imgsec")),
        (r#""gone", "imgsec""#, helper("imgsec")),
        (r#""imgsec", "containers-auth.json""#, helper("imgsec")),
        (r#""containers-auth.json", "imgsec""#, plain(&here, AUTH_JSON)),
        (r#""gone", "containers-auth.json""#, plain(&here, AUTH_JSON)),
        ("", plain(&here, AUTH_JSON)),
    ] {
        let drop_in = "home/.config/containers/registries.conf.d/z.conf";
        here.file(drop_in, &format!("credential-helpers = [{list}]\n"));
        assert_eq!(next(&here, "podman"), kept, "{list}");
        assert_eq!(next(&here, "skopeo"), kept, "{list}");
    }
    here.file(
        "home/.config/containers/registries.conf.d/zz.conf",
        "credential-helpers = [\"gone\"]",
    );
    assert!(matches!(next(&here, "podman"), NextLogin::Fails(_)));
}

#[test]
#[cfg(target_os = "linux")]
fn which_file_podman_writes_is_said_by_variables() {
    let mut here = Here::new();
    here.program("docker-credential-imgsec");
    here.file(
        "home/.config/containers/registries.conf",
        "credential-helpers = [\"imgsec\", \"containers-auth.json\"]\n",
    );
    here.places.docker_config = Some(here.dir.path().join("else"));
    // Of today it is written as Docker writes it, and no helper is asked.
    assert_eq!(next(&here, "podman"), plain(&here, "else/config.json"));
    assert_eq!(next(&here, "skopeo"), plain(&here, "else/config.json"));
    here.places.programs.podman = Version::in_text("4.3.1");
    assert_eq!(next(&here, "podman"), helper("imgsec"));
    here.file("home/.config/containers/registries.conf", "");
    assert_eq!(next(&here, "podman"), plain(&here, "else/config.json"));
    here.places.registry_auth_file = Some(here.dir.path().join("named.json"));
    assert_eq!(next(&here, "podman"), plain(&here, "named.json"));
    here.places = here.places.without_variables();
    assert_eq!(next(&here, "podman"), plain(&here, "root/run/containers/7/auth.json"));
    here.places.runtime = Some(here.dir.path().join("gone"));
    assert!(matches!(next(&here, "podman"), NextLogin::Fails(_)));
}

#[test]
#[cfg(target_os = "linux")]
fn where_docker_is_podman_its_login_is_podmans() {
    let mut here = Here::new();
    here.file(DOCKER, r#"{"credsStore":"imgsec"}"#);
    here.places.programs.docker = DockerProgram::of("podman version 4.3.1");
    assert_eq!(next(&here, "docker"), plain(&here, AUTH_JSON));
}

#[test]
fn a_client_is_here_by_its_program_or_its_settings() {
    let here = Here::new();
    let is_here = |name: &str| {
        let view = View::default();
        let world = World::new(&here.places, &view, &ask);
        ALL.iter().find(|row| row.name == name).unwrap().is_here(&world)
    };
    assert!(!is_here("Skopeo") && !is_here("regctl") && !is_here("Docker"));
    here.program("skopeo");
    here.file("home/.regctl/config.json", "{}");
    here.file(DOCKER, "{}");
    assert!(is_here("Skopeo") && is_here("regctl") && is_here("Docker") && !is_here("Jib"));
}
