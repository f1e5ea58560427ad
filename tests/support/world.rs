//! What the tests of one file share, since it is costly to start: an engine and two registries.
//! The last test that uses it stops it.

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::dockerd::Dockerd;
use super::person::{Login, Person, Store};
use super::process;
use super::registry::{Auth, Registry};

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) dockerd: Dockerd,
    /// Takes passwords; everybody may do everything.
    pub(crate) registry: Registry,
    /// Takes tokens; everybody has a place of their own.
    pub(crate) tokens: Registry,
}

impl World {
    /// The one of this process.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<World>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(world) = shared.upgrade() {
            return world;
        }
        let registry = Registry::start(Auth::Password, &[]);
        let tokens = Registry::start(Auth::Token, &[]);
        let world = Arc::new(Self { dockerd: Dockerd::start(), registry, tokens });
        *shared = Arc::downgrade(&world);
        world
    }

    /// A person whose clients use this engine.
    pub(crate) fn person(&self, store: Store) -> Person {
        let mut person = Person::new(store);
        person.use_engine(self.dockerd.host());
        person
    }

    /// A user that `registry` knows.
    pub(crate) fn user(&self, registry: &Registry, person: &Person, name: &str) -> Login {
        let login = person.new_login(name);
        registry.allow(&login.user, &login.password);
        login
    }

    /// Puts an image that no other test has into the engine.
    pub(crate) fn make_image(&self, person: &Person, name: &str) {
        let file = person.folder().join("content");
        std::fs::write(&file, name).unwrap();
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(person.folder()).args(["-cf", "-", "content"]);
        let tar = process::run(&mut tar, b"").ok().stdout;
        let mut import = person.command(process::need("docker"));
        person.finish(import.args(["import", "-", name]), tar.as_bytes()).ok();
    }
}
