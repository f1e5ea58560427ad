//! Credentials for what knows no helper: a cluster, or a program that reads Docker's file alone.
//! Here the secret leaves the store; what is made is in memory that is wiped.

mod auths;
pub mod generation;
pub mod kubernetes;

pub use self::auths::{Auths, CannotExport, key_of};
