//! The sealed store through the library: what is kept in it, who can read it, and what is left when
//! a writer is killed, a disk is full, or somebody was at the files.
#![cfg(target_os = "linux")]

mod busy;
mod crash;
mod files;
mod keeping;
mod kernel;
mod keys;
mod recipient;
mod stock_age;
mod world;
