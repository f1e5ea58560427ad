//! Other programs, run by a test: nothing outlives its test, nothing waits without a limit, and a
//! program that is missing is named together with what installs it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// No server lives longer than this many seconds, even if the test is killed and cannot stop it.
const LIFETIME: &str = "300";

/// One command of a client; a push on a busy machine takes a few seconds.
const COMMAND_LIMIT: Duration = Duration::from_secs(90);

/// The folder that `tests/run` makes for programs from PyPI, beside the build output.
fn venv() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("docker-py")
}

/// Every `program` on the PATH, then that of the Python environment; the same file once.
pub(crate) fn all(program: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let extra = [PathBuf::from("/usr/sbin"), PathBuf::from("/sbin"), venv().join("bin")];
    let mut found: Vec<PathBuf> = Vec::new();
    let mut real: Vec<PathBuf> = Vec::new();
    for candidate in std::env::split_paths(&path).chain(extra).map(|dir| dir.join(program)) {
        let Ok(target) = fs::canonicalize(&candidate) else { continue };
        if target.is_file() && !real.contains(&target) {
            real.push(target);
            found.push(candidate);
        }
    }
    found
}

/// Where `program` is installed.
pub(crate) fn need(program: &str) -> PathBuf {
    let found = all(program).into_iter().next();
    found.unwrap_or_else(|| panic!("`{program}` is not installed: tests/run installs it"))
}

/// The Python that has the packages of `tests/run`.
pub(crate) fn need_python() -> PathBuf {
    let python = venv().join("bin/python");
    assert!(python.exists(), "{} does not exist: tests/run makes it", python.display());
    python
}

/// Asks again until there is an answer.
pub(crate) fn until<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "{what}: not within {limit:?}");
        sleep(Duration::from_millis(15));
    }
}

/// What a test of this module is called on the test program's command line.
pub(crate) fn test_name(module_path: &str, test: &str) -> String {
    let (_, module) = module_path.split_once("::").unwrap();
    format!("{module}::{test}")
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    #[expect(dead_code, reason = "for those who read why a test failed")]
    pub(crate) command: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.success(), "should succeed: {self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn fails(self) -> Self {
        let refused = self.status.code().is_some_and(|code| code != 0);
        assert!(refused, "should fail, and not by a signal: {self:#?}");
        self
    }
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn run(command: &mut Command, stdin: &[u8]) -> Ran {
    let name = format!("{command:?}");
    let ran = run_within(command, stdin, COMMAND_LIMIT);
    ran.unwrap_or_else(|| panic!("{name}: not done within {COMMAND_LIMIT:?}"))
}

/// Runs a command to its end, or ends it and all that it started; `None` says so.
#[track_caller]
pub(crate) fn run_within(command: &mut Command, stdin: &[u8], limit: Duration) -> Option<Ran> {
    let name = format!("{command:?}");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut input = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // A client that reads nothing closes the pipe: that is no fault of the test.
    let writer = thread::spawn(move || drop(input.write_all(&stdin)));
    let stdout = reader(child.stdout.take().unwrap());
    let stderr = reader(child.stderr.take().unwrap());
    let status = wait(&mut child, limit);
    if status.is_none() {
        let group = Pid::from_child(&child);
        let _ = kill_process_group(group, Signal::KILL);
        let _ = child.wait();
    }
    writer.join().unwrap();
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    Some(Ran { command: name, status: status?, stdout, stderr })
}

fn reader(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if Instant::now() >= end {
            return None;
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(4));
    }
}

/// A server, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts `program`; what it prints goes to `log`. `timeout` bounds its life and hands our
    /// signals on.
    pub(crate) fn start(program: &Path, log: &Path, set: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", LIFETIME]).arg(program);
        let output = File::create(log).unwrap();
        command.stdin(Stdio::null());
        command.stdout(output.try_clone().unwrap()).stderr(output);
        set(&mut command);
        let child = command.spawn().unwrap_or_else(|error| panic!("{program:?}: {error}"));
        Self { child, log: log.to_owned() }
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Writes to the server's standard input and closes it.
    pub(crate) fn tell(&mut self, text: &str) {
        self.child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Waits for `ready`; a server that ended has failed, and its log says why.
    #[track_caller]
    pub(crate) fn until<T>(&mut self, mut ready: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(answer) = ready(self) {
                return answer;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < end, "{ended:?}\n{}", self.log());
            sleep(Duration::from_millis(15));
        }
    }

    pub(crate) fn stop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
            wait(&mut self.child, Duration::from_secs(7));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `PATH` with `first` in front.
pub(crate) fn path_with(first: &[&Path]) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = first.iter().map(|dir| dir.to_path_buf());
    std::env::join_paths(first.chain(std::env::split_paths(&path))).unwrap()
}

/// A folder for sockets and state; short, since a socket's name has at most 107 bytes.
pub(crate) fn folder(name: impl AsRef<OsStr>) -> tempfile::TempDir {
    tempfile::Builder::new().prefix(name.as_ref()).tempdir().unwrap()
}
