//! The memory of our programs: not readable by others, not dumped, and empty of secrets at the end.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, Uid, kill_process};

use super::{HELPER, IMGSEC, OURS, command, request};
use crate::support::leak::{Running, Secrets};
use crate::support::person::Store;
use crate::support::plain::PlainText;
use crate::support::process::{self, Ran};

#[test]
#[ignore = "needs strace and root; run tests/run"]
fn at_its_end_no_program_has_a_secret_of_the_sealed_store_in_its_memory() {
    memory_is_empty_at_the_end(&PlainText::without_store());
}

#[test]
#[ignore = "needs strace, gnome-keyring and root; run tests/run"]
fn at_its_end_no_program_has_a_secret_of_the_keychain_in_its_memory() {
    memory_is_empty_at_the_end(&PlainText::with_store(Store::Keychain));
}

fn memory_is_empty_at_the_end(plain: &PlainText) {
    assert!(rustix::process::geteuid().is_root(), "not root: tests/run is run by root");
    let person = &plain.person;
    let mut secrets = Secrets::default();
    for (_, login) in &plain.logins {
        secrets.search_for(login.password.split('"').next().unwrap());
    }
    secrets.search_for("AGE-SECRET-KEY-1");
    let ours = |arguments: &[&str], secrets: &Secrets| {
        secrets.assert_not_in_memory_of(&command(person, IMGSEC, arguments), "");
    };
    ours(&plain.setup(), &secrets);
    assert!(plain.is_set_up());
    let login = secrets.new_login(person, "amy");
    let helper = |verb, stdin: &str| {
        secrets.assert_not_in_memory_of(&command(person, HELPER, &[verb]), stdin)
    };
    helper("store", &request(OURS, &login));
    let said = helper("get", OURS);
    assert!(secrets.find(said.as_bytes()).is_some(), "{said}");
    // A request that is refused holds a secret as well.
    let refused = helper("store", &request("a\nb", &login));
    assert!(refused.contains("control character"), "{refused}");
    helper("store", &request(OURS, &login)[1..]);
    ours(&["list"], &secrets);
    ours(&["logout", OURS], &secrets);
    ours(&["setup", "--undo", "--yes", "--insecure-plaintext"], &secrets);
    assert!(!plain.is_set_up());
}

/// A user who is not root, and a folder of theirs. As root, tests borrow the number of `nobody`.
struct Nobody {
    folder: tempfile::TempDir,
}

impl Nobody {
    fn new() -> Self {
        let folder = process::folder("n");
        fs::DirBuilder::new().mode(0o700).create(folder.path().join("home")).unwrap();
        // This user may not look into the folder of the sources. Not copied by this process: what it
        // has open for writing, nobody can start.
        let programs = Command::new("cp").args([HELPER, IMGSEC]).arg(folder.path()).spawn();
        assert!(programs.unwrap().wait().unwrap().success());
        if rustix::process::geteuid().is_root() {
            for path in [folder.path().to_owned(), folder.path().join("home")] {
                chown(path, Some(65_534), Some(65_534)).unwrap();
            }
        }
        Self { folder }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new(process::need("setpriv"));
            command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", program]);
            command
        } else {
            Command::new(program)
        };
        command.env_clear().env("PATH", process::path_with(&[self.folder.path()]));
        command.env("HOME", self.folder.path().join("home")).current_dir(self.folder.path());
        command
    }

    /// Starts a program that may dump as much as it likes, and leaves it waiting for more input.
    fn start(&self, program: &str, arguments: &[&str], stdin: &str) -> Waiting {
        let copy = self.folder.path().join(Path::new(program).file_name().unwrap());
        let program = if copy.exists() { copy.to_str().unwrap() } else { program };
        let mut command = self.command("/bin/sh");
        let script = "ulimit -Sc \"$(ulimit -Hc)\" && exec \"$0\" \"$@\"";
        command.args(["-c", script, program]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = Running(command.spawn().unwrap());
        let owner = rustix::process::geteuid().is_root().then(|| Uid::from_raw(65_534));
        rustix::fs::fchown(running.0.stdin.as_ref().unwrap(), owner, None).unwrap();
        running.0.stdin.as_mut().unwrap().write_all(stdin.as_bytes()).unwrap();
        let waiting = Waiting(running);
        // It has taken what there is, and waits for more.
        let input = waiting.0.0.stdin.as_ref().unwrap();
        process::until("takes its input", Duration::from_secs(30), || {
            (ioctl_fionread(input).unwrap() == 0).then_some(())
        });
        waiting
    }
}

