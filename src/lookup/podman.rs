//! How Podman, Buildah and Skopeo find a credential (containers/image
//! `pkg/docker/config/config.go`): the helpers of `registries.conf`, of which one stands for their
//! files; in each file the helper for the registry, then namespaces from the inside out.

use std::path::{Path, PathBuf};

use super::auth_entry::{Auth, Entry};
use super::auth_file::{AuthFile, Names, Part};
use super::podman_age::{Age, Kin};
use super::registries_conf::{self, RegistriesConf};
use super::{Answer, Found, NextLogin, Places, Question, Source, Trail, World};
use crate::credential::Login;
use crate::files::View;
use crate::registry::image::{Image, is_short_name};
use crate::registry::podman::Insecure;

use super::programs::Version;

/// What stands for the files among the helpers.
pub const FILES: &str = "containers-auth.json";

/// The registries for which they skip the TLS checks. A file that is broken names none: with it they
/// do not start.
#[must_use]
pub fn insecure(places: &Places) -> Insecure {
    let age = Kin::podman(places).age;
    registries_conf::read(places, &View::default(), age)
        .map(|conf| conf.insecure)
        .unwrap_or_default()
}

/// What Podman and Buildah would use.
#[must_use]
pub fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let kin = [Kin::podman(world.places), Kin::buildah(world.places)];
    kin.iter().flat_map(|kin| of_kin(question, world, kin)).collect()
}

/// What Skopeo would use.
#[must_use]
pub fn look_up_skopeo(question: &Question, world: &World<'_>) -> Vec<Answer> {
    of_kin(question, world, &Kin::skopeo(world.places))
}

/// What Podman would use that goes by the name of Docker.
pub(super) fn named_docker(
    question: &Question,
    world: &World<'_>,
    version: Version,
) -> Vec<Answer> {
    of_kin(question, world, &Kin::named_docker(version))
}

/// Podman reads a short name by `registries.conf`, Skopeo as Docker does.
fn of_kin(question: &Question, world: &World<'_>, kin: &Kin) -> Vec<Answer> {
    let Question { written, image } = question;
    let conf = world.registries_conf(kin);
    let is_short = !written.is_empty() && is_short_name(written);
    let one = |image: &Image| {
        let mut answer = trail(image, world, kin, &conf).answer(kin.names);
        let is_other = image != &question.image;
        answer.image = (is_short && is_other).then(|| image.to_string());
        answer
    };
    let images = match &*conf {
        Ok(conf) if is_short && !kin.is_skopeo => candidates(written, conf),
        _ => vec![image.clone()],
    };
    match &*conf {
        Ok(conf) if images.is_empty() => vec![unresolved(written, conf, kin.names)],
        _ => images.iter().map(one).collect(),
    }
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
fn unresolved(written: &str, conf: &RegistriesConf, clients: &'static [&'static str]) -> Answer {
    let why = "a short name without an alias, and unqualified-search-registries names no registry";
    let mut trail = Trail::default();
    trail.stop(&conf.first, written, why.to_owned());
    trail.answer(clients)
}

fn trail(
    image: &Image,
    world: &World<'_>,
    kin: &Kin,
    conf: &Result<RegistriesConf, (PathBuf, String)>,
) -> Trail {
    let mut trail = Trail::default();
    let conf = match conf {
        Ok(conf) => conf,
        Err((path, why)) => {
            trail.stop(path, image.registry(), why.clone());
            return trail;
        }
    };
    for name in conf.helpers() {
        if name == FILES {
            for (path, is_old) in paths(world.places, kin) {
                if !in_file(&mut trail, world, image, &path, is_old) {
                    break;
                }
            }
        } else {
            let named_in = conf.helpers_in.clone().map(|path| (path, "credential-helpers"));
            let source = Source::Helper { name: name.to_owned(), named_in };
            trail.look(source, image.registry(), (world.ask)(name, image.registry()));
        }
    }
    // It tries all helpers, and fails if one failed and none had it.
    let failed = trail.steps.iter().position(|s| matches!(s.found, Found::Trouble(_)));
    if let Some(number) = failed {
        trail.fail_at(number);
    }
    trail
}

/// The files it reads, in its order, and whether each has the form before Docker 1.7.
fn paths(places: &Places, kin: &Kin) -> Vec<(PathBuf, bool)> {
    let named = kin.named_file(places);
    let is_alone = named.is_some() && kin.age >= Age::Podman44;
    let own = named.or_else(|| own_file(places));
    let mut paths: Vec<_> = own.into_iter().map(|path| (path, false)).collect();
    if !is_alone {
        paths.push((places.config_home.join("containers/auth.json"), false));
        paths.push((places.docker_file(), false));
        paths.push((places.home.join(".dockercfg"), true));
    }
    paths
}

