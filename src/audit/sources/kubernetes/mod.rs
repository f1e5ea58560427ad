//! Kubernetes: its Secrets, what makes them, and the settings of clusters and their nodes.

pub(crate) mod argocd;
pub(crate) mod basic_auth;
pub(crate) mod containerd;
pub(crate) mod containerd_hosts;
pub(crate) mod flux;
pub(crate) mod k3s_registries;
pub(crate) mod kustomize;
pub(crate) mod openshift;
pub(crate) mod pull_secret;
pub(crate) mod values;
