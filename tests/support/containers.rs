//! Podman, Skopeo and Buildah of a person: with a store of images of their own, and without a
//! policy that would keep them from an image.

use std::fs;

use serde_json::json;

use super::person::Person;
use super::process::{self, Ran};

/// Makes the settings; `registries` is the text of `registries.conf`.
pub(crate) fn set_up(me: &Person, registries: &str) {
    let settings = me.home().join(".config/containers");
    fs::create_dir_all(&settings).unwrap();
    let at = |name: &str| me.folder().join(name);
    let policy = json!({ "default": [{ "type": "insecureAcceptAnything" }] });
    fs::write(settings.join("policy.json"), policy.to_string()).unwrap();
    fs::write(settings.join("registries.conf"), registries).unwrap();
    let storage = format!(
        "[storage]\ndriver = \"vfs\"\ngraphroot = {:?}\nrunroot = {:?}\n",
        at("images"),
        at("run/storage")
    );
    fs::write(at("storage.conf"), storage).unwrap();
    let engine = format!("[engine]\ntmp_dir = {:?}\nevents_logger = \"none\"\n", at("run/libpod"));
    fs::write(at("containers.conf"), engine).unwrap();
}

/// Runs one of them.
pub(crate) fn client(me: &Person, program: &str, arguments: &[&str]) -> Ran {
    client_with(me, program, arguments, &[])
}

/// The same with these variables.
pub(crate) fn client_with(
    me: &Person,
    program: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Ran {
    let mut command = me.command(process::need(program));
    // Where it is set, Podman takes Docker's config.json for its own auth.json.
    command.env_remove("DOCKER_CONFIG");
    for (variable, file) in
        [("CONTAINERS_STORAGE_CONF", "storage.conf"), ("CONTAINERS_CONF", "containers.conf")]
    {
        command.env(variable, me.folder().join(file));
    }
    command.envs(variables.iter().copied());
    me.finish(command.args(arguments), b"")
}
