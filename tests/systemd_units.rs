//! The units for systemd are ones that systemd understands. No systemd runs in this test.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process;

fn units() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd");
    let mut units: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    units.sort();
    units
}

/// `systemd-analyze --user verify` of these units, in an environment without a session.
fn verify(units: &[PathBuf]) -> process::Ran {
    let home = process::folder("u");
    let mut command = Command::new(process::need("systemd-analyze"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home.path());
    command.env("XDG_RUNTIME_DIR", home.path()).env("LANG", "C.UTF-8");
    command.args(["--user", "--man=no", "--recursive-errors=no", "verify"]).args(units);
    process::run(&mut command, b"")
}

#[test]
#[ignore = "needs systemd-analyze; run tests/run"]
fn systemd_understands_every_line_of_the_units() {
    let ran = verify(&units()).ok();
    assert_eq!(ran.said(), "");
}

#[test]
#[ignore = "needs systemd-analyze; run tests/run"]
fn a_line_that_it_does_not_understand_would_be_seen() {
    let dir = process::folder("u");
    let unit = dir.path().join("imgsec-cred-rotate.service");
    let text = fs::read_to_string(&units()[0]).unwrap();
    fs::write(&unit, text.replace("UMask=", "UMaks=")).unwrap();
    assert!(verify(&[unit]).said().contains("UMaks"));
}

/// The command line of the service, and that for cron.
fn lines() -> [String; 2] {
    let text = fs::read_to_string(&units()[0]).unwrap();
    let service = text.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let cron = text.lines().find_map(|line| line.split_once(" * * *  ")).unwrap().1;
    [service.to_owned(), cron.to_owned()]
}

#[test]
fn the_command_of_the_service_is_one_that_our_program_takes() {
    for line in lines() {
        let arguments = line.split_once("imgsec-cred ").unwrap().1;
        let mut command = Command::new(env!("CARGO_BIN_EXE_imgsec-cred"));
        let ran = process::run(command.args(arguments.split(' ')).arg("--help"), b"").ok();
        assert!(ran.stdout.contains("--if-due"), "{ran:#?}");
        // Without --help a wrong option would be an error of usage.
        let mut command = Command::new(env!("CARGO_BIN_EXE_imgsec-cred"));
        let home = process::folder("u");
        let known = arguments.replace(" --jitter 1h", " --jitter 0s");
        let ran = process::run(command.args(known.split(' ')).env("HOME", home.path()), b"");
        assert_ne!(ran.status.code(), Some(2), "{ran:#?}");
    }
}

/// Neither cron nor systemd looks where `cargo install` puts programs.
#[test]
fn programs_that_cargo_installed_are_found() {
    let text = fs::read_to_string(&units()[0]).unwrap();
    let path = text.lines().find_map(|line| line.strip_prefix("Environment=\"PATH=")).unwrap();
    for folder in [".cargo/bin", ".local/bin"] {
        let home = process::folder("u");
        let program = home.path().join(folder).join("imgsec-cred");
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::write(&program, "#!/bin/sh\necho \"$@\"\n").unwrap();
        fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let of_systemd = path.trim_end_matches('"').replace("%h", home.path().to_str().unwrap());
        for (line, path) in lines().iter().zip([of_systemd.as_str(), "/usr/bin:/bin"]) {
            let mut command = Command::new("/bin/sh");
            command.env_clear().env("HOME", home.path()).env("PATH", path).args(["-c", line]);
            let ran = process::run(&mut command, b"").ok();
            assert!(ran.stdout.starts_with("rotate --all --if-due --no-input"), "{ran:#?}");
        }
    }
}
