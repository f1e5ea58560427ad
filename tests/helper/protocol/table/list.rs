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
    let hosts = listed(&[
        ("GitLab.example", "ü \"<&>\""),
        ("ghcr.io", "amy"),
        ("r.example:5000", "<token>"),
    ]);
    let all = || list(&shown).containers(hosts.clone());
    let with = |stdin: &[u8]| call(&["list"], stdin, listed(&shown)).containers(hosts.clone());
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
            [call(&["list"], "unused", line(format!("{{\"{HUB}\":\"bob\"}}")))
                .containers(line("{\"docker.io\":\"bob\"}"))],
        ),
        rows_of(86, "each listed key gets and erases its login", &some, each),
        hosts_alone(),
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

/// containers/image fails as a whole on a listed key with a scheme, and asks for each by its host.
fn hosts_alone() -> Row {
    let kept = [
        ("http://plain.example", "a", "1"),
        ("https://r.example:5000/team", "b", "2"),
        ("https://index.docker.io/v1/access-token", "c", "3"),
        ("https://Api.example/v1/", "d", "4"),
        ("[::1]:5000", "e", "5"),
        ("a b", "f", "6"),
    ];
    let shown: Vec<_> = kept.iter().map(|&(key, user, _)| (key, user)).collect();
    let shown: Vec<_> = shown.into_iter().filter(|(key, _)| !key.contains("token")).collect();
    let hosts = [("[::1]:5000", "e"), ("api.example", "d")];
    let mut steps = vec![call(&["list"], "", listed(&shown)).containers(listed(&hosts))];
    for (host, user) in hosts {
        let secret = kept.iter().find(|one| one.1 == user).unwrap().2;
        steps.push(gives(host, user, secret));
    }
    steps.push(forget("https://index.docker.io/v1/access-token"));
    rows_of(89, "hosts alone for Podman's family, and all of them answered", &kept, steps)
        .not_for(&[Who::SecretService, Who::Pass], "Docker's helpers take each key for itself")
}
