//! Goes over a text line by line, into its quotes and substitutions, and gathers the logins.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::login::{self, Login};
use super::marks::{Marks, may_hold};
use super::quotes::Dialect;
use super::words::{self, Command, Word};
use super::{kind, lines, lists, programs, references, stdin};
use crate::audit::document::Lines;
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::sources::shell::variables::{assignments, names};

/// How often a command may be quoted in another.
const MAX_DEPTH: usize = 6;

/// How many lines may lie between an `echo` that a log shows and the login that reads it.
const MAX_TRACE: usize = 2;

/// Where a text lies in the file: from a byte on, or all of it on a line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    From(usize),
    Line(usize),
    /// It is a list, of which each word says its line.
    Listed,
}

/// A text of a log that a login next to it may read.
type Traced = (usize, Word, Place);

/// The registry and the user name of a login.
pub(super) type Said = (Option<String>, Option<String>);

pub(super) struct Scan<'t> {
    text: &'t str,
    kind: Kind,
    dialect: Dialect,
    lines: Lines<'t>,
    found: Vec<Found>,
    seen: HashSet<(usize, String)>,
    secrets: HashSet<String>,
    /// What logins say of secrets, also of those that variables of ours hold.
    said: HashMap<String, Said>,
    /// Whether what was found already is left out, also on another line.
    pub(super) is_second_look: bool,
    variables: OnceCell<HashMap<String, (String, usize)>>,
    echoed: Option<Traced>,
    waiting: Option<(usize, Vec<Word>)>,
}

