//! `imgsec-cred rotate`, with a sealed store, a registry on the loopback and scripts that stand for
//! a registry's API; and with a real keychain.
#![cfg(target_os = "linux")]

mod by_command;
mod by_hand;
mod by_pair;
mod by_provider;
mod by_raw_command;
mod clusters;
mod endings;
mod failing_hooks;
mod keychain;
mod killed;
mod planted;
mod real_kubectl;
pub(crate) mod scene;
mod timers;
