//! A program in the place of our helper that hangs, never ends, or answers what nobody asked for:
//! every verb ends in time, with a line or two.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::support::person::{Person, Store};
use crate::support::process;

const VERBS: [&str; 7] = [
    "list",
    "show r.example",
    "verify r.example",
    "rotate r.example --from-command true",
    "logout r.example",
    "export r.example --k8s x",
    "which r.example/x",
];

#[test]
fn every_verb_ends_in_time_with_few_words() {
    let folder = process::folder("h");
    let program = folder.path().join("imgsec-cred");
    fs::copy(env!("CARGO_BIN_EXE_imgsec-cred"), &program).unwrap();
    let person = Person::new(Store::Sealed);
    for (body, needs) in [
        ("exec sleep 80", 15),
        // What it leaves behind holds on to its streams.
        ("sleep 80 & exit 0", 15),
        ("exec yes aaaaaaaaaaaaaaaaaaaaaaaaaaa", 0),
        ("cat >/dev/null; yes | head -c 9000000; exit 1", 0),
        (r"cat >/dev/null; printf '\033[2J\377{]'", 0),
        (r"cat >/dev/null; printf '\033[31mno\n'; exit 1", 0),
        ("kill -9 $$", 0),
    ] {
        let helper = folder.path().join("docker-credential-imgsec");
        fs::write(&helper, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
        std::thread::scope(|threads| {
            for words in VERBS {
                let (person, program) = (&person, &program);
                threads.spawn(move || {
                    let start = Instant::now();
                    let mut command = person.command(program);
                    command.env("IMGSEC_TIMEOUT", "1").args(words.split(' ')).arg("--no-input");
                    let ran = process::run(&mut command, b"");
                    let what = format!("{words} with {body}");
                    let code = ran.status.code().unwrap_or_else(|| panic!("{what}"));
                    assert!((3..=4).contains(&code), "{what}: {code}");
                    let most = Duration::from_secs(needs + 30);
                    assert!(start.elapsed() < most, "{what}: {:?}", start.elapsed());
                    assert!(ran.said().len() < 16 * 1024, "{what}: {}", ran.said().len());
                    assert!(!ran.said().contains('\u{1b}'), "{what}: {}", ran.said());
                });
            }
        });
    }
}
