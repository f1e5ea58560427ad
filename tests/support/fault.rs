//! Faults in the place of any change: a program is killed at one of its system calls, or that call
//! fails, and nothing of this is built into the program.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use super::person::Person;
use super::process::{self, Ran};
use super::strace::{self, CALLS, Change};

/// What happens at a call, in place of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `kill -9` of the program.
    Kill,
    /// `kill -9` of the program and of the one that started it.
    KillBoth,
    /// The call fails with this error.
    Error(&'static str),
}

/// Whose calls are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    /// The program that is started, and not what it starts.
    Program,
    /// The helper, the n-th time that the program starts it.
    Helper(usize),
}

/// A fault that happened.
#[derive(Debug)]
pub(crate) struct Met<'a> {
    pub(crate) fault: Fault,
    pub(crate) change: &'a Change,
    /// It met a call of another thread as well, such as the one that says what is wrong.
    pub(crate) is_twice: bool,
    pub(crate) ran: &'a Ran,
}

/// A command of ours that runs under strace, in the person's environment.
pub(crate) struct Traced<'a> {
    person: &'a Person,
    arguments: Vec<String>,
    dir: tempfile::TempDir,
    is_helper: bool,
}

impl<'a> Traced<'a> {
    /// `docker-credential-imgsec VERB`.
    pub(crate) fn helper(person: &'a Person, verb: &str) -> Self {
        Self::new(person, true, &[verb])
    }

    /// `imgsec-cred ARGUMENTS`, and the helper that it starts.
    pub(crate) fn ours(person: &'a Person, arguments: &[&str]) -> Self {
        let traced = Self::new(person, false, arguments);
        traced.wrap_helper();
        traced
    }

    fn new(person: &'a Person, is_helper: bool, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&a| a.to_owned()).collect();
        Self { person, arguments, dir: process::folder("s"), is_helper }
    }

    /// Puts a script in the place of the helper, beside a second name of our program: it counts how
    /// often it is called, and traces the calls that `FAULT_AT` says.
    fn wrap_helper(&self) {
        let helper = env!("CARGO_BIN_EXE_docker-credential-imgsec");
        let script = format!(
            "#!/bin/sh\nset -f\ncount=$(($(cat \"$FAULTS/count\") + 1))\n\
             echo $count >\"$FAULTS/count\"\n\
             case $count in $FAULT_AT) ;; *) exec '{helper}' \"$@\" ;; esac\n\
             '{}' -f -y -e signal=none -o \"$FAULTS/trace.$count\" $FAULT '{helper}' \"$@\"\n\
             status=$?\n\
             if [ $status = 137 ] && [ -n \"$FAULT_BOTH\" ]; then kill -9 $PPID; fi\nexit $status\n",
            process::need("strace").display(),
        );
        let real = env!("CARGO_BIN_EXE_imgsec-cred");
        let ours = self.dir.path().join("imgsec-cred");
        fs::hard_link(real, &ours).or_else(|_| fs::copy(real, &ours).map(drop)).unwrap();
        let wrapper = self.dir.path().join("docker-credential-imgsec");
        fs::write(&wrapper, script).unwrap();
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The command without a fault; with it, every change it makes is noted.
    fn clean(&self) -> Command {
        self.command(None, &format!("-e trace={CALLS}"))
    }

    fn with(&self, fault: Fault, whom: Whom, change: &Change) -> Command {
        let how = match fault {
            Fault::Kill | Fault::KillBoth => "signal=KILL".to_owned(),
            Fault::Error(error) => format!("error={error}"),
        };
        let options = format!("-e trace={CALLS} {}", change.inject(&how));
        let mut command = self.command(Some(whom), &options);
        command.env("FAULT_BOTH", if fault == Fault::KillBoth { "yes" } else { "" });
        command
    }

    /// Traces the program, or one call of its helper; for `None` all of them.
    fn command(&self, whom: Option<Whom>, options: &str) -> Command {
        fs::write(self.dir.path().join("count"), "0").unwrap();
        let program = if self.is_helper {
            PathBuf::from(env!("CARGO_BIN_EXE_docker-credential-imgsec"))
        } else {
            self.dir.path().join("imgsec-cred")
        };
        let mut command = if matches!(whom, None | Some(Whom::Program)) {
            let mut strace = self.person.command(process::need("strace"));
            // The helper that our program starts is traced by the script, and counted alone.
            strace.args(self.is_helper.then_some("-f"));
            strace.args(["-y", "-e", "signal=none", "-o"]).arg(self.trace(Whom::Program));
            strace.args(options.split(' ')).arg(program);
            strace
        } else {
            self.person.command(program)
        };
        let at = match whom {
            None => "*".to_owned(),
            Some(Whom::Program) => String::new(),
            Some(Whom::Helper(call)) => call.to_string(),
        };
        let path = command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap();
        let path = [self.dir.path().as_os_str(), path].join(OsStr::new(":"));
        command.args(&self.arguments).env("PATH", path).env("FAULTS", self.dir.path());
        command.env("FAULT_AT", at).env("FAULT", options);
        command
    }

    fn trace(&self, whom: Whom) -> PathBuf {
        match whom {
            Whom::Program => self.dir.path().join("trace"),
            Whom::Helper(call) => self.dir.path().join(format!("trace.{call}")),
        }
    }

    /// Puts faults in the place of every change, one after the other: makes things `ready`, runs the
    /// command, and lets `check` see what it left. Returns how many runs there were.
    #[track_caller]
    pub(crate) fn each(
        &self,
        stdin: &str,
        faults: impl Fn(usize, Whom, &Change) -> Vec<Fault>,
        ready: impl Fn(),
        mut check: impl FnMut(&Met),
    ) -> usize {
        ready();
        self.person.finish(&mut self.clean(), stdin.as_bytes()).ok();
        let helpers = fs::read_to_string(self.dir.path().join("count")).unwrap();
        let helpers = (1..=helpers.trim().parse().unwrap()).map(Whom::Helper);
        let everybody: Vec<_> = [Whom::Program].into_iter().chain(helpers).collect();
        let changes =
            |whom| strace::changes(&fs::read_to_string(self.trace(whom)).unwrap_or_default());
        let all: Vec<_> = everybody.into_iter().map(|whom| (whom, changes(whom))).collect();
        let (mut runs, mut total) = (0, 0);
        for (whom, changes) in all {
            for (number, change) in changes.iter().enumerate() {
                total += 1;
                for fault in faults(total, whom, change) {
                    ready();
                    let mut command = self.with(fault, whom, change);
                    let ran = self.person.finish(&mut command, stdin.as_bytes());
                    let trace = fs::read_to_string(self.trace(whom)).unwrap_or_default();
                    let is_twice = trace.matches("(INJECTED)").count() > 1;
                    let met = Met { fault, change, is_twice, ran: &ran };
                    assert_just_there(&met, number, &strace::changes(&trace));
                    check(&met);
                    runs += 1;
                }
            }
        }
        runs
    }
}

/// The fault met just this change: all before it were made, and it was not.
#[track_caller]
fn assert_just_there(met: &Met, number: usize, seen: &[Change]) {
    let at = seen.iter().position(Change::is_met);
    let is_there = if met.change.is_seen_alone() { at.is_some() } else { at == Some(number) };
    assert!(is_there, "{met:#?} was somewhere else: {seen:#?}");
}
