//! One request, one answer: the verbs, on any store.

use std::collections::BTreeMap;
use std::ffi::OsString;

use zeroize::Zeroizing;

use super::{HELPER, wire};
use crate::server::ServerKey;
use crate::store::{self, Error, ErrorKind, Store, payload};
use crate::text;

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Return the credential for a server.
    Get,
    /// Keep a credential.
    Store,
    /// Forget the credential for a server.
    Erase,
    /// Return every server and its user name.
    List,
    /// Return every server and when its secret was first stored: our own verb, for `imgsec-cred`.
    Ages,
    /// Return the program's name and version.
    Version,
    /// Return the usage line.
    Help,
}

/// What the client is told.
#[derive(Default)]
pub struct Answer {
    /// Goes to standard output whole; may hold a secret.
    pub out: Zeroizing<Vec<u8>>,
    /// Goes to standard error, a line that says what to run; empty most often.
    pub err: String,
    /// Whether the exit status is 0; otherwise it is 1.
    pub ok: bool,
}

impl Verb {
    /// The verb of the program's arguments, or the answer to arguments that are none.
    ///
    /// # Errors
    /// The usage line or `unknown action`, in the words of Docker's own helpers.
    pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, Answer> {
        let arguments: Vec<_> = arguments.map(|a| a.to_string_lossy().into_owned()).collect();
        let [verb] = arguments.as_slice() else { return Err(Answer::failure(&usage())) };
        match verb.as_str() {
            "get" => Ok(Self::Get),
            "store" => Ok(Self::Store),
            "erase" => Ok(Self::Erase),
            "list" => Ok(Self::List),
            "ages" => Ok(Self::Ages),
            "version" | "--version" | "-v" => Ok(Self::Version),
            "--help" | "-h" => Ok(Self::Help),
            other => Err(unknown(other)),
        }
    }

    /// Whether a store is opened to answer it.
    #[must_use]
    pub fn needs_store(self) -> bool {
        !matches!(self, Self::Version | Self::Help)
    }

    /// Whether the verb has a request on standard input.
    #[must_use]
    pub fn has_request(self) -> bool {
        matches!(self, Self::Get | Self::Store | Self::Erase)
    }
}

fn unknown(verb: &str) -> Answer {
    Answer::failure(&format!("{HELPER}: unknown action: {}", text::plain(verb)))
}

fn usage() -> String {
    format!("Usage: {HELPER} <store|get|erase|list|version>")
}

impl Answer {
    fn success(out: Zeroizing<Vec<u8>>) -> Self {
        Self { out, err: String::new(), ok: true }
    }

    fn line(line: &str) -> Self {
        Self::success(Zeroizing::new(format!("{line}\n").into_bytes()))
    }

    /// What a person is told who runs the helper by hand and would wait for nothing.
    #[must_use]
    pub fn to_a_person() -> Self {
        let err =
            format!("{HELPER}: Docker runs this program; for you there is: imgsec-cred list\n");
        Self { err, ..Self::failure("no request: standard input is a terminal") }
    }

    /// A failure in one line.
    #[must_use]
    pub fn failure(line: &str) -> Self {
        Self { ok: false, ..Self::line(line) }
    }
}

impl From<Error> for Answer {
    /// The line Docker shows on standard output; what helps on standard error.
    fn from(error: Error) -> Self {
        let line = text::plain(&error.to_string());
        let err =
            error.hint().map(|hint| format!("{HELPER}: {line}; hint: {}\n", text::plain(hint)));
        Self { err: err.unwrap_or_default(), ..Self::failure(&line) }
    }
}

/// Answers one request. `open` is called only for a request that is valid and needs the store.
pub fn serve(
    verb: Verb,
    request: &[u8],
    open: impl FnOnce() -> Result<Box<dyn Store>, Error>,
) -> Answer {
    let result = match verb {
        Verb::Version => return Answer::line(&version()),
        Verb::Help => return Answer::line(&usage()),
        Verb::List => open().and_then(|store| list(&*store)),
        Verb::Ages => open().and_then(|store| ages(&*store)),
        Verb::Store => match wire::credential(request) {
            Ok(credential) => {
                open().and_then(|store| store.put(&credential)).map(|()| Answer::done())
            }
            Err(refused) => return Answer::failure(&refused.to_string()),
        },
        Verb::Get | Verb::Erase => match wire::server_key(request) {
            Ok(Some(key)) if verb == Verb::Get => open().and_then(|store| get(&*store, &key)),
            Ok(Some(key)) => {
                open().and_then(|store| store::forget(&*store, &key)).map(|()| Answer::done())
            }
            // No credential was ever kept under bytes that are not text.
            Ok(None) if verb == Verb::Get => Err(Error::not_found()),
            Ok(None) => return Answer::done(),
            Err(refused) => return Answer::failure(&refused.to_string()),
        },
    };
    result.unwrap_or_else(Answer::from)
}

impl Answer {
    fn done() -> Self {
        Self { ok: true, ..Self::default() }
    }
}

fn version() -> String {
    format!("{HELPER} ({}) {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

fn get(store: &dyn Store, asked: &ServerKey) -> Result<Answer, Error> {
    let credential = store::find(store, asked)?;
    Ok(Answer::success(wire::login(asked.as_str(), &credential.username, &credential.secret)))
}

fn list(store: &dyn Store) -> Result<Answer, Error> {
    let listed = store.list()?;
    let shown = listed.iter().filter(|l| !l.server.is_hidden());
    Ok(map(shown.map(|l| (l.server.display(), l.username.clone()))))
}

fn ages(store: &dyn Store) -> Result<Answer, Error> {
    let mut ages = Vec::new();
    let listed = store.list()?;
    for l in listed.iter().filter(|l| !l.server.is_hidden()) {
        match store.get(&l.server) {
            Ok(credential) => ages.push((l.server.display(), payload::time(credential.created_at))),
            // Gone since it was listed.
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    Ok(map(ages.into_iter()))
}

/// A JSON object of texts on one line, sorted.
fn map<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> Answer {
    let pairs: BTreeMap<&str, String> = pairs.collect();
    let mut out = Zeroizing::new(Vec::new());
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut *out, &pairs);
    out.push(b'\n');
    Answer::success(out)
}
