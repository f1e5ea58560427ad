//! Cases 41 to 47, 58, 60, 62 to 68: what `store` keeps.

use super::super::row::*;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = forms();
    rows.extend(again());
    rows.extend(names());
    rows
}

/// The JSON that clients write, and what it means.
fn forms() -> Vec<Row> {
    let plain = r#"{"ServerURL":"https://r.example","Username":"u","Secret":"hunter2"}"#;
    let pretty = "{\r\n  \"ServerURL\": \"https://r.example\",\r\n  \"Username\": \"u\",\r\n  \"Secret\": \"hunter2\"\r\n}\r\n";
    let python =
        r#"{"ServerURL": "https://r.example", "Username": "\u00fc", "Secret": "\ud83d\ude00"}"#;
    let with =
        |fields: &str| format!(r#"{{"ServerURL":"https://r.example","Username":"u"{fields}}}"#);
    let is_kept =
        |request: &str| [store(request, Answer::Done), gives("https://r.example", "u", SECRET)];
    let is_empty = |fields: &str| {
        [
            store(with(fields), Answer::Done),
            // An empty secret is none for it.
            gives("https://r.example", "u", "").secretservice(not_found()),
        ]
    };
    vec![
        row(41, "a request", NOTHING, is_kept(plain)),
        row(41, "a request and a line feed", NOTHING, is_kept(&format!("{plain}\n"))),
        row(42, "a request in several lines", NOTHING, is_kept(pretty)),
        row(
            43,
            "a request as Python writes it",
            NOTHING,
            [store(python, Answer::Done), gives("https://r.example", "ü", "😀")],
        ),
        row(44, "field names in lower case", NOTHING, is_kept(&plain.to_lowercase())),
        row(
            44,
            "field names in camel case",
            NOTHING,
            is_kept(r#"{"serverURL":"https://r.example","userName":"u","secret":"hunter2"}"#),
        ),
        row(
            45,
            "more fields, with anything in them",
            NOTHING,
            is_kept(&with(r#","Secret":"hunter2","x":{"Secret":"no","y":[1,null,{}]},"z":1e99"#)),
        ),
        row(
            45,
            "a field nested deeper than any stack",
            NOTHING,
            but_not_docker(
                is_kept(&with(&format!(
                    r#","Secret":"hunter2","x":{}{}"#,
                    "[".repeat(30_000),
                    "]".repeat(30_000)
                ))),
                failure("exceeded max depth"),
            ),
        ),
        row(
            46,
            "a server twice: the last one counts",
            NOTHING,
            is_kept(
                r#"{"ServerURL":"https://a.example","Username":"u","Secret":"hunter2","ServerURL":"https://r.example"}"#,
            ),
        ),
        row(
            46,
            "a server twice, in other letters: the last one counts",
            NOTHING,
            is_kept(
                r#"{"ServerURL":"https://a.example","Username":"u","Secret":"hunter2","serverurl":"https://r.example"}"#,
            ),
        ),
        row(47, "no secret", NOTHING, is_empty("")),
        row(47, "a secret that is null", NOTHING, is_empty(r#","Secret":null"#)),
        row(47, "a secret that is empty", NOTHING, is_empty(r#","Secret":"""#)),
        row(60, "white space behind the request", NOTHING, is_kept(&format!("{plain} \t\r\n\n"))),
        row(
            62,
            "a byte order mark before the request",
            NOTHING,
            but_not_docker(is_kept(&format!("\u{feff}{plain}")), failure("invalid character")),
        ),
        row(
            58,
            "a request of one long line",
            NOTHING,
            but_not_docker(
                is_kept(&with(&format!(
                    r#","Secret":"hunter2","x":"{}""#,
                    "x".repeat(1024 * 1024)
                ))),
                token_too_long(),
            ),
        ),
        // Docker's helpers keep it where nobody can reach it.
        row(
            51,
            "white space around the server",
            NOTHING,
            [
                keep(" a.example ", "u", SECRET),
                gives("a.example", "u", SECRET).docker(not_found()),
                list(&[("a.example", "u")]).docker(listed(&[(" a.example ", "u")])),
            ],
        ),
    ]
}

/// Docker's helpers refuse to keep it.
fn but_not_docker([store, get]: [Step; 2], refusal: Answer) -> [Step; 2] {
    [store.docker(refusal), get.docker(not_found())]
}

/// Storing what is there already.
fn again() -> Vec<Row> {
    let access = "https://index.docker.io/v1/access-token";
    let refresh = "https://index.docker.io/v1/refresh-token";
    let internal = "imgsec-internal://previous/https://ghcr.io";
    // Docker's helpers keep two logins.
    let replaces = |first: &str, second: &str| {
        [
            keep(first, "u1", "1"),
            keep(second, "u2", "2"),
            gives(first, "u2", "2").docker(login(first, "u1", "1")),
            gives(second, "u2", "2"),
            list(&[(second, "u2")]).docker(listed(&[(first, "u1"), (second, "u2")])),
        ]
    };
    vec![
        row(
            63,
            "a new secret",
            NOTHING,
            [
                keep("ghcr.io", "u", "1"),
                keep("ghcr.io", "u", "2"),
                gives("ghcr.io", "u", "2"),
                list(&[("ghcr.io", "u")]),
            ],
        ),
        // Docker's helpers go on with the one or the other (reference/protocol.md §2.2).
        row(
            64,
            "a new user",
            NOTHING,
            [
                keep("ghcr.io", "u1", "1"),
                keep("ghcr.io", "u2", "2"),
                gives("ghcr.io", "u2", "2").pass(login("ghcr.io", "u1", "1")),
                list(&[("ghcr.io", "u2")]).pass(listed(&[("ghcr.io", "u1")])),
            ],
        )
        .not_for(&[Who::SecretService], "which of the two users it answers with is chance"),
        row(65, "the same server with its scheme", NOTHING, replaces("ghcr.io", "https://ghcr.io")),
        row(
            65,
            "the same server with its port",
            NOTHING,
            replaces("https://ghcr.io/v2/", "ghcr.io:443"),
        ),
        row(
            66,
            "Docker Hub and its two tokens are three logins, of which one is listed",
            NOTHING,
            [
                keep(access, "bob", "access"),
                keep(HUB, "bob", SECRET),
                keep(refresh, "bob", "refresh"),
                gives(access, "bob", "access"),
                gives(refresh, "bob", "refresh"),
                gives(HUB, "bob", SECRET),
                list(&[(HUB, "bob")]).docker(listed(&[
                    (HUB, "bob"),
                    (access, "bob"),
                    (refresh, "bob"),
                ])),
                forget(access),
                forget(refresh),
            ],
        ),
        row(
            89,
            "our own keys are kept, answered and forgotten for no client",
            NOTHING,
            [
                store(request(internal, "u", SECRET), failure("reserved")).docker(Answer::Done),
                lacks(internal).docker(login(internal, "u", SECRET)),
                list(&[]).docker(listed(&[(internal, "u")])),
                erase(internal, failure("reserved")).docker(Answer::Done),
            ],
        ),
    ]
}

/// User names and keys that a file system or a shell might mind.
fn names() -> Vec<Row> {
    let long = "u".repeat(300);
    let mut rows = Vec::new();
    for user in ["a/b", "../../x", "-rf", "x.gpg", ":", "😀", " ", &long] {
        let steps = [
            keep("ghcr.io", user, SECRET),
            gives("ghcr.io", user, SECRET),
            list(&[("ghcr.io", user)]),
        ];
        let says = format!("the user {:?}…", &user[..user.len().min(8)]);
        rows.push(
            row(67, says, NOTHING, steps).not_for(&[Who::Pass], "users are names of files there"),
        );
    }
    for length in [250, 4000, 65_535] {
        let host = "k".repeat(length - 9);
        let key = format!("https://{host}/");
        let steps = [
            keep(&key, "u", SECRET),
            gives(&key, "u", SECRET),
            list(&[(&key, "u")]).containers(listed(&[(&host, "u")])),
            forget(&key),
            lacks(&key),
        ];
        let kept = row(68, format!("a key of {length} bytes"), NOTHING, steps)
            .not_for(&[Who::Pass], "keys are names of files there");
        rows.push(if length < 65_000 {
            kept
        } else {
            kept.not_for(&[Who::SecretService], "it takes no request of more bytes")
        });
    }
    rows
}
