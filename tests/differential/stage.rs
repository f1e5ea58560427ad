//! A scene as it is played: the files, helpers and registries are there, and programs are run among
//! them. What a client finds on its PATH is only what the scene names.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use serde_json::Value;

use super::clients::{self, Client};
use super::helpers;
use super::registries::Registry;
use super::scene::{HUB, Layout, Prepared, Scene};
use crate::support::engine::Engine;
use crate::support::process::{self, Ran};

/// What scripts and clients call.
const TOOLS: [&str; 12] =
    ["sh", "cat", "sed", "tr", "rm", "sleep", "env", "id", "true", "uname", "getent", "mkdir"];

/// How long a client may take where nothing hangs, and where something does.
const PATIENCE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_secs(4);

/// What can be there of the settings of clients; all else below the folder is of no account.
const SETTINGS: [&str; 11] = [
    "home/.docker",
    "home/.dockercfg",
    "home/.config/containers",
    "home/.config/helm",
    "home/.regctl",
    "home/dotfiles",
    "home/backup.json",
    "home/backup-auth.json",
    "run/containers/auth.json",
    "named.json",
    "elsewhere",
];

pub(crate) struct Stage<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) engine: Engine,
    registries: Vec<Registry>,
    dir: tempfile::TempDir,
}

impl<'a> Stage<'a> {
    /// Everything is there, and prepared as the scene says.
    pub(crate) fn set(scene: &'a Scene) -> Self {
        let dir = process::folder("d");
        for name in ["home", "run", "tmp", "bin", helpers::FOLDER] {
            fs::DirBuilder::new().mode(0o700).create(dir.path().join(name)).unwrap();
        }
        let registries = (0..4).map(|_| Registry::start()).collect();
        let stage = Self { scene, engine: Engine::start(), registries, dir };
        stage.install_programs();
        if scene.prepared == Prepared::Store {
            stage.make_store();
        }
        stage.write_files();
        for (name, helper) in &scene.helpers {
            helpers::install(stage.folder(), name, helper, &|text| stage.filled(text));
        }
        if scene.prepared == Prepared::SetUp {
            stage.ours(&["setup", "--yes", "--store", "sealed", "--key-file", &stage.key()], "");
        }
        stage
    }

    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    fn key(&self) -> String {
        self.folder().join("key").display().to_string()
    }

    fn install_programs(&self) {
        let bin = self.folder().join("bin");
        for tool in TOOLS {
            symlink(process::need(tool), bin.join(tool)).unwrap();
        }
        for ours in [
            env!("CARGO_BIN_EXE_imgsec-cred"),
            env!("CARGO_BIN_EXE_docker-credential-imgsec"),
            env!("CARGO_BIN_EXE_docker-credential-imgsec-containers"),
        ] {
            symlink(ours, bin.join(Path::new(ours).file_name().unwrap())).unwrap();
        }
        for client in self.clients() {
            (client.install)(&bin);
        }
    }

    /// A store that is there without any setting that names it.
    fn make_store(&self) {
        let kept = ["home/.local/share/imgsec-cred", "home/.config/imgsec-cred"];
        self.ours(&["setup", "--yes", "--store", "sealed", "--key-file", &self.key()], "");
        let away = self.folder().join("away");
        fs::rename(self.folder().join("home"), &away).unwrap();
        fs::DirBuilder::new().mode(0o700).create(self.folder().join("home")).unwrap();
        for path in kept {
            let from = away.join(path.strip_prefix("home/").unwrap());
            let to = self.folder().join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(from, to).unwrap();
        }
        fs::remove_dir_all(away).unwrap();
    }

    fn write_files(&self) {
        let is_hard = |target: &str| target.starts_with('=');
        for (path, target) in self.scene.links.iter().filter(|(_, target)| !is_hard(target)) {
            let (path, target) = (self.folder().join(path), self.folder().join(target));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            if target.extension().is_none() {
                fs::create_dir_all(&target).unwrap();
            }
            symlink(target, path).unwrap();
        }
        for (path, content) in &self.scene.files {
            let path = self.folder().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, self.text(content)).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        for (path, target) in self.scene.links.iter().filter(|(_, target)| is_hard(target)) {
            // What it leads to may have been left out to see whether it matters.
            let _ = fs::hard_link(self.folder().join(&target[1..]), self.folder().join(path));
        }
    }

    fn text(&self, content: &Value) -> String {
        let text = match (content, self.scene.layout) {
            (Value::String(text), _) => text.clone(),
            (_, Layout::OneLine) => content.to_string(),
            (_, Layout::Spaces) => format!("{content:#}\n"),
            (_, Layout::Tabs) => {
                let text = format!("{content:#}\n");
                text.lines().map(|line| with_tabs(line) + "\n").collect()
            }
        };
        self.filled(&text)
    }

