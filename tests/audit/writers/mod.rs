//! The audit reads what real programs have written: logins of container clients and libraries,
//! secrets for a cluster, histories of shells. It finds each with its registry, user and place,
//! reads the same password that the program wrote, and says none of them.
#![cfg(target_os = "linux")]

mod clients;
mod cluster;
mod histories;
mod libraries;
mod report;
