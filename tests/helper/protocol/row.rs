//! The words of the table: a row is a short dialogue, and says what each subject answers.

use std::ffi::OsString;

use serde_json::json;

pub(crate) const HUB: &str = "https://index.docker.io/v1/";
/// The secret of nearly every row: no answer but that of `get` may hold it.
pub(crate) const SECRET: &str = "hunter2";
/// The login of the rows about `get`.
pub(crate) const BOB: &[Login] = &[(HUB, "bob", SECRET)];
pub(crate) const NOTHING: &[Login] = &[];

/// Server, user name and secret.
pub(crate) type Login<'a> = (&'a str, &'a str, &'a str);

/// Whose answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Ours,
    /// Ours, run by Wine.
    Windows,
    /// Ours for Podman's family.
    Containers,
    /// `docker-credential-secretservice`.
    SecretService,
    /// `docker-credential-pass`.
    Pass,
}

/// A case of `reference/protocol.md` §5, or a part of it.
pub(crate) struct Row {
    pub(crate) number: u8,
    pub(crate) says: String,
    /// What the store holds at first, and nothing else.
    pub(crate) given: Vec<[String; 3]>,
    pub(crate) steps: Vec<Step>,
    not_for: Vec<(Who, &'static str)>,
}

/// One run of the helper.
pub(crate) struct Step {
    pub(crate) arguments: Vec<OsString>,
    pub(crate) stdin: Vec<u8>,
    answer: Answer,
    others: Vec<(Who, Answer)>,
}

/// What the helper says and how it ends.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Status 0 and not a word.
    Done,
    /// Status 0 and this line.
    Line(String),
    /// Status 0 and this server, user name and secret in JSON.
    Login([String; 3]),
    /// Status 0 and just these servers and user names in JSON, sorted.
    List(Vec<(String, String)>),
    /// Status 1, this line, and nothing on standard error.
    Refusal(String),
    /// Status 1 and one line with these words, which is not that of [`not_found`]. On standard error
    /// may stand the same, and what helps.
    Failure(String),
}

pub(crate) fn row<const N: usize>(
    number: u8,
    says: impl Into<String>,
    given: &[Login],
    steps: [Step; N],
) -> Row {
    rows_of(number, says, given, steps.into())
}

pub(crate) fn rows_of(
    number: u8,
    says: impl Into<String>,
    given: &[Login],
    steps: Vec<Step>,
) -> Row {
    let given = given.iter().map(|&(a, b, c)| [a.to_owned(), b.to_owned(), c.to_owned()]);
    Row { number, says: says.into(), given: given.collect(), steps, not_for: Vec::new() }
}

impl Row {
    pub(crate) fn not_for(mut self, who: &[Who], why: &'static str) -> Self {
        self.not_for.extend(who.iter().map(|&who| (who, why)));
        self
    }

    /// Why this subject does not play the row.
    pub(crate) fn why_not(&self, who: Who) -> Option<&'static str> {
        self.not_for.iter().find(|(not, _)| *not == who).map(|(_, why)| *why)
    }

    pub(crate) fn changes_the_store(&self) -> bool {
        self.steps.iter().any(|step| step.arguments.iter().any(|a| a == "store" || a == "erase"))
    }
}

impl Step {
    /// The answer of Docker's own helpers, where it is another.
    pub(crate) fn docker(self, answer: Answer) -> Self {
        self.secretservice(answer.clone()).pass(answer)
    }

    pub(crate) fn secretservice(mut self, answer: Answer) -> Self {
        self.others.push((Who::SecretService, answer));
        self
    }

    pub(crate) fn containers(mut self, answer: Answer) -> Self {
        self.others.push((Who::Containers, answer));
        self
    }

    pub(crate) fn pass(mut self, answer: Answer) -> Self {
        self.others.push((Who::Pass, answer));
        self
    }

    pub(crate) fn answer(&self, who: Who) -> &Answer {
        self.others.iter().rfind(|(other, _)| *other == who).map_or(&self.answer, |(_, a)| a)
    }
}

pub(crate) fn call(arguments: &[&str], stdin: impl AsRef<[u8]>, answer: Answer) -> Step {
    let arguments = arguments.iter().map(OsString::from).collect();
    Step { arguments, stdin: stdin.as_ref().to_owned(), answer, others: Vec::new() }
}

pub(crate) fn get(key: impl AsRef<[u8]>, answer: Answer) -> Step {
    call(&["get"], key, answer)
}

pub(crate) fn store(request: impl AsRef<[u8]>, answer: Answer) -> Step {
    call(&["store"], request, answer)
}

pub(crate) fn erase(key: impl AsRef<[u8]>, answer: Answer) -> Step {
    call(&["erase"], key, answer)
}

/// A `list` of just these. Podman's family is told of the hosts among them.
pub(crate) fn list(shown: &[(&str, &str)]) -> Step {
    let is_host = |key: &str| !key.contains(['/', ' ']);
    let hosts: Vec<_> = shown
        .iter()
        .map(|&(key, user)| (if key == HUB { "docker.io" } else { key }, user))
        .map(|(key, user)| (key.trim_start_matches("https://"), user))
        .filter(|(key, _)| is_host(key))
        .collect();
    call(&["list"], "unused", listed(shown)).containers(listed(&hosts))
}

/// A `store` that is done.
pub(crate) fn keep(server: &str, user: &str, secret: &str) -> Step {
    store(request(server, user, secret), Answer::Done)
}

/// A `get` that answers with this login.
pub(crate) fn gives(key: &str, user: &str, secret: &str) -> Step {
    get(key, login(key, user, secret))
}

/// A `get` for which there is nothing.
pub(crate) fn lacks(key: impl AsRef<[u8]>) -> Step {
    get(key, not_found())
}

/// An `erase` that is done.
pub(crate) fn forget(key: impl AsRef<[u8]>) -> Step {
    erase(key, Answer::Done)
}

/// An `erase` of what is not there, which Docker's helper for `pass` takes for a fault.
pub(crate) fn forget_absent(key: impl AsRef<[u8]>) -> Step {
    forget(key).pass(failure("is not in the password store"))
}

/// A `store` request as Docker writes it.
pub(crate) fn request(server: &str, user: &str, secret: &str) -> String {
    format!("{}\n", json!({ "ServerURL": server, "Username": user, "Secret": secret }))
}

pub(crate) fn login(server: &str, user: &str, secret: &str) -> Answer {
    Answer::Login([server, user, secret].map(str::to_owned))
}

pub(crate) fn listed(shown: &[(&str, &str)]) -> Answer {
    Answer::List(shown.iter().map(|&(a, b)| (a.to_owned(), b.to_owned())).collect())
}

pub(crate) fn line(text: impl Into<String>) -> Answer {
    Answer::Line(text.into())
}

pub(crate) fn refusal(text: impl Into<String>) -> Answer {
    Answer::Refusal(text.into())
}

pub(crate) fn failure(words: impl Into<String>) -> Answer {
    Answer::Failure(words.into())
}

/// What Docker's helpers say to a line of 65,536 bytes and more.
pub(crate) fn token_too_long() -> Answer {
    refusal("bufio.Scanner: token too long")
}

pub(crate) const NOT_FOUND: &str = "credentials not found in native keychain";

pub(crate) fn not_found() -> Answer {
    refusal(NOT_FOUND)
}

pub(crate) fn no_server() -> Answer {
    refusal("no credentials server URL")
}

pub(crate) fn no_user() -> Answer {
    refusal("no credentials username")
}
