//! A person with a home, a store and Docker set up to use our helper, as after `imgsec-cred setup`;
//! and what the tests ask about that person: which logins are kept, and whether a secret got out.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::bus::Bus;
use super::process::{self, Ran};

/// Where the person's secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// gnome-keyring on a session bus.
    Keychain,
    /// Our own files.
    Sealed,
}

/// A login the person has at some registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) bus: Option<Bus>,
    store: Store,
    /// `IMGSEC_STORE` names the store; otherwise our settings do, or it is found.
    pub(crate) names_store: bool,
    engine: Option<String>,
    secrets: Mutex<Vec<Login>>,
    dir: tempfile::TempDir,
}

impl Person {
    /// A person whose store is ready, whose Docker keeps everything with us, and who has no login.
    pub(crate) fn new(store: Store) -> Self {
        let mut person = Self::without_keychain(store);
        match store {
            Store::Keychain => {
                person.bus = Some(Bus::unlocked(&person.home(), &person.runtime()));
            }
            Store::Sealed => person.set_up(),
        }
        person
    }

    /// A person with this store by choice, which nobody has made yet.
    pub(crate) fn without_keychain(store: Store) -> Self {
        let dir = process::folder("p");
        for name in ["home", "home/.docker", "run", "tmp", "bin"] {
            fs::DirBuilder::new().mode(0o700).create(dir.path().join(name)).unwrap();
        }
        let person = Self {
            bus: None,
            store,
            names_store: true,
            engine: None,
            secrets: Mutex::default(),
            dir,
        };
        person.write_docker_config(&json!({ "credsStore": "imgsec" }));
        person
    }

    /// `imgsec-cred setup`, as a script runs it.
    #[track_caller]
    pub(crate) fn set_up(&self) {
        let key = self.key_file().display().to_string();
        let store: &[&str] = match self.store {
            Store::Keychain => &["--store", "keychain"],
            Store::Sealed => &["--store", "sealed", "--key-file", &key],
        };
        self.run_ours(&[&["setup", "--yes", "--no-input"], store].concat()).ok();
    }

    /// Takes away what setup has told Podman and its kin, as where setup was never run.
    pub(crate) fn forget_containers(&self) {
        let folder = self.home().join(".config/containers/registries.conf.d");
        let _ = fs::remove_file(folder.join("zzz-imgsec-cred.conf"));
    }

