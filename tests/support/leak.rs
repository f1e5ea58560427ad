//! Secrets that must not get out, and the search for them in every form.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};

use super::person::{Login, Person};
use super::process::{self, Ran};

/// The calls by which something leaves a program: names of files, arguments and variables of other
/// programs, and everything written or sent.
const DOORS: &str = "%file,write,?pwrite64,?writev,?pwritev,?pwritev2,sendmsg,sendto,?sendmmsg,\
?copy_file_range,?sendfile,?splice,?setxattr,?fsetxattr,?prctl";

/// How long a program may take to come to its end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The secrets of one test.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    needles: Vec<(&'static str, String)>,
}

impl Secrets {
    /// A login whose password holds what is nowhere else in the world.
    pub(crate) fn new_login(&mut self, person: &Person, user: &str) -> Login {
        let core = self.add();
        let login = Login { user: user.to_owned(), password: format!("{core} \"p\\ss>/{core}") };
        person.keep_secret(&login);
        login
    }

    /// A random text of letters and digits, searched for from now on.
    pub(crate) fn add(&mut self) -> String {
        let mut random = [0_u8; 12];
        getrandom::fill(&mut random).unwrap();
        let core: String = random.iter().map(|b| format!("{b:02x}")).collect();
        self.search_for(&core);
        core
    }

    pub(crate) fn search_for(&mut self, core: &str) {
        let hex = |upper| {
            core.bytes()
                .map(move |b| if upper { format!("{b:02X}") } else { format!("{b:02x}") })
                .collect()
        };
        self.needles.push(("as it is, or in a URL", core.to_owned()));
        self.needles.push(("in hex", hex(false)));
        self.needles.push(("in hex", hex(true)));
        self.needles.push(("in UTF-16", core.chars().flat_map(|c| [c, '\0']).collect()));
        self.needles.push(("backwards", core.chars().rev().collect()));
        // Within a longer text three bytes become four letters, from any of three beginnings. The
        // first and the last letters depend on what is beside it.
        for before in 0..3 {
            let text = format!("{}{core}", "x".repeat(before));
            let text = &text.as_bytes()[..text.len() / 3 * 3];
            let skipped = before.div_ceil(3) * 4;
            for encoded in
                [Base64Unpadded::encode_string(text), Base64UrlUnpadded::encode_string(text)]
            {
                self.needles.push(("in base64", encoded[skipped..].to_owned()));
            }
        }
    }

    /// In which form a secret is among the bytes.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<&'static str> {
        let is_there = |needle: &str| memchr::memmem::find(bytes, needle.as_bytes()).is_some();
        self.needles.iter().find(|(_, needle)| is_there(needle)).map(|(form, _)| *form)
    }

    #[track_caller]
    pub(crate) fn assert_not_in(&self, what: &str, bytes: &[u8]) {
        assert_eq!(self.find(bytes), None, "{what} holds a secret");
    }

    /// No file of the person, nor a shared one in memory, holds a secret.
    #[track_caller]
    pub(crate) fn assert_not_on_disk(&self, person: &Person) {
        for folder in [person.folder(), Path::new("/dev/shm")] {
            super::person::each_file(folder, &mut |path, bytes| {
                self.assert_not_in(&path.display().to_string(), bytes);
                self.assert_not_in("a name of a file", path.as_os_str().as_encoded_bytes());
            });
        }
    }

    /// Runs a command. Neither it nor a program it starts passes a secret to a file, a socket, or
    /// another program's arguments or variables; pipes are how helpers are spoken to. Only into
    /// files whose name has `but` in it a secret may be written.
    #[track_caller]
    pub(crate) fn watch(&self, command: &Command, stdin: &str, but: &str) -> Ran {
        let trace = tempfile::NamedTempFile::new().unwrap();
        let mut strace = under_strace(command, trace.path(), |strace| {
            strace.args(["-f", "-y", "-v", "-s", "4000000", "-e", &format!("trace={DOORS}")]);
        });
        let ran = process::run(&mut strace, stdin.as_bytes());
        let seen = fs::read_to_string(trace.path()).unwrap();
        assert!(seen.contains("execve("), "{seen}");
        for line in seen.lines().filter(|line| self.find(line.as_bytes()).is_some()) {
            let to = line.split(['<', '>']).nth(1).unwrap_or_default();
            let is_write = line.split_once('(').is_some_and(|(call, _)| call.ends_with("write"));
            let is_allowed =
                is_write && (to.starts_with("pipe:") || !but.is_empty() && to.contains(but));
            assert!(is_allowed, "{}", line.chars().take(2000).collect::<String>());
        }
        ran
    }

    /// Runs a command and stops it at its end: its memory holds no secret then. Returns what it said.
    #[track_caller]
    pub(crate) fn assert_not_in_memory_of(&self, command: &Command, stdin: &str) -> String {
        let trace = tempfile::NamedTempFile::new().unwrap();
        let mut strace = under_strace(command, trace.path(), |strace| {
            strace.args(["-e", "trace=exit_group", "-e", "inject=exit_group:delay_enter=60s"]);
        });
        strace.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = Running(strace.spawn().unwrap());
        running.0.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let is_at_its_end = || fs::read_to_string(trace.path()).unwrap().contains("exit_group(");
        process::until("the end of the program", PATIENCE, || is_at_its_end().then_some(()));
        // What the program started has ended, and strace's one child is the program.
        let strace = running.0.id();
        let children = fs::read_to_string(format!("/proc/{strace}/task/{strace}/children"));
        let process = children.unwrap().trim().parse().unwrap();
        let memory = memory_of(process);
        // What was read is really its memory: the name of its own file is there.
        let program = command.get_program().as_encoded_bytes();
        assert!(memchr::memmem::find(&memory, program).is_some(), "{command:?}");
        self.assert_not_in(&format!("the memory of {command:?}"), &memory);
        // Without strace the program goes on to its end.
        running.0.kill().unwrap();
        let mut said = String::new();
        running.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

/// A program that is killed when this is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The same command in the same environment, with strace before it.
fn under_strace(command: &Command, trace: &Path, set: impl FnOnce(&mut Command)) -> Command {
    let mut strace = Command::new(process::need("strace"));
    strace.args(["-e", "signal=none", "-o"]).arg(trace);
    set(&mut strace);
    strace.arg(command.get_program()).args(command.get_args()).env_clear();
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.current_dir(command.get_current_dir().unwrap());
    strace
}

/// Everything that can be read of a program's memory.
pub(crate) fn memory_of(process: u32) -> Vec<u8> {
    use std::os::unix::fs::FileExt;
    let memory = fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let mut bytes = Vec::new();
    for line in fs::read_to_string(format!("/proc/{process}/maps")).unwrap().lines() {
        let (from, rest) = line.split_once('-').unwrap();
        let (to, rest) = rest.split_once(' ').unwrap();
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut part = vec![0; usize::try_from(to - from).unwrap()];
        if rest.starts_with('r') && memory.read_exact_at(&mut part, from).is_ok() {
            bytes.extend(part);
        }
    }
    bytes
}
