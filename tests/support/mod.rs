//! What the tests start or look at: people and their stores, registries, engines, traces of system
//! calls. Real programs wherever there is one; whatever is started here is stopped here.

#[macro_use]
mod scenes;
pub(crate) mod bus;
pub(crate) mod clients;
pub(crate) mod containers;
pub(crate) mod dockerd;
pub(crate) mod engine;
pub(crate) mod fault;
pub(crate) mod leak;
pub(crate) mod person;
pub(crate) mod plain;
pub(crate) mod process;
pub(crate) mod registry;
pub(crate) mod schema;
pub(crate) mod snapshot;
pub(crate) mod strace;
pub(crate) mod tmpfs;
pub(crate) mod tunnel;
pub(crate) mod web;
pub(crate) mod world;
