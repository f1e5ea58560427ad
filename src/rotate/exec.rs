//! A provider that is a command of the person's own: one JSON document in, one out.
//!
//! On its standard input: `{"schema":"imgsec.exec/1","op":"create","op_id":…,"server_url":…,
//! "username":…}`, and with `--pass-current` `"current":{"secret":…}`. On its standard output:
//! `{"secret":…}` and, where it knows them, `"username"`, `"expires_at"` (RFC 3339), `"ref"` (any
//! JSON that names the new secret; not secret) and `"old_still_valid"`. With `true` there, the same
//! command is called later with `"op":"revoke"` and the `"ref"` of the old secret; without it the
//! old secret is taken to be dead, as then nothing may be repeated blindly. So it is, always, of a
//! command that answers with the bare secret ([`Method::is_raw`]).

use std::cell::Cell;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::command::{self, Ended, Failed, LIMIT};
use super::masking;
use super::plan::Method;
use super::provider::{Class, Facts, Failure, Issued, Provider};
use crate::credential::{Credential, MAX_SECRET_BYTES};
use crate::ledger::{self, Expiry};
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind};
use crate::tokens;

/// The name of the method in the ledger and the journal.
pub const NAME: &str = "exec";

const SCHEMA: &str = "imgsec.exec/1";

/// The person's command.
pub struct Exec<'a> {
    words: Vec<String>,
    server: ServerKey,
    username: String,
    pass_current: bool,
    is_raw: bool,
    class: Cell<Class>,
    /// Gets what a command that fails says beside its answer, without the secrets.
    tell: &'a dyn Fn(&str),
}

impl<'a> Exec<'a> {
    /// The command of this method, for this credential.
    #[must_use]
    pub fn new(
        method: &Method,
        server: &ServerKey,
        username: &str,
        tell: &'a dyn Fn(&str),
    ) -> Self {
        let is_additive = method.is_additive && !method.is_raw;
        let class = if is_additive { Class::Additive } else { Class::Destructive };
        Self {
            words: method.command.clone(),
            server: server.clone(),
            username: username.to_owned(),
            pass_current: method.pass_current,
            is_raw: method.is_raw,
            class: Cell::new(class),
            tell,
        }
    }

    /// Asks the command. `known` are the secrets that it may say.
    fn ask(&self, request: &Value) -> Result<Ended, Failed> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *bytes, request);
        bytes.push(b'\n');
        command::run(&self.words, bytes, LIMIT)
    }

    fn request(&self, op: &str) -> Value {
        json!({"schema": SCHEMA, "op": op, "server_url": self.server.as_str(),
            "username": self.username})
    }

    fn tell(&self, said: &[u8], secrets: &[&SecretString]) {
        for line in masking::masked(said, secrets) {
            (self.tell)(&line);
        }
    }

    fn error(&self, why: &str) -> Error {
        Error::new(ErrorKind::Failed, format!("{} {why}", command::name(&self.words)))
    }

    /// What was asked for, as the command answered.
    fn read(&self, out: &[u8]) -> Result<Issued, Error> {
        if !self.is_raw {
            let answer = Answer::read(out)
                .ok_or_else(|| self.error("gave an answer that is no JSON object"))?;
            return self.issued(answer);
        }
        let secret = command::bare_secret(out).map_err(|_| self.error("gave no secret"))?;
        Ok(Issued { username: None, secret, expires: None, handle: None })
    }

    fn issued(&self, mut answer: Answer) -> Result<Issued, Error> {
        let secret = answer.text("secret").filter(|s| !s.trim().is_empty());
        let secret = secret.ok_or_else(|| self.error("gave no secret"))?;
        if secret.len() > MAX_SECRET_BYTES {
            return Err(self.error("gave a secret of more than 1 MiB"));
        }
        let secret = SecretString::from(secret);
        let expires = answer.map.remove("expires_at").and_then(|at| self.expiry(&at));
        // A name that holds the secret is none.
        let handle = answer.map.get("ref").filter(|r| !r.is_null()).map(Value::to_string);
        let handle = handle.filter(|handle| !handle.contains(secret.expose_secret()));
        let is_additive = answer.map.get("old_still_valid") == Some(&Value::Bool(true));
        self.class.set(if is_additive { Class::Additive } else { Class::Destructive });
        Ok(Issued { username: answer.text("username"), secret, expires, handle })
    }

    /// A time that cannot be read is no reason to lose a secret that may be the only one.
    fn expiry(&self, at: &Value) -> Option<Expiry> {
        let known = match at {
            Value::String(text) => tokens::time(text),
            Value::Number(seconds) => tokens::time(&seconds.to_string()),
            _ => None,
        };
        if known.is_none() && !at.is_null() {
            let name = command::name(&self.words);
            (self.tell)(&format!("{name} gave an expires_at that is no RFC 3339 time; left out"));
        }
        known.map(|at| Expiry { at: ledger::time(at), source: "provider".to_owned() })
    }
}

