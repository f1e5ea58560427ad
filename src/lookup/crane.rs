//! How crane, ko, cosign and others of go-containerregistry find a credential
//! (`pkg/authn/keychain.go`, `DefaultKeychain`): the whole repository first, then its registry, in
//! Docker's file, or, only where there is none, in Podman's.

use std::path::PathBuf;

use super::auth_file::Names;
use super::docker::{Reader, in_config, in_file};
use super::{Answer, NextLogin, Places, Question, Trail, World, docker_variable};
use crate::server::DOCKER_HUB;

/// What crane and its kin would use.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let image = &question.image;
    let mut trail = Trail::default();
    if let Some(path) = file(world) {
        let host = if image.is_on_docker_hub() { "index.docker.io" } else { image.registry() };
        let whole = format!("{host}/{}", image.repository());
        let root = if image.is_on_docker_hub() { DOCKER_HUB } else { host };
        for key in [whole.as_str(), root] {
            docker_variable::look(&mut trail, world, key);
            in_config(&mut trail, world, &path, key, &Reader::STRICT);
            if trail.has_stopped() {
                break;
            }
        }
    }
    trail.steps.dedup();
    vec![trail.answer(&["crane", "ko", "cosign"])]
}

/// The one file it reads.
fn file(world: &World<'_>) -> Option<PathBuf> {
    let places: &Places = world.places;
    let is_there = |path: &PathBuf| world.view.exists(path);
    let docker = places.docker_file();
    // Docker's file at home counts as found even where DOCKER_CONFIG then names another folder.
    if is_there(&places.home.join(".docker/config.json")) || is_there(&docker) {
        return Some(docker);
    }
    let named = places.registry_auth_file.clone();
    let runtime = places.runtime.as_ref().map(|dir| dir.join("containers/auth.json"));
    let at_home = places.config_home.join("containers/auth.json");
    named.into_iter().chain(runtime).chain([at_home]).find(is_there)
}

/// Where a login that is made with crane, ko, cosign or nerdctl would be kept: in Docker's file, by its
/// settings, and without a default of their own (`cmd/crane/cmd/auth.go`, `login`).
pub(super) fn next_login(world: &World<'_>) -> NextLogin {
    in_file(world, &world.places.docker_file(), Names::AnyCase, None)
}
