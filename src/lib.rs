//! Takes registry passwords out of Docker's `config.json` and keeps Docker working.
//!
//! Two kinds of program share this library. `docker-credential-imgsec` is a Docker credential helper,
//! and under a second name one for Podman's family ([`helper`]): one verb, one request, one answer;
//! it alone opens the OS keychain. `imgsec-cred` is the
//! person's program: a client of the helper, as Docker is, and the keeper of the settings.
//!
//! Imports run one way: the programs; then [`helper`], [`setup`], [`rotate`]; then [`lookup`], [`audit`],
//! [`choice`]; then [`clients`], [`export`], [`protocol`] and [`registry`]; then [`ledger`] and
//! [`settings`]; then [`store`], [`daemon`]; then [`files`], [`credential`], [`server`]. [`machine`], [`text`],
//! [`tokens`], [`deadline`] and [`process`] import nothing of ours.

pub mod audit;
pub mod choice;
pub mod clients;
pub mod credential;
pub mod daemon;
pub mod deadline;
pub mod export;
pub mod files;
pub mod helper;
pub mod ledger;
pub mod lookup;
pub mod machine;
pub mod process;
pub mod protocol;
pub mod registry;
pub mod rotate;
pub mod server;
pub mod settings;
pub mod setup;
pub mod store;
pub mod text;
pub mod tokens;
