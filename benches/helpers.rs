//! Our helper against Docker's own, on the same keychain, in one run: get, list, and what a classic
//! `docker build` asks for (list, then every get). Prints a table for the README.
//!
//! Run it with `cargo bench` on Linux, after `tests/run --install` has installed the other helpers;
//! their newest are measured as well where `tests/clients/build all` has built them. Each row's
//! commands take turns, so that a machine that is busy is busy for all of them; the ratios are
//! medians of the turns' own.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/support"]
mod support {
    pub(crate) mod bus;
    pub(crate) mod person;
    pub(crate) mod process;
}

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use support::person::{Person, Store};
use support::process;

const OURS: &str = env!("CARGO_BIN_EXE_docker-credential-imgsec");

/// A helper, and the person whose store it opens.
struct Subject<'a> {
    name: &'static str,
    program: PathBuf,
    person: &'a Person,
}

impl Subject<'_> {
    fn command(&self, verb: &str) -> Command {
        let mut command = self.person.command(&self.program);
        command.arg(verb).env("GNUPGHOME", self.person.home().join("gnupg"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    fn ask(&self, verb: &str, request: &str) -> Vec<u8> {
        let mut child = self.command(verb).spawn().unwrap();
        // A helper may answer without reading.
        let _ = child.stdin.take().unwrap().write_all(request.as_bytes());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{} {verb} {request}", self.name);
        output.stdout
    }

    fn fill(&self, entries: usize) {
        for i in 0..entries {
            self.ask("store", &format!("{{\"ServerURL\":\"r{i}.example\",\"Username\":\"ada\",\"Secret\":\"{SECRET}\"}}"));
        }
    }

    fn build(&self, entries: usize) {
        self.ask("list", "unused");
        for i in 0..entries {
            self.ask("get", &format!("r{i}.example"));
        }
    }

    /// The largest memory of one request, in KiB.
    fn memory(&self, verb: &str, request: &str) -> u64 {
        let note = self.person.folder().join("memory");
        let mut command = self.command(verb);
        let mut timed = Command::new(process::need("time"));
        timed.args(["-f", "%M", "-o"]).arg(&note).arg(&self.program).arg(verb);
        timed.env_clear().envs(command.get_envs().filter_map(|(k, v)| Some((k, v?))));
        timed.stdin(Stdio::piped()).stdout(Stdio::null());
        command = timed;
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(request.as_bytes());
        child.wait().unwrap();
        fs::read_to_string(note).unwrap().trim().parse().unwrap()
    }
}

/// A token as long as those of GitHub.
const SECRET: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyzABCD";

/// The times of commands that take turns, in milliseconds.
fn in_turns(rounds: usize, commands: &[&dyn Fn()]) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::with_capacity(rounds); commands.len()];
    for round in 0..=rounds {
        for (command, times) in commands.iter().zip(&mut times) {
            let start = Instant::now();
            command();
            // The first round warms up.
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A row: the median of each, and its ratio to the first.
fn each(what: &str, rounds: usize, subjects: &[Subject<'_>], play: impl Fn(&Subject<'_>)) {
    let play = &play;
    let commands: Vec<_> = subjects.iter().map(|subject| move || play(subject)).collect();
    let commands: Vec<&dyn Fn()> = commands.iter().map(|command| command as &dyn Fn()).collect();
    let times = in_turns(rounds, &commands);
    let cells: Vec<_> = times
        .iter()
        .map(|t| {
            let ratio = median(t.iter().zip(&times[0]).map(|(ours, first)| ours / first));
            format!("{:.1} ms ({ratio:.2})", median(t.iter().copied()))
        })
        .collect();
    println!("| {what} | {} |", cells.join(" | "));
}

fn set_up_pass(person: &Person) {
    let gnupg = person.home().join("gnupg");
    fs::create_dir_all(&gnupg).unwrap();
    let mut key = person.command(process::need("gpg"));
    key.env("GNUPGHOME", &gnupg).args([
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-gen-key",
        "bench@example",
        "default",
        "default",
        "never",
    ]);
    process::run(&mut key, b"").ok();
    let mut init = person.command(process::need("pass"));
    process::run(init.env("GNUPGHOME", &gnupg).args(["init", "bench@example"]), b"").ok();
}

/// The newest of Docker's helpers, if `tests/clients/build all` has built it.
fn newest(helper: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("clients");
    Some(target.join("bin").join(helper)).filter(|program| program.exists())
}

/// A helper, and the person whose store it opens; those of Docker's keep the same in the same place.
fn subjects<'a>(desktop: &'a Person, gpg: &'a Person, server: &'a Person) -> Vec<Subject<'a>> {
    let mut all = Vec::new();
    for (helper, person, newest_name) in [
        ("docker-credential-secretservice", desktop, "docker-credential-secretservice 0.9.13"),
        ("docker-credential-pass", gpg, "docker-credential-pass 0.9.13"),
    ] {
        all.push(Subject { name: helper, program: process::need(helper), person });
        all.extend(newest(helper).map(|program| Subject { name: newest_name, program, person }));
    }
    all.push(Subject { name: "ours, keychain", program: OURS.into(), person: desktop });
    all.push(Subject { name: "ours, sealed", program: OURS.into(), person: server });
    all
}

fn helpers(entries: usize, rounds: usize) {
    let (desktop, server, gpg) = (
        Person::new(Store::Keychain),
        Person::new(Store::Sealed),
        Person::without_keychain(Store::Sealed),
    );
    set_up_pass(&gpg);
    let all = subjects(&desktop, &gpg, &server);
    let names: Vec<_> = all.iter().map(|subject| subject.name).collect();
    println!("| | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    all.iter().for_each(|subject| subject.fill(entries));
    each(&format!("get, {entries} kept"), rounds, &all, |s| drop(s.ask("get", "r3.example")));
    each(&format!("list, {entries} kept"), rounds, &all, |s| drop(s.ask("list", "unused")));
    if entries <= 10 {
        let what = format!("classic build: list and {entries} gets");
        each(&what, rounds / 4, &all, |s| s.build(entries));
    }
    let cells: Vec<_> = all
        .iter()
        .map(|s| format!("{:.1} MB", s.memory("list", "unused") as f64 / 1024.0))
        .collect();
    println!("| peak memory of list, {entries} kept | {} |", cells.join(" | "));
    if entries <= 10 {
        floor(all.last().unwrap(), rounds);
    }
}

/// The sealed store against the cheapest process there is.
fn floor(sealed: &Subject, rounds: usize) {
    let nothing = || {
        drop(
            sealed
                .person
                .command("/bin/true")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
                .wait_with_output(),
        )
    };
    let times = in_turns(
        rounds * 4,
        &[&nothing, &|| drop(sealed.ask("get", "r3.example")), &|| drop(sealed.ask("version", ""))],
    );
    let ratio = |t: &[f64]| median(t.iter().zip(&times[0]).map(|(ours, floor)| ours / floor));
    println!(
        "\nsealed get {:.2} ms, `version` {:.2} ms, /bin/true {:.2} ms: {:.2} and {:.2} times /bin/true\n",
        median(times[1].iter().copied()),
        median(times[2].iter().copied()),
        median(times[0].iter().copied()),
        ratio(&times[1]),
        ratio(&times[2])
    );
}

fn size(path: &str) -> f64 {
    fs::metadata(Path::new(path)).unwrap().len() as f64 / 1e6
}

fn main() {
    // `cargo test` also starts this program; there it has nothing to measure.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    helpers(10, 40);
    helpers(200, 12);
    println!(
        "\ndocker-credential-imgsec {:.1} MB, imgsec-cred {:.1} MB (release, stripped)",
        size(OURS),
        size(env!("CARGO_BIN_EXE_imgsec-cred"))
    );
}
