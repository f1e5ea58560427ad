//! Histories that shells write while somebody types commands with passwords in them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::report::{Written, assert_found, assert_known, person_without_helpers};
use crate::support::person::{Login, Person};
use crate::support::process;

const HOST: &str = "registry.example:5000";

/// Types these lines to a shell at a terminal, and leaves it. `docker` does nothing there.
fn type_to(me: &Person, shell: &str, arguments: &str, lines: &[String]) {
    let docker = me.folder().join("bin/docker");
    fs::write(&docker, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
    let shell = process::need(shell);
    let mut script = me.command(process::need("script"));
    script.env("TERM", "xterm").args(["--quiet", "--command"]);
    script.arg(format!("exec {} {arguments}", shell.display())).arg("/dev/null");
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    // A terminal shows what is typed, passwords as well.
    process::run(&mut script, format!("{text}exit\n").as_bytes()).ok();
}

/// The logins of [`commands`], each typed in another way.
struct Typed {
    option: Login,
    equals: Login,
    lines: Login,
    pipe: Login,
    letters: Login,
    /// Nothing says whose it is.
    variable: Login,
}

impl Typed {
    fn new(me: &Person) -> Self {
        let [option, equals, lines, pipe, mut letters, mut variable] =
            ["amy", "bob", "cid", "dee", "eve", "fay"].map(|name| me.new_login(name));
        // zsh writes some of their bytes in its own way.
        letters.password.push_str("-ßé☃");
        me.keep_secret(&letters);
        variable.user = "-".to_owned();
        Self { option, equals, lines, pipe, letters, variable }
    }

    /// Commands that every shell understands. In single quotes a password stands as it is.
    fn commands(&self) -> Vec<String> {
        let Self { option, equals, lines, pipe, letters, variable } = self;
        vec![
            "echo nothing here".to_owned(),
            format!("docker login -u {} -p '{}' {HOST}", option.user, option.password),
            format!("docker login --username={} --password='{}'", equals.user, equals.password),
            format!("docker login \\\n  -u {} \\\n  -p '{}' {HOST}", lines.user, lines.password),
            format!(
                "echo '{}' | docker login -u {} --password-stdin {HOST}",
                pipe.password, pipe.user
            ),
            format!("docker login -u {} -p '{}' {HOST}", letters.user, letters.password),
            format!("export DOCKER_PASSWORD='{}'", variable.password),
        ]
    }

    /// What the audit must find of them. `of_lines` is on the line that it names for a command of
    /// several lines.
    fn written(&self, file: &Path, of_lines: &str) -> Vec<Written<'_>> {
        let Self { option, equals, lines, pipe, letters, variable } = self;
        vec![
            in_history(file, HOST, option),
            in_history(file, "docker.io", equals),
            Written { line_of: of_lines.to_owned(), ..in_history(file, HOST, lines) },
            in_history(file, HOST, pipe),
            in_history(file, HOST, letters),
            Written { rule: "variable", ..in_history(file, "*", variable) },
        ]
    }
}

/// A login in a command, on the line where its password is.
fn in_history<'l>(file: &Path, registry: &str, login: &'l Login) -> Written<'l> {
    let start = login.password.split('"').next().unwrap();
    Written {
        file: file.to_owned(),
        line_of: start.to_owned(),
        pointer: None,
        rule: "command",
        kind: "history",
        registry: registry.to_owned(),
        login,
    }
}

#[track_caller]
fn assert_known_and_found(me: &Person, file: &Path, written: &[Written<'_>]) {
    assert_known(me, written);
    assert_found(me, &[file], written);
}

fn home(me: &Person, name: &str) -> PathBuf {
    me.home().join(name)
}

#[test]
#[ignore = "needs script; run tests/run"]
fn bash() {
    for time in ["", "export HISTTIMEFORMAT='%F %T '\n"] {
        let me = person_without_helpers();
        let typed = Typed::new(&me);
        let here = me.new_login("gus");
        let mut commands = typed.commands();
        let (user, password) = (&here.user, &here.password);
        commands.push(format!("docker login -u {user} --password-stdin {HOST} <<< '{password}'"));
        fs::write(home(&me, ".bashrc"), time).unwrap();
        type_to(&me, "bash", "-i", &commands);
        let file = home(&me, ".bash_history");
        let mut written = typed.written(&file, &in_history(&file, "", &typed.lines).line_of);
        written.push(in_history(&file, HOST, &here));
        assert_known_and_found(&me, &file, &written);
    }
}

#[test]
#[ignore = "needs script and zsh; run tests/run"]
fn zsh() {
    for options in ["", "setopt EXTENDED_HISTORY\n"] {
        let me = person_without_helpers();
        let typed = Typed::new(&me);
        let here = me.new_login("gus");
        let mut commands = typed.commands();
        let (user, password) = (&here.user, &here.password);
        commands.push(format!("docker login -u {user} --password-stdin {HOST} <<< '{password}'"));
        let settings = format!("HISTFILE=~/.zsh_history HISTSIZE=99 SAVEHIST=99\n{options}");
        fs::write(home(&me, ".zshrc"), settings).unwrap();
        type_to(&me, "zsh", "-i", &commands);
        let file = home(&me, ".zsh_history");
        let mut written = typed.written(&file, &in_history(&file, "", &typed.lines).line_of);
        written.push(in_history(&file, HOST, &here));
        assert_known_and_found(&me, &file, &written);
    }
}

#[test]
#[ignore = "needs script and fish; run tests/run"]
fn fish() {
    let me = person_without_helpers();
    let typed = Typed::new(&me);
    type_to(&me, "fish", "--interactive", &typed.commands());
    let file = home(&me, ".local/share/fish/fish_history");
    let written = typed.written(&file, &in_history(&file, "", &typed.lines).line_of);
    assert_known_and_found(&me, &file, &written);
}
