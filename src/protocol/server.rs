//! One request, one answer: the verbs, on any store.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{Program, items, wire};
use crate::server::ServerKey;
use crate::store::{self, Error, ErrorKind, Store, Unusable, payload};
use crate::text;

/// How many items that are left out of a list are named.
const MAX_NOTES: usize = 5;

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
    /// Return every server and when its secret was first stored: our own verb, for `imgsec-cred`,
    /// as the next four.
    Ages,
    /// Return all that the store holds.
    Items,
    /// Return the whole item of a key.
    ReadItem,
    /// Keep a whole item.
    WriteItem,
    /// Forget the item of a key.
    RemoveItem,
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
    /// Lines for standard error, each behind the program's name; none most often.
    pub notes: Vec<String>,
    /// Whether the exit status is 0; otherwise it is 1.
    pub ok: bool,
}

impl Verb {
    /// The verb of the program's arguments, or the answer to arguments that are none.
    ///
    /// # Errors
    /// The usage line or `unknown action`, in the words of Docker's own helpers.
    pub fn parse(program: Program, arguments: &[String]) -> Result<Self, Answer> {
        let [verb] = arguments else { return Err(Answer::failure(&usage(program))) };
        match verb.as_str() {
            "get" => Ok(Self::Get),
            "store" => Ok(Self::Store),
            "erase" => Ok(Self::Erase),
            "list" => Ok(Self::List),
            "ages" => Ok(Self::Ages),
            "items" => Ok(Self::Items),
            "read-item" => Ok(Self::ReadItem),
            "write-item" => Ok(Self::WriteItem),
            "remove-item" => Ok(Self::RemoveItem),
            "version" | "--version" | "-v" => Ok(Self::Version),
            "--help" | "-h" => Ok(Self::Help),
            other => Err(unknown(program, other)),
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
        !matches!(self, Self::List | Self::Ages | Self::Items | Self::Version | Self::Help)
    }
}

fn unknown(program: Program, verb: &str) -> Answer {
    Answer::failure(&format!("{}: unknown action: {}", program.name(), text::plain(verb)))
}

fn usage(program: Program) -> String {
    format!("Usage: {} <store|get|erase|list|version>", program.name())
}

impl Answer {
    fn success(out: Zeroizing<Vec<u8>>) -> Self {
        Self { out, notes: Vec::new(), ok: true }
    }

    fn line(line: &str) -> Self {
        Self::success(Zeroizing::new(format!("{line}\n").into_bytes()))
    }

    /// What a person is told who runs the helper by hand and would wait for nothing.
    #[must_use]
    pub fn to_a_person() -> Self {
        let note = "Docker runs this program; for you there is: imgsec-cred list".to_owned();
        Self { notes: vec![note], ..Self::failure("no request: standard input is a terminal") }
    }

    /// A failure in one line.
    #[must_use]
    pub fn failure(line: &str) -> Self {
        Self { ok: false, ..Self::line(line) }
    }
}

impl From<Error> for Answer {
    /// The line Docker shows on standard output, and once more on standard error with what helps:
    /// for some requests Docker shows that alone. That nothing is there is no trouble.
    fn from(error: Error) -> Self {
        let line = text::plain(&error.to_string());
        let is_said = error.kind() != ErrorKind::NotFound || error.hint().is_some();
        let notes = is_said.then(|| note(&line, &error)).into_iter().collect();
        Self { notes, ..Self::failure(&line) }
    }
}

/// A line for standard error.
fn note(what: &str, error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{what}; hint: {}", text::plain(hint)),
        None => what.to_owned(),
    }
}

