//! Programs that go to a registry themselves.

use serde_json::Value;

use super::{Sent, by_registry, fails, without_tag};
use crate::differential::scene::{HUB, server_of};
use crate::differential::stage::Stage;
use crate::support::process::Ran;

pub(super) fn crane(stage: &Stage<'_>, image: &str) -> Sent {
    let server = server_of(image);
    if stage.registry(server).is_some() {
        let words = ["manifest", "--insecure", &stage.filled(image)];
        return by_registry(stage, image, stage.command("crane").args(words));
    }
    let server = if server == HUB { "index.docker.io".to_owned() } else { stage.filled(server) };
    let Some(ran) = stage.run(stage.command("crane").args(["auth", "get", &server]), "") else {
        return Sent::Hangs;
    };
    let login: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
    match (login["Username"].as_str(), login["Secret"].as_str()) {
        _ if ran.said().contains("credentials not found") => Sent::Nobody,
        _ if !ran.status.success() => fails(stage, &ran),
        (Some("<token>"), Some(secret)) => Sent::Login(format!("identity {secret}")),
        (Some(user), Some(secret)) if !user.is_empty() => Sent::Login(format!("{user}:{secret}")),
        // What it has is neither a user nor a password.
        _ => Sent::Login("bearer <unseen>".to_owned()),
    }
}

pub(super) fn regctl(stage: &Stage<'_>, image: &str) -> Sent {
    let host = format!("reg={},tls=disabled", stage.filled(server_of(image)));
    let words = ["--host", &host, "manifest", "get", &stage.filled(image)];
    by_registry(stage, image, stage.command("regctl").args(words))
}

pub(super) fn helm(stage: &Stage<'_>, image: &str) -> Sent {
    let chart = format!("oci://{}", stage.filled(without_tag(image)));
    let words = ["show", "chart", &chart, "--version", "1.0.0", "--plain-http"];
    by_registry(stage, image, stage.command("helm").args(words))
}

pub(super) fn helm_login(
    stage: &Stage<'_>,
    server: &str,
    user: &str,
    password: &str,
) -> Option<Ran> {
    let words = ["registry", "login", "--plain-http", "-u", user, "--password-stdin", server];
    stage.run(stage.command("helm").args(words), password)
}