/// Its own file; `None` where `XDG_RUNTIME_DIR` names a folder that is not there.
fn own_file(places: &Places) -> Option<PathBuf> {
    let is_gone = places.runtime.as_ref().is_some_and(|folder| !folder.exists());
    (!is_gone || cfg!(not(target_os = "linux"))).then(|| places.auth_json())
}

/// Looks into one file; `false` where the client does not go on to the next one.
fn in_file(trail: &mut Trail, world: &World<'_>, image: &Image, path: &Path, is_old: bool) -> bool {
    let source = Source::File(path.to_owned());
    let registry = image.registry();
    let file = world.auth_file(path, Names::AnyCase);
    if !file.exists {
        return true;
    }
    if let Some(fault) = file.unmarshal_fault(|part| part != Part::Store) {
        trail.look(source, registry, Found::Trouble(fault.reason()));
        return false;
    }
    if let Some(name) = file.helper(registry).filter(|_| !is_old) {
        let named_in = Some((path.to_owned(), "credHelpers"));
        let source = Source::Helper { name: name.to_owned(), named_in };
        let found = (world.ask)(name, registry);
        let goes_on = !matches!(found, Found::Trouble(_));
        trail.look(source, registry, found);
        return goes_on;
    }
    let entries = matching(&file, image, is_old);
    let found = Found::one_of(entries.iter().map(|entry| plain(entry)));
    let goes_on = !matches!(found, Found::Trouble(_));
    let shown = if let [entry] = entries[..] { entry.key.as_str() } else { registry };
    trail.look(source, shown, found);
    goes_on
}

/// What an entry says: only `auth` counts (`decodeDockerAuth`).
fn plain(entry: &Entry) -> Found {
    match &entry.auth {
        Auth::NoBase64 => Found::Trouble(format!("auth of {:?} is not base64", entry.key)),
        Auth::Pair(user, password) => match entry.identity() {
            Some(token) => Found::Plain(token),
            None if user.is_empty() && password.is_empty() => Found::Nothing,
            None => Found::Plain(Login::new(user, password)),
        },
        Auth::Missing | Auth::NoPair => Found::Nothing,
    }
}

/// The entries for an image: that of the innermost namespace, else any spelling of the registry, in
/// an order of its own (`findCredentialsInFile`).
fn matching<'a>(file: &'a AuthFile, image: &Image, is_old: bool) -> Vec<&'a Entry> {
    let name = image.name();
    let mut key = if is_old { image.registry() } else { name.as_str() };
    loop {
        if let Some(entry) = file.entries.iter().find(|entry| entry.key == key) {
            return vec![entry];
        }
        match key.rsplit_once('/') {
            Some((outer, _)) => key = outer,
            None => break,
        }
    }
    let wanted = one_spelling(image.registry());
    file.entries.iter().filter(|entry| normal(&entry.key, is_old) == wanted).collect()
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

/// Where a login that is made with Podman or Buildah would be kept.
#[must_use]
pub fn next_login(world: &World<'_>) -> NextLogin {
    next_of_kin(world, &Kin::podman(world.places))
}

/// Where a login that is made with Skopeo would be kept.
#[must_use]
pub fn next_login_skopeo(world: &World<'_>) -> NextLogin {
    next_of_kin(world, &Kin::skopeo(world.places))
}

/// Where a login would be kept that is made with Podman by the name of Docker.
pub(super) fn next_login_named_docker(world: &World<'_>, version: Version) -> NextLogin {
    next_of_kin(world, &Kin::named_docker(version))
}

/// The first helper that takes it (`SetCredentials`); what fails is passed over.
fn next_of_kin(world: &World<'_>, kin: &Kin) -> NextLogin {
    let places = world.places;
    let docker = places.docker_config.as_ref().map(|folder| folder.join("config.json"));
    let named = places.registry_auth_file.clone();
    if let (None, Some(docker), true) = (&named, &docker, kin.age >= Age::Podman48) {
        // It is written as Docker writes it, for which no helper is asked.
        return NextLogin::Plain(docker.clone());
    }
    let conf = world.registries_conf(kin);
    let conf = match &*conf {
        Ok(conf) => conf,
        Err((path, why)) => return NextLogin::Fails(format!("{}: {why}", path.display())),
    };
    let file = named.or(docker).or_else(|| own_file(places));
    for name in conf.helpers() {
        match &file {
            Some(file) if name == FILES => return NextLogin::Plain(file.clone()),
            _ if places.has_program(&format!("docker-credential-{name}")) => {
                return NextLogin::Helper(name.to_owned());
            }
            _ => {}
        }
    }
    NextLogin::Fails("none of credential-helpers is there".to_owned())
}

/// The helpers that `registries.conf` names, in their order; none where it names none or is broken.
#[must_use]
pub fn helpers(places: &Places, view: &View) -> Vec<String> {
    let age = Kin::podman(places).age;
    registries_conf::read(places, view, age).map(|conf| conf.helpers).unwrap_or_default()
}
