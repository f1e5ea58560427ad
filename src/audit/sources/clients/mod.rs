//! Other programs that talk to registries: their settings, stores and caches.

pub(crate) mod azure_registry;
pub(crate) mod doctl;
pub(crate) mod ecr_cache;
pub(crate) mod gcr_store;
pub(crate) mod gh_hosts;
pub(crate) mod helm_repositories;
pub(crate) mod http_requests;
pub(crate) mod jfrog;
pub(crate) mod logged_requests;
pub(crate) mod netrc;
pub(crate) mod regctl;
pub(crate) mod regsync;
pub(crate) mod skopeo_sync;
pub(crate) mod zot_sync;
