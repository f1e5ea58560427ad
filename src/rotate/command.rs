//! A command of the person's own: no shell, a limit of time and of output, and secrets only on its
//! standard input.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::descendants::Descendants;
use crate::store::{Error, ErrorKind};
use crate::{deadline, text};

/// How long a command may take.
pub const LIMIT: Duration = Duration::from_secs(60);

/// The most that it may answer, in bytes; of its words beside the answer more is left out.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// A command that ended in time.
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// Its standard output; may hold a secret.
    pub out: Zeroizing<Vec<u8>>,
    /// Its standard error; may hold a secret, see [`masked`](super::masking::masked).
    pub err: Zeroizing<Vec<u8>>,
}

/// Why there is no answer.
pub enum Failed {
    /// It was never started.
    NotStarted(Error),
    /// It was started and then killed, with all that it started; on other systems than Linux, with
    /// every process of its group.
    Killed(Error),
}

impl Failed {
    /// Why, whichever it was.
    #[must_use]
    pub fn error(self) -> Error {
        let (Self::NotStarted(error) | Self::Killed(error)) = self;
        error
    }
}

/// The name of a command in texts: that of its program, without its folder and its arguments.
#[must_use]
pub fn name(words: &[String]) -> String {
    let program = words.first().map_or("", String::as_str);
    let name = Path::new(program).file_name().map_or(program.into(), |n| n.to_string_lossy());
    text::plain(&name)
}

/// Runs a command to its end, with `input` on its standard input.
///
/// # Errors
/// Where it cannot be started, takes longer than `limit`, or answers more than [`MAX_ANSWER_BYTES`].
pub fn run(words: &[String], input: Zeroizing<Vec<u8>>, limit: Duration) -> Result<Ended, Failed> {
    let name = name(words);
    let not_started = |why: String| {
        Failed::NotStarted(Error::new(ErrorKind::Failed, format!("cannot run {name}: {why}")))
    };
    let Some((program, arguments)) = words.split_first() else {
        return Err(not_started("no command is given".to_owned()));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let descendants = Descendants::follow();
    let mut child = command.spawn().map_err(|e| not_started(e.to_string()))?;
    let end = Instant::now() + limit;
    let exchange = exchange(&mut child, input, limit);
    let is_too_much = matches!(&exchange, Some((out, _)) if out.len() > MAX_ANSWER_BYTES);
    let status = exchange.is_some().then(|| wait(&mut child, end)).flatten();
    if let (Some((out, err)), Some(status), false) = (exchange, status, is_too_much) {
        return Ok(Ended { status, out, err });
    }
    descendants.end(&mut child);
    Err(Failed::Killed(if is_too_much {
        Error::new(ErrorKind::Failed, format!("{name} answered more than {MAX_ANSWER_BYTES} bytes"))
    } else {
        Error::new(ErrorKind::TimedOut, format!("{name} did not end within {} s", limit.as_secs()))
    }))
}

type Said = (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>);

/// Writes and reads at the same time; `None` where the streams do not end in time.
fn exchange(child: &mut Child, input: Zeroizing<Vec<u8>>, limit: Duration) -> Option<Said> {
    let (stdin, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    deadline::within(limit, move || {
        std::thread::scope(|scope| {
            // A command that does not read its input is no failure.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
            let err = scope.spawn(move || {
                let mut err = err;
                let said = read(err.as_mut());
                // The rest is taken, so that the command does not wait for us.
                let _ = err.map(|mut err| std::io::copy(&mut err, &mut std::io::sink()));
                said
            });
            (read(out), err.join().unwrap_or_default())
        })
    })
}

/// Everything a stream says, up to one byte more than the limit.
fn read(stream: Option<impl Read>) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::default();
    if let Some(stream) = stream {
        // What was read before a failure is judged as it is.
        let _ = stream.take(MAX_ANSWER_BYTES as u64 + 1).read_to_end(&mut bytes);
    }
    bytes
}

fn wait(child: &mut Child, end: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(1)),
            _ => return None,
        }
    }
}

/// A secret on standard output or input: without one line end, and not empty.
///
/// # Errors
/// Where it is no text, or nothing but white space. The error holds none of it.
pub fn bare_secret(bytes: &[u8]) -> Result<SecretString, Error> {
    let refused = |why| Error::new(ErrorKind::Refused, format!("the secret {why}"));
    let text = std::str::from_utf8(bytes).map_err(|_| refused("is not UTF-8"))?;
    let text =
        text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r'])).unwrap_or(text);
    if text.trim().is_empty() {
        return Err(refused("is empty"));
    }
    Ok(SecretString::from(text))
}

#[cfg(all(test, unix))]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn sh(script: &str) -> Vec<String> {
        ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
    }

    fn error(words: &[String], limit: Duration) -> Error {
        match run(words, Zeroizing::default(), limit) {
            Ok(_) => panic!("it answered"),
            Err(failed) => failed.error(),
        }
    }

    #[test]
    fn an_answer_comes_with_all_that_was_said() {
        let ended = run(&sh("cat; echo words >&2; exit 3"), Zeroizing::new(b"in".to_vec()), LIMIT);
        let Ok(ended) = ended else { panic!("no answer") };
        assert_eq!((&ended.out[..], &ended.err[..]), (&b"in"[..], &b"words\n"[..]));
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn what_hangs_is_killed_with_all_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let alive = dir.path().join("pid");
        let script = format!("sleep 300 & echo $! >{}; wait", alive.display());
        let error = error(&sh(&script), Duration::from_secs(2));
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        let pid = std::fs::read_to_string(alive).unwrap();
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        while state().is_ok_and(|s| !s.contains(") Z")) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn an_answer_without_end_is_not_read_to_its_end() {
        assert!(error(&sh("cat /dev/zero"), LIMIT).to_string().contains("more than 65536 bytes"));
        let ended = run(&sh("head -c 200000 /dev/zero >&2"), Zeroizing::default(), LIMIT);
        assert!(ended.is_ok_and(|e| e.status.success() && e.err.len() == MAX_ANSWER_BYTES + 1));
        assert!(error(&["/nowhere/x".to_owned()], LIMIT).to_string().starts_with("cannot run x: "));
    }

    #[test]
    fn one_line_end_is_taken_off_and_nothing_else() {
        for (given, secret) in
            [("a\n", "a"), ("a\r\n", "a"), ("a\r", "a"), ("a\n\n", "a\n"), (" a", " a")]
        {
            assert_eq!(bare_secret(given.as_bytes()).unwrap().expose_secret(), secret);
        }
        for given in [&b""[..], b"\n", b" \r\n", b"\xff"] {
            assert!(bare_secret(given).is_err());
        }
    }
}
