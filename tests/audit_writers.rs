//! The audit reads what real programs have written: logins of container clients and libraries,
//! secrets for a cluster, histories of shells. It finds each with its registry, user and place,
//! reads the same password that the program wrote, and says none of them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

// The path is for rustfmt: it looks for files of inline modules in the folder named after this one.
#[path = "support"]
#[allow(dead_code, reason = "each test file uses its part")]
mod support {
    pub(crate) mod bus;
    pub(crate) mod engine;
    pub(crate) mod person;
    pub(crate) mod process;
    pub(crate) mod registry;
}

mod audit_writers {
    mod clients;
    mod cluster;
    mod histories;
    mod libraries;
    mod report;
}
