//! What sets up machines and runs services on them.

pub(crate) mod ansible;
pub(crate) mod chef;
pub(crate) mod cloud_init;
pub(crate) mod container_apps;
pub(crate) mod distribution;
pub(crate) mod ecs;
pub(crate) mod harbor;
pub(crate) mod nomad;
pub(crate) mod packer;
pub(crate) mod salt;
pub(crate) mod terraform;
pub(crate) mod terraform_state;
pub(crate) mod vagrant;
