//! WSL, as far as it can be had without one: the kernel says that it is WSL's and that it starts
//! programs of Windows, and what is called `.exe` is a script. It starts our Windows build under Wine,
//! or our helper in another person's home, which stands for Windows.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::protocol::wine::{WINDOWS_HELPER, Wine};
use crate::support::person::{Person, Store};
use crate::support::process::{self, Ran};

const HELPER: &str = env!("CARGO_BIN_EXE_docker-credential-imgsec");
const CONTAINERS_HELPER: &str = env!("CARGO_BIN_EXE_docker-credential-imgsec-containers");

/// `ada:hunter2`.
const ADA: &str = "YWRhOmh1bnRlcjI=";

/// Gives the kernel of one program other words, in a file system that nobody else sees.
const AS_WSL: &str = r#"
set -eu
mount --bind "$0/osrelease" /proc/sys/kernel/osrelease
mount --rbind "$0/fs" /proc/sys/fs
exec "$@"
"#;

/// A person in a WSL.
struct Wsl {
    me: Person,
    kernel: PathBuf,
}

impl Wsl {
    /// One whose Docker has these settings, and who never ran us.
    fn new(config: &str) -> Self {
        let mut me = Person::without_keychain(Store::Sealed);
        me.names_store = false;
        let kernel = me.folder().join("kernel");
        fs::create_dir_all(kernel.join("fs/binfmt_misc")).unwrap();
        let wsl = Self { me, kernel };
        wsl.write("osrelease", "5.15.167.4-microsoft-standard-WSL2\n");
        wsl.write("fs/binfmt_misc/WSLInterop", "enabled\ninterpreter /init\n");
        fs::write(wsl.config_path(), config).unwrap();
        wsl
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.kernel.join(name), text).unwrap();
    }

    fn config_path(&self) -> PathBuf {
        self.me.home().join(".docker/config.json")
    }

    fn config(&self) -> Value {
        self.me.docker_config()
    }

    fn names(&self, helper: &str) {
        let mut config = self.config();
        config["credsStore"] = json!(helper);
        self.me.write_docker_config(&config);
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.me.command(process::need("unshare"));
        if !rustix::process::geteuid().is_root() {
            command.arg("--map-root-user");
        }
        command.args(["--mount", "--propagation", "private", "sh", "-c", AS_WSL]);
        command.arg(&self.kernel).arg(program).env("IMGSEC_TIMEOUT", "60");
        command
    }

    fn ours(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        process::run(command.args(arguments), b"")
    }

    /// `setup`, as a script runs it.
    fn setup(&self, more: &[&str]) -> Ran {
        self.ours(&[&["setup", "--yes", "--no-input"], more].concat())
    }

    /// The same for the store on Windows.
    fn setup_on_windows(&self) -> Ran {
        self.setup(&["--store", "windows"])
    }

    /// The same with a sealed store of this Linux.
    fn setup_here(&self) -> Ran {
        let key = self.me.key_file().display().to_string();
        self.setup(&["--store", "sealed", "--key-file", &key])
    }

    /// A helper, called as a client calls it.
    fn helper(&self, program: &str, verb: &str, stdin: &str) -> Ran {
        process::run(self.command(program).arg(verb), stdin.as_bytes())
    }

    fn password(&self, server: &str) -> Option<String> {
        let ran = self.helper(HELPER, "get", server);
        let answer: Value = serde_json::from_str(&ran.stdout).ok()?;
        Some(answer["Secret"].as_str()?.to_owned())
    }

    /// What `status` says of this, its level and the line that fixes it.
    fn check(&self, id: &str) -> (String, String, String) {
        let status: Value = serde_json::from_str(&self.ours(&["status", "--json"]).stdout).unwrap();
        let all = status["checks"].as_array().unwrap();
        let one = all.iter().find(|check| check["id"] == id);
        let one = one.unwrap_or_else(|| panic!("{id} is not in {status:#}"));
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        (text("level"), text("message"), text("fix"))
    }

    /// A program of Windows, by its name: it starts this line of a shell.
    fn install(&self, name: &str, line: &str) {
        let path = self.me.folder().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Our helper on a Windows, which is the home of another person.
    fn install_on(&self, name: &str, windows: &Person) {
        let home = windows.home().display().to_string();
        let clean = format!("env -i IMGSEC_STORE=sealed HOME='{home}'");
        self.install(name, &format!("exec {clean} '{HELPER}' \"$@\""));
    }
}