    /// `$n` are registries, and `login(…)` is what Docker writes of a login.
    pub(crate) fn filled(&self, text: &str) -> String {
        let mut text = text.replace('@', &self.folder().display().to_string());
        for (number, registry) in (1..).zip(&self.registries) {
            let host = if number == 2 { registry.other_host() } else { registry.host() };
            text = text.replace(&format!("$U{number}"), &host.to_uppercase());
            let bare = host.split(':').next().unwrap();
            text = text.replace(&format!("$bare{number}"), bare);
            text = text.replace(&format!("${number}"), &host);
        }
        while let Some(start) = text.find("login(") {
            let end = start + text[start..].find(')').unwrap();
            let auth = Base64::encode_string(&text.as_bytes()[start + 6..end]);
            text.replace_range(start..=end, &auth);
        }
        text
    }

    /// The text without what is different each time.
    pub(crate) fn emptied(&self, text: &str) -> String {
        let mut text = text.replace(&self.folder().display().to_string(), "@");
        for (number, registry) in (1..).zip(&self.registries) {
            let host = if number == 2 { registry.other_host() } else { registry.host() };
            text = text.replace(&host, &format!("${number}"));
        }
        text
    }

    pub(crate) fn clients(&self) -> impl Iterator<Item = &'static Client> {
        self.scene.clients.iter().map(|name| clients::named(name))
    }

    /// The registry that a scene calls so.
    pub(crate) fn registry(&self, server: &str) -> Option<&Registry> {
        let number: usize = server.strip_prefix('$')?.parse().ok()?;
        self.registries.get(number - 1)
    }

    /// What clients ask helpers for.
    pub(crate) fn docker_key(&self, server: &str) -> String {
        if server == HUB { "https://index.docker.io/v1/".to_owned() } else { self.filled(server) }
    }

    /// A command in the person's environment.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let at = |name: &str| self.folder().join(name);
        let program = program.as_ref();
        let own = at("bin").join(program);
        let mut command = Command::new(if own.exists() { own } else { program.to_owned() });
        command.env_clear().current_dir(at("home"));
        command.env("PATH", at("bin")).env("LANG", "C.UTF-8").env("HOME", at("home"));
        command.env("TMPDIR", at("tmp")).env("XDG_RUNTIME_DIR", at("run"));
        command.env("DOCKER_HOST", self.engine.host());
        for (name, value) in &self.scene.variables {
            command.env(name, self.filled(value));
        }
        command
    }

    /// Runs a command; `None` if it hangs.
    pub(crate) fn run(&self, command: &mut Command, stdin: &str) -> Option<Ran> {
        let patience = if self.scene.hangs() { SHORT } else { PATIENCE };
        process::run_within(command, stdin.as_bytes(), patience)
    }

    /// `imgsec-cred` with these arguments; `None` if it hangs, whatever the helpers do.
    pub(crate) fn ours(&self, arguments: &[&str], stdin: &str) -> Option<Ran> {
        let mut command = self.command("imgsec-cred");
        process::run_within(command.args(arguments), stdin.as_bytes(), PATIENCE)
    }

    /// The settings of all clients as they are: text, or where a link leads.
    pub(crate) fn settings(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for name in SETTINGS {
            self.note(&self.folder().join(name), &mut found);
        }
        found
    }

    /// What other helpers keep.
    pub(crate) fn kept_elsewhere(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        self.note(&self.folder().join(helpers::FOLDER), &mut found);
        found.retain(|path, _| !path.ends_with(".minted"));
        found
    }

    fn note(&self, path: &Path, found: &mut BTreeMap<String, String>) {
        let name = || path.strip_prefix(self.folder()).unwrap().display().to_string();
        let Ok(about) = fs::symlink_metadata(path) else { return };
        if about.is_symlink() {
            let target = fs::read_link(path).unwrap().display().to_string();
            found.insert(name(), format!("-> {}", self.emptied(&target)));
        } else if about.is_file() {
            let bytes = fs::read(path).unwrap_or_default();
            found.insert(name(), String::from_utf8_lossy(&bytes).into_owned());
        } else if about.is_dir() {
            let mut entries: Vec<PathBuf> =
                fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
            entries.sort();
            entries.iter().for_each(|entry| self.note(entry, found));
        }
    }

    /// How many of the files of this person hold a text, as it is or in a login's base64.
    pub(crate) fn files_with(&self, user: &str, secret: &str) -> Vec<String> {
        let pair = Base64::encode_string(format!("{user}:{secret}").as_bytes());
        let mut found = Vec::new();
        for root in ["home", "run"] {
            let mut texts = BTreeMap::new();
            self.note(&self.folder().join(root), &mut texts);
            let holds = |text: &String| text.contains(secret) || text.contains(&pair);
            found.extend(texts.into_iter().filter(|(_, t)| holds(t)).map(|(path, _)| path));
        }
        found
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        // What a store left in the kernel's keyring.
        let _ = self.ours(&["lock", "--quiet"], "");
    }
}

fn with_tabs(line: &str) -> String {
    let text = line.trim_start();
    "\t".repeat((line.len() - text.len()) / 2) + text
}
