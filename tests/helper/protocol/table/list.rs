//! Cases 82 to 89: `list`.

use super::super::row::*;

pub(crate) fn rows() -> Vec<Row> {
    let some = [
        ("https://r.example:5000/v2/", "<token>", "idtok"),
        ("ghcr.io", "amy", SECRET),
        ("ghcr.io/org", "bot", "1"),
        ("GitLab.example", "ü \"<&>\"", "2"),
        ("a b", "u", "3"),
    ];
    let shown: Vec<(&str, &str)> = some.iter().map(|&(server, user, _)| (server, user)).collect();
    let all = || list(&shown);
    let with = |stdin: &[u8]| call(&["list"], stdin, listed(&shown));
    let mut each = vec![all()];
    for (server, user, secret) in some {
        each.push(gives(server, user, secret));
        each.push(forget(server));
        each.push(lacks(server));
    }
    each.push(list(&[]));
    vec![
        row(82, "nothing", NOTHING, [call(&["list"], "unused", line("{}"))]),
        row(83, "whatever stands on standard input", &some, [all(), with(b""), with(b"\xff\0{")]),
        row(
            84,
            "one login",
            BOB,
            [call(&["list"], "unused", line(format!("{{\"{HUB}\":\"bob\"}}")))],
        ),
        rows_of(86, "each listed key gets and erases its login", &some, each),
        row(
            87,
            "the user that stands for a token",
            &[("ghcr.io", "<token>", "idtok")],
            [list(&[("ghcr.io", "<token>")])],
        ),
        row(
            88,
            "Docker Hub under one name",
            NOTHING,
            [
                keep("docker.io", "amy", "1"),
                list(&[(HUB, "amy")]).docker(listed(&[("docker.io", "amy")])),
                keep(HUB, "bob", "2"),
                list(&[(HUB, "bob")]).docker(listed(&[("docker.io", "amy"), (HUB, "bob")])),
            ],
        ),
    ]
}
