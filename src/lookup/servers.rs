//! Every server that occurs in a file which a client reads, and the images by which clients would ask
//! for it: what is looked up for all of them is what could be answered on this machine.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::auth_file::{AuthFile, Names};
use super::{Places, Question, World, hosts, regctl_file};
use crate::registry::image::Image;

/// A repository that no key names: what is answered for it is answered for the whole registry.
pub(super) const ANY: &str = "imgsec-cred/any";

/// The files that clients read, each with the name of the client whose own it is; whether they are
/// there or not.
#[must_use]
pub fn files(places: &Places) -> Vec<(PathBuf, &'static str)> {
    let mut files = vec![
        (places.docker_file(), "Docker"),
        (places.home.join(".docker/config.json"), "Docker"),
        (places.home.join(".dockercfg"), "Docker"),
    ];
    let named = places.registry_auth_file.iter().cloned();
    let podman = named.chain([
        places.auth_json(),
        places.config_home.join("containers/auth.json"),
        places.home.join(".config/containers/auth.json"),
    ]);
    files.extend(podman.map(|path| (path, "Podman")));
    files.push((places.helm_file(), "Helm"));
    files.push((places.regctl_file(), "regctl"));
    let mut seen = BTreeSet::new();
    files.retain(|(path, _)| seen.insert(path.clone()));
    files
}

/// Every key that occurs anywhere, as it is written: of logins, of helpers, of namespaces.
#[must_use]
pub fn servers(world: &World<'_>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (path, client) in files(world.places) {
        if client == "regctl" {
            let hosts = regctl_file::read(world.view, &path).map(|file| file.hosts);
            all.extend(hosts.into_iter().flatten().map(|host| host.name));
        } else {
            add(&mut all, &world.auth_file(&path, Names::AnyCase));
        }
    }
    if let Some(text) = &world.places.docker_auth_config {
        add(&mut all, &AuthFile::parse(text.as_bytes(), Names::AnyCase, false));
    }
    all
}

fn add(all: &mut BTreeSet<String>, file: &AuthFile) {
    all.extend(file.entries.iter().map(|entry| entry.key.clone()));
    all.extend(file.helpers.iter().map(|(key, _)| key.clone()));
}

/// The questions by which a key is asked for: an image of each registry that a client may take it for,
/// and of each namespace in it.
#[must_use]
pub fn questions(key: &str) -> Vec<Question> {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path).trim_matches('/');
    let hosts = [
        hosts::without_scheme(key),
        hosts::of_address(key),
        hosts::first_part(key).to_owned(),
        hosts::first_part(rest).to_owned(),
    ];
    let hosts: BTreeSet<_> = hosts.into_iter().flat_map(|host| spellings(&host)).collect();
    let mut images = BTreeSet::new();
    for host in hosts.iter().filter(|host| !host.is_empty()) {
        images.insert((host, ANY.to_owned()));
        if !matches!(path, "" | "v1" | "v2") {
            images.insert((host, path.to_owned()));
            images.insert((host, format!("{path}/any")));
        }
    }
    let question = |(host, repository): (&String, String)| Question {
        written: String::new(),
        image: Image::at(host, &repository),
    };
    images.into_iter().map(question).collect()
}

/// Whether clients may take a key for one of this registry.
pub(super) fn is_of(key: &str, registry: &str) -> bool {
    questions(key).iter().any(|question| question.image.registry() == registry)
}

/// A host as it is written, in lower case, and by the other names of Docker Hub.
fn spellings(host: &str) -> Vec<String> {
    let mut all = vec![host.to_owned(), host.to_ascii_lowercase()];
    let hub = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];
    if hub.contains(&all[1].as_str()) {
        all.push("docker.io".to_owned());
    }
    all
}
