//! `imgsec-cred audit` against `rg` and the scanners that are installed, over one tree, in one run.
//! Prints a table for the README.
//!
//! `cargo bench --bench audit` takes the sources that cargo has fetched; `AUDIT_TREE` names another
//! tree. `rg` and we take turns, and the ratio is the median of the turns' own; a scanner runs once.
//! One that is missing is named: `pip install credsweeper kingfisher-bin`, `cargo install ripsecrets`.
//! detect-secrets is none of them: over a tree outside its own folder it reads nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const TURNS: usize = 9;

/// The words that `rg` looks for, all at once.
const WORDS: [&str; 8] = [
    "\"auths\"",
    "dockerconfigjson",
    "identitytoken",
    "registrytoken",
    " login",
    "-creds",
    "docker-password",
    "DOCKER_AUTH",
];

/// The scanners to compare with, and how each is told to look at a whole tree and at every file.
const SCANNERS: &[(&str, &[&str])] = &[
    ("ripsecrets", &[]),
    ("kingfisher", &["scan", "--no-validate"]),
    ("credsweeper", &["--path"]),
];

fn command(program: &Path, arguments: &[&str], tree: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(tree);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Seconds.
fn time(mut command: Command) -> f64 {
    let begun = Instant::now();
    command.status().unwrap();
    begun.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Files and bytes of a tree.
fn size(folder: &Path) -> (usize, u64) {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let about = entry.metadata().unwrap();
        if about.is_dir() {
            let (more, larger) = size(&entry.path());
            (files, bytes) = (files + more, bytes + larger);
        } else if about.is_file() {
            (files, bytes) = (files + 1, bytes + about.len());
        }
    }
    (files, bytes)
}

fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&folders).map(|folder| folder.join(program));
    files.find(|file| file.is_file())
}

/// The largest memory of one run, in MB.
fn memory(arguments: &[&str], tree: Option<&Path>) -> f64 {
    let note = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o"]).arg(note.path()).args(arguments).args(tree);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let kilobytes = fs::read_to_string(note.path()).unwrap();
    kilobytes.lines().last().unwrap().parse::<f64>().unwrap() / 1000.0
}

fn main() {
    let ours = env!("CARGO_BIN_EXE_imgsec-cred");
    let fetched = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo/registry/src");
    let tree = std::env::var_os("AUDIT_TREE").map_or_else(fetched, PathBuf::from);
    let (files, bytes) = size(&tree);
    let megabytes = bytes as f64 / 1e6;
    println!("{files} files, {megabytes:.0} MB\n");
    println!("| | seconds | files/s | MB/s | to `rg` |\n|---|---|---|---|---|");
    let row = |name: &str, seconds: f64, ratio: f64| {
        let (per_file, per_byte) = (files as f64 / seconds, megabytes / seconds);
        println!("| {name} | {seconds:.2} | {per_file:.0} | {per_byte:.1} | {ratio:.2} |");
    };
    let rg = find("rg").expect("`rg` is not installed: apt-get install ripgrep");
    let mut literals = vec!["-uu", "-F", "-l"];
    literals.extend(WORDS.iter().flat_map(|word| ["-e", word]));
    let turns: Vec<(f64, f64)> = (0..TURNS)
        .map(|_| {
            let theirs = time(command(&rg, &literals, &tree));
            (theirs, time(command(Path::new(ours), &["audit"], &tree)))
        })
        .collect();
    let rg_seconds = median(turns.iter().map(|turn| turn.0).collect());
    row("`rg -uu`, 8 literals", rg_seconds, 1.0);
    let ratio = median(turns.iter().map(|turn| turn.1 / turn.0).collect());
    row("`imgsec-cred audit`", median(turns.iter().map(|turn| turn.1).collect()), ratio);
    for (name, arguments) in SCANNERS {
        match find(name) {
            Some(program) => {
                let seconds = time(command(&program, arguments, &tree));
                row(name, seconds, seconds / rg_seconds);
            }
            None => println!("| {name} | not installed | | | |"),
        }
    }
    let known = (0..TURNS).map(|_| {
        let mut command = Command::new(ours);
        command.arg("audit").stdout(Stdio::null());
        time(command)
    });
    println!("\nThe known places of this user: {:.1} ms", median(known.collect()) * 1e3);
    println!("Peak memory: {:.1} MB", memory(&[ours, "audit"], Some(&tree)));
}
