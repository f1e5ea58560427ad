//! The only file that prints. Answers go to standard output, everything said beside them to
//! standard error. What came from outside is escaped here, and what may be a secret in it is masked:
//! a password in an address, a token in the place of a name.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use imgsec_cred::{process, server, text, tokens};
use serde_json::{Value, json};

use crate::args::{Color, Shared};

/// How a line is marked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Ok,
    Warn,
    Fail,
}

impl Mark {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }

    fn color(self) -> &'static str {
        match self {
            Self::Ok => "\x1b[32m",
            Self::Warn => "\x1b[33m",
            Self::Fail => "\x1b[31m",
        }
    }
}

/// Where a verb says what it has to say.
pub(crate) struct Report {
    is_json: bool,
    is_quiet: bool,
    has_color: bool,
    /// The answer is out; there is one.
    has_answered: AtomicBool,
}

impl Report {
    pub(crate) fn new(shared: &Shared, likes_color: bool) -> Self {
        let has_color = match shared.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => likes_color && io::stdout().is_terminal(),
        };
        let has_answered = AtomicBool::new(false);
        Self { is_json: shared.json, is_quiet: shared.quiet, has_color, has_answered }
    }

    /// A line of the answer for people.
    pub(crate) fn line(&self, line: &str) -> io::Result<()> {
        if self.is_json { Ok(()) } else { writeln!(io::stdout(), "{}", plain(line)) }
    }

    /// A line that begins with a marked word.
    pub(crate) fn marked(&self, mark: Mark, line: &str) -> io::Result<()> {
        self.row("", mark, line)
    }

    /// As [`Self::marked`], under a heading at the left.
    pub(crate) fn row(&self, heading: &str, mark: Mark, line: &str) -> io::Result<()> {
        if self.is_json {
            return Ok(());
        }
        let heading = if heading.is_empty() { String::new() } else { format!("{heading:<11}") };
        let (on, off) = if self.has_color { (mark.color(), "\x1b[0m") } else { ("", "") };
        writeln!(io::stdout(), "{heading}{on}{:<4}{off}  {}", mark.word(), plain(line))
    }

    /// The answer for programs.
    pub(crate) fn json(&self, document: &Value) -> io::Result<()> {
        if self.is_json { self.document(document) } else { Ok(()) }
    }

    /// The answer of a verb that failed, for programs; none where it answered before it failed.
    pub(crate) fn failed(&self, verb: &str, error: &Value) -> io::Result<()> {
        if self.has_answered.load(Ordering::Relaxed) {
            return Ok(());
        }
        let schema = format!("imgsec.{verb}/1");
        self.json(&json!({"schema": schema, "ok": false, "complete": false, "error": error}))
    }

    /// The answer for programs, whatever was asked for.
    pub(crate) fn document(&self, document: &Value) -> io::Result<()> {
        self.has_answered.store(true, Ordering::Relaxed);
        writeln!(io::stdout(), "{}", json_text(document))
    }

    /// An answer that holds a secret, byte for byte; it passes through no buffer that is not wiped.
    pub(crate) fn door(&self, bytes: &[u8]) -> io::Result<()> {
        self.has_answered.store(true, Ordering::Relaxed);
        process::write_output(bytes)
    }

    /// How many files were looked at so far; only on a terminal, where the next line covers it.
    pub(crate) fn progress(&self, files: usize) {
        if !self.is_quiet && io::stderr().is_terminal() {
            // Nobody is left to be told that nobody listens.
            let _ = write!(io::stderr(), "\r{files} files");
        }
    }

    /// Takes the progress away again.
    pub(crate) fn progress_ends(&self) {
        if !self.is_quiet && io::stderr().is_terminal() {
            // As above.
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// Something said beside the answer.
    pub(crate) fn note(&self, line: &str) {
        if !self.is_quiet {
            // Nobody is left to be told that nobody listens.
            let _ = writeln!(io::stderr(), "{}", plain(line));
        }
    }

    /// A warning beside the answer, also with `--quiet`.
    pub(crate) fn warning(&self, line: &str) {
        // Nobody is left to be told that nobody listens.
        let _ = writeln!(io::stderr(), "warn: {}", plain(line));
    }

    /// Something a person must see now or never, also with `--quiet`; an error where nobody can.
    pub(crate) fn tell_once(&self, lines: &[&str]) -> io::Result<()> {
        if process::is_nowhere(&io::stderr()) {
            let what =
                "what is shown only once cannot be seen: standard error goes to the null device";
            return Err(io::Error::other(what));
        }
        let lines: Vec<_> = lines.iter().map(|line| text::plain(line)).collect();
        writeln!(io::stderr(), "\n{}\n", lines.join("\n"))
    }
}

/// A line as it is printed.
pub(crate) fn plain(line: &str) -> String {
    // A password in an address ends where the line does, so its line ends are escaped first.
    server::shown(&text::plain(&tokens::masked(line))).into_owned()
}

/// A document as it is printed.
pub(crate) fn json_text(document: &Value) -> String {
    text::plain_json(&format!("{:#}", without_secrets(document)))
}

/// A text without what may be a secret in it.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    match tokens::masked(text) {
        Cow::Borrowed(text) => server::shown(text),
        Cow::Owned(text) => Cow::Owned(server::shown(&text).into_owned()),
    }
}

/// The same for each text of a document.
pub(crate) fn without_secrets(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(masked(text).into_owned()),
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, value)| (masked(name).into_owned(), without_secrets(value)))
                .collect()
        }
        value => value.clone(),
    }
}

/// Whether the answer goes to a terminal.
pub(crate) fn is_to_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The last words of a failure: what happened, then what helps.
pub(crate) fn failure(message: &str, hint: Option<&str>) {
    // As above.
    let _ = writeln!(io::stderr(), "imgsec-cred: {}", plain(message));
    if let Some(hint) = hint {
        let _ = writeln!(io::stderr(), "hint: {}", plain(hint));
    }
}

/// The help where no verb is given, in the lines that clap made of it.
pub(crate) fn usage(lines: &str) {
    for line in lines.lines() {
        // As above.
        let _ = writeln!(io::stderr(), "{}", plain(line));
    }
}

/// A prompt, without a line end.
pub(crate) fn prompt(question: &str) -> io::Result<()> {
    write!(io::stderr(), "{}", plain(question))?;
    io::stderr().flush()
}
