//! A file of the corpus and what must be found in it.

use std::time::SystemTime;

use imgsec_cred::audit::finding::{Kind, State};

use super::clean_variants;
use super::generate::Dice;

/// Until when a secret works, as far as it can be told without asking anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasts {
    /// The catalogue knows no more: `unknown` or `no-expiry`.
    Unsaid,
    /// The catalogue says that such secrets never expire.
    Never,
    /// Seconds since 1970.
    Until(u64),
}

/// A credential that was found.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The registry in its one spelling.
    pub(crate) registry: String,
    pub(crate) username: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) token_type: String,
    pub(crate) state: State,
    pub(crate) expires_at: Option<SystemTime>,
    pub(crate) line: usize,
    /// The secret, to tell findings apart; never shown. `None` where only a report is at hand.
    pub(crate) secret: Option<String>,
}

/// A credential that must be found. Where the catalogue allows several answers, they stand side by
/// side with spaces; `-` is no user name, `?` any.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    registry: String,
    pub(super) user: String,
    kinds: Vec<Kind>,
    token: String,
    lasts: Lasts,
    /// The secret as it may be reported: alone, or with the scheme of its header.
    pub(super) secrets: Vec<String>,
    /// How it stands in the file: the secret, or base64 of user and secret.
    pub(crate) written: String,
    has_line: bool,
}

impl Expected {
    pub(crate) fn new(
        registry: &str,
        user: &str,
        kind: Kind,
        token: &str,
        lasts: Lasts,
        secret: &str,
        written: &str,
    ) -> Self {
        Self {
            registry: registry.to_owned(),
            user: user.to_owned(),
            kinds: vec![kind],
            token: token.to_owned(),
            lasts,
            secrets: vec![secret.to_owned()],
            written: written.to_owned(),
            has_line: true,
        }
    }

    pub(crate) fn registry(mut self, registry: &str) -> Self {
        registry.clone_into(&mut self.registry);
        self
    }

    pub(crate) fn user(mut self, user: &str) -> Self {
        user.clone_into(&mut self.user);
        self
    }

    pub(crate) fn token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    /// Another kind that is as right.
    pub(crate) fn or(mut self, kind: Kind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Another form of the secret that is as right.
    pub(crate) fn or_secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// An expiry that is written beside it.
    pub(crate) fn until(mut self, seconds: u64) -> Self {
        self.lasts = Lasts::Until(seconds);
        self
    }

    /// How it stands in the file, where it is neither of the usual forms.
    pub(crate) fn written(mut self, written: &str) -> Self {
        written.clone_into(&mut self.written);
        self
    }

    /// The line is not sure: of a value over several lines, or of a document in a document.
    pub(crate) fn anywhere(mut self) -> Self {
        self.has_line = false;
        self
    }

    /// Whether that is this credential, going by the secret alone.
    pub(crate) fn is_secret_of(&self, seen: &Seen) -> bool {
        let trim = |text: &str| text.trim().to_owned();
        seen.secret.as_ref().is_none_or(|s| self.secrets.iter().any(|own| trim(own) == trim(s)))
    }

    /// What is wrong in that finding, in words without a secret; nothing when all is right.
    pub(crate) fn wrongs(&self, seen: &Seen, text: &str) -> Vec<String> {
        let mut wrongs = Vec::new();
        let mut check = |right: bool, what: String| {
            if !right {
                wrongs.push(what);
            }
        };
        let user = seen.username.as_deref().unwrap_or("-");
        let one_of = |all: &str, one: &str| all.split(' ').any(|each| each == one);
        let right = one_of(&self.registry, &seen.registry);
        check(right, format!("registry is {}, not {}", seen.registry, self.registry));
        let right = one_of(&self.user, "?") || one_of(&self.user, user);
        check(right, format!("user is {user}, not {}", self.user));
        let right = self.kinds.contains(&seen.kind);
        check(right, format!("kind is {:?}, not {:?}", seen.kind, self.kinds));
        let right = one_of(&self.token, &seen.token_type);
        check(right, format!("token type is {}, not {}", seen.token_type, self.token));
        let right = self.lasts.is(seen);
        check(right, format!("{:?} until {:?}, not {:?}", seen.state, seen.expires_at, self.lasts));
        if let Some(line) = self.line(text) {
            check(seen.line == line, format!("line is {}, not {line}", seen.line));
        }
        wrongs
    }

    /// The line, where the credential stands once in the text and on one line.
    pub(crate) fn line(&self, text: &str) -> Option<usize> {
        let (at, _) = text.match_indices(&self.written).next()?;
        let once = text.matches(&self.written).nth(1).is_none();
        (self.has_line && once).then(|| text[..at].matches('\n').count() + 1)
    }

    /// For messages: what it is, without the secret.
    pub(crate) fn name(&self) -> String {
        format!("{:?} of {} at {} ({})", self.kinds[0], self.user, self.registry, self.token)
    }
}

impl Lasts {
    fn is(self, seen: &Seen) -> bool {
        let until = seen.expires_at.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        match self {
            Self::Unsaid => {
                until.is_none() && matches!(seen.state, State::Unknown | State::NoExpiry)
            }
            Self::Never => until.is_none() && seen.state == State::NoExpiry,
            Self::Until(seconds) => {
                let state =
                    if seconds > super::logins::now() { State::Live } else { State::Expired };
                until.is_some_and(|until| until.as_secs() == seconds) && seen.state == state
            }
        }
    }
}

/// What a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// There are credentials in it.
    Found,
    /// The same kind of file without one.
    Clean,
    /// A broken file of the kind, in which nothing can be found.
    Malformed,
}

