//! Cases 71 to 79: `erase`. More of it is in `matching`.

use super::super::row::*;

const INVALID: &str = "invalid server URL: it holds a control character";

pub(crate) fn rows() -> Vec<Row> {
    let deep = [
        ("ghcr.io", "u", "1"),
        ("ghcr.io/org", "u", "2"),
        ("ghcr.io/org/img", "u", "3"),
        ("ghcr.io/org/other", "u", "4"),
    ];
    let access = "https://index.docker.io/v1/access-token";
    let refresh = "https://index.docker.io/v1/refresh-token";
    let hub = [(HUB, "bob", SECRET), (access, "bob", "access"), (refresh, "bob", "refresh")];
    let erases_hub_alone = |erase: Step, hub: Step| {
        [
            erase,
            gives(access, "bob", "access"),
            gives(refresh, "bob", "refresh"),
            hub,
            forget(access),
            forget(refresh),
        ]
    };
    vec![
        row(71, "a login", BOB, [forget(HUB), lacks(HUB), list(&[])]),
        row(
            71,
            "a login, with a line feed behind the key",
            BOB,
            [forget(format!("{HUB}\n")), lacks(HUB)],
        ),
        row(
            72,
            "what is not there",
            BOB,
            [forget_absent("nope.example"), gives(HUB, "bob", SECRET)],
        ),
        row(72, "a login twice", BOB, [forget(HUB), forget_absent(HUB), lacks(HUB)]),
        row(
            72,
            "bytes that are not UTF-8",
            BOB,
            [forget_absent(b"\xff\xfe"), gives(HUB, "bob", SECRET)],
        ),
        row(
            73,
            "no key",
            BOB,
            [
                erase("", no_server()),
                erase(" \r\n\t\n", no_server()),
                erase("a".repeat(65_536), refusal("server URL too long")).docker(token_too_long()),
                gives(HUB, "bob", SECRET),
            ],
        ),
        // Docker's helpers take it for the key without its line feed.
        row(
            73,
            "a key in two lines",
            BOB,
            [
                erase("https://index.docker\n.io/v1/", refusal(INVALID)).docker(Answer::Done),
                gives(HUB, "bob", SECRET).docker(not_found()),
            ],
        ),
        row(
            74,
            "docker logout",
            &[("ghcr.io", "u", SECRET)],
            [
                forget("ghcr.io"),
                forget_absent("ghcr.io"),
                forget_absent("http://ghcr.io"),
                forget_absent("https://ghcr.io"),
                lacks("ghcr.io"),
            ],
        ),
        row(
            76,
            "Docker Hub by another name keeps its tokens",
            &hub,
            erases_hub_alone(
                forget_absent("index.docker.io"),
                lacks(HUB).docker(login(HUB, "bob", SECRET)),
            ),
        ),
        row(77, "Docker Hub keeps its tokens", &hub, erases_hub_alone(forget(HUB), lacks(HUB))),
        row(
            79,
            "a host keeps what is below it",
            &[
                ("ghcr.io", "u", "1"),
                ("ghcr.io/org", "u", "2"),
                ("https://ghcr.io/oauth/authorize/prov", "u", "3"),
            ],
            [
                forget("ghcr.io"),
                lacks("ghcr.io"),
                gives("ghcr.io/org", "u", "2"),
                gives("https://ghcr.io/oauth/authorize/prov", "u", "3"),
            ],
        ),
        row(
            79,
            "an image takes the namespaces around it along, so that nothing answers for it",
            &deep,
            [
                forget("ghcr.io/org/img"),
                lacks("ghcr.io/org/img"),
                list(&[("ghcr.io", "u"), ("ghcr.io/org/other", "u")]).docker(listed(&[
                    ("ghcr.io", "u"),
                    ("ghcr.io/org", "u"),
                    ("ghcr.io/org/other", "u"),
                ])),
            ],
        ),
    ]
}
