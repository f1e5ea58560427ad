//! Somebody with two logins in plain text in Docker's settings, on the way to us and back.

use std::fmt::Debug;
use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use serde_json::{Map, json};

use super::person::{Login, Person, Store};
use super::process::Ran;
use super::snapshot::Snapshot;

pub(crate) const GHCR: &str = "ghcr.io";
pub(crate) const HUB: &str = "https://index.docker.io/v1/";

pub(crate) struct PlainText {
    pub(crate) person: Person,
    pub(crate) logins: [(&'static str, Login); 2],
    setup: Vec<String>,
    key_file: PathBuf,
}

impl PlainText {
    /// Without a store: `setup` makes a sealed one, and its key file.
    pub(crate) fn without_store() -> Self {
        let person = Person::without_keychain(Store::Sealed);
        let key_file = person.folder().join("keys/key");
        let key = key_file.display().to_string();
        Self::of(person, &["setup", "--yes", "--no-input", "--key-file", &key], key_file)
    }

    /// Without a store: `setup` makes a sealed one, and a passphrase for it.
    pub(crate) fn without_key_file() -> Self {
        let person = Person::without_keychain(Store::Sealed);
        let none = person.folder().join("keys/none");
        Self::of(person, &["setup", "--yes", "--no-input", "--for", "90s"], none)
    }

    /// From now on `setup` makes a store whose key only the kernel keeps.
    pub(crate) fn use_session_store(&mut self) {
        self.setup.extend(["--store", "session"].map(str::to_owned));
    }

    /// With a store that is there and open.
    pub(crate) fn with_store(store: Store) -> Self {
        let person = Person::new(store);
        let key_file = person.key_file();
        Self::of(person, &["setup", "--yes", "--no-input"], key_file)
    }

    fn of(mut person: Person, setup: &[&str], key_file: PathBuf) -> Self {
        person.names_store = false;
        let logins = [(GHCR, person.new_login("amy")), (HUB, person.new_login("bob"))];
        let entry = |(server, login): &(&str, Login)| {
            let pair = format!("{}:{}", login.user, login.password);
            ((*server).to_owned(), json!({ "auth": Base64::encode_string(pair.as_bytes()) }))
        };
        let auths: Map<_, _> = logins.iter().map(entry).collect();
        person.write_docker_config(&json!({ "auths": auths, "HttpHeaders": { "X": "y" } }));
        let setup = setup.iter().map(|&word| word.to_owned()).collect();
        Self { person, logins, setup, key_file }
    }

    /// The words of `imgsec-cred setup` here.
    pub(crate) fn setup(&self) -> Vec<&str> {
        self.setup.iter().map(String::as_str).collect()
    }

    #[track_caller]
    pub(crate) fn set_up(&self) -> Ran {
        self.person.run_ours(&self.setup())
    }

    /// Everything that setup may change, but for a keychain.
    pub(crate) fn now(&self) -> Snapshot {
        let keys = self.key_file.parent().filter(|keys| *keys != self.person.folder());
        let home = self.person.home();
        Snapshot::of(&[Some(home), keys.map(Into::into)].into_iter().flatten().collect::<Vec<_>>())
    }

    /// The login in Docker's own file.
    pub(crate) fn in_plain_text(&self, server: &str) -> Option<Login> {
        let config = self.person.docker_config();
        let auth = Base64::decode_vec(config["auths"][server]["auth"].as_str()?).unwrap();
        let (user, password) = std::str::from_utf8(&auth).unwrap().split_once(':').unwrap();
        Some(Login { user: user.to_owned(), password: password.to_owned() })
    }

    pub(crate) fn is_set_up(&self) -> bool {
        self.person.docker_config()["credsStore"] == "imgsec"
    }

    /// Docker finds each login, in the place where it looks now.
    #[track_caller]
    pub(crate) fn docker_has_every_login(&self, after: &impl Debug) {
        for (server, login) in &self.logins {
            let found = if self.is_set_up() {
                self.person.login_for(server)
            } else {
                self.in_plain_text(server)
            };
            assert_eq!(found.as_ref(), Some(login), "{server}, after {after:#?}");
        }
        assert_eq!(self.person.docker_config()["HttpHeaders"]["X"], "y");
    }

    /// Each login is kept by us, whether Docker looks or not.
    #[track_caller]
    pub(crate) fn store_has_every_login(&self, after: &impl Debug) {
        for (server, login) in &self.logins {
            assert_eq!(self.person.login_for(server).as_ref(), Some(login), "after {after:#?}");
        }
    }
}
