//! All tests, as one program: it is compiled and linked once, and its modules are the table of
//! contents. Name a part to run only that: `cargo test --test tests audit::`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test panics, and prints what it measured"
)]

/// Everything the tests start or look at: people, stores, registries, engines, traces.
#[cfg(target_os = "linux")]
#[macro_use]
mod support;

/// `docker-credential-imgsec`, the program that Docker and other clients call.
mod helper {
    mod protocol;
    mod wsl;
}

/// Every kind of login that registries hand out.
mod helper_compat;

/// The commands of `imgsec-cred`, as a person and a script use them.
mod commands {
    mod export;
    mod hostile_helper;
    mod json_output;
    mod list_status_lock;
    mod login_verify;
    mod migrate;
    mod planted;
    mod real_registries;
    mod setup;
    mod show;
    mod which;
}

/// `imgsec-cred rotate`.
mod rotate {
    mod crash_model;
    mod program;
    mod providers;
}

/// `imgsec-cred audit`.
mod audit {
    mod corpus;
    mod detection;
    mod hangs;
    mod memory;
    mod program;
    mod schemas;
    mod signals;
    mod writers;
}

/// Real clients, with our helper in their settings.
mod clients {
    mod docker {
        mod builds;
        mod hub;
        mod logins;
        mod push_pull;
        mod trouble;
    }
    mod client_requests;
    mod libraries;
    mod lookup;
    mod migrate;
    /// This year's, which tests/clients/build makes.
    mod newest {
        mod artifacts;
        mod containers_image;
        mod docker;
        mod release;
    }
    mod other_clients;
    mod podman;
}

/// Drawn settings, and all clients before and after each step.
#[cfg(target_os = "linux")]
mod differential;

/// The store of our own files.
mod sealed_store;

/// Many programs at once.
mod concurrency;

/// Programs that are killed, disks that are full, calls that fail.
mod crash_safety;

/// A secret, searched for wherever it could have got out.
mod secret_exposure;

/// Which part of the source may use which.
mod layering;

/// The units for systemd.
mod systemd_units;