struct Waiting(Running);

impl Waiting {
    fn file(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.0.0.id())
    }
}

/// Whether another program of the same user can open this.
fn opens(nobody: &Nobody, path: &str) -> bool {
    let mut dd = nobody.command("dd");
    let ran: Ran = process::run(dd.args(["of=/dev/null", "count=0", &format!("if={path}")]), b"");
    let is_denied = ran.stderr.contains("Permission denied");
    assert!(ran.status.success() != is_denied, "{ran:#?}");
    ran.status.success()
}

#[test]
#[ignore = "needs setpriv; run tests/run"]
fn no_program_of_the_same_user_can_read_our_memory_or_environment() {
    let nobody = Nobody::new();
    let half = r#"{"ServerURL":"ghcr.io","Username":"amy","Secret":"half a sec"#;
    let setup = ["setup", "--yes", "--no-input", "--passphrase-fd", "0"];
    for (program, arguments, stdin) in [
        (HELPER, &["store"][..], half),
        (HELPER, &["get"], "ghcr"),
        (HELPER, &["erase"], "ghcr"),
        (IMGSEC, &setup, "half a pass"),
    ] {
        let waiting = nobody.start(program, arguments, stdin);
        for name in ["mem", "environ", "maps", "fd/0", "auxv"] {
            assert!(!opens(&nobody, &waiting.file(name)), "{program} {arguments:?}: {name}");
        }
    }
    // A program that takes no care is read.
    let careless = nobody.start("/bin/cat", &[], "x");
    for name in ["mem", "environ", "maps", "fd/0", "auxv"] {
        assert!(opens(&nobody, &careless.file(name)), "{name}");
    }
}

/// Ends a program as an abort does, or a fault in its memory, and tells whether it was dumped.
fn crash(mut waiting: Waiting) -> bool {
    let child = &mut waiting.0.0;
    kill_process(Pid::from_child(child), Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()), "{status:?}");
    status.core_dumped()
}

#[test]
#[ignore = "needs setpriv; run tests/run"]
fn a_crash_leaves_no_dump() {
    let nobody = Nobody::new();
    let mut secrets = Secrets::default();
    let half = format!(r#"{{"ServerURL":"ghcr.io","Username":"amy","Secret":"{}"#, secrets.add());
    let setup = ["setup", "--yes", "--no-input", "--passphrase-fd", "0"];
    for (program, arguments) in [(HELPER, &["store"][..]), (IMGSEC, &setup)] {
        let waiting = nobody.start(program, arguments, &half);
        let limits = fs::read_to_string(waiting.file("limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        let words: Vec<_> = core.split_whitespace().collect();
        assert_eq!(words[4..6], ["0", "0"], "{limits}");
        assert!(!crash(waiting), "{program} was dumped");
    }
    crate::support::person::each_file(nobody.folder.path(), &mut |path, bytes| {
        secrets.assert_not_in(&path.display().to_string(), bytes);
    });
    // Where this machine writes dumps into the program's folder, one that takes no care leaves one.
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    let limit = rustix::process::getrlimit(rustix::process::Resource::Core);
    if limit.maximum == Some(0) {
        println!("a_crash_leaves_no_dump: no program may leave a dump here, whatever it does");
    } else if !pattern.starts_with(['|', '/']) {
        assert!(crash(nobody.start("/bin/cat", &[], "x")), "core_pattern is {pattern}");
        let mut files = fs::read_dir(nobody.folder.path()).unwrap().map(|file| file.unwrap());
        assert!(files.any(|file| file.file_name().to_string_lossy().starts_with("core")));
    }
}
