//! Why a verb failed: the line for people, the answer for programs, and the exit status.

use std::io;
use std::process::ExitCode;

use imgsec_cred::store::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::args::Verb;
use crate::report::{self, Report};
use crate::{Refusal, which};

/// What ended a verb before its end.
pub(crate) struct Failure {
    status: u8,
    kind: &'static str,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// The status of design §7, and a stable word for what it is.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        let message = format!("{error:#}");
        let failure = |status, kind, hint: Option<&str>| Self {
            status,
            kind,
            message: message.clone(),
            hint: hint.map(str::to_owned),
        };
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|e| e.kind() == io::ErrorKind::Interrupted) {
            return failure(130, "interrupted", None);
        }
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return failure(6, "refused", refusal.hint.as_deref());
        }
        if error.downcast_ref::<which::Usage>().is_some() {
            return failure(2, "usage", Some("imgsec-cred which ghcr.io/acme/app:1.2"));
        }
        let Some(error) = error.downcast_ref::<Error>() else {
            return failure(3, ErrorKind::Failed.word(), None);
        };
        let status = match error.kind() {
            ErrorKind::NotFound => 1,
            kind if kind.is_of_the_whole_store() => 4,
            _ => 3,
        };
        failure(status, error.kind().word(), error.hint())
    }

    /// Says why.
    pub(crate) fn end(self, verb: &Verb, report: &Report) -> ExitCode {
        self.say();
        if let Some(name) = verb.answers_as() {
            // Nobody is left to be told that nobody listens.
            let _ = report.failed(name, &self.document());
        }
        ExitCode::from(self.status)
    }

    /// For people.
    pub(crate) fn say(&self) {
        if !self.is_interruption() {
            report::failure(&self.message, self.hint.as_deref());
        }
    }

    /// For programs.
    pub(crate) fn document(&self) -> Value {
        document(self.kind, &self.message, self.hint.as_deref())
    }

    /// The next credential would meet it as well: the store as a whole gives no answer, or somebody
    /// wished to stop.
    pub(crate) fn ends_all(&self) -> bool {
        self.status == 4 || self.is_interruption()
    }

    /// Somebody wished to stop.
    pub(crate) fn is_interruption(&self) -> bool {
        self.kind == "interrupted"
    }
}

/// What the store said, in an answer that is given all the same.
pub(crate) fn of_store(error: &Error) -> Value {
    document(error.kind().word(), &error.to_string(), error.hint())
}

/// A failure for programs, as every schema has it.
pub(crate) fn document(kind: &str, message: &str, hint: Option<&str>) -> Value {
    json!({"kind": kind, "message": message, "hint": hint})
}
