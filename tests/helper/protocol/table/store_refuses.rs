//! Cases 48 to 59 and 61: what `store` refuses. Nothing is kept then, and the request is not quoted:
//! it holds a secret.

use super::super::row::*;

const BROKEN: &str = "the request is not a credential in JSON (line ";
const INVALID: &str = "invalid server URL: it holds a control character";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = what_lacks_a_field();
    rows.extend(what_is_no_credential());
    rows.extend(what_would_be_altered());
    rows.extend(what_is_too_large());
    rows
}

/// The store stays as it was: with the login of a server that the request may name.
fn refused(number: u8, says: impl Into<String>, step: Step) -> Row {
    row(number, says, BOB, [step, list(&[(HUB, "bob")]), gives(HUB, "bob", SECRET)])
}

fn what_lacks_a_field() -> Vec<Row> {
    let mut rows = Vec::new();
    for user in ["", r#","Username":"""#, r#","Username":null"#] {
        let request = format!(r#"{{"ServerURL":"{HUB}","Secret":"hunter2"{user}}}"#);
        rows.push(refused(48, format!("no user: {user}"), store(request, no_user())));
    }
    for request in [
        r#"{"Username":"u","Secret":"hunter2"}"#,
        r#"{"ServerURL":"","Username":"u","Secret":"hunter2"}"#,
        r#"{"ServerURL":null,"Username":"u","Secret":"hunter2"}"#,
        r#"{"ServerURL":"","Username":"","Secret":"hunter2"}"#,
        "{}",
        "null",
    ] {
        rows.push(refused(49, format!("no server: {request}"), store(request, no_server())));
    }
    // Docker's helpers keep it where nobody can reach it.
    let blank = store(request(" \t\n", "u", SECRET), no_server()).docker(Answer::Done);
    let stays = list(&[(HUB, "bob")]).docker(listed(&[(HUB, "bob"), (" \t\n", "u")]));
    rows.push(row(50, "white space for a server", BOB, [blank, stays]));
    rows
}

fn what_is_no_credential() -> Vec<Row> {
    let mut rows = Vec::new();
    let is = |text: &str| format!("what is no credential: {text:.40}");
    for request in [
        "[]",
        "\"hunter2\"",
        "1",
        "true",
        r#"[{"ServerURL":"https://index.docker.io/v1/","Username":"u","Secret":"hunter2"}]"#,
        r#"{"ServerURL":"https://index.docker.io/v1/","Username":"u","Secret":7}"#,
        r#"{"ServerURL":["hunter2"],"Username":"u","Secret":"s"}"#,
    ] {
        let step = store(request, failure(BROKEN)).docker(failure("json: cannot unmarshal"));
        rows.push(refused(53, is(request), step));
    }
    for request in ["", " \n"] {
        let step = store(request, refusal("the request is empty")).docker(refusal("EOF"));
        rows.push(refused(54, format!("an empty request: {request:?}"), step));
    }
    for request in [
        r#"{"ServerURL":"https://index.docker.io/v1/","Username":"u","Secret":"hunter2"#,
        r#"{"ServerURL":"https://index.docker.io/v1/","Username":"u","Secret":"hunter2""#,
        r#"{"ServerURL":"https://index.docker.io/v1/","Username":"u","Secret":hunter2}"#,
        r#"{"ServerURL":"https://index.docker.io/v1/",/* no */"Username":"u","Secret":"hunter2"}"#,
        "{\"ServerURL\":\"https://index.docker.io/v1/\",\"Username\":\"u\",\"Secret\":\"hunter2\t\"}",
        "{'ServerURL':'https://index.docker.io/v1/','Username':'u','Secret':'hunter2'}",
        "hunter2 is not JSON",
    ] {
        rows.push(refused(55, is(request), store(request, failure(BROKEN)).docker(failure(""))));
    }
    rows
}

/// Docker's helpers keep another server or another secret than was meant.
fn what_would_be_altered() -> Vec<Row> {
    let mut rows = Vec::new();
    for server in ["https://r.\nexample", "r\u{1b}.example", "r.example\0"] {
        let step = store(request(server, "u", SECRET), refusal(INVALID)).docker(Answer::Done);
        // C ends a text at a zero.
        let kept = server.trim_end_matches('\0');
        let stays = list(&[]).secretservice(listed(&[(kept, "u")])).pass(listed(&[(server, "u")]));
        rows.push(row(
            52,
            format!("a server with a control character: {server:?}"),
            NOTHING,
            [step, stays],
        ));
    }
    let server = "https://r.example";
    let before = br#"{"ServerURL":"https://r.example","Username":"u","Secret":"hunter2"#;
    for (number, says, rest, kept) in [
        (56, "a line feed inside a text", &b"\n3\"}"[..], "hunter23"),
        (56, "a line end inside a text", b"\r\n3\"}", "hunter23"),
        (57, "bytes that are not UTF-8 in the secret", b"\xff\"}", "hunter2\u{fffd}"),
        (57, "half a character in the secret", b"\\ud800\"}", "hunter2\u{fffd}"),
        (61, "a second request", br#""}{"ServerURL":"a","Username":"u","Secret":"s"}"#, SECRET),
        (61, "something behind the request", b"\"} hunter2", SECRET),
    ] {
        let step = store([&before[..], rest].concat(), failure(BROKEN)).docker(Answer::Done);
        let kept = lacks(server).docker(login(server, "u", kept));
        rows.push(row(
            number,
            says,
            NOTHING,
            [step, list(&[]).docker(listed(&[(server, "u")])), kept],
        ));
    }
    rows
}

fn what_is_too_large() -> Vec<Row> {
    let secret = request(HUB, "u", &SECRET.repeat(150_000));
    let padded = format!("{}{}", request(HUB, "u", SECRET), " ".repeat(8 * 1024 * 1024));
    let key = request(&"k".repeat(65_536), "u", SECRET);
    let refuses =
        |request: String, why: &str| store(request, refusal(why)).docker(token_too_long());
    vec![
        refused(
            59,
            "a secret over 1 MiB",
            refuses(secret, "the secret is too large: the limit is 1 MiB"),
        ),
        refused(59, "a request over 8 MiB", refuses(padded, "the request is too large")),
        refused(59, "a server of 65,536 bytes", refuses(key, "server URL too long")),
    ]
}
