//! A person's settings and one step of ours, as data: small enough to be printed when it fails, and
//! read again to be replayed. `$1` to `$4` in any text are registries that a scene starts.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Docker Hub, as an image names it.
pub(crate) const HUB: &str = "docker.io";

/// What is there before, what is run, and who is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scene {
    /// What it is about, where somebody chose it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// By path below the person's folder (`home/…`, `run/…`, `named.json`): JSON, or a string with
    /// the text of the file. `login(user:password)` stands for its base64.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, Value>,
    /// How JSON is written.
    #[serde(default)]
    pub(crate) layout: Layout,
    /// By path: what it leads to, made before the files; `=PATH` is a second hard link, made after.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) links: BTreeMap<String, String>,
    /// Other credential helpers, by the part of their name behind `docker-credential-`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) helpers: BTreeMap<String, Helper>,
    /// Variables of the environment; `@` at the start of a value is the person's folder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) variables: BTreeMap<String, String>,
    /// The clients on this machine, by their names in the table.
    pub(crate) clients: Vec<String>,
    /// What each is asked for.
    pub(crate) images: Vec<String>,
    /// What was done before the clients are asked for the first time.
    #[serde(default)]
    pub(crate) prepared: Prepared,
    /// What is tried.
    pub(crate) step: Step,
    /// Nothing that the step may move is in the way of it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) all_moves: bool,
    /// How it is undone.
    #[serde(default)]
    pub(crate) undo: Undo,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// How a JSON file is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Layout {
    #[default]
    Tabs,
    Spaces,
    OneLine,
}

/// Another helper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Helper {
    pub(crate) does: Does,
    /// What it keeps, or mints for: `user:secret` by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) logins: BTreeMap<String, String>,
}

/// How a helper behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Does {
    /// As it should.
    Keep,
    ListFails,
    /// A warning on standard output before the list.
    ListWarns,
    ListHangs,
    Hangs,
    ListCrashes,
    Crashes,
    Locked,
    /// There is no such program.
    Missing,
    /// Another token each time; it stores nothing.
    Mints,
    /// The same login for every host that it is asked for.
    AnswersAll,
    /// Its list has labels where servers should be.
    ListsLabels,
    RefusesStore,
}

/// What was done before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Prepared {
    #[default]
    Nothing,
    /// There is a store, and no setting that names it.
    Store,
    /// `setup` on these settings.
    SetUp,
}

/// A command of ours, with the server it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    Setup,
    SetupSealed,
    Migrate,
    Fix,
    Login(String),
    Logout(String),
}

impl Step {
    /// The verb, and what the journal of drawn steps calls it.
    pub(crate) fn verb(&self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::SetupSealed => "setup --store sealed",
            Self::Migrate => "migrate",
            Self::Fix => "audit --fix",
            Self::Login(_) => "login",
            Self::Logout(_) => "logout",
        }
    }

    pub(crate) fn moves(&self) -> bool {
        !matches!(self, Self::Login(_) | Self::Logout(_))
    }

    pub(crate) fn is_setup(&self) -> bool {
        matches!(self, Self::Setup | Self::SetupSealed)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login(server) | Self::Logout(server) => write!(f, "{} {server}", self.verb()),
            _ => f.write_str(self.verb()),
        }
    }
}

/// How a step is undone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Undo {
    None,
    /// `--undo`
    Settings,
    /// `--undo --insecure-plaintext`
    #[default]
    All,
}

impl Scene {
    /// One line of JSON.
    pub(crate) fn compact(&self) -> String {
        serde_json::to_string(self).unwrap()
    }

    /// Whether a helper makes somebody wait for nothing.
    pub(crate) fn hangs(&self) -> bool {
        self.helpers.values().any(|helper| matches!(helper.does, Does::Hangs | Does::ListHangs))
    }
}

/// The server that a reference is on, as an image names it.
pub(crate) fn server_of(image: &str) -> &str {
    image.split('/').next().unwrap_or(image)
}

/// The name that users of a server's logins begin with: who sends another's is found out by it.
pub(crate) fn label(server: &str) -> String {
    let name = match server {
        "$1" => "one",
        "$2" => "two",
        "$3" => "three",
        "$4" => "four",
        HUB => "hub",
        "quay.example" => "quay",
        "quay.example:5000" => "port",
        other => other,
    };
    name.to_owned()
}
