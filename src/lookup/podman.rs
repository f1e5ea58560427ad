//! How Podman, Buildah and Skopeo find a credential (containers/image
//! `pkg/docker/config/config.go`): the helpers of `registries.conf`, of which one stands for their
//! files; in each file the helper for the registry, then namespaces from the inside out.

use std::path::{Path, PathBuf};

use super::registries_conf::{self, RegistriesConf};
use super::{Answer, Found, Places, Question, Source, Trail, World};
use crate::clients::docker::Entry;
use crate::files::View;
use crate::registry::image::{Image, is_short_name};
use crate::registry::podman::Insecure;

const PODMAN: &[&str] = &["podman", "buildah"];

/// What stands for the files among the helpers.
const FILES: &str = "containers-auth.json";

/// The registries for which they skip the TLS checks. A file that is broken names none: with it they
/// do not start.
#[must_use]
pub fn insecure(places: &Places) -> Insecure {
    registries_conf::read(places, &View::default()).map(|conf| conf.insecure).unwrap_or_default()
}

/// What Podman and Buildah would use, and Skopeo, where it looks elsewhere: Podman reads a short name
/// by `registries.conf`, Skopeo as Docker does.
#[must_use]
pub fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let Question { written, image } = question;
    let places = world.places;
    let conf = registries_conf::read(places, world.view);
    // Where it is set, Podman and Buildah take its file for their own, and look nowhere else
    // (containers/common `pkg/auth`, `GetDefaultAuthFile`); Skopeo does not.
    let named = places.registry_auth_file.clone();
    let by_docker = places.docker_config.as_ref().map(|folder| folder.join("config.json"));
    let is_short = !written.is_empty() && is_short_name(written);
    let one = |image: &Image, clients, only: Option<&Path>| {
        let mut answer = trail(image, world, &conf, only).answer(clients);
        answer.image = is_short.then(|| image.to_string());
        answer
    };
    if !is_short && (named.is_some() || by_docker.is_none()) {
        return vec![one(image, &["podman", "buildah", "skopeo"], named.as_deref())];
    }
    let images = match &conf {
        Ok(conf) if is_short => candidates(written, conf),
        _ => vec![image.clone()],
    };
    let own = named.as_deref().or(by_docker.as_deref());
    let mut answers: Vec<_> = images.iter().map(|image| one(image, PODMAN, own)).collect();
    if let (true, Ok(conf)) = (images.is_empty(), &conf) {
        answers.push(unresolved(written, conf));
    }
    answers.push(one(image, &["skopeo"], named.as_deref()));
    answers
}

/// The images that a short name may be: that of its alias, or one on each registry that is searched
/// (containers/image `pkg/shortnames/shortnames.go`, `Resolve`).
fn candidates(written: &str, conf: &RegistriesConf) -> Vec<Image> {
    let (name, rest) = written.split_at(written.find([':', '@']).unwrap_or(written.len()));
    let alias = conf.aliases.iter().rev().find(|(alias, _)| alias == name);
    let alias = alias.and_then(|(_, full)| Image::parse(&format!("{full}{rest}")).ok());
    let searched = conf.search.iter().map(|registry| format!("{registry}/{written}"));
    match alias {
        Some(image) => vec![image],
        None => searched.filter_map(|full| Image::parse(&full).ok()).collect(),
    }
}

/// Podman knows no registry for this name.
fn unresolved(written: &str, conf: &RegistriesConf) -> Answer {
    let why = "a short name without an alias, and unqualified-search-registries names no registry";
    let mut trail = Trail::default();
    trail.look_or_stop(Source::File(conf.first.clone()), written, Found::Trouble(why.to_owned()));
    trail.answer(PODMAN)
}

