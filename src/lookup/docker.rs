//! How Docker finds a credential (docker/cli `cli/config/configfile/file.go`,
//! `cli/config/credentials/`): `DOCKER_AUTH_CONFIG` since 28.3, then the helper for the registry or
//! for all, or, only where none is named, the file itself.

use std::path::{Path, PathBuf};

use super::auth_entry::{Auth, Entry};
use super::auth_file::{AuthFile, Names};
use super::programs::DockerProgram;
use super::{
    Answer, Found, NextLogin, Question, Source, Trail, World, docker_build, docker_variable, hosts,
    podman,
};

/// How programs that are built on docker/cli read its file; they differ by its version.
pub(super) struct Reader {
    /// The helper for a file that names nothing.
    pub(super) default: Option<&'static str>,
    /// The host that a key of `auths` stands for.
    pub(super) host_of: fn(&str) -> String,
    /// Goes on with what it understood of a broken file, as `docker` itself does.
    forgives: bool,
    /// Takes an `auth` without a user name for broken; since 23.
    needs_user: bool,
    /// Passes over a helper that fails.
    passes_over: bool,
    /// Uses what the file has where the helper fails: before 29 an error was dropped, and not what had
    /// been read before it (`native_store.go`, `Get`, and `cli/command/registry.go`).
    falls_back: bool,
}

impl Reader {
    /// `docker`, and its plug-ins.
    pub(super) fn of(program: DockerProgram, default: Option<&'static str>) -> Self {
        Self {
            default,
            host_of: if program.is_at_least(27, 0) {
                hosts::of_address
            } else {
                hosts::without_scheme
            },
            forgives: true,
            needs_user: program.is_at_least(23, 0),
            passes_over: false,
            falls_back: !program.is_at_least(29, 0),
        }
    }

    /// A program of today that loads the file by itself: it has no default and forgives nothing.
    pub(super) const STRICT: Self = Self {
        default: None,
        host_of: hosts::of_address,
        forgives: false,
        needs_user: true,
        passes_over: false,
        falls_back: false,
    };

    /// The same where another helper, or key, comes after one that fails.
    pub(super) const PATIENT: Self = Self { passes_over: true, ..Self::STRICT };

    /// Why a file is broken.
    pub(super) fn why_broken(&self, file: &AuthFile) -> Option<String> {
        if let Some(fault) = file.decoder_fault(|_| true) {
            return Some(fault.reason());
        }
        let entry = file.entries.iter().find(|entry| self.is_broken(entry))?;
        Some(format!("auth of {:?} is not base64 of user:password", entry.key))
    }

    fn is_broken(&self, entry: &Entry) -> bool {
        match &entry.auth {
            Auth::Missing => false,
            Auth::Pair(user, _) => self.needs_user && user.is_empty(),
            Auth::NoPair | Auth::NoBase64 => true,
        }
    }
}

/// Docker's own choice of a helper where its file has no login and no helper
/// (`default_store_linux.go` and its like): only if its program is there.
#[must_use]
pub fn default_store(is_there: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let name = match () {
        () if cfg!(target_os = "macos") => "osxkeychain",
        () if cfg!(windows) => "wincred",
        () if is_there("pass") => "pass",
        () => "secretservice",
    };
    is_there(&format!("docker-credential-{name}")).then_some(name)
}

/// What Docker, and what is built on it, would use. Its plug-ins are of their own versions, and taken
/// for the newest.
#[must_use]
pub fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let program = world.places.programs.docker;
    let docker = match program {
        DockerProgram::Podman(version) => podman::named_docker(question, world, version),
        _ => vec![as_docker(question, world, program, &["docker"])],
    };
    let plugins = as_docker(question, world, DockerProgram::Unknown, &["buildx", "compose"]);
    docker.into_iter().chain([plugins]).chain(docker_build::look_up(question, world)).collect()
}

fn as_docker(
    question: &Question,
    world: &World<'_>,
    program: DockerProgram,
    clients: &'static [&'static str],
) -> Answer {
    let key = question.image.docker_key();
    let mut trail = Trail::default();
    let reads_variable = docker_variable::is_read_by(program);
    if reads_variable {
        docker_variable::look(&mut trail, world, key);
    }
    let path = file(world, program);
    in_config(&mut trail, world, &path, key, &Reader::of(program, world.places.default_store));
    if !reads_variable {
        docker_variable::ignore(&mut trail, world, key);
    }
    trail.answer(clients)
}

/// Docker before 23 reads the file of before 1.7 where it has none of its own.
pub(super) fn file(world: &World<'_>, program: DockerProgram) -> PathBuf {
    let (own, old) = (world.places.docker_file(), world.places.home.join(".dockercfg"));
    let is_old = !program.is_at_least(23, 0) && !world.view.exists(&own) && world.view.exists(&old);
    if is_old { old } else { own }
}