    /// The key file of the sealed store: elsewhere, as on a stick or in a mounted secret.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.path().join("key")
    }

    /// Locks the store, as the screen lock or a time limit does.
    pub(crate) fn lock(&self) {
        match &self.bus {
            Some(bus) => bus.lock(),
            None => {
                // With its key file at hand a sealed store is never locked.
                fs::rename(self.key_file(), self.key_file().with_extension("away")).unwrap();
                self.run_ours(&["lock"]).ok();
            }
        }
    }

    /// Opens the store again.
    pub(crate) fn unlock(&mut self) {
        match &mut self.bus {
            Some(bus) => bus.unlock(),
            None => fs::rename(self.key_file().with_extension("away"), self.key_file()).unwrap(),
        }
    }

    /// `imgsec-cred` with these arguments.
    #[track_caller]
    pub(crate) fn run_ours(&self, arguments: &[&str]) -> Ran {
        self.finish(self.command(env!("CARGO_BIN_EXE_imgsec-cred")).args(arguments), b"")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// Everything of this person is below this folder.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn runtime(&self) -> PathBuf {
        self.dir.path().join("run")
    }

    pub(crate) fn docker_config(&self) -> Value {
        let text = fs::read(self.home().join(".docker/config.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    pub(crate) fn write_docker_config(&self, config: &Value) {
        fs::write(self.home().join(".docker/config.json"), config.to_string()).unwrap();
    }

    /// From now on the person's clients use this engine.
    pub(crate) fn use_engine(&mut self, host: String) {
        self.engine = Some(host);
    }

    /// A login nobody else in this run has. Its password must appear nowhere.
    pub(crate) fn new_login(&self, name: &str) -> Login {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let user = format!("{name}{number}");
        let password = format!("canary-{name}-{number}-\"p\\ss>{}", std::process::id());
        let login = Login { user, password };
        self.keep_secret(&login);
        login
    }

    /// From now on no output and no file may hold this secret.
    pub(crate) fn keep_secret(&self, login: &Login) {
        self.secrets.lock().unwrap().push(login.clone());
    }

    /// A command in the person's environment and nothing of ours.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let helper = Path::new(env!("CARGO_BIN_EXE_docker-credential-imgsec")).parent().unwrap();
        let path = process::path_with(&[&self.dir.path().join("bin"), helper]);
        let mut command = Command::new(program.as_ref());
        command.env_clear().env("PATH", path).env("LANG", "C.UTF-8").current_dir(self.home());
        command.env("HOME", self.home()).env("TMPDIR", self.dir.path().join("tmp"));
        command.env("XDG_RUNTIME_DIR", self.runtime());
        command.env("DOCKER_CONFIG", self.home().join(".docker"));
        if self.names_store {
            let kind = if self.store == Store::Keychain { "keychain" } else { "sealed" };
            command.env("IMGSEC_STORE", kind);
        }
        if let Some(bus) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus.address());
        }
        if let Some(engine) = &self.engine {
            command.env("DOCKER_HOST", engine);
        }
        command
    }

    /// Runs a client; none may show a secret.
    #[track_caller]
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        self.finish(self.command(process::need(program)).args(arguments), b"")
    }

    /// Runs a client that reads `stdin`; none may show a secret.
    #[track_caller]
    pub(crate) fn finish(&self, command: &mut Command, stdin: &[u8]) -> Ran {
        let ran = process::run(command, stdin);
        for (kind, needle) in self.needles() {
            assert!(!ran.said().contains(&needle), "shows a secret ({kind}): {ran:#?}");
        }
        ran
    }

    #[track_caller]
    pub(crate) fn docker(&self, arguments: &[&str]) -> Ran {
        self.run("docker", arguments)
    }

    /// `CLIENT login`, with the password on standard input.
    #[track_caller]
    pub(crate) fn log_in(&self, client: &str, server: &str, login: &Login) -> Ran {
        let mut command = self.command(process::need(client));
        command.args(["login", "--username", &login.user, "--password-stdin", server]);
        self.finish(&mut command, login.password.as_bytes())
    }

    /// Our helper, called as a client calls it.
    pub(crate) fn helper(&self, verb: &str, stdin: &str) -> Ran {
        let program = env!("CARGO_BIN_EXE_docker-credential-imgsec");
        process::run(self.command(program).arg(verb), stdin.as_bytes())
    }

    /// Keeps a login with the helper directly, as clients do that cannot run here.
    pub(crate) fn keep(&self, server: &str, user: &str, secret: &str) {
        let request = json!({ "ServerURL": server, "Username": user, "Secret": secret });
        self.helper("store", &request.to_string()).ok();
    }

    /// The login that the helper gives for `server`.
    #[track_caller]
    pub(crate) fn login_for(&self, server: &str) -> Option<Login> {
        // What is ours alone is answered to our own verb.
        let is_internal = server.starts_with("imgsec-internal://");
        let (verb, names) = match is_internal {
            true => ("read-item", ["server", "username", "secret"]),
            false => ("get", ["ServerURL", "Username", "Secret"]),
        };
        let answer = self.helper(verb, server);
        if answer.stdout == "credentials not found in native keychain\n" {
            // An erase that was killed may have left the name of an entry that is gone.
            let is_named = answer.stderr.contains("is missing");
            assert_eq!(answer.status.code(), Some(1));
            assert!(answer.stderr.is_empty() || is_named, "{answer:#?}");
            return None;
        }
        let answer: Value = serde_json::from_str(&answer.ok().stdout).unwrap();
        assert_eq!(answer[names[0]], server);
        let text = |key: &str| answer[key].as_str().unwrap().to_owned();
        Some(Login { user: text(names[1]), password: text(names[2]) })
    }

    /// What the helper lists: servers and users.
    #[track_caller]
    pub(crate) fn listed(&self) -> BTreeMap<String, String> {
        serde_json::from_str(&self.helper("list", "unused").ok().stdout).unwrap()
    }

    /// Notes from now on which verbs clients call; `calls` tells.
    pub(crate) fn watch_calls(&self) {
        let program = self.dir.path().join("bin/docker-credential-imgsec");
        let real = env!("CARGO_BIN_EXE_docker-credential-imgsec");
        let log = self.calls_file();
        let script =
            format!("#!/bin/sh\necho \"$1\" >>'{}'\nexec '{real}' \"$@\"\n", log.display());
        fs::write(&log, "").unwrap();
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The verbs called since this was last asked.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.calls_file()).unwrap();
        fs::write(self.calls_file(), "").unwrap();
        calls.lines().map(str::to_owned).collect()
    }

    fn calls_file(&self) -> PathBuf {
        self.dir.path().join("calls")
    }

    /// No file of the person, temporary or not, holds a password in any usual form.
    #[track_caller]
    pub(crate) fn assert_no_secret_on_disk(&self) {
        let needles = self.needles();
        assert!(!needles.is_empty(), "no login was made by new_login");
        each_file(self.dir.path(), &mut |path, bytes| {
            for (kind, needle) in &needles {
                let found = memchr::memmem::find(bytes, needle.as_bytes()).is_some();
                assert!(!found, "{} holds a secret ({kind})", path.display());
            }
        });
    }

    fn needles(&self) -> Vec<(&'static str, String)> {
        let mut needles = Vec::new();
        for Login { user, password } in &*self.secrets.lock().unwrap() {
            let pair = format!("{user}:{password}");
            needles.push(("as it is", password.clone()));
            needles.push(("in JSON", json!(password).to_string().trim_matches('"').to_owned()));
            needles.push(("as Docker writes it", Base64::encode_string(pair.as_bytes())));
            needles.push(("in base64", Base64::encode_string(password.as_bytes())));
        }
        needles
    }
}

pub(crate) fn each_file(dir: &Path, see: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        // A file may go away while we look; a socket is no file.
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        if meta.is_dir() {
            each_file(&path, see);
        } else if meta.is_file() {
            see(&path, &fs::read(&path).unwrap_or_default());
        }
    }
}
