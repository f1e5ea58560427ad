//! What the surroundings of a file make of a finding: who may read it, where it travels, and which
//! program looks at it.

use std::fs::Metadata;
use std::path::{Component, Path};
use std::time::Duration;

use super::document::{Document, Format, Node, Value};
use super::finding::Finding;
use super::git::Repository;
use super::registry;
use super::severity::signal;
use crate::daemon::Unchecked;

/// How long the file system may take for an answer, where nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the machine.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `DOCKER_AUTH_CONFIG` is set: Docker reads it before any helper and any file.
    pub has_docker_auth_config: bool,
    /// Registries for which Docker's engine skips the checks of TLS.
    pub unchecked: Unchecked,
    /// How long the file system may take for an answer, where somebody said so.
    pub timeout: Option<Duration>,
}

impl Surroundings {
    pub(super) fn patience(&self) -> Duration {
        self.timeout.unwrap_or(PATIENCE)
    }
}

/// What holds for all that is in a file.
pub(super) fn of_file(
    path: &Path,
    about: Option<&Metadata>,
    surroundings: &Surroundings,
) -> Vec<&'static str> {
    let mut signals = Vec::new();
    signals.extend(about.and_then(readers));
    signals.extend(about.filter(|about| has_other_owner(path, about)).map(|_| signal::OTHER_OWNER));
    if is_folder_open(path) {
        signals.push(signal::FOLDER_OPEN);
    }
    if is_public(path) {
        signals.push(signal::PUBLIC_PLACE);
    }
    if is_backup(path) {
        signals.push(signal::BACKUP);
    }
    if is_synced(path) {
        signals.push(signal::SYNCED_FOLDER);
    }
    if let Some(repository) = Repository::of(path) {
        if repository.tracks(path) {
            signals.push(signal::TRACKED_BY_GIT);
        } else if !repository.ignores(path) {
            signals.push(signal::NOT_IGNORED_BY_GIT);
        }
    }
    if is_in_build_context(path) {
        signals.push(signal::IN_BUILD_CONTEXT);
    }
    if surroundings.has_docker_auth_config && is_docker_config(path) {
        signals.push(signal::OVERRIDDEN_BY_ENV);
    }
    signals
}

/// What holds for one finding: which helper stands before it, and how its registry is asked.
pub(super) fn of_entry(
    finding: &Finding,
    helpers: &Helpers,
    surroundings: &Surroundings,
) -> Vec<&'static str> {
    let mut signals = Vec::new();
    match helpers.of(&finding.registry) {
        Some("") => signals.push(signal::EMPTY_HELPER),
        Some(_) => signals.push(signal::SHADOWED_BY_HELPER),
        None => {}
    }
    if surroundings.unchecked.names(&finding.registry).is_some() {
        signals.push(signal::INSECURE_REGISTRY);
    }
    signals
}

/// The helpers that a file of Docker's shape names.
#[derive(Debug, Default)]
pub(super) struct Helpers {
    for_all: Option<String>,
    for_one: Vec<(String, String)>,
}

impl Helpers {
    /// Reads them from a text; there are none in most.
    pub(super) fn read(name: &str, text: &str) -> Self {
        if !text.contains("credsStore") && !text.contains("credHelpers") {
            return Self::default();
        }
        let document = Document::read(name, text);
        match document.trees.first() {
            Some(root) if document.format == Format::Json => Self::of_root(root),
            _ => Self::default(),
        }
    }

    fn of_root(root: &Node) -> Self {
        let for_all = root.get("credsStore").and_then(Node::text).map(str::to_owned);
        let for_one = match root.get("credHelpers").map(|helpers| &helpers.value) {
            Some(Value::Map(helpers)) => helpers
                .iter()
                .filter_map(|(written, helper)| match &helper.value {
                    Value::Text(helper) => Some((registry::name(Some(written)), helper.clone())),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        Self { for_all, for_one }
    }

    /// The helper that Docker asks for a registry; empty where plain text is forced.
    fn of(&self, registry: &str) -> Option<&str> {
        let own = self.for_one.iter().find(|(name, _)| name == registry);
        own.map(|(_, helper)| helper.as_str()).or(self.for_all.as_deref())
    }
}

/// Who else may read a file.
#[cfg(unix)]
fn readers(about: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt;
    match about.permissions().mode() {
        mode if mode & 0o004 != 0 => Some(signal::WORLD_READABLE),
        mode if mode & 0o040 != 0 => Some(signal::GROUP_READABLE),
        _ => None,
    }
}

#[cfg(not(unix))]
fn readers(_: &Metadata) -> Option<&'static str> {
    None
}

/// Whether a file in a home belongs to somebody else than the home.
#[cfg(unix)]
fn has_other_owner(path: &Path, about: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // The folder that holds it is nearly always the owner's.
    let folder = path.parent().and_then(|folder| folder.metadata().ok());
    folder.is_some_and(|folder| folder.uid() != about.uid() && folder.uid() != 0)
}

#[cfg(not(unix))]
fn has_other_owner(_: &Path, _: &Metadata) -> bool {
    false
}

/// Whether others can put another file in the place of this one.
#[cfg(unix)]
fn is_folder_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.parent().and_then(|folder| folder.metadata().ok());
    // In a folder with the sticky bit, such as /tmp, only the owner of a file replaces it.
    mode.map(|about| about.permissions().mode()).is_some_and(|m| m & 0o022 != 0 && m & 0o1000 == 0)
}

#[cfg(not(unix))]
fn is_folder_open(_: &Path) -> bool {
    false
}

/// Folders that are served to everybody, or mounted into containers.
fn is_public(path: &Path) -> bool {
    let public = ["/var/www", "/srv/www", "/usr/share/nginx", "/var/lib/docker/volumes"];
    public.iter().any(|folder| path.starts_with(folder))
}

/// Names that people, editors and Docker's own writer give to copies.
pub(super) fn is_backup(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let Some(name) = name else { return false };
    let ends = [".bak", ".old", ".orig", ".save", ".swp", ".swo", "~", ".backup", ".copy"];
    let digits = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    let is_leftover = digits.len() + 3 <= name.len() && digits.ends_with(".json")
        || digits == ".tmp-auth.json" && digits != name;
    let is_history = path.components().any(|part| part.as_os_str() == "History")
        && path.to_string_lossy().contains("Code");
    ends.iter().any(|end| name.ends_with(end))
        || name.contains(".bak.")
        || is_leftover
        || is_history
        || path.components().any(|part| part.as_os_str() == ".Trash" || part.as_os_str() == "Trash")
}

/// Folders whose content is copied to somebody else's computer.
fn is_synced(path: &Path) -> bool {
    let synced = [
        "Dropbox",
        "Mobile Documents",
        "CloudStorage",
        "Google Drive",
        "Nextcloud",
        "pCloud Drive",
    ];
    path.components().any(|part| match part {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            synced.contains(&name.as_ref()) || name == "OneDrive" || name.starts_with("OneDrive -")
        }
        _ => false,
    })
}

/// Whether `docker build` in a folder above would copy the file into an image.
fn is_in_build_context(path: &Path) -> bool {
    let names = ["Dockerfile", "Containerfile"];
    let mut folder = path.parent();
    for _ in 0..8 {
        let Some(here) = folder else { return false };
        if names.iter().any(|name| here.join(name).is_file()) {
            return !super::git::is_excluded(here, ".dockerignore", path);
        }
        if here.join(".git").exists() {
            return false;
        }
        folder = here.parent();
    }
    false
}

fn is_docker_config(path: &Path) -> bool {
    path.ends_with(".docker/config.json")
}