impl<'t> Scan<'t> {
    pub(super) fn new(path: &str, text: &'t str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        let dialect = match () {
            () if name.contains("consolehost_history") || ends(&[".ps1", ".psm1", ".psd1"]) => {
                Dialect::PowerShell
            }
            () if ends(&[".bat", ".cmd"]) => Dialect::Cmd,
            () => Dialect::Posix,
        };
        Self {
            text,
            kind: kind::of(path, text),
            dialect,
            lines: Lines::of(text),
            found: Vec::new(),
            seen: HashSet::new(),
            secrets: HashSet::new(),
            said: HashMap::new(),
            is_second_look: false,
            variables: OnceCell::new(),
            echoed: None,
            waiting: None,
        }
    }

    /// Reads the whole text.
    pub(super) fn whole(&mut self) {
        let text = self.text;
        self.text(text, Place::From(0), 0);
        lists::each(text, |words| {
            self.command(words, None, Place::From(0));
        });
    }

    pub(super) fn finish(self) -> Vec<Found> {
        self.found
    }

    /// The registry and the user name of each secret that a login is given.
    pub(super) fn said(self) -> HashMap<String, Said> {
        self.said
    }

    /// Reads a text, and what is quoted in it.
    pub(super) fn text(&mut self, text: &str, place: Place, depth: usize) {
        let marks = Marks::of(text);
        for (begin, line) in lines::joined(text, self.dialect) {
            if self.found.len() > MAX_IN_FILE {
                return;
            }
            let is_trace = self.kind == Kind::Log && is_trace(line);
            if !marks.lie_in(begin..begin + line.len()) && !is_trace {
                continue;
            }
            let place = place.after(begin);
            if let Some(command) = lines::fish(line).filter(|_| self.kind == Kind::History) {
                let place = Place::Line(self.line(place, 0));
                if depth < MAX_DEPTH {
                    self.text(&command, place, depth + 1);
                }
                continue;
            }
            let plain = lines::plain(line);
            let place = match &plain {
                std::borrow::Cow::Borrowed(_) => place,
                std::borrow::Cow::Owned(_) => Place::Line(self.line(place, 0)),
            };
            self.read_line(&plain, place, depth, is_trace);
        }
    }

    fn read_line(&mut self, text: &str, place: Place, depth: usize, is_trace: bool) {
        let is_ours = if is_trace { is_ours_in_trace } else { programs::is_program };
        let line = words::read(text, self.dialect, may_hold, is_ours);
        for pipeline in &line.pipelines {
            self.pipeline(pipeline, place, is_trace);
        }
        if depth >= MAX_DEPTH {
            return;
        }
        for inner in line.inner {
            let place = match place {
                Place::From(_) if inner.is_raw => place.after(inner.at),
                _ => Place::Line(self.line(place, inner.at)),
            };
            self.text(&inner.text, place, depth + 1);
        }
    }

    fn pipeline(&mut self, pipeline: &[Command], place: Place, is_trace: bool) {
        for (at, command) in pipeline.iter().enumerate() {
            let given = stdin::of(&pipeline[..=at], self.dialect);
            let given = given.or_else(|| self.below(command, place));
            let is_found = self.command(&command.words, given.as_ref(), place);
            if is_trace && !is_found && pipeline.len() == 1 {
                self.trace(command, place);
            }
        }
    }

    /// What the lines below a command give it to read, up to the word that ends them.
    fn below(&self, command: &Command, place: Place) -> Option<Word> {
        let (end, Place::From(begin)) = (command.end.as_ref()?, place) else { return None };
        let (body, from) = stdin::below(self.text, begin + end.at, &end.text)?;
        Some(Word { text: body.to_owned(), at: from - begin, is_quoted: true })
    }

    /// A log shows each command of a pipeline on a line of its own, in any order.
    fn trace(&mut self, command: &Command, place: Place) {
        let at = command.words.first().map_or(0, |word| word.at);
        let line = self.line(place, at);
        let is_near = |other: usize| line.abs_diff(other) <= MAX_TRACE;
        if let Some(word) =
            stdin::written(command, self.dialect).filter(|word| may_be_secret(&word.text))
        {
            match self.waiting.take() {
                Some((other, words)) if is_near(other) => {
                    self.command(&words, Some(&word), Place::Line(line));
                }
                _ => self.echoed = Some((line, word, place)),
            }
        } else if command.words.iter().any(|word| word.text.contains("-stdin")) {
            match self.echoed.take() {
                Some((other, word, _)) if is_near(other) => {
                    self.command(&command.words, Some(&word), Place::Line(other));
                }
                _ => self.waiting = Some((line, command.words.clone())),
            }
        }
    }

    /// Takes the logins of one command; whether there were any.
    pub(super) fn command(&mut self, words: &[Word], given: Option<&Word>, place: Place) -> bool {
        let logins = login::find(words, given);
        let is_found = !logins.is_empty();
        for login in logins {
            self.take(login, place);
        }
        is_found
    }

    fn take(&mut self, login: Login, place: Place) {
        let mut secret = login.secret.text;
        let mut line = self.line(place, login.secret.at);
        let mut is_known = false;
        if let Some(name) = references::variable(&secret)
            && let Some((value, at)) = self.variable(name)
        {
            // The source of variables knows this one by its name.
            is_known = names::is_secret(name);
            (secret, line) = (value.clone(), *at);
        }
        let registry = login.registry.and_then(|text| self.filled_in(text));
        let username = login.username.and_then(|text| self.filled_in(text));
        if registry.is_some() && !self.is_second_look {
            let said = (registry.clone(), username.clone());
            self.said.entry(secret.clone()).or_insert(said);
        }
        if is_known {
            return;
        }
        let is_text = secret.bytes().any(|b| b.is_ascii_alphanumeric() || b >= 0x80);
        if !is_text || !self.seen.insert((line, secret.clone())) {
            return;
        }
        if self.is_second_look && self.secrets.contains(&secret) {
            return;
        }
        if !self.is_second_look {
            self.secrets.insert(secret.clone());
        }
        let secret = Found::on_line(line, self.kind, secret);
        self.found.push(secret.of(registry.as_deref(), username.as_deref()));
    }

    /// A text whose variables are filled in where the file says them; nothing where it does not.
    fn filled_in(&self, text: String) -> Option<String> {
        let Some(name) = references::variable(&text) else {
            let said = |name: &str| self.variable(name).map(|(value, _)| value.as_str());
            if let Some(text) = references::filled_in(&text, said) {
                return Some(text);
            }
            let is_open = text.contains("{{") || text.contains("$(") || text.contains("${");
            return (!is_open && !text.starts_with(['$', '<', '{', '%']))
                .then_some(text)
                .filter(|text| !text.is_empty());
        };
        // A user name such as `$oauthtoken`, or `robot$ci`, is no variable.
        let known = matches!(name, "oauthtoken" | "app" | "token").then(|| text.clone());
        self.variable(name).map(|(value, _)| value.clone()).or(known)
    }

    fn variable(&self, name: &str) -> Option<&(String, usize)> {
        let variables = self.variables.get_or_init(|| {
            let all = assignments::read(self.text, &|_| true);
            let is_literal = |a: &assignments::Assignment| {
                !a.value.is_empty() && !a.value.contains('$') && !references::is_call(&a.value)
            };
            let literal = all.into_iter().filter(is_literal);
            literal.map(|a| (a.name, (a.value, a.line))).collect()
        });
        variables.get(name)
    }

    fn line(&self, place: Place, at: usize) -> usize {
        match place {
            Place::From(begin) => self.lines.line(begin + at),
            Place::Line(line) => line,
            Place::Listed => at,
        }
    }
}

impl Place {
    fn after(self, bytes: usize) -> Self {
        match self {
            Self::From(begin) => Self::From(begin + bytes),
            Self::Line(_) | Self::Listed => self,
        }
    }
}

/// Whether a shell shows a command on this line before it runs it.
fn is_trace(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace().take(6);
    words.any(|word| word.ends_with('+') && word.bytes().all(|b| b == b'+'))
        && ["echo", "printf", "login"].iter().any(|word| line.contains(word))
}

fn is_ours_in_trace(word: &str) -> bool {
    matches!(word, "echo" | "printf") || programs::is_program(word)
}

/// Whether what a log shows being written may be a secret: one long word.
fn may_be_secret(text: &str) -> bool {
    text.len() >= 6 && !text.contains(char::is_whitespace)
}
