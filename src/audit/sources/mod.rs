//! All sources, in report order. To add one: a file, a `mod` line, a row here, and its fixtures.

use std::path::PathBuf;

use super::document::{Document, Here};
use super::finding::Found;
use super::places::Places;

// By family, as in the catalogue of places.
mod anywhere;
mod builds;
mod ci;
mod clients;
mod code;
mod containers;
mod docker;
mod infrastructure;
mod kubernetes;
mod shell;

// What the rows share.
pub(in crate::audit) mod blocks;
mod host_words;
mod images;
mod login;
mod secret_names;
#[cfg(test)]
pub(super) mod testing;

pub use shell::variables;

/// One kind of place where container tools leave credentials: a table row. None of its functions
/// touches the disk.
#[derive(Debug)]
pub struct Source {
    /// Stable name, the rule of its findings: `[a-z0-9-]+`.
    pub id: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// Where the format is written down.
    pub reference: &'static str,
    /// The places where such files lie on this machine; a last part may end in `*`.
    pub places: fn(&Places) -> Vec<PathBuf>,
    /// Words of which every file has one that this source finds anything in; ASCII, in any case. `\b`
    /// at an end of one: there is no letter beyond it.
    /// Without one of all sources' words a file is not read closely.
    pub words: &'static [&'static str],
    /// How it finds.
    pub find: Find,
}

/// What a source looks at. A document is walked once for all sources; the first row that finds a
/// secret at a value has it.
#[derive(Debug, Clone, Copy)]
pub enum Find {
    /// Every map of every structured file, those inside texts as well.
    Map(fn(&File<'_>, &Here<'_>, &mut Vec<Found>)),
    /// The whole of a file, once.
    Text(fn(&File<'_>, &mut Vec<Found>)),
}

/// The file that is looked at.
#[derive(Debug)]
pub struct File<'t> {
    /// Its whole path with `/` between its parts, also on Windows.
    pub path: &'t str,
    /// What is in it.
    pub document: &'t Document<'t>,
}

impl<'t> File<'t> {
    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &'t str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// Rules whose findings are lines of a shell.
pub const SHELL: [&str; 2] = [shell::commands::SOURCE.id, shell::variables::SOURCE.id];

/// The rules of tokens of which nothing but their text is known.
pub const BARE: [&str; 3] = [
    anywhere::acr_passwords::SOURCE.id,
    anywhere::ecr_tokens::SOURCE.id,
    anywhere::hub_tokens::SOURCE.id,
];

/// The table, by family. Of two rows that find the same secret at a place, the first has it: rows for
/// one program stand before those for any.
pub const ALL: &[&Source] = &[
    // Pipelines.
    &ci::gitlab_runner::SOURCE,
    &ci::bitbucket::SOURCE,
    &ci::buildkite::SOURCE,
    &ci::circleci::SOURCE,
    &ci::concourse::SOURCE,
    &ci::dependabot::SOURCE,
    &ci::drone::SOURCE,
    &ci::github_actions::SOURCE,
    &ci::jenkins::SOURCE,
    &ci::jenkins::SCRIPT,
    &ci::renovate::SOURCE,
    &ci::renovate::SCRIPT,
    // Machines and services.
    &infrastructure::ansible::SOURCE,
    &infrastructure::chef::SOURCE,
    &infrastructure::cloud_init::SOURCE,
    &infrastructure::container_apps::SOURCE,
    &infrastructure::distribution::SOURCE,
    &infrastructure::ecs::SOURCE,
    &infrastructure::harbor::SOURCE,
    &infrastructure::nomad::SOURCE,
    &infrastructure::packer::SOURCE,
    &infrastructure::salt::SOURCE,
    &infrastructure::terraform::SOURCE,
    &infrastructure::terraform_state::SOURCE,
    &infrastructure::vagrant::SOURCE,
    // Images that build tools make.
    &builds::gradle::SOURCE,
    &builds::maven::SOURCE,
    // Programs.
    &code::login_call::SOURCE,
    &code::object::SOURCE,
    // Clusters.
    &kubernetes::kustomize::SOURCE,
    &kubernetes::openshift::SOURCE,
    &kubernetes::pull_secret::SOURCE,
    &kubernetes::basic_auth::SOURCE,
    &kubernetes::flux::SOURCE,
    &kubernetes::argocd::SOURCE,
    &kubernetes::containerd::SOURCE,
    &kubernetes::containerd_hosts::SOURCE,
    &kubernetes::k3s_registries::SOURCE,
    // Podman's family, and other programs' files in Docker's form.
    &containers::podman_secrets::SOURCE,
    &containers::own_config::PODMAN,
    &containers::own_config::HELM,
    &containers::own_config::APPTAINER,
    &containers::own_config::KUBELET,
    // Other clients of registries.
    &clients::helm_repositories::SOURCE,
    &clients::regctl::SOURCE,
    &clients::regsync::SOURCE,
    &clients::skopeo_sync::SOURCE,
    &clients::zot_sync::SOURCE,
    &clients::http_requests::TEXT,
    &clients::http_requests::HAR,
    &clients::azure_registry::SOURCE,
    &clients::ecr_cache::SOURCE,
    &clients::gcr_store::SOURCE,
    &clients::gh_hosts::SOURCE,
    &clients::doctl::SOURCE,
    &clients::jfrog::SOURCE,
    // Docker's own: what is left of its form after the families above.
    &docker::backup::SOURCE,
    &docker::headers::SOURCE,
    &docker::proxies::SOURCE,
    &docker::plugins::SOURCE,
    &docker::dockercfg::SOURCE,
    &docker::config::SOURCE,
    &docker::daemon_proxies::DAEMON,
    &docker::daemon_proxies::SERVICE,
    &docker::text::SOURCE,
    // Lines of any file.
    &anywhere::named_secrets::SOURCE,
    &shell::variables::SOURCE,
    &shell::commands::SOURCE,
    &clients::netrc::SOURCE,
    &anywhere::userinfo::SOURCE,
    &clients::logged_requests::SOURCE,
    // What is left.
    &anywhere::any_registry::SOURCE,
    &anywhere::acr_passwords::SOURCE,
    &anywhere::ecr_tokens::SOURCE,
    &anywhere::hub_tokens::SOURCE,
];