fn trail(
    image: &Image,
    world: &World<'_>,
    conf: &Result<RegistriesConf, (PathBuf, String)>,
    only: Option<&Path>,
) -> Trail {
    let mut trail = Trail::default();
    let conf = match conf {
        Ok(conf) => conf,
        Err((path, why)) => {
            let found = Found::Trouble(why.clone());
            trail.look_or_stop(Source::File(path.clone()), image.registry(), found);
            return trail;
        }
    };
    let files = vec![FILES.to_owned()];
    let helpers = if conf.helpers.is_empty() { &files } else { &conf.helpers };
    for name in helpers {
        if name == FILES {
            for (path, is_old) in paths(world.places, only) {
                if !in_file(&mut trail, world, image, &path, is_old) {
                    break;
                }
            }
        } else {
            let named_in = conf.helpers_in.clone().map(|path| (path, "credential-helpers"));
            let source = Source::Helper { name: name.clone(), named_in };
            trail.look(source, image.registry(), (world.ask)(name, image.registry()));
        }
    }
    // It tries all helpers, and fails if one failed and none had it.
    if !trail.is_settled
        && let Some(step) = trail.steps.iter_mut().find(|s| matches!(s.found, Found::Trouble(_)))
    {
        step.role = super::Role::Stops;
    }
    trail
}

/// The files it reads, in its order, and whether each has the form before Docker 1.7.
fn paths(places: &Places, only: Option<&Path>) -> Vec<(PathBuf, bool)> {
    if let Some(path) = only {
        return vec![(path.to_owned(), false)];
    }
    let own = match &places.runtime {
        _ if cfg!(not(target_os = "linux")) => places.home.join(".config/containers/auth.json"),
        Some(runtime) => runtime.join("containers/auth.json"),
        None => places.root.join(format!("run/containers/{}/auth.json", places.uid)),
    };
    vec![
        (own, false),
        (places.config_home.join("containers/auth.json"), false),
        (places.docker_folder().join("config.json"), false),
        (places.home.join(".dockercfg"), true),
    ]
}

/// Looks into one file; `false` where the client does not go on to the next one.
fn in_file(trail: &mut Trail, world: &World<'_>, image: &Image, path: &Path, is_old: bool) -> bool {
    let source = Source::File(path.to_owned());
    let registry = image.registry();
    let config = world.config(path);
    let config = match &*config {
        Ok(config) => config,
        Err(e) => {
            trail.look(source, registry, Found::Trouble(e.to_string()));
            return false;
        }
    };
    let entries = config.entries();
    if let Some(name) = config.helper(registry).filter(|_| !is_old) {
        let named_in = Some((path.to_owned(), "credHelpers"));
        let source = Source::Helper { name: name.to_owned(), named_in };
        let found = (world.ask)(name, registry);
        let goes_on = !matches!(found, Found::Trouble(_));
        trail.look(source, registry, found);
        return goes_on;
    }
    if world.view.exists(path) {
        let entry = find(&entries, image, is_old);
        let found = entry.and_then(|e| e.auth_login.clone()).map_or(Found::Nothing, Found::Plain);
        trail.look(source, entry.map_or(registry, |e| e.key.as_str()), found);
    }
    true
}

/// The entry for an image: the innermost namespace first, then any spelling of the registry.
fn find<'a>(entries: &'a [Entry], image: &Image, is_old: bool) -> Option<&'a Entry> {
    let name = image.name();
    let mut key = if is_old { image.registry() } else { name.as_str() };
    loop {
        if let Some(entry) = entries.iter().find(|entry| entry.key == key) {
            return Some(entry);
        }
        match key.rsplit_once('/') {
            Some((outer, _)) => key = outer,
            None => break,
        }
    }
    let wanted = one_spelling(image.registry());
    entries.iter().find(|entry| normal(&entry.key, is_old) == wanted)
}

/// A key of a file as a registry (`normalizeAuthFileKey`).
fn normal(key: &str, is_old: bool) -> &str {
    let stripped = key.strip_prefix("http://").unwrap_or(key);
    let stripped = stripped.strip_prefix("https://").unwrap_or(stripped);
    let is_address = is_old || stripped.len() != key.len();
    let host = stripped.split('/').next().unwrap_or(stripped);
    one_spelling(if is_address { host } else { stripped })
}

/// Docker Hub's one spelling here (`normalizeRegistry`).
fn one_spelling(registry: &str) -> &str {
    match registry {
        "registry-1.docker.io" | "docker.io" => "index.docker.io",
        _ => registry,
    }
}

/// The helpers that `registries.conf` names, in their order; none where it names none or is broken.
#[must_use]
pub fn helpers(places: &Places, view: &View) -> Vec<String> {
    registries_conf::read(places, view).map(|conf| conf.helpers).unwrap_or_default()
}
