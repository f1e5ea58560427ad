//! Docker's own files: the settings of the command line in all their forms and copies, and the
//! proxies of the daemon.

pub(crate) mod backup;
pub(crate) mod config;
pub(crate) mod daemon_proxies;
pub(crate) mod dockercfg;
mod fragments;
pub(crate) mod headers;
pub(crate) mod plugins;
pub(crate) mod proxies;
pub(crate) mod text;