/// A file, and what must be found in it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) path: String,
    /// The text, before it was encoded.
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
    /// The rows of the catalogue (§1) that it is a fixture of.
    pub(crate) rows: Vec<u8>,
    pub(crate) shape: Shape,
    pub(crate) expected: Vec<Expected>,
    /// Whether its clean and its broken twin are cases as well.
    pub(crate) has_twins: bool,
}

/// All cases, in the making.
#[derive(Debug)]
pub(crate) struct Corpus {
    pub(crate) dice: Dice,
    pub(crate) cases: Vec<Case>,
}

impl Corpus {
    fn add(&mut self, path: &str, rows: &[u8], shape: Shape, text: &str, expected: Vec<Expected>) {
        let (path, text, bytes) = (path.to_owned(), text.to_owned(), text.as_bytes().to_vec());
        self.cases.push(Case {
            path,
            text,
            bytes,
            rows: rows.to_vec(),
            shape,
            expected,
            has_twins: false,
        });
    }

    /// A file with credentials. Its clean and its broken twin are made from it where the secrets
    /// stand in it as they are: references instead of them, and the file cut before the first.
    pub(crate) fn found<const N: usize>(
        &mut self,
        path: &str,
        rows: &[u8],
        text: &str,
        expected: [Expected; N],
    ) {
        let expected = Vec::from(expected);
        let stands = expected.iter().map(|one| text.find(&one.written));
        let places = stands.collect::<Option<Vec<usize>>>();
        let has_twins = places.is_some();
        if let Some(mut places) = places {
            // A password may stand there a second time, beside its `auth`.
            places.extend(expected.iter().filter_map(|one| text.find(&one.secrets[0])));
            let clean = clean_variants::clean(&mut self.dice, text, &expected);
            self.add(path, rows, Shape::Clean, &clean, Vec::new());
            let cut = places.into_iter().min().unwrap_or(0);
            self.add(path, rows, Shape::Malformed, &text[..cut], Vec::new());
        }
        self.add(path, rows, Shape::Found, text, expected);
        self.cases.last_mut().unwrap().has_twins = has_twins;
    }

    /// A file with credentials that is encoded as these bytes.
    pub(crate) fn found_in_bytes<const N: usize>(
        &mut self,
        path: &str,
        rows: &[u8],
        (text, bytes): (&str, Vec<u8>),
        expected: [Expected; N],
    ) {
        self.add(path, rows, Shape::Found, text, expected.into());
        self.cases.last_mut().unwrap().bytes = bytes;
    }

    /// A file without credentials.
    pub(crate) fn clean(&mut self, path: &str, rows: &[u8], text: &str) {
        self.add(path, rows, Shape::Clean, text, Vec::new());
    }

    /// A broken file in which nothing can be found.
    pub(crate) fn malformed(&mut self, path: &str, rows: &[u8], text: &str) {
        self.add(path, rows, Shape::Malformed, text, Vec::new());
    }
}
