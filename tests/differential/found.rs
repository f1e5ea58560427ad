//! Scenes in which something was wrong once, each made as small as it can be.

use serde_json::json;

use super::scene::Scene;

pub(crate) fn scenes() -> Vec<Scene> {
    let all = [json!({
        "name": "a plain login in Docker's file that Podman's family used as well",
        "files": { "home/.docker/config.json": { "auths": { "$1": { "auth": "login(one-1:canary-one-1)" } } } },
        "clients": ["docker-29", "skopeo"], "images": ["$1/team/app:1"], "step": "Setup",
    })];
    all.into_iter().map(|scene| serde_json::from_value(scene).unwrap()).collect()
}
