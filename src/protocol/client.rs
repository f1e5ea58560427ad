//! Any credential helper as a [`Store`]: how `imgsec-cred` reaches the keychain, as Docker does.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{MAX_REQUEST_BYTES, items, wire};
use crate::credential::Credential;
use crate::server::{InvalidKey, ServerKey};
use crate::store::{Contents, Error, ErrorKind, Listed, Store, payload};
use crate::{deadline, text};

/// The largest part of what a helper says of a failure that is shown, in bytes.
const MAX_WORDS: usize = 200;

/// What our own helper says where there is no store.
const UNAVAILABLE: &[&str] = &["no keychain", "no sealed store", "HOME is not set"];

/// A `docker-credential-*` program.
pub struct Helper {
    program: PathBuf,
    /// Variables set for the program beside those it inherits.
    environment: Vec<(OsString, OsString)>,
    limit: Duration,
}

struct Reply {
    status: ExitStatus,
    out: Zeroizing<Vec<u8>>,
    err: String,
}

impl Helper {
    /// The helper at `program`; each request must be answered within `limit`.
    #[must_use]
    pub fn new(program: PathBuf, limit: Duration) -> Self {
        Self { program, environment: Vec::new(), limit }
    }

    /// The same helper with a variable set for it.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Where the program is.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The text of its `version`.
    ///
    /// # Errors
    /// Where it cannot be run or does not answer.
    pub fn version(&self) -> Result<String, Error> {
        let reply = self.ask("version", Zeroizing::default())?;
        let text = String::from_utf8_lossy(&reply.out);
        if reply.status.success() {
            Ok(text::plain(text.trim()))
        } else {
            Err(self.failure(&reply))
        }
    }

    /// Every server key and user name as the helper lists them.
    ///
    /// # Errors
    /// Where it cannot be run, fails, or answers with something else than the protocol's JSON.
    pub fn list_keys(&self) -> Result<Vec<(String, String)>, Error> {
        self.map("list")
    }

    /// Every server key and when its secret was first stored, in RFC 3339; our own helper says it.
    ///
    /// # Errors
    /// As [`Self::list_keys`], and where the store is locked.
    pub fn ages(&self) -> Result<Vec<(String, String)>, Error> {
        self.map("ages")
    }

    /// The store of our own helper as it is inside: exact keys, reserved and hidden ones as well,
    /// and whole items with their dates. Other helpers do not know it.
    #[must_use]
    pub fn whole_store(&self) -> WholeStore<'_> {
        WholeStore(self)
    }

    fn map(&self, verb: &'static str) -> Result<Vec<(String, String)>, Error> {
        let reply = self.ask(verb, Zeroizing::new(b"unused".to_vec()))?;
        if !reply.status.success() {
            return Err(self.failure(&reply));
        }
        match serde_json::from_slice(&reply.out) {
            Ok(Value::Object(map)) => Ok(map
                .into_iter()
                .map(|(k, v)| (k, v.as_str().unwrap_or_default().to_owned()))
                .collect()),
            Ok(Value::Null) => Ok(Vec::new()),
            _ => Err(self.nonsense()),
        }
    }

    fn ask(&self, verb: &'static str, request: Zeroizing<Vec<u8>>) -> Result<Reply, Error> {
        let mut command = Command::new(&self.program);
        command.arg(verb).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(self.environment.iter().map(|(k, v)| (k, v)));
        let mut child = command.spawn().map_err(|e| self.cannot_run(&e))?;
        let (input, output, errors) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let end = Instant::now() + self.limit;
        let exchange = deadline::within(self.limit, move || {
            std::thread::scope(|scope| {
                // A helper may answer without reading (list does): a broken pipe is no failure.
                scope.spawn(move || input.map(|mut i| i.write_all(&request)));
                let err = scope.spawn(move || read_all(errors));
                (read_all(output), err.join().unwrap_or_default())
            })
        });
        let status = exchange.is_some().then(|| wait(&mut child, end)).flatten();
        let (Some((out, err)), Some(status)) = (exchange, status) else {
            // It is of no use any more; that it is already gone is no failure.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Error::timed_out(&self.name(), self.limit));
        };
        Ok(Reply { status, out, err: String::from_utf8_lossy(&err).into_owned() })
    }

    fn name(&self) -> String {
        let name = self.program.file_stem().unwrap_or(self.program.as_os_str());
        text::plain(&name.to_string_lossy())
    }

    fn cannot_run(&self, error: &std::io::Error) -> Error {
        Error::new(ErrorKind::Unavailable, format!("cannot run {}: {error}", self.name()))
            .with_hint("imgsec-cred status")
    }

    fn nonsense(&self) -> Error {
        Error::new(
            ErrorKind::Damaged,
            format!("{} gave an answer that is not the protocol's", self.name()),
        )
    }

    /// A failed reply as an error. Our own helper's texts say which situation it is; of a hint on
    /// its standard error the part behind `hint: ` is kept.
    fn failure(&self, reply: &Reply) -> Error {
        // More than a screen of it helps nobody.
        let line = String::from_utf8_lossy(&reply.out[..reply.out.len().min(MAX_WORDS)]);
        let line = line.trim();
        let kind = if line == Error::not_found().to_string() {
            ErrorKind::NotFound
        } else if line.contains("locked") {
            ErrorKind::Locked
        } else if UNAVAILABLE.iter().any(|words| line.contains(words)) {
            ErrorKind::Unavailable
        } else if line.contains("did not answer") {
            ErrorKind::TimedOut
        } else if line.contains("damaged") || line.contains("cannot be used") {
            ErrorKind::Damaged
        } else {
            ErrorKind::Failed
        };
        let line = if line.is_empty() {
            format!("{} failed and does not say why", self.name())
        } else {
            text::plain(line)
        };
        let error = Error::new(kind, line);
        match reply.err.lines().find_map(|l| l.split_once("; hint: ")) {
            Some((_, hint)) => error.with_hint(text::plain(hint)),
            None => error,
        }
    }

    fn done(&self, reply: &Reply) -> Result<(), Error> {
        if reply.status.success() { Ok(()) } else { Err(self.failure(reply)) }
    }
}

