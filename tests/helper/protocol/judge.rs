//! Whether what a helper said and did is the answer that was expected.

use serde_json::{Map, Value, json};

use super::row::{Answer, NOT_FOUND, SECRET, Who};
use crate::support::process::Ran;

/// What is wrong with an answer of `who`, if anything.
pub(crate) fn judge(who: Who, ran: &Ran, expected: &Answer) -> Result<(), String> {
    let is_ours = matches!(who, Who::Ours | Who::Windows | Who::Containers);
    let is_failure = matches!(expected, Answer::Refusal(_) | Answer::Failure(_));
    if is_absent_in_the_words_of_pass(who, ran, expected) {
        return Ok(());
    }
    ensure(ran.status.code() == Some(i32::from(is_failure)), "the status")?;
    match expected {
        Answer::Done => ensure(ran.stdout.is_empty(), "there is nothing to say"),
        Answer::Line(text) | Answer::Refusal(text) => {
            ensure(ran.stdout == format!("{text}\n"), &format!("it should say {text:?}"))
        }
        Answer::Login(login) => is_login(&ran.stdout, login),
        Answer::List(shown) => is_list(&ran.stdout, shown),
        Answer::Failure(words) => ensure(
            ran.stdout.contains(words.as_str()) && ran.stdout.trim() != NOT_FOUND,
            &format!("it should say {words:?}"),
        ),
    }?;
    if !is_ours {
        return Ok(());
    }
    if is_failure {
        is_one_plain_line(&ran.stdout)?;
    }
    if !matches!(expected, Answer::Login(_)) {
        ensure(!ran.stdout.contains(SECRET), "it shows the secret")?;
    }
    ensure(!ran.stderr.contains(SECRET), "it shows the secret on standard error")?;
    match expected {
        Answer::Failure(_) => is_the_reason(who, &ran.stderr, ran.stdout.trim_end()),
        _ => ensure(ran.stderr.is_empty(), "there is nothing to say on standard error"),
    }
}

/// The answer is as expected, or the test fails.
#[track_caller]
pub(crate) fn expect(ran: &Ran, expected: &Answer) {
    if let Err(why) = judge(Who::Ours, ran, expected) {
        panic!("{why}: {ran:#?}, not {expected:#?}");
    }
}

/// Docker's helper for `pass` (0.6.4) has two empty texts for what is absent.
fn is_absent_in_the_words_of_pass(who: Who, ran: &Ran, expected: &Answer) -> bool {
    let is_absence = matches!(expected, Answer::Refusal(text) if text == NOT_FOUND);
    let is_empty = ran.stdout.ends_with("\"Username\":\"\",\"Secret\":\"\"}\n");
    who == Who::Pass && is_absence && is_empty
}

fn is_login(stdout: &str, [server, user, secret]: &[String; 3]) -> Result<(), String> {
    let map = object(stdout)?;
    ensure(map.keys().eq(["ServerURL", "Username", "Secret"]), "the names of the fields")?;
    ensure(
        Value::from(map) == json!({ "ServerURL": server, "Username": user, "Secret": secret }),
        "another login",
    )
}

fn is_list(stdout: &str, shown: &[(String, String)]) -> Result<(), String> {
    let map = object(stdout)?;
    ensure(map.keys().is_sorted(), "not sorted")?;
    let mut shown = shown.to_vec();
    shown.sort();
    let listed = map.into_iter().map(|(server, user)| (Value::from(server), user));
    let shown = shown.into_iter().map(|(server, user)| (Value::from(server), Value::from(user)));
    ensure(listed.eq(shown), "another list")
}

/// One JSON object, one line feed, and nothing else.
fn object(stdout: &str) -> Result<Map<String, Value>, String> {
    let json = stdout.strip_suffix("}\n").map(|start| format!("{start}}}"));
    let json = json.filter(|json| !json.contains('\n')).ok_or("not one line of JSON")?;
    serde_json::from_str(&json).map_err(|error| format!("not a JSON object: {error}"))
}

fn is_one_plain_line(text: &str) -> Result<(), String> {
    let line = text.strip_suffix('\n').ok_or("no line")?;
    ensure(!line.is_empty() && !line.contains(char::is_control), "not one plain line")
}

/// The same line for who sees only standard error, as behind `docker pull`. What is wrong with a
/// request is told to its client alone.
fn is_the_reason(who: Who, stderr: &str, line: &str) -> Result<(), String> {
    if stderr.is_empty() {
        return Ok(());
    }
    is_one_plain_line(stderr)?;
    let program = if who == Who::Containers {
        "docker-credential-imgsec-containers"
    } else {
        "docker-credential-imgsec"
    };
    let begin = format!("{program}: {line}");
    let rest = stderr.trim_end().strip_prefix(&begin);
    let is_reason = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("; hint: "));
    ensure(is_reason, &format!("standard error should be {begin:?}…"))
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}
