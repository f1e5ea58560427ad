//! What `docker build` hands over without BuildKit (docker/cli `cli/command/image/build.go`,
//! `cli/config/configfile/file.go`, `GetAllCredentials`): every login that Docker can find. Where the
//! store fails it is none at all, and Docker says nothing of it.

use std::path::Path;

use super::auth_file::{AuthFile, Names};
use super::docker::{Reader, file, helper, plain};
use super::every_login::EveryLogin;
use super::programs::DockerProgram;
use super::{Answer, Found, Question, Source, Trail, World, docker_variable};

/// What it is called.
pub(super) const NAME: &str = "docker build (classic)";

/// What an image in a Dockerfile is pulled with. Podman has one builder only.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let program = world.places.programs.docker;
    if matches!(program, DockerProgram::Podman(_)) {
        return Vec::new();
    }
    let key = question.image.docker_key();
    let path = file(world, program);
    let file = world.auth_file(&path, Names::AnyCase);
    let reader = Reader::of(program, world.places.default_store);
    let mut trail = Trail::default();
    if let Some(why) = reader.why_broken(&file) {
        trail.look(Source::File(path.clone()), key, Found::Trouble(why));
    }
    let build = Build { world, program, reader, path: &path, file: &file, key };
    if let Some(all) = build.every_login(&mut trail) {
        all.taken(&mut trail, &path, key);
    }
    vec![trail.answer(&[NAME])]
}

struct Build<'a> {
    world: &'a World<'a>,
    program: DockerProgram,
    reader: Reader,
    path: &'a Path,
    file: &'a AuthFile,
    key: &'a str,
}

impl Build<'_> {
    /// `None` where it hands over nothing, since a helper fails.
    fn every_login(&self, trail: &mut Trail) -> Option<EveryLogin> {
        let text = self.world.places.docker_auth_config.as_ref();
        let text = text.filter(|_| docker_variable::is_read_by(self.program));
        let variable = text.and_then(|text| docker_variable::logins(text));
        let mut all = EveryLogin::default();
        if !self.of_store(&mut all, trail) && variable.is_none() {
            return None;
        }
        let variable = variable.unwrap_or_default();
        for (key, login) in &variable {
            let source = Source::Variable(docker_variable::NAME);
            all.put(key, source, Found::Plain(login.clone()));
        }
        for (server, _) in &self.file.helpers {
            if variable.iter().any(|(key, _)| key == server) {
                continue;
            }
            let (source, found) = self.of_helper(server);
            match found {
                Found::Trouble(_) => {
                    trail.look(source, server, found);
                    // Docker 23 goes on without this one.
                    if !self.program.is_at_least(23, 0) {
                        return None;
                    }
                }
                found => all.put(server, source, found),
            }
        }
        Some(all)
    }

    /// What is in the file, or with the helper for all; `false` where that fails.
    fn of_store(&self, all: &mut EveryLogin, trail: &mut Trail) -> bool {
        // No registry has this name, so that only the helper for all fits.
        let Some((name, setting)) = helper(self.file, "", self.reader.default) else {
            for entry in &self.file.entries {
                let found = plain(entry, self.file, &self.reader);
                all.put(&entry.key, Source::File(self.path.to_owned()), found);
            }
            return true;
        };
        let source = self.source(name, setting);
        match (self.world.ask)(name, self.key) {
            Found::Nothing => {}
            Found::Trouble(why) => {
                trail.look(source, self.key, Found::Trouble(why));
                return false;
            }
            found => all.put(self.key, source, found),
        }
        true
    }

    /// What the helper has that is named for one registry; an empty name means the file.
    fn of_helper(&self, server: &str) -> (Source, Found) {
        if let Some((name, setting)) = helper(self.file, server, self.reader.default) {
            return (self.source(name, setting), (self.world.ask)(name, server));
        }
        let entries = super::docker::matching(self.file, server, self.reader.host_of);
        let found = entries.iter().map(|entry| plain(entry, self.file, &self.reader));
        (Source::File(self.path.to_owned()), Found::one_of(found))
    }

    fn source(&self, name: &str, setting: Option<&'static str>) -> Source {
        let named_in = setting.map(|setting| (self.path.to_owned(), setting));
        Source::Helper { name: name.to_owned(), named_in }
    }
}
