//! `imgsec-cred`, the person's program: parse, run one verb, choose the exit status.

use std::fmt;
use std::process::ExitCode;

use clap::Parser;
use imgsec_cred::machine::Machine;
use imgsec_cred::process;
use imgsec_cred::store::{Error, ErrorKind};
use zeroizing_alloc::ZeroAlloc;

use crate::args::{Cli, Verb};
use crate::changes::undo::Manner;
use crate::failure::Failure;
use crate::report::Report;

mod args;
mod ask;
mod audit;
mod changes;
mod engine;
mod export;
mod failure;
mod interrupt;
mod left;
mod list;
mod login;
mod logout;
mod migrate;
mod registries;
mod report;
mod rotate;
mod secrets;
mod setup;
mod show;
mod status;
mod stores;
mod unlock;
mod usage;
mod verify;
mod which;

#[global_allocator]
static WIPED_WHEN_FREED: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// How a verb ended, if it did not fail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// Something needs attention.
    Attention,
    /// Part of it could not be done; what, has been said.
    Partly,
    /// The store is locked or unavailable.
    NoStore,
    /// A registry or the network gave no verdict.
    NoVerdict,
    /// Something was left alone, since it would have overwritten another thing.
    Refused,
    /// A person or the system wished it to stop; the rest was left as it was.
    Interrupted,
}

/// Not done, because it needs a yes, a terminal, or would overwrite something.
#[derive(Debug)]
pub(crate) struct Refusal {
    message: String,
    hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { message: message.into(), hint: hint.map(str::to_owned) }
    }

    /// An error that says no to what a person asked for is a refusal; others are errors.
    pub(crate) fn or_error(error: Error) -> anyhow::Error {
        match error.kind() {
            ErrorKind::Refused => Self::new(error.to_string(), error.hint()).into(),
            _ => error.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

fn main() -> ExitCode {
    if let Err(why) = process::harden() {
        report::failure(why, None);
        return ExitCode::from(3);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => return no_command(&e),
    };
    let machine = Machine::here();
    let report = Report::new(&cli.shared, machine.likes_color);
    match run(&cli, &machine, &report) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Attention) => ExitCode::from(1),
        Ok(Outcome::Partly) => ExitCode::from(3),
        Ok(Outcome::NoStore) => ExitCode::from(4),
        Ok(Outcome::NoVerdict) => ExitCode::from(5),
        Ok(Outcome::Refused) => ExitCode::from(6),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => Failure::of(&error).end(&cli.verb, &report),
    }
}

/// Help, the version, or what is wrong with the arguments.
fn no_command(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        return usage::end(error);
    }
    // Nobody is left to be told that nobody listens.
    let _ = error.print();
    ExitCode::SUCCESS
}

fn run(cli: &Cli, machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    machine.check().map_err(|why| Refusal::new(why, None))?;
    match &cli.verb {
        Verb::Setup(args) if args.undo => undo(args.into(), cli, machine, report),
        Verb::Setup(args) => setup::run(args, &cli.shared, machine, report),
        Verb::Status => status::run(machine, report),
        Verb::List(args) => list::run(args, machine, report),
        Verb::Audit(args) if args.undo => undo(args.into(), cli, machine, report),
        Verb::Audit(args) => audit::run(args, &cli.shared, machine, report),
        Verb::Migrate(args) if args.undo => undo(args.into(), cli, machine, report),
        Verb::Migrate(args) => migrate::run(args, &cli.shared, machine, report),
        Verb::Export(args) => export::run(args, &cli.shared, machine, report),
        Verb::Show(args) => show::run(args, &cli.shared, machine, report),
        Verb::Which(args) => which::run(args, machine, report),
        Verb::Login(args) => login::run(args, &cli.shared, machine, report),
        Verb::Verify(args) => verify::run(args, &cli.shared, machine, report),
        Verb::Rotate(args) => rotate::run(args, &cli.shared, machine, report),
        Verb::Unlock(args) => unlock::unlock(args, &cli.shared, machine, report),
        Verb::Lock => unlock::lock(machine, report),
        Verb::Logout(args) => logout::run(args, machine, report),
    }
}

fn undo(manner: Manner, cli: &Cli, machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    changes::undo::run(&manner, &cli.shared, machine, report)
}
