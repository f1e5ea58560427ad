//! A password or a token as a person or a script hands it over: never on the command line.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use imgsec_cred::credential::MAX_SECRET_BYTES;
use imgsec_cred::store::{Error, ErrorKind};
use imgsec_cred::{deadline, process};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::Refusal;

/// How long a script may take to send its end.
const STDIN_LIMIT: Duration = Duration::from_secs(60);

/// How long a command that fetches a secret may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// Standard input to its end.
pub(crate) fn from_stdin() -> anyhow::Result<SecretString> {
    let bytes = process::read_input(MAX_SECRET_BYTES, 0, STDIN_LIMIT)?
        .ok_or_else(|| Error::timed_out("standard input", STDIN_LIMIT))?;
    secret(&bytes, "standard input")
}

/// What a command prints. It is split into words as a shell does, and run without one.
pub(crate) fn from_command(line: &str) -> anyhow::Result<SecretString> {
    let failed = |why: String| Error::new(ErrorKind::Failed, why);
    let words = words(line)?;
    let mut child = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| failed(format!("cannot run {}: {e}", words[0])))?;
    let output = child.stdout.take();
    let end = Instant::now() + COMMAND_LIMIT;
    let read = deadline::within(COMMAND_LIMIT, move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        let most = MAX_SECRET_BYTES as u64 + 1;
        output.map(|o| o.take(most).read_to_end(&mut bytes)).transpose().map(|_| bytes)
    });
    let mut status = None;
    while read.is_some() && status.is_none() && Instant::now() < end {
        status = child.try_wait()?;
        std::thread::sleep(Duration::from_millis(2));
    }
    let (Some(read), Some(status)) = (read, status) else {
        // It is of no use any more; that it is already gone is no failure.
        let _ = child.kill();
        let _ = child.wait();
        return Err(Error::timed_out(&words[0], COMMAND_LIMIT).into());
    };
    if !status.success() {
        return Err(failed(format!("{} failed ({status})", words[0])).into());
    }
    secret(&read?, &words[0])
}

/// The words of a command line, quotes as in a shell.
pub(crate) fn words(line: &str) -> Result<Vec<String>, Refusal> {
    let words = shlex::split(line).filter(|words| !words.is_empty());
    words.ok_or_else(|| Refusal::new("the option holds no command, or an open quote", None))
}

/// Text without its one line end, as Docker reads it; a key file of Google has several lines (docker/cli `cli/command/registry/login.go`).
fn secret(bytes: &[u8], whence: &str) -> anyhow::Result<SecretString> {
    let refuse = |why: &str| Refusal::new(format!("what {whence} gave {why}"), None);
    if bytes.len() > MAX_SECRET_BYTES {
        return Err(refuse("is larger than 1 MiB").into());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("is not UTF-8"))?;
    let ends = ["\r\n", "\n", "\r"];
    let text = ends.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    if text.trim().is_empty() {
        return Err(refuse("is empty").into());
    }
    if text.contains('\0') {
        return Err(refuse("holds a NUL").into());
    }
    Ok(SecretString::from(text))
}
