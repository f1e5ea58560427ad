//! The Windows build as programs of Windows call it.

use std::time::Duration;

use super::super::judge::judge;
use super::super::row::{Answer, NOT_FOUND, Who, not_found, refusal};
use super::super::wine::{WINDOWS_HELPER, Wine};
use crate::support::process::{self, Ran};

pub(crate) const CASES: &[u8] = &[92, 111];

/// `cmd /c` with this line, in which `HELPER` is the program.
fn cmd(line: &str) -> Ran {
    let program = format!("Z:{}", WINDOWS_HELPER.replace('/', "\\"));
    let mut command = Wine::shared().command("wine");
    command.args(["cmd", "/d", "/c"]).arg(line.replace("HELPER", &program));
    process::run(&mut command, b"")
}

/// Nothing here changes the store: the table is played on it at the same time.
#[test]
#[ignore = "needs Wine and the Windows build; run tests/run"]
fn the_shell_of_windows_calls_it_as_any_other() {
    let _wine = Wine::shared();
    let usage = "Usage: docker-credential-imgsec <store|get|erase|list|version>";
    for (line, answer) in [
        ("HELPER", refusal(usage)),
        ("HELPER --help", Answer::Line(usage.to_owned())),
        ("HELPER frobnicate", refusal("docker-credential-imgsec: unknown action: frobnicate")),
        // rules_oci: a space and CRLF behind the key.
        ("echo nope.example | HELPER get", not_found()),
        ("echo nope.example | HELPER erase", Answer::Done),
        ("HELPER get < nul", refusal("no credentials server URL")),
    ] {
        let ran = cmd(line);
        if let Err(why) = judge(Who::Windows, &ran, &answer) {
            panic!("{why}: {ran:#?}, not {answer:?}");
        }
    }
    assert!(cmd("HELPER version").ok().stdout.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
#[ignore = "needs Wine and the Windows build; run tests/run"]
fn a_client_that_never_ends_its_request_is_given_up_on_windows_too() {
    let wine = Wine::shared();
    let mut get = wine.command("wine");
    get.args([WINDOWS_HELPER, "get"]).env("IMGSEC_TIMEOUT", "1");
    let mut talk = super::Talk::start(get);
    talk.write(b"ghcr.io").unwrap();
    let (said, status, _) = talk.end(Duration::from_secs(20));
    assert_eq!(status, Some(1), "{said}");
    assert!(!said.is_empty() && !said.contains(NOT_FOUND), "{said}");
}