/// What a command answered; its secrets are wiped when freed, as all memory of our programs.
struct Answer {
    map: Map<String, Value>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Option<Self> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Some(Self { map }),
            _ => None,
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.map.get_mut(name).map(Value::take) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}

/// What could be a secret in an answer that is not understood: each of its longer words.
fn words_of(answer: &[u8]) -> Vec<SecretString> {
    let text = Zeroizing::new(String::from_utf8_lossy(answer).into_owned());
    let is_word = |c: char| c.is_alphanumeric() || "-_.+/=$".contains(c);
    let words = text.split(|c| !is_word(c)).filter(|word| word.len() >= 6);
    words.map(SecretString::from).collect()
}

impl Provider for Exec<'_> {
    fn name(&self) -> &str {
        NAME
    }

    fn class(&self) -> Class {
        self.class.get()
    }

    /// The command is not run to see whether it works.
    fn preflight(&self, _: &Credential) -> Result<Facts, Error> {
        Ok(Facts::default())
    }

    fn create(
        &self,
        operation: &str,
        current: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let mut request = self.request("create");
        request["op_id"] = json!(operation);
        if self.pass_current {
            request["current"] = json!({"secret": current.secret.expose_secret()});
        }
        let ended = match self.ask(&request) {
            Ok(ended) => ended,
            Err(Failed::NotStarted(why)) => return Err(Failure::Unchanged(why)),
            Err(Failed::Killed(why)) => return Err(Failure::Unknown(why)),
        };
        let answer = self.read(&ended.out);
        if ended.status.success() && answer.is_ok() {
            return answer.map_err(Failure::Unknown);
        }
        let maybe = words_of(&ended.out);
        let maybe = answer.iter().map(|issued| &issued.secret).chain(&maybe);
        let secrets: Vec<_> = std::iter::once(&current.secret).chain(maybe).collect();
        self.tell(&ended.err, &secrets);
        if ended.status.success() {
            return answer.map_err(Failure::Unknown);
        }
        let why = self.error(&format!("made no new secret: {}", ended.status));
        // Of a command whose old secrets live on, a failure says that nothing was changed.
        let is_sure = self.class.get() == Class::Additive;
        Err(if is_sure { Failure::Unchanged(why) } else { Failure::Unknown(why) })
    }

    fn revoke(&self, handle: &str) -> Result<(), Error> {
        let mut request = self.request("revoke");
        request["ref"] = serde_json::from_str(handle).unwrap_or_else(|_| json!(handle));
        let ended = self.ask(&request).map_err(Failed::error)?;
        if ended.status.success() {
            return Ok(());
        }
        let maybe = words_of(&ended.out);
        self.tell(&ended.err, &maybe.iter().collect::<Vec<_>>());
        Err(self.error(&format!("did not revoke the old secret: {}", ended.status)))
    }

    fn orphans(&self, operation: &str) -> Result<Vec<String>, Error> {
        let why =
            format!("cannot say whether it made a secret for {operation}; look for one there");
        Err(self.error(&why))
    }
}
