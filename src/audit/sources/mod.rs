//! All sources, in report order. To add one: a file, a `mod` line, a row here, and its fixtures.

use std::path::PathBuf;

use super::document::{Document, Here};
use super::finding::Found;
use super::places::Places;

mod ansible;
mod any_registry;
mod argocd;
mod bitbucket;
mod blocks;
mod buildkite;
mod chef;
mod circleci;
mod cloud_init;
mod commands;
mod concourse;
mod containerd;
mod containerd_hosts;
mod dependabot;
mod distribution;
mod docker_config;
mod docker_config_backup;
mod docker_headers;
mod docker_plugins;
mod docker_proxies;
mod docker_text;
mod dockercfg;
mod doctl;
mod drone;
mod ecr_cache;
mod ecs;
mod fields;
mod gcr_store;
mod gh_hosts;
mod github_actions;
mod gitlab_runner;
mod gradle;
mod helm_repositories;
mod jfrog;
mod k3s_registries;
mod k8s_basic_auth;
mod k8s_pull_secret;
mod k8s_values;
mod kustomize;
mod login;
mod maven;
mod named_secrets;
mod netrc;
mod nomad;
mod openshift;
mod own_config;
mod packer;
mod podman_secrets;
mod proxies;
mod regctl;
mod regsync;
mod renovate;
mod salt;
mod skopeo_sync;
mod terraform;
mod terraform_state;
#[cfg(test)]
mod testing;
pub mod variables;

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
    /// Words of which every file has one that this source finds anything in; ASCII, in any case.
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

/// The table.
pub const ALL: &[&Source] = &[
    &ansible::SOURCE,
    &gitlab_runner::SOURCE,
    &kustomize::SOURCE,
    &openshift::SOURCE,
    &k8s_pull_secret::SOURCE,
    &k8s_basic_auth::SOURCE,
    &argocd::SOURCE,
    &podman_secrets::SOURCE,
    &own_config::PODMAN,
    &docker_config_backup::SOURCE,
    &own_config::HELM,
    &own_config::APPTAINER,
    &own_config::KUBELET,
    &containerd::SOURCE,
    &containerd_hosts::SOURCE,
    &k3s_registries::SOURCE,
    &docker_headers::SOURCE,
    &docker_proxies::SOURCE,
    &docker_plugins::SOURCE,
    &helm_repositories::SOURCE,
    &regctl::SOURCE,
    &regsync::SOURCE,
    &skopeo_sync::SOURCE,
    &ecr_cache::SOURCE,
    &gcr_store::SOURCE,
    &gh_hosts::SOURCE,
    &doctl::SOURCE,
    &jfrog::SOURCE,
    &dockercfg::SOURCE,
    &docker_config::SOURCE,
    &bitbucket::SOURCE,
    &buildkite::SOURCE,
    &chef::SOURCE,
    &circleci::SOURCE,
    &cloud_init::SOURCE,
    &concourse::SOURCE,
    &proxies::DAEMON,
    &dependabot::SOURCE,
    &distribution::SOURCE,
    &drone::SOURCE,
    &ecs::SOURCE,
    &github_actions::SOURCE,
    &gradle::SOURCE,
    &maven::SOURCE,
    &nomad::SOURCE,
    &packer::SOURCE,
    &renovate::SOURCE,
    &renovate::SCRIPT,
    &salt::SOURCE,
    &proxies::SERVICE,
    &terraform::SOURCE,
    &terraform_state::SOURCE,
    &named_secrets::SOURCE,
    &docker_text::SOURCE,
    &variables::SOURCE,
    &commands::SOURCE,
    &netrc::SOURCE,
    // What is left.
    &any_registry::SOURCE,
];