/// Answers one request. `open` is called only for a request that is valid and needs the store.
pub fn serve(
    program: Program,
    verb: Verb,
    request: &[u8],
    open: impl FnOnce() -> Result<Box<dyn Store>, Error>,
) -> Answer {
    let result = match verb {
        Verb::Version => return Answer::line(&version(program)),
        Verb::Help => return Answer::line(&usage(program)),
        Verb::List => open().and_then(|store| list(program, &*store)),
        Verb::Ages => open().and_then(|store| ages(&*store)),
        Verb::Items => {
            open().and_then(|store| Ok(Answer::success(items::write(&store.contents()?))))
        }
        Verb::Store => match wire::credential(request) {
            Ok(credential) if credential.server.is_internal() => Err(reserved()),
            Ok(credential) => {
                open().and_then(|store| store.put(&credential)).map(|()| Answer::done())
            }
            Err(refused) => return Answer::failure(&refused.to_string()),
        },
        Verb::WriteItem => payload::parse(request)
            .and_then(|credential| open()?.put(&credential))
            .map(|()| Answer::done()),
        Verb::Get | Verb::Erase | Verb::ReadItem | Verb::RemoveItem => {
            match wire::server_key(request) {
                Ok(Some(key)) if key.is_internal() && verb == Verb::Get => Err(Error::not_found()),
                Ok(Some(key)) if key.is_internal() && verb == Verb::Erase => Err(reserved()),
                Ok(Some(key)) => open().and_then(|store| with_key(verb, &*store, &key)),
                // No credential is ever kept under bytes that are not text, or an address with a password.
                Ok(None) if verb == Verb::Erase => return Answer::done(),
                Ok(None) => Err(Error::not_found()),
                Err(refused) => return Answer::failure(&refused.to_string()),
            }
        }
    };
    result.unwrap_or_else(Answer::from)
}

/// What is ours alone is neither kept, forgotten nor answered for a client of the protocol.
fn reserved() -> Error {
    Error::new(ErrorKind::Refused, "this server name is reserved for imgsec-cred")
}

fn with_key(verb: Verb, store: &dyn Store, key: &ServerKey) -> Result<Answer, Error> {
    match verb {
        Verb::Get => get(store, key),
        Verb::ReadItem => Ok(Answer::success(payload::write(&store.get(key)?))),
        Verb::RemoveItem => store.remove(key).map(|()| Answer::done()),
        _ => store::forget(store, key).map(|()| Answer::done()),
    }
}

impl Answer {
    fn done() -> Self {
        Self { ok: true, ..Self::default() }
    }
}

fn version(program: Program) -> String {
    format!("{} ({}) {}", program.name(), env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

fn get(store: &dyn Store, asked: &ServerKey) -> Result<Answer, Error> {
    let credential = store::find(store, asked)?;
    Ok(Answer::success(wire::login(asked.as_str(), &credential.username, &credential.secret)))
}

/// What `get` would refuse is left out, since one failing `get` makes a classic `docker build` send
/// no credentials at all; why, is said on standard error.
fn list(program: Program, store: &dyn Store) -> Result<Answer, Error> {
    let contents = store.contents()?;
    let shown = contents.listed.iter().filter(|l| !l.server.is_hidden());
    let answer = map(shown.filter_map(|l| {
        let name = match program {
            Program::Docker => Some(l.server.display()),
            Program::Containers => l.server.host(),
        };
        Some((name?, l.username.clone()))
    }));
    Ok(Answer { notes: left_out(&contents.unusable), ..answer })
}

fn left_out(unusable: &[Unusable]) -> Vec<String> {
    let line = |one: &Unusable| {
        note(&format!("left out: {}", text::plain(&one.error.to_string())), &one.error)
    };
    let mut notes: Vec<_> = unusable.iter().take(MAX_NOTES).map(line).collect();
    if let Some(more) = unusable.len().checked_sub(MAX_NOTES).filter(|more| *more > 0) {
        notes.push(format!("left out: {more} more; hint: imgsec-cred list"));
    }
    notes
}

fn ages(store: &dyn Store) -> Result<Answer, Error> {
    let mut ages = Vec::new();
    let listed = store.list()?;
    for l in listed.iter().filter(|l| !l.server.is_hidden()) {
        match store.get(&l.server) {
            Ok(credential) => ages.push((l.server.display(), payload::time(credential.created_at))),
            Err(e) if e.kind().is_of_the_whole_store() => return Err(e),
            // Gone since it was listed, or damaged: `items` says so.
            Err(_) => {}
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
