//! A password or a token as a person or a script hands it over: never on the command line.

use std::time::Duration;

use imgsec_cred::credential::MAX_SECRET_BYTES;
use imgsec_cred::process;
use imgsec_cred::rotate::{command, supplied};
use imgsec_cred::store::Error;
use secrecy::SecretString;

use crate::Refusal;

/// How long a script may take to send its end.
const STDIN_LIMIT: Duration = Duration::from_secs(60);

/// Standard input to its end, without one line end.
pub(crate) fn from_stdin() -> anyhow::Result<SecretString> {
    let bytes = process::read_input(MAX_SECRET_BYTES, 0, STDIN_LIMIT)?
        .ok_or_else(|| Error::timed_out("standard input", STDIN_LIMIT))?;
    if bytes.len() > MAX_SECRET_BYTES {
        return Err(Refusal::new("the secret is larger than 1 MiB", None).into());
    }
    command::bare_secret(&bytes).map_err(Refusal::or_error)
}

/// What a command prints. It is split into words as a shell does, and run without one; `tell` gets
/// what it says beside that.
pub(crate) fn from_command(line: &str, tell: &dyn Fn(&str)) -> anyhow::Result<SecretString> {
    supplied::secret_of(&words(line)?, &[], tell).map_err(Refusal::or_error)
}

/// The words of a command line, quotes as in a shell.
pub(crate) fn words(line: &str) -> Result<Vec<String>, Refusal> {
    let words = shlex::split(line).filter(|words| !words.is_empty());
    words.ok_or_else(|| Refusal::new("the option holds no command, or an open quote", None))
}
