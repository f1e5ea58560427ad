//! A disk that is full or read-only: a login is kept whole or not at all, and the old one stays.

use super::super::row::{SECRET, request};
use super::super::subject::HELPER;
use super::with_login;
use crate::support::person::{Person, Store};
use crate::support::process;

pub(crate) const CASES: &[u8] = &[69];

/// Moves the person's data to a disk of a few pages, which only this script sees.
const ON_A_SMALL_DISK: &str = r#"
set -eu
data=$HOME/.local/share
cp -a "$data" "$TMPDIR/copy"
mount -t tmpfs -o size=64k,mode=700 small "$data"
cp -a "$TMPDIR/copy/." "$data"
ask() { verb=$1; printf %s "$2" | "$helper" "$verb" && echo "$verb: done" || echo "$verb: $?"; }
"#;

/// What the helper says there, line by line.
fn on_a_small_disk(me: &Person, script: &str) -> Vec<String> {
    let mut command = me.command(process::need("unshare"));
    command.args(["--mount", "--map-root-user", "sh", "-c"]);
    command.arg(format!("{ON_A_SMALL_DISK}{script}"));
    let wanted = request("ghcr.io", "zed", &"large".repeat(4000));
    command
        .env("helper", HELPER)
        .env("wanted", wanted)
        .env("small", request("a.example", "u", "s"));
    process::run(&mut command, b"").ok().stdout.lines().map(str::to_owned).collect()
}

fn login() -> String {
    format!("{{\"ServerURL\":\"ghcr.io\",\"Username\":\"amy\",\"Secret\":\"{SECRET}\"}}")
}

#[test]
#[ignore = "needs unshare; run tests/run"]
fn a_full_disk_keeps_the_old_login() {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    let said = on_a_small_disk(
        &me,
        r#"cat /dev/zero 2>/dev/null >"$data/filler" || true
        ask store "$wanted" 2>/dev/null; ask store "$small" 2>/dev/null
        ask get ghcr.io; ask list ''; ask erase ghcr.io; ask get ghcr.io
        find "$data" -name '*.tmp'
        rm "$data/filler"; ask store "$wanted"; ask list ''"#,
    );
    let no_space = |line: &String| line.ends_with(": no space is left on its disk");
    assert!(no_space(&said[0]) && no_space(&said[2]), "{said:#?}");
    assert_eq!([said[1].as_str(), &said[3]], ["store: 1", "store: 1"]);
    let rest: Vec<&str> = said[4..].iter().map(String::as_str).collect();
    let kept = login();
    let expected = [
        &kept,
        "get: done",
        "{\"ghcr.io\":\"amy\"}",
        "list: done",
        // What is to be forgotten is forgotten, and needs no space.
        "erase: done",
        "credentials not found in native keychain",
        "get: 1",
        "store: done",
        "{\"ghcr.io\":\"zed\"}",
        "list: done",
    ];
    assert_eq!(rest, expected);
}

#[test]
#[ignore = "needs unshare; run tests/run"]
fn a_read_only_disk_is_read() {
    let me = Person::new(Store::Sealed);
    with_login(&me, "ghcr.io");
    let said = on_a_small_disk(
        &me,
        r#"mount -o remount,bind,ro "$data"
        ask store "$wanted" 2>/dev/null; ask erase ghcr.io 2>/dev/null
        ask get ghcr.io; ask list ''"#,
    );
    let read_only = |line: &String| line.ends_with(": its file system is read-only");
    assert!(read_only(&said[0]) && read_only(&said[2]), "{said:#?}");
    let kept = login();
    let rest = [said[1].as_str(), &said[3], &said[4], &said[5], &said[6], &said[7]];
    let expected =
        ["store: 1", "erase: 1", &kept, "get: done", "{\"ghcr.io\":\"amy\"}", "list: done"];
    assert_eq!(rest, expected);
}