/// Where a login that is made with Docker would be kept.
#[must_use]
pub fn next_login(world: &World<'_>) -> NextLogin {
    if let DockerProgram::Podman(version) = world.places.programs.docker {
        return podman::next_login_named_docker(world, version);
    }
    in_file(world, &world.places.docker_file(), Names::AnyCase, world.places.default_store)
}

/// Where a login would be kept by the settings in a file of Docker's form.
pub(super) fn in_file(
    world: &World<'_>,
    path: &Path,
    names: Names,
    default: Option<&'static str>,
) -> NextLogin {
    let file = world.auth_file(path, names);
    let store = file.store.as_deref().or(default.filter(|_| file.is_bare()));
    store.map_or_else(|| NextLogin::Plain(path.to_owned()), |s| NextLogin::Helper(s.to_owned()))
}

/// Looks into a file as programs do that are built on docker/cli.
pub(super) fn in_config(
    trail: &mut Trail,
    world: &World<'_>,
    path: &Path,
    key: &str,
    reader: &Reader,
) {
    let file = world.auth_file(path, Names::AnyCase);
    if let Some(why) = reader.why_broken(&file) {
        let (source, found) = (Source::File(path.to_owned()), Found::Trouble(why));
        if !reader.forgives {
            return trail.look_or_stop(source, key, found);
        }
        trail.look(source, key, found);
    }
    let entries = matching(&file, key, reader.host_of);
    match helper(&file, key, reader.default) {
        None => in_entries(trail, path, key, &file, &entries, reader),
        Some((name, setting)) => {
            let named_in = setting.map(|setting| (path.to_owned(), setting));
            let source = Source::Helper { name: name.to_owned(), named_in };
            let found = (world.ask)(name, key);
            let token = entries.iter().find_map(|entry| entry.registry());
            let answers = !matches!(found, Found::Trouble(_) | Found::Unknown);
            if let (Some(token), true) = (token, answers) {
                // It is sent beside what the helper has, and engines take it first.
                trail.look(Source::File(path.to_owned()), key, Found::Plain(token));
            }
            let fails = matches!(found, Found::Trouble(_));
            match reader.passes_over || reader.falls_back {
                true => trail.look(source, key, found),
                false => trail.look_or_stop(source, key, found),
            }
            if fails && reader.falls_back {
                return in_entries(trail, path, key, &file, &entries, reader);
            }
            let unread: Vec<_> =
                entries.iter().copied().filter(|e| e.registry().is_none()).collect();
            trail.unread(path, &unread);
        }
    }
}

/// Looks into the entries that fit.
fn in_entries(
    trail: &mut Trail,
    path: &Path,
    key: &str,
    file: &AuthFile,
    entries: &[&Entry],
    reader: &Reader,
) {
    let found = entries.iter().map(|entry| plain(entry, file, reader));
    let shown = if let [entry] = entries { entry.key.as_str() } else { key };
    trail.look(Source::File(path.to_owned()), shown, Found::one_of(found));
}

/// The helper for a key and the setting that names it; an empty name in `credHelpers` is none.
pub(super) fn helper<'a>(
    file: &'a AuthFile,
    key: &str,
    default: Option<&'a str>,
) -> Option<(&'a str, Option<&'static str>)> {
    match (file.helper(key), &file.store) {
        (Some(name), _) => (!name.is_empty()).then_some((name, Some("credHelpers"))),
        (None, Some(store)) => Some((store.as_str(), Some("credsStore"))),
        (None, None) => default.filter(|_| file.is_bare()).map(|name| (name, None)),
    }
}

/// The entries that may be taken for a key: the exact one, else any whose host it is
/// (`file_store.go`, `Get`).
pub(super) fn matching<'a>(
    file: &'a AuthFile,
    key: &str,
    host_of: fn(&str) -> String,
) -> Vec<&'a Entry> {
    match file.entries.iter().find(|entry| entry.key == key) {
        Some(exact) => vec![exact],
        None => file.entries.iter().filter(|entry| host_of(&entry.key) == key).collect(),
    }
}

/// What an entry says. Where another entry is broken Docker stops reading there, in an order of its
/// own, and an `auth` that it has not come to says nothing.
pub(super) fn plain(entry: &Entry, file: &AuthFile, reader: &Reader) -> Found {
    let undone = || entry.registry().or_else(|| entry.identity()).or_else(|| entry.written());
    let is_whole = file.decoder_fault(|_| true).is_none();
    if matches!(entry.auth, Auth::Missing) {
        // In the file of before Docker 1.7 nothing else counts.
        let counts = !(file.is_old && is_whole);
        return if counts { Found::plain(entry.login()) } else { Found::Nothing };
    }
    if !is_whole || reader.is_broken(entry) {
        return Found::plain(undone());
    }
    let done = Found::plain(entry.login());
    if file.entries.iter().any(|entry| reader.is_broken(entry)) {
        return Found::one_of([done, Found::plain(undone())]);
    }
    done
}
