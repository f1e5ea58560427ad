//! Cases 1 to 8: what is not a request.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::super::row::*;

const VERSION: &str = concat!("docker-credential-imgsec (imgsec-cred) ", env!("CARGO_PKG_VERSION"));
const USAGE: &str = "Usage: docker-credential-imgsec <store|get|erase|list|version>";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(1, "no verb: how it is used", NOTHING, [used_so(&[])]),
        row(2, "a second argument: how it is used", NOTHING, [used_so(&["get", "extra"])]),
        row(3, "an unknown verb", NOTHING, [unknown("frobnicate", "frobnicate")]),
        row(4, "an empty verb", NOTHING, [unknown("", "")]),
        row(5, "verbs are in lower case", BOB, [unknown("GET", "GET"), unknown("help", "help")]),
        row(
            8,
            "a verb that would act on a terminal",
            NOTHING,
            [unknown("\u{1b}[2Kget\u{7}\u{9b}", r"\x1b[2Kget\x07\x9b")],
        ),
        not_utf8(),
    ];
    // Debian's 0.6.4 has the word alone, and no flags.
    for verb in ["version", "--version", "-v"] {
        let says = format!("{verb} tells name, package and version");
        let docker = if verb == "version" { line("0.6.4") } else { unknown_to_docker() };
        let step = call(&[verb], "", line(VERSION)).docker(docker);
        rows.push(row(6, says, NOTHING, [step.containers(line(of_containers(VERSION)))]));
    }
    for flag in ["--help", "-h"] {
        let says = format!("{flag} tells how it is used");
        let step = call(&[flag], "", line(USAGE)).docker(unknown_to_docker());
        let step = step.containers(line(of_containers(USAGE)));
        rows.push(row(7, says, NOTHING, [step]));
    }
    rows
}

fn unknown(verb: &str, shown: &str) -> Step {
    let ours = refusal(format!("docker-credential-imgsec: unknown action: {shown}"));
    let containers = format!("docker-credential-imgsec-containers: unknown action: {shown}");
    call(&[verb], HUB, ours).docker(unknown_to_docker()).containers(refusal(containers))
}

fn used_so(arguments: &[&str]) -> Step {
    let step = call(arguments, "", refusal(USAGE)).docker(usage());
    step.containers(refusal(of_containers(USAGE)))
}

/// The same of our program for Podman's family.
fn of_containers(text: &str) -> String {
    text.replace("docker-credential-imgsec", "docker-credential-imgsec-containers")
}

/// A verb that is no text.
fn not_utf8() -> Row {
    let mut step = unknown("", "\u{fffd}get");
    step.arguments = vec![OsString::from_vec(b"\xffget".to_vec())];
    row(8, "a verb that is not UTF-8", NOTHING, [step])
        .not_for(&[Who::Windows], "arguments are UTF-16 there")
}

/// With the program as it was called.
fn usage() -> Answer {
    failure(" <store|get|erase|list|version>")
}

fn unknown_to_docker() -> Answer {
    failure("Unknown credential action")
}