/// A Windows that keeps nothing yet.
fn windows() -> Person {
    Person::new(Store::Sealed)
}

fn plain(server: &str) -> String {
    format!(
        "{{\n\t\"auths\": {{\n\t\t\"{server}\": {{\n\t\t\t\"auth\": \"{ADA}\"\n\t\t}}\n\t}}\n}}\n"
    )
}

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

#[test]
#[ignore = "needs unshare; run tests/run"]
fn logins_of_wsl_are_kept_on_windows_and_come_back() {
    let (windows, before) = (windows(), plain("ghcr.io"));
    let wsl = Wsl::new(&before);
    wsl.install_on("docker-credential-imgsec.exe", &windows);
    windows.keep("quay.io", "bob", "swordfish");
    let said = wsl.setup_on_windows().ok();
    assert!(said.stdout.contains("the store on Windows (asked for)"), "{said:#?}");
    assert_eq!(wsl.config()["credsStore"], "imgsec");
    assert!(!wsl.config().to_string().contains(ADA));
    assert_eq!(windows.login_for("ghcr.io").unwrap().password, "hunter2");
    // Both ways, for Docker and for Podman's family.
    assert_eq!(wsl.password("quay.io").as_deref(), Some("swordfish"));
    let request = json!({"ServerURL": "a.example", "Username": "eve", "Secret": "s3cret"});
    wsl.helper(HELPER, "store", &request.to_string()).ok();
    assert_eq!(windows.login_for("a.example").unwrap().password, "s3cret");
    let listed = wsl.helper(CONTAINERS_HELPER, "list", "").ok().stdout;
    assert_eq!(listed, "{\"a.example\":\"eve\",\"ghcr.io\":\"ada\",\"quay.io\":\"bob\"}\n");
    wsl.helper(HELPER, "erase", "a.example").ok();
    assert!(windows.login_for("a.example").is_none());
    assert!(!wsl.me.home().join(".local/share/imgsec-cred/sealed").exists());
    let (level, message, _) = wsl.check("store.choice");
    assert_eq!(level, "ok");
    assert!(message.contains("the store on Windows (chosen by setup"), "{message}");
    assert_eq!(wsl.check("docker.helper").0, "ok");
    let locked = wsl.ours(&["unlock"]).fails();
    assert!(locked.stderr.contains("which is locked and unlocked there"), "{locked:#?}");

    wsl.ours(&["setup", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert_eq!(fs::read_to_string(wsl.config_path()).unwrap(), before);
    assert!(wsl.password("quay.io").is_none());
    assert_eq!(windows.login_for("quay.io").unwrap().password, "swordfish");
}

#[test]
#[ignore = "needs unshare; run tests/run"]
fn the_store_on_windows_is_refused_in_one_line_where_it_cannot_be_reached() {
    let before = plain("ghcr.io");
    let wsl = Wsl::new(&before);
    let refused = |words: &str, hint: &str| {
        let ran = wsl.setup_on_windows().fails();
        assert!(ran.stderr.contains(words) && ran.stderr.contains(hint), "{ran:#?}");
        assert_eq!(fs::read_to_string(wsl.config_path()).unwrap(), before);
    };
    refused(
        "docker-credential-imgsec.exe is not on the PATH",
        "hint: install imgsec-cred on Windows",
    );
    wsl.install("docker-credential-imgsec.exe", "echo some other program");
    refused("is not the helper of imgsec-cred", "hint: install imgsec-cred on Windows");
    wsl.write("fs/binfmt_misc/WSLInterop", "disabled\n");
    refused("WSL does not start programs of Windows here", "/etc/wsl.conf");
    wsl.write("osrelease", "6.1.0-28-amd64\n");
    refused("this is not WSL", "hint: imgsec-cred setup --store keychain, or --store sealed");
}

/// Chosen and gone: that is an error, and never "not found".
#[test]
#[ignore = "needs unshare; run tests/run"]
fn a_windows_that_is_out_of_reach_later_is_an_error_for_docker() {
    let windows = windows();
    let wsl = Wsl::new(&plain("ghcr.io"));
    wsl.install_on("docker-credential-imgsec.exe", &windows);
    wsl.setup_on_windows().ok();
    fs::remove_file(wsl.me.folder().join("bin/docker-credential-imgsec.exe")).unwrap();
    let ran = wsl.helper(HELPER, "get", "ghcr.io").fails();
    assert!(ran.stdout.starts_with("docker-credential-imgsec.exe is not on the PATH"), "{ran:#?}");
    let (level, _, fix) = wsl.check("store.windows");
    assert_eq!(level, "fail");
    assert!(fix.starts_with("install imgsec-cred on Windows"), "{fix}");
    assert_eq!(code(&wsl.ours(&["status"])), 4);
}

/// Docker Desktop's helper keeps logins on Windows: they are copied within Windows, and never into
/// this Linux.
#[test]
#[ignore = "needs unshare; run tests/run"]
fn logins_of_docker_desktop_go_along_only_where_the_store_is_on_windows() {
    let (windows, desktop) = (windows(), windows());
    desktop.keep("ghcr.io", "ada", "hunter2");
    let wsl = Wsl::new(r#"{"credsStore":"desktop.exe"}"#);
    wsl.install_on("docker-credential-desktop.exe", &desktop);
    let said = wsl.setup_here().ok();
    assert!(
        said.said().contains(
            "docker-credential-desktop.exe hands out logins of another machine and stays"
        )
    );
    assert!(
        said.said()
            .contains("to have one store for WSL and Windows: install imgsec-cred on Windows, then: imgsec-cred setup")
    );
    assert_eq!(wsl.config()["credsStore"], "desktop.exe");
    assert_eq!(wsl.password("ghcr.io"), None);
    let (level, message, fix) = wsl.check("docker.helper");
    assert_eq!(level, "warn");
    assert!(
        message.contains("it hands out logins of Windows, and stays; Docker Desktop writes it"),
        "{message}"
    );
    assert!(fix.contains("setup --store windows"), "{fix}");

    wsl.install_on("docker-credential-imgsec.exe", &windows);
    wsl.setup_on_windows().ok();
    assert_eq!(wsl.config()["credsStore"], "imgsec");
    assert_eq!(windows.login_for("ghcr.io").unwrap().password, "hunter2");
    assert_eq!(wsl.password("ghcr.io").as_deref(), Some("hunter2"));
    assert_eq!(desktop.login_for("ghcr.io").unwrap().password, "hunter2");

    // Docker Desktop starts again.
    wsl.names("desktop.exe");
    let (level, message, fix) = wsl.check("docker.helper");
    assert_eq!((level.as_str(), fix.as_str()), ("fail", "imgsec-cred setup"));
    assert!(message.contains("it was changed after setup set it to imgsec at 20"), "{message}");
    assert!(message.contains("Docker Desktop writes it into WSL distributions"), "{message}");
    wsl.setup(&[]).ok();
    assert_eq!(wsl.config()["credsStore"], "imgsec");
    assert_eq!(wsl.check("docker.helper").0, "ok");
}

/// With a store of this Linux, ours is named for each registry that it keeps.
#[test]
#[ignore = "needs unshare; run tests/run"]
fn what_docker_desktop_takes_away_at_its_start_setup_brings_back() {
    let desktop = windows();
    desktop.keep("quay.io", "eve", "swordfish");
    let wsl = Wsl::new(&plain("ghcr.io"));
    wsl.install_on("docker-credential-desktop.exe", &desktop);
    wsl.setup_here().ok();
    let request = json!({"ServerURL": "quay.io", "Username": "bob", "Secret": "s3cret"});
    wsl.helper(HELPER, "store", &request.to_string()).ok();
    wsl.names("desktop.exe");
    let (level, message, fix) = wsl.check("docker.helper");
    assert_eq!((level.as_str(), fix.as_str()), ("fail", "imgsec-cred setup"));
    assert!(message.contains("Docker does not ask imgsec for ghcr.io, quay.io"), "{message}");
    assert!(message.contains("it was changed after setup set it to imgsec at 20"), "{message}");
    let said = wsl.setup(&[]);
    let expected = "docker-credential-desktop.exe has a login for quay.io too";
    assert!(said.stdout.contains(expected), "{said:#?}");
    assert_eq!(wsl.config()["credHelpers"], json!({"ghcr.io": "imgsec"}));
    assert_eq!(wsl.config()["credsStore"], "desktop.exe");
}

#[test]
fn a_program_of_windows_cannot_be_started_where_there_is_none() {
    let mut me = Person::without_keychain(Store::Sealed);
    me.names_store = false;
    me.write_docker_config(
        &json!({"credsStore": "desktop.exe", "auths": {"ghcr.io": {"auth": ADA}}}),
    );
    let program = me.folder().join("bin/docker-credential-desktop.exe");
    fs::write(&program, b"MZ\x90\0\x03\0\0\0").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let status = me.run_ours(&["status"]).stdout;
    let words =
        "a program of Windows that cannot be started here, so docker pull fails: this is not WSL";
    assert!(status.contains(words), "{status}");
    let key = me.key_file().display().to_string();
    me.run_ours(&["setup", "--yes", "--store", "sealed", "--key-file", &key]).ok();
    assert_eq!(me.docker_config()["credsStore"], "imgsec");
    assert_eq!(me.login_for("ghcr.io").unwrap().password, "hunter2");
}

#[test]
#[ignore = "needs unshare, Wine and the Windows build; run tests/run"]
fn the_windows_build_keeps_what_docker_in_wsl_stores() {
    let wine = Wine::new();
    let before = plain("ghcr.io");
    let wsl = Wsl::new(&before);
    wsl.install("docker-credential-imgsec.exe", &in_wine(&wine));
    let said = wsl.setup_on_windows().ok();
    assert!(said.stdout.contains("1 login moved: stored and verified"), "{said:#?}");
    assert_eq!(wsl.config()["credsStore"], "imgsec");
    assert_eq!(wsl.password("ghcr.io").as_deref(), Some("hunter2"));
    let request =
        json!({"ServerURL": "https://a.example/v2/", "Username": "eve", "Secret": "s3cr\u{e9}t"});
    wsl.helper(HELPER, "store", &request.to_string()).ok();
    let listed = |program: &Path| {
        let ran = wsl.helper(program.to_str().unwrap(), "list", "").ok();
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let both = json!({"ghcr.io": "ada", "https://a.example/v2/": "eve"});
    // By our helper, and by what Docker runs where `credsStore` is "imgsec.exe".
    let by_name = wsl.me.folder().join("bin/docker-credential-imgsec.exe");
    assert_eq!((listed(Path::new(HELPER)), listed(&by_name)), (both.clone(), both));
    assert_eq!(wsl.password("a.example").as_deref(), Some("s3cr\u{e9}t"));
    wsl.helper(HELPER, "erase", "https://a.example/v2/").ok();
    assert_eq!(wsl.password("a.example"), None);
    wsl.ours(&["setup", "--undo", "--yes", "--insecure-plaintext"]).ok();
    assert_eq!(fs::read_to_string(wsl.config_path()).unwrap(), before);
}

/// The lines that start the Windows build in this Windows, whatever the surroundings. Now and then Wine
/// kills a program at its end: what was asked for may be asked for again.
fn in_wine(wine: &Wine) -> String {
    let command = wine.command("wine");
    let set = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}='{}'", name.to_str()?, value?.to_str()?)));
    let set: Vec<_> = set.filter(|pair| !pair.starts_with("IMGSEC_STORE=")).collect();
    let (set, program) = (set.join(" "), command.get_program().to_str().unwrap());
    format!(
        r#"in=$(cat)
for n in 1 2 3; do
    out=$(printf %s "$in" | env -i {set} IMGSEC_TIMEOUT=60 '{program}' '{WINDOWS_HELPER}' "$@")
    status=$?
    [ $status != 0 ] || break
    [ $status -ge 128 ] || [ -z "$out" ] || break
done
[ -z "$out" ] || printf '%s\n' "$out"
exit $status"#
    )
}
