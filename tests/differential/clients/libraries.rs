//! Libraries for Python and Rust, each in a process of its own.

use std::path::Path;

use serde_json::Value;

use super::{Sent, fails};
use crate::differential::scene::server_of;
use crate::differential::stage::Stage;
use crate::support::process;

/// Asks for all at once, which is quicker; one by one where that fails.
pub(super) fn docker_py(stage: &Stage<'_>, images: &[&str]) -> Vec<Sent> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/docker_py.py");
    let servers: Vec<_> = images.iter().map(|image| stage.filled(server_of(image))).collect();
    let mut command = stage.command(process::need_python());
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(&script).arg("resolve").args(&servers);
    match stage.run(&mut command, "") {
        None if images.len() == 1 => vec![Sent::Hangs],
        Some(ran) if ran.status.success() => {
            let found: Value = serde_json::from_str(&ran.stdout).unwrap();
            servers.iter().map(|server| of_python(&found[server])).collect()
        }
        Some(ran) if images.len() == 1 => vec![fails(stage, &ran)],
        _ => images.iter().flat_map(|image| docker_py(stage, &[image])).collect(),
    }
}

fn of_python(login: &Value) -> Sent {
    let text = |keys: [&str; 2]| keys.into_iter().find_map(|key| login[key].as_str());
    let token = text(["IdentityToken", "identitytoken"]).filter(|token| !token.is_empty());
    match (token, text(["Username", "username"]), text(["Password", "password"])) {
        (Some(token), ..) => Sent::Login(format!("identity {token}")),
        (None, Some(user), Some(password)) => Sent::Login(format!("{user}:{password}")),
        _ => Sent::Nobody,
    }
}

/// The Rust crate, in a process of its own.
pub(super) fn rust_crate(stage: &Stage<'_>, images: &[&str]) -> Vec<Sent> {
    let servers: Vec<_> = images.iter().map(|image| stage.docker_key(server_of(image))).collect();
    let path = concat!(module_path!(), "::the_crate");
    let test = path.split_once("::").unwrap().1;
    let mut command = stage.command(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    command.env("ASK_FOR", servers.join(" "));
    let Some(ran) = stage.run(&mut command, "") else { return vec![Sent::Hangs; images.len()] };
    let answers: Vec<Sent> = (ran.stdout.lines())
        .filter_map(|line| line.split_once("ANSWER ").map(|(_, answer)| answer))
        .map(|answer| serde_json::from_str(answer).unwrap())
        .collect();
    assert_eq!(answers.len(), images.len(), "{ran:#?}");
    answers
}

/// Does something only when started by `rust_crate`.
#[test]
#[ignore = "a part of other tests"]
fn the_crate() {
    use docker_credential::{CredentialRetrievalError as Error, DockerCredential};
    let servers = std::env::var("ASK_FOR").unwrap_or_default();
    for server in servers.split_whitespace() {
        let sent = match docker_credential::get_credential(server) {
            Ok(DockerCredential::UsernamePassword(user, password)) => {
                Sent::Login(format!("{user}:{password}"))
            }
            Ok(DockerCredential::IdentityToken(token)) => Sent::Login(format!("identity {token}")),
            Err(Error::NoCredentialConfigured | Error::ConfigNotFound) => Sent::Nobody,
            Err(Error::ConfigReadError) if !has_config() => Sent::Nobody,
            Err(error) => match format!("{error:?}") {
                text if text.contains("credentials not found") => Sent::Nobody,
                text => Sent::Fails(text),
            },
        };
        let line = serde_json::to_string(&sent).unwrap();
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("\nANSWER {line}\n"))
            .unwrap();
    }
}

fn has_config() -> bool {
    let folder = std::env::var("DOCKER_CONFIG")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.docker")));
    folder.is_ok_and(|folder| Path::new(&folder).join("config.json").exists())
}
