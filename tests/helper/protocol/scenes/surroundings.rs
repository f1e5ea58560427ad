//! The same bytes wherever and under whatever name the helper is run.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::super::judge::expect;
use super::super::row::{SECRET, listed, login, refusal, request};
use super::super::subject::HELPER;
use super::{at_once, helper};
use crate::support::person::{Person, Store};

pub(crate) const CASES: &[u8] = &[110, 111];

const USAGE: &str = "Usage: docker-credential-imgsec <store|get|erase|list|version>";

/// A person with logins whose letters are written differently elsewhere.
fn person() -> Person {
    let me = Person::new(Store::Sealed);
    me.keep("INDEX.ID.example", "İıIi", SECRET);
    me.keep("ключ.example", "ü", "é😀");
    me
}

#[track_caller]
fn answers_as_ever(set: impl Fn(&mut Command)) {
    let me = person();
    let run = |verb: &str, request: &str| {
        let mut command = helper(&me, verb);
        set(&mut command);
        at_once(&mut command, request)
    };
    for key in ["INDEX.ID.example", "index.id.example", "Index.Id.Example"] {
        expect(&run("get", key), &login(key, "İıIi", SECRET));
    }
    expect(&run("get", "ключ.example"), &login("ключ.example", "ü", "é😀"));
    let shown = [("INDEX.ID.example", "İıIi"), ("ключ.example", "ü")];
    expect(&run("list", ""), &listed(&shown));
    expect(&run("GET", ""), &refusal("docker-credential-imgsec: unknown action: GET"));
    assert!(run("version", "").ok().stdout.starts_with("docker-credential-imgsec (imgsec-cred) "));
    assert!(run("store", &request("a.example", "u", "s")).status.success());
    assert!(run("erase", "a.example").status.success());
}

#[test]
fn in_any_language() {
    for locale in ["C", "tr_TR.UTF-8", "no such locale"] {
        answers_as_ever(|command| {
            command.env("LC_ALL", locale).env("LANG", locale).env("LANGUAGE", "tr");
        });
    }
    answers_as_ever(|command| {
        command.env_remove("LANG").env("TZ", ":no such zone");
    });
}

#[test]
fn from_a_folder_that_is_gone_and_without_variables_it_does_not_need() {
    answers_as_ever(|command| {
        let gone = tempfile::tempdir().unwrap();
        command.current_dir(gone.path());
        for name in ["PATH", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "DOCKER_CONFIG"] {
            command.env_remove(name);
        }
        // Gone by the time it runs: the shell removes it.
        let folder = gone.keep();
        let verb = command.get_args().next().unwrap().to_owned();
        let variables: Vec<_> =
            command.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "/bin/rmdir \"$PWD\"; exec \"$0\" \"$1\"", HELPER]).arg(verb);
        shell.env_clear().envs(variables).current_dir(folder);
        *command = shell;
    });
}

#[test]
fn under_any_name() {
    let me = person();
    let folder = me.folder().join("links");
    fs::create_dir(&folder).unwrap();
    for name in ["docker-credential-imgsec.exe", "docker-credential-other", "with space"] {
        symlink(HELPER, folder.join(name)).unwrap();
        let run =
            |verb: &str, request: &str| at_once(me.command(folder.join(name)).arg(verb), request);
        expect(&run("get", "ключ.example"), &login("ключ.example", "ü", "é😀"));
        expect(
            &run("frobnicate", ""),
            &refusal("docker-credential-imgsec: unknown action: frobnicate"),
        );
        expect(&at_once(&mut me.command(folder.join(name)), ""), &refusal(USAGE));
    }
    for name in [&b"\xff\xfe"[..], b"", b"/nowhere/docker-credential-imgsec\n"] {
        let mut command = helper(&me, "get");
        command.arg0(OsStr::from_bytes(name));
        expect(&at_once(&mut command, "ключ.example"), &login("ключ.example", "ü", "é😀"));
        let mut usage = me.command(HELPER);
        expect(&at_once(usage.arg0(OsStr::from_bytes(name)), ""), &refusal(USAGE));
    }
}
