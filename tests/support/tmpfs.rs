//! A small disk of a test's own in the place of a person's home, seen by nobody else: it can be
//! full, and it can be read-only. It is gone when this is dropped, or when the test is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::person::Person;
use super::process::{self, Ran};

const SCRIPT: &str = r#"
mount -t tmpfs -o size=512k,mode=700 tmpfs "$2" && cp -a "$1/." "$2" && echo ready && exec cat
"#;

pub(crate) struct Disk<'a> {
    person: &'a Person,
    holder: Child,
}

impl<'a> Disk<'a> {
    /// Copies the person's home to a disk of 512 KiB.
    pub(crate) fn of(person: &'a Person) -> Self {
        let home = person.home();
        let copy = person.folder().join("copy");
        process::run(Command::new("cp").arg("-a").arg(&home).arg(&copy), b"").ok();
        let mut command = Command::new(process::need("unshare"));
        command.args((!is_root()).then_some("--map-root-user"));
        command.args(["--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh"]);
        command.args([&copy, &home]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "no disk could be mounted here");
        Self { person, holder }
    }

    /// Runs a program, for which the disk is the person's home.
    pub(crate) fn run(&self, program: impl AsRef<Path>, arguments: &[&str], stdin: &str) -> Ran {
        let mut command = self.person.command(process::need("nsenter"));
        command.arg("--mount").arg("--target").arg(self.holder.id().to_string());
        command.args(
            if is_root() { None } else { Some(["--user", "--preserve-credentials"]) }
                .into_iter()
                .flatten(),
        );
        command.arg(program.as_ref()).args(arguments);
        process::run(&mut command, stdin.as_bytes())
    }

    pub(crate) fn helper(&self, verb: &str, stdin: &str) -> Ran {
        self.run(env!("CARGO_BIN_EXE_docker-credential-imgsec"), &[verb], stdin)
    }

    pub(crate) fn sh(&self, script: &str) -> Ran {
        self.run("/bin/sh", &["-c", script], "")
    }

    /// Not a byte is left.
    pub(crate) fn fill(&self) {
        self.sh("cat /dev/zero >~/fill").fails();
    }

    pub(crate) fn make_room(&self) {
        self.sh("rm ~/fill").ok();
    }

    pub(crate) fn make_read_only(&self) {
        self.sh("mount -o remount,ro ~").ok();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
