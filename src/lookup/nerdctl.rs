//! How nerdctl finds a credential (containerd/nerdctl v2.3.5 `pkg/imgutil/dockerconfigresolver/`,
//! `registryurl.go` and `credentialsstore.go`): in Docker's file, under each spelling of the registry
//! in turn; a spelling that fails is passed over.

use super::docker::{Reader, in_config};
use super::{Answer, Found, Question, Trail, World, docker_variable};
use crate::server::DOCKER_HUB;

/// What nerdctl would use.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let path = world.places.docker_file();
    let mut trail = Trail::default();
    for key in keys(question) {
        docker_variable::look(&mut trail, world, &key);
        in_config(&mut trail, world, &path, &key, &Reader::PATIENT);
        let is_unknown = trail.steps.last().is_some_and(|step| step.found == Found::Unknown);
        if trail.is_settled || is_unknown {
            break;
        }
    }
    // Of the spellings that fail only the last one counts.
    if trail.steps.last().is_some_and(|step| matches!(step.found, Found::Trouble(_))) {
        trail.fail_at(trail.steps.len() - 1);
    }
    vec![trail.answer(&["nerdctl"])]
}

/// The spellings, in its order (`AllIdentifiers`); Docker Hub is asked at `registry-1.docker.io`.
fn keys(question: &Question) -> Vec<String> {
    let image = &question.image;
    let (host, port) = match image.is_on_docker_hub() {
        true => ("registry-1.docker.io", "443"),
        false => (image.host(), image.port().unwrap_or("443")),
    };
    let full = format!("{host}:{port}");
    let mut keys = vec![full.clone()];
    if image.is_on_docker_hub() {
        keys.push(DOCKER_HUB.to_owned());
    }
    keys.extend([format!("https://{full}"), format!("http://{full}")]);
    if port == "443" {
        keys.extend([host.to_owned(), format!("https://{host}"), format!("http://{host}")]);
    }
    keys
}
