//! Finds registry credentials that lie open on a machine: in the settings of container tools, in
//! their backups, in shell histories, in pipelines and manifests.
//!
//! Structured files are parsed, not matched by pattern: a finding names the registry, the user and
//! the place. [`known`] and [`walk`] say which files, and `reader` reads each, while [`watch`] sees
//! to it that none is waited for in vain; [`scan`] takes it through [`prefilter`], [`document`], the
//! rows of [`sources`], and [`judge`], in this order; [`signals`] and [`severity`] say how bad it is.
//! What is in a text besides is found by [`within`]: documents in its values, in its lines and in
//! programs, and what a text is when it is read in another way (a patch, a page, a session).
//! Nothing here runs a program or goes to the network.

pub mod auths;
pub mod document;
pub mod examine;
pub mod finding;
mod git;
pub mod hosts;
pub mod judge;
pub mod known;
pub mod places;
pub mod prefilter;
mod program;
mod reader;
pub mod registry;
pub mod remedy;
pub mod scan;
pub mod severity;
pub mod signals;
pub mod sources;
pub mod walk;
pub mod watch;
pub mod within;
mod words;
