//! The helper's requests: what is read is what another reader of JSON reads, what is kept comes
//! back, and what is refused is not quoted.

use std::cell::RefCell;
use std::rc::Rc;

use imgsec_cred::credential::{Credential, MAX_SECRET_BYTES};
use imgsec_cred::protocol::Program;
use imgsec_cred::protocol::server::{Answer, Verb, serve};
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::{Error, Listed, Store};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// A store in memory.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<Credential>>>);

impl Store for Memory {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        let kept = self.0.borrow();
        let found = kept.iter().find(|one| one.server.canonical() == server.canonical());
        found.map(copy).ok_or_else(Error::not_found)
    }

    fn put(&self, credential: &Credential) -> Result<(), Error> {
        self.remove(&credential.server)?;
        self.0.borrow_mut().push(copy(credential));
        Ok(())
    }

    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        self.0.borrow_mut().retain(|one| one.server.canonical() != server.canonical());
        Ok(())
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        let listed = |one: &Credential| Listed {
            server: one.server.clone(),
            username: one.username.clone(),
        };
        Ok(self.0.borrow().iter().map(listed).collect())
    }
}

fn copy(one: &Credential) -> Credential {
    let secret = SecretString::from(one.secret.expose_secret());
    Credential::new(one.server.clone(), one.username.clone(), secret)
}

/// All that a request may be answered with when it is refused, but for numbers.
const REFUSALS: &[&str] = &[
    "the request is too large",
    "the request is empty",
    "no credentials username",
    "the secret is too large: the limit is 1 MiB",
    "the request is not a credential in JSON (line #, column #)",
    "no credentials server URL",
    "invalid server URL: it holds a control character",
    "server URL too long",
    "credentials not found in native keychain",
    "the server URL holds a user name or password: leave out all before the @",
    RESERVED,
];

/// Said on standard error as well.
const RESERVED: &str = "this server name is reserved for imgsec-cred";

/// Serves a request under every verb.
pub fn check(request: &[u8]) {
    let memory = Memory::default();
    let ask = |verb, request: &[u8]| {
        let store: Box<dyn Store> = Box::new(memory.clone());
        let answer = serve(Program::Docker, verb, request, || Ok(store));
        assert!(answer.ok || is_refusal(&answer));
        assert!(answer.notes.is_empty() || answer.notes == [RESERVED] && !answer.ok);
        answer
    };
    assert!(!ask(Verb::Get, request).ok, "an empty store answers");
    ask(Verb::Erase, request);
    let stored = ask(Verb::Store, request);
    assert!(!stored.ok || stored.out.is_empty());
    let meant = meant(request);
    if let Some(meant) = &meant {
        assert_eq!(stored.ok, meant.is_some(), "another reader reads it otherwise");
    }
    assert_eq!(ask(Verb::List, b"").out.len() > "{}\n".len(), is_listed(&memory));
    if !stored.ok {
        return;
    }
    let kept = copy(&memory.0.borrow()[0]);
    if let Some(Some(meant)) = meant {
        assert!(kept.same_login(&meant) && kept.server == meant.server, "not what was sent");
    }
    let server = kept.server.as_str().as_bytes();
    let got = ask(Verb::Get, server);
    // What is answered is a request again, and the same one.
    assert!(got.ok && ask(Verb::Store, &got.out).ok);
    assert_eq!(ask(Verb::Get, server).out, got.out);
    let answer: Value = serde_json::from_slice(&got.out).expect("an answer in JSON");
    assert_eq!(answer["Username"], *kept.username);
    assert_eq!(answer["Secret"], *kept.secret.expose_secret());
    assert!(ask(Verb::Erase, server).ok && !ask(Verb::Get, server).ok, "not erased");
}

fn is_refusal(answer: &Answer) -> bool {
    let text = String::from_utf8_lossy(&answer.out);
    let mut plain = String::new();
    for part in text.split(|c: char| c.is_ascii_digit()) {
        if !(part.is_empty() && plain.ends_with('#')) {
            plain.push_str(part);
            plain.push('#');
        }
    }
    let plain = plain.trim_end_matches('#').replace("the limit is # MiB", "the limit is 1 MiB");
    plain.strip_suffix('\n').is_some_and(|line| REFUSALS.contains(&line))
}

fn is_listed(memory: &Memory) -> bool {
    memory.0.borrow().iter().any(|one| !one.server.is_hidden())
}

/// What a request says, read by `serde_json` alone: nothing where that reads no object or two of its
/// names are the same but for their case, `Some(None)` where it must be refused.
fn meant(request: &[u8]) -> Option<Option<Credential>> {
    let request = request.strip_prefix(b"\xef\xbb\xbf").unwrap_or(request);
    let Ok(Value::Object(map)) = serde_json::from_slice(request) else { return None };
    let mut names: Vec<_> = map.keys().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        return None;
    }
    let [server, username, secret] = ["serverurl", "username", "secret"].map(|n| field(&map, n));
    let credential = || {
        let (username, secret) = (username?, secret?);
        let is_kept = !username.is_empty() && secret.len() <= MAX_SECRET_BYTES;
        let server = ServerKey::parse(&server?).ok().filter(|_| is_kept)?;
        let server = Some(server).filter(|server| !server.is_internal())?;
        Some(Credential::new(server, username, SecretString::from(secret)))
    };
    Some(credential())
}

fn field(map: &Map<String, Value>, name: &str) -> Option<String> {
    match map.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    }
}
