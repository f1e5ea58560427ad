//! Which servers occur, and how they are asked for.

use super::*;

#[test]
fn every_key_of_every_file_is_found() {
    let mut here = Here::new();
    here.file(
        "home/.docker/config.json",
        r#"{"auths":{"https://h/v1/":{},"h/team":{"auth":"!"}},"credHelpers":{"c.example":""}}"#,
    );
    here.file("home/.dockercfg", r#"{"old.example":{"auth":"YTpi"}}"#);
    here.file("home/.config/containers/auth.json", r#"{"auths":{"podman.example":{}}} x"#);
    here.file("home/.regctl/config.json", r#"{"hosts":{"regctl.example":{"pass":"x"}}}"#);
    here.places.helm_registry_config = Some(here.dir.path().join("helm.json"));
    here.file("helm.json", r#"{"auths":{"helm.example":{}}}"#);
    here.places.docker_auth_config =
        Some(r#"{"auths":{"variable.example":{"auth":"YTpi"}}}"#.to_owned().into());
    let view = View::default();
    let world = World::new(&here.places, &view, &ask);
    let found = servers(&world).into_iter().collect::<Vec<_>>();
    let wanted = [
        "c.example",
        "h/team",
        "helm.example",
        "https://h/v1/",
        "old.example",
        "podman.example",
        "regctl.example",
        "variable.example",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn a_plan_is_seen_in_the_place_of_the_file() {
    let here = Here::new();
    here.file("home/.docker/config.json", r#"{"auths":{"old":{}}}"#);
    let mut view = View::default();
    let path = here.places.docker_file();
    view.plan(&path, Some(br#"{"auths":{"new":{}}}"#.to_vec().into()));
    let found = servers(&World::new(&here.places, &view, &ask));
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["new"]);
}

#[test]
fn a_key_is_asked_for_by_every_image_that_may_lead_to_it() {
    let asked = |key: &str| -> Vec<String> {
        questions(key).into_iter().map(|question| question.image.name()).collect()
    };
    let any = "imgsec-cred/any";
    assert_eq!(asked("ghcr.io"), [format!("ghcr.io/{any}")]);
    assert!(asked("https://ghcr.io/v1/").contains(&format!("ghcr.io/{any}")));
    let namespace =
        [format!("h:5000/{any}"), "h:5000/team".to_owned(), "h:5000/team/any".to_owned()];
    assert_eq!(asked("h:5000/team"), namespace);
    assert_eq!(asked("GHCR.IO"), [format!("GHCR.IO/{any}"), format!("ghcr.io/{any}")]);
    assert!(asked("oci://a.example").contains(&format!("a.example/{any}")));
    assert!(asked("HTTPS://r.example").contains(&format!("r.example/{any}")));
    let hub = asked(crate::server::DOCKER_HUB);
    assert!(hub.contains(&format!("docker.io/{any}")), "{hub:?}");
    assert!(asked("").is_empty());
}
