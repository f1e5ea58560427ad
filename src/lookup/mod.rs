//! Which credential a client would use for an image on this machine: where it looks, in which
//! order, what it finds there, and what it never gets to.
//!
//! Files are read as the client reads them. A helper is asked only what the caller's [`Ask`]
//! answers: to run another's could make a token, or a prompt.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::files::View;
use crate::registry::image::Image;

use self::auth_file::{AuthFile, Names};
use self::podman_age::{Age, Kin};
use self::registries_conf::RegistriesConf;

pub use self::answer::{Answer, Found, Role, Source, Step};
pub use self::clients::{ALL, Client, Fix, NextLogin};
pub use self::installed::Presence;
pub use self::merged::{Asked, Merged, ask_all, merged, sends_alike};
pub use self::places::Places;
pub use self::programs::{DockerProgram, Programs, Version};
pub use self::reading::{Reading, read};
pub use self::servers::{files, questions, servers};

use self::answer::Trail;

mod answer;
mod auth_entry;
mod auth_file;
mod clients;
mod crane;
pub mod docker;
mod docker_build;
mod docker_py;
pub mod docker_variable;
mod every_login;
mod helm;
mod hosts;
mod installed;
mod jib;
mod json_tree;
mod kubernetes;
mod merged;
mod nerdctl;
mod places;
pub mod podman;
mod podman_age;
mod programs;
mod reading;
mod regctl;
mod regctl_file;
mod registries_conf;
mod rust_crate;
mod servers;
mod testcontainers;

/// What a helper, named by its part behind `docker-credential-`, has for a key.
pub type Ask<'a> = &'a dyn Fn(&str, &str) -> Found;

/// An image that a client is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// As the person wrote it: Podman reads a short name in another way than Docker. Empty where
    /// nobody wrote it, and the image is meant as it is.
    pub written: String,
    /// As Docker reads it.
    pub image: Image,
}

impl Question {
    /// The question that a person writes so; `None` for what is no image.
    #[must_use]
    pub fn of(written: &str) -> Option<Self> {
        let image = Image::parse(written).ok()?;
        Some(Self { written: written.to_owned(), image })
    }
}

/// What clients see: files, as they are or as they are planned, and what helpers answer.
pub struct World<'a> {
    /// Where the files lie.
    pub places: &'a Places,
    /// The files.
    pub view: &'a View,
    /// The helpers.
    pub ask: Ask<'a>,
    auth_files: RefCell<HashMap<(PathBuf, Names), Rc<AuthFile>>>,
    confs: RefCell<HashMap<(Age, bool), Rc<ReadConf>>>,
}

/// `registries.conf`, or the file of it that is broken and why.
type ReadConf = Result<RegistriesConf, (PathBuf, String)>;

impl<'a> World<'a> {
    /// The world of these files and helpers.
    #[must_use]
    pub fn new(places: &'a Places, view: &'a View, ask: Ask<'a>) -> Self {
        let (auth_files, confs) = (RefCell::default(), RefCell::default());
        Self { places, view, ask, auth_files, confs }
    }

    /// A file of Docker's form, read once.
    fn auth_file(&self, path: &Path, names: Names) -> Rc<AuthFile> {
        let mut files = self.auth_files.borrow_mut();
        let read = || Rc::new(AuthFile::read(self.view, path, names));
        Rc::clone(files.entry((path.to_owned(), names)).or_insert_with(read))
    }

    /// What one of Podman's kin reads in `registries.conf`, read once.
    fn registries_conf(&self, kin: &Kin) -> Rc<ReadConf> {
        let reads_variable = kin.reads_conf_variable();
        let mut confs = self.confs.borrow_mut();
        let read = || {
            let unnamed = Places { registries_conf: None, ..self.places.clone() };
            let places = if reads_variable { self.places } else { &unnamed };
            Rc::new(registries_conf::read(places, self.view, kin.age))
        };
        Rc::clone(confs.entry((kin.age, reads_variable)).or_insert_with(read))
    }
}

#[cfg(test)]
mod tests;
