//! Cases 9 to 36: `get`.

use super::super::row::*;

const INVALID: &str = "invalid server URL: it holds a control character";
const TOO_LONG: &str = "server URL too long";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = what_is_asked();
    rows.extend(what_is_not_there());
    rows.extend(what_is_no_key());
    rows.extend(what_is_returned());
    rows
}

fn what_is_asked() -> Vec<Row> {
    let bob = || login(HUB, "bob", SECRET);
    let with = |before: &str, after: &str| get(format!("{before}{HUB}{after}"), bob());
    let gives_docker_nothing = |key: &str| gives(key, "bob", SECRET).docker(not_found());
    vec![
        row(9, "the login of a server", BOB, [get(HUB, bob())]),
        row(
            10,
            "a line feed behind the key",
            BOB,
            [with("", "\n"), with("", "\r\n"), with("", "\r"), with("", "\n\n\n")],
        ),
        row(11, "white space around the key", BOB, [with("  \t", " \t\r\n")]),
        row(12, "no-break spaces around the key", BOB, [with("\u{a0}", "\u{a0}")]),
        row(
            13,
            "a byte order mark before the key",
            BOB,
            [with("\u{feff}", "").docker(not_found())],
        ),
        row(14, "no key", BOB, [get("", no_server())]),
        row(15, "white space for a key", BOB, [get(" \r\n\t\n", no_server())]),
        row(
            17,
            "other names of Docker Hub",
            BOB,
            [
                gives_docker_nothing("docker.io"),
                gives_docker_nothing("index.docker.io"),
                gives_docker_nothing("registry-1.docker.io"),
                gives_docker_nothing("https://index.docker.io"),
                gives_docker_nothing("https://index.docker.io/v1"),
            ],
        ),
        row(
            18,
            "scheme and host in capitals",
            BOB,
            [gives_docker_nothing("HTTPS://INDEX.DOCKER.IO/v1/")],
        ),
    ]
}

fn what_is_not_there() -> Vec<Row> {
    let long = "a".repeat(65_535);
    let mut rows =
        vec![row(29, "the longest key", BOB, [lacks(&long).pass(failure("file name too long"))])];
    for (number, says, keys) in [
        (16, "an unknown server", &["nope.example"][..]),
        (19, "another scheme", &["http://index.docker.io/v1/"]),
        (20, "another port", &["https://index.docker.io:8443/v1/"]),
        (21, "a path below that of the login", &["https://index.docker.io/v1/refresh-token"]),
        (22, "a path with two slashes", &["https://index.docker.io/v1//access-token"]),
        (23, "an image, as crane asks first", &["index.docker.io/library/ubuntu"]),
        (
            27,
            "a key in quotes, and JSON",
            &["\"https://index.docker.io/v1/\"", "{\"ServerURL\":\"https://index.docker.io/v1/\"}"],
        ),
        (
            31,
            "what is no address",
            &[
                "https://a b/",
                "ftp://x",
                "http://",
                "//h",
                "::1:8080",
                "[::1]:5000",
                "nerdctl-experimental://x:1/host/y:2/v2/",
            ],
        ),
    ] {
        rows.push(rows_of(number, says, BOB, keys.iter().map(lacks).collect()));
    }
    rows.push(row(28, "bytes that are not UTF-8", BOB, [lacks(b"\xff\xfe")]));
    rows
}

fn what_is_no_key() -> Vec<Row> {
    let too_long =
        |length: usize| get("a".repeat(length), refusal(TOO_LONG)).docker(token_too_long());
    let in_two_lines = get("https://index.docker\n.io/v1/", refusal(INVALID));
    let two_servers = get(format!("{HUB}\nhttps://evil.example\n"), refusal(INVALID));
    let zero = get(format!("{HUB}\0"), refusal(INVALID));
    vec![
        row(24, "a key in two lines", BOB, [in_two_lines.docker(login(HUB, "bob", SECRET))]),
        row(25, "two keys", BOB, [two_servers.docker(not_found())]),
        // C ends a text at a zero.
        row(
            26,
            "a key with a zero byte",
            BOB,
            [zero.pass(not_found()).secretservice(login(&format!("{HUB}\0"), "bob", SECRET))],
        ),
        row(30, "a key that is too long", BOB, [too_long(65_536), too_long(1024 * 1024)]),
    ]
}

fn what_is_returned() -> Vec<Row> {
    let double = "https://index.docker.io/v1//access-token";
    let hard = "\"\\/\n\r\t\u{1}\u{2028}é😀<>&\u{7f}";
    let zero =
        gives("zero.example", "u", "be\0hind").secretservice(login("zero.example", "u", "be"));
    let large = "s".repeat(60 * 1024);
    let largest = "é".repeat(512 * 1024);
    vec![
        row(
            22,
            "a path with two slashes that was stored so",
            &[(HUB, "bob", SECRET), (double, "bob", "token")],
            [gives(double, "bob", "token"), gives(HUB, "bob", SECRET)],
        ),
        row(
            32,
            "keys with letters, signs and spaces of any kind",
            &[("ключ.example", "u", "1"), ("<>&'\"\\/", "u", "2"), ("a b", "u", "3")],
            [gives("ключ.example", "u", "1"), gives("<>&'\"\\/", "u", "2"), gives("a b", "u", "3")],
        ),
        row(
            33,
            "the user that stands for a token",
            &[("ghcr.io", "<token>", "idtok")],
            [gives("ghcr.io", "<token>", "idtok")],
        ),
        row(
            34,
            "a secret that JSON escapes",
            &[("hard.example", "u", hard)],
            [gives("hard.example", "u", hard)],
        ),
        row(35, "a secret with a zero byte", &[("zero.example", "u", "be\0hind")], [zero]),
        row(
            36,
            "a secret of 60 KiB",
            &[("large.example", "u", &large)],
            [gives("large.example", "u", &large)],
        ),
        row(
            36,
            "a secret of 1 MiB",
            NOTHING,
            [
                keep("large.example", "u", &largest).docker(token_too_long()),
                gives("large.example", "u", &largest).docker(not_found()),
            ],
        ),
    ]
}