/// See [`Helper::whole_store`].
pub struct WholeStore<'a>(&'a Helper);

impl WholeStore<'_> {
    fn ask(&self, verb: &'static str, request: &[u8]) -> Result<Reply, Error> {
        let reply = self.0.ask(verb, Zeroizing::new(request.to_vec()))?;
        self.0.done(&reply).map(|()| reply)
    }
}

impl Store for WholeStore<'_> {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        payload::read(&self.ask("read-item", server.as_str().as_bytes())?.out, server)
    }

    fn put(&self, credential: &Credential) -> Result<(), Error> {
        self.ask("write-item", &payload::write(credential)).map(drop)
    }

    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        self.ask("remove-item", server.as_str().as_bytes()).map(drop)
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        self.contents().map(|contents| contents.listed)
    }

    fn contents(&self) -> Result<Contents, Error> {
        items::read(&self.ask("items", b"")?.out).ok_or_else(|| self.0.nonsense())
    }
}

impl Store for Helper {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        // Ours alone has such a key, and answers it to its own verbs only; so below.
        if server.is_internal() {
            return self.whole_store().get(server);
        }
        let reply = self.ask("get", Zeroizing::new(server.as_str().as_bytes().to_vec()))?;
        self.done(&reply)?;
        // The parser's own error could quote the secret, so it is dropped.
        let mut map: Map<String, Value> =
            serde_json::from_slice(&reply.out).map_err(|_| self.nonsense())?;
        let mut text = |name: &str| match map.get_mut(name).map(Value::take) {
            Some(Value::String(s)) => Ok(s),
            _ => Err(self.nonsense()),
        };
        let secret = SecretString::from(text("Secret")?);
        let username = text("Username")?;
        // Some helpers answer a request they have nothing for with two empty texts.
        if username.is_empty() && secret.expose_secret().is_empty() {
            return Err(Error::not_found());
        }
        Ok(Credential::new(server.clone(), username, secret))
    }

    fn put(&self, credential: &Credential) -> Result<(), Error> {
        if credential.server.is_internal() {
            return self.whole_store().put(credential);
        }
        let request =
            wire::login(credential.server.as_str(), &credential.username, &credential.secret);
        self.done(&self.ask("store", request)?)
    }

    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        if server.is_internal() {
            return self.whole_store().remove(server);
        }
        let reply = self.ask("erase", Zeroizing::new(server.as_str().as_bytes().to_vec()))?;
        match self.done(&reply) {
            // Some helpers fail for what is not there.
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        let keys = self.list_keys()?;
        // A key of another helper with a password in it is none that can be kept or shown.
        let listed = keys.into_iter().filter_map(|(key, username)| match ServerKey::parse(&key) {
            Err(InvalidKey::UserInfo) => None,
            server => Some(server.map(|server| Listed { server, username })),
        });
        listed.collect::<Result<_, InvalidKey>>().map_err(|_| self.nonsense())
    }
}

/// Everything a stream says, up to the size of the largest answer; the rest is left.
fn read_all(stream: Option<impl Read>) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::default();
    if let Some(stream) = stream {
        // What was read before a failure is judged as it is.
        let _ = stream.take(MAX_REQUEST_BYTES as u64).read_to_end(&mut bytes);
    }
    bytes
}

/// Waits for a child whose streams have ended, until `end`.
fn wait(child: &mut std::process::Child, end: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_micros(200)),
            _ => return None,
        }
    }
}
