//! What the audit finds: a secret for a registry, and where it lies. No secret is ever shown.

use std::path::PathBuf;

use base64ct::{Base64Unpadded, Encoding};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::document::Here;
use super::judge;
use crate::files;
use crate::tokens::Token;

pub use crate::tokens::State;

/// A credential as a source reads it from a text.
#[derive(Debug)]
pub struct Found {
    /// The registry as it is written, an image reference or an address; `None` where the text does
    /// not say.
    pub registry: Option<String>,
    /// The user name; `None` where the text does not say.
    pub username: Option<String>,
    /// What kind of thing it is.
    pub kind: Kind,
    /// The secret itself, decoded.
    pub secret: SecretString,
    /// Its line in the file, counted from 1.
    pub line: usize,
    /// A JSON pointer (RFC 6901) in a file that has a structure; else nothing.
    pub pointer: String,
    /// An expiry that is written beside it, as RFC 3339 or as seconds since 1970.
    pub expiry: Option<String>,
}

/// How many credentials one file may have; with more it is looked at only in part.
pub const MAX_IN_FILE: usize = 5_000;

impl Found {
    /// How many bytes its texts have.
    #[must_use]
    pub fn size(&self) -> usize {
        let named = [&self.registry, &self.username, &self.expiry];
        let named: usize = named.into_iter().flatten().map(String::len).sum();
        named + self.pointer.len() + self.secret.expose_secret().len()
    }

    /// Whether a name on the way to the secret holds it as well, bare or as Docker's `auth`: a broken
    /// file may have it as a key. A short one may be any word.
    #[must_use]
    pub fn names_secret(&self) -> bool {
        let secret = self.secret.expose_secret();
        if secret.len() < 12 || self.pointer.len() < secret.len() {
            return false;
        }
        let names = self.pointer.replace("~1", "/").replace("~0", "~");
        let username = self.username.as_deref().unwrap_or_default();
        let login = Zeroizing::new(format!("{username}:{secret}"));
        let auth = Zeroizing::new(Base64Unpadded::encode_string(login.as_bytes()));
        names.contains(secret) || names.contains(auth.as_str())
    }

    /// A secret at a value of a document; nothing is known yet of its registry and its user.
    #[must_use]
    pub fn at(place: &Here<'_>, kind: Kind, secret: impl Into<String>) -> Self {
        Self { pointer: place.pointer(), ..Self::on_line(place.line(), kind, secret) }
    }

    /// A secret on a line of a text; nothing is known yet of its registry and its user.
    #[must_use]
    pub fn on_line(line: usize, kind: Kind, secret: impl Into<String>) -> Self {
        Self {
            registry: None,
            username: None,
            kind,
            secret: SecretString::from(secret.into()),
            line,
            pointer: String::new(),
            expiry: None,
        }
    }

    /// The same with what stands beside it: the registry and the user name.
    #[must_use]
    pub fn of(self, registry: Option<&str>, username: Option<&str>) -> Self {
        let (registry, username) = (registry.map(str::to_owned), username.map(str::to_owned));
        Self { registry, username, ..self }
    }
}

/// The kinds of secrets, by how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `auth`: base64 of `user:password`.
    Auth,
    /// A user name and a password, each by itself.
    UserPass,
    /// Docker's identity token: a refresh token.
    IdentityToken,
    /// Docker's registry token: sent to the registry as it is.
    RegistryToken,
    /// A header of an HTTP request.
    HttpHeader,
    /// A user name and a password in the address of a proxy.
    ProxyUserinfo,
    /// A command that a shell, or an agent, remembers.
    History,
    /// A command in a script, a recipe or a pipeline.
    Script,
    /// A variable of the environment, in a file or a process.
    Env,
    /// An entry of `.netrc`.
    Netrc,
    /// A line of a log.
    Log,
    /// An OAuth access token.
    OauthAccess,
    /// An OAuth refresh token.
    OauthRefresh,
}

impl Kind {
    /// Its stable name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::UserPass => "userpass",
            Self::IdentityToken => "identitytoken",
            Self::RegistryToken => "registrytoken",
            Self::HttpHeader => "http-header",
            Self::ProxyUserinfo => "proxy-userinfo",
            Self::History => "history",
            Self::Script => "script",
            Self::Env => "env",
            Self::Netrc => "netrc",
            Self::Log => "log",
            Self::OauthAccess => "oauth-access",
            Self::OauthRefresh => "oauth-refresh",
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing: expired.
    Info,
    /// Of little use to a thief.
    Low,
    /// Of limited use, or in a place that is guarded.
    Medium,
    /// Opens a registry.
    High,
    /// Opens more than a registry.
    Critical,
}

impl Severity {
    /// All of them, mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Its stable name in reports and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A place where a secret lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file; for the environment of this process, `$NAME`.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// A JSON pointer, or nothing.
    pub pointer: String,
}

/// A credential that lies open in one file, and what makes it better or worse.
#[derive(Debug)]
pub struct Finding {
    /// The same in every run, on every machine, whatever its line: made of the rule, the kind, the
    /// registry, the user name and the file's name, and of nothing secret.
    pub id: String,
    /// The rule that found it: the name of a [`Source`](super::sources::Source).
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The registry in its one spelling: `docker.io` for Docker Hub, `*` where the file does not say.
    pub registry: String,
    /// The user name, where it is known and is no secret itself.
    pub username: Option<String>,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What can be told of it by its looks: its type, who hands it out, until when it works.
    pub token: Token,
    /// Where it lies in the file; several places where it is there several times.
    pub locations: Vec<Location>,
    /// What makes it better or worse: the words of [`signal`](super::severity::signal).
    pub signals: Vec<&'static str>,
    /// What the registry said when it was asked, as a word; nothing where it was not.
    pub verdict: Option<&'static str>,
    /// The secret, to see whether two findings are one; never shown.
    pub secret: SecretString,
}

impl Finding {
    /// How many bytes it takes, about.
    #[must_use]
    pub fn size(&self) -> usize {
        let place =
            |l: &Location| size_of::<Location>() + l.path.as_os_str().len() + l.pointer.len();
        let user = self.username.as_ref().map_or(0, String::len);
        let texts = self.registry.len() + user + self.secret.expose_secret().len();
        size_of::<Self>() + texts + self.locations.iter().map(place).sum::<usize>()
    }

    /// Whether this is its secret, as a program reads it from the file: quotes and white space around
    /// it do not count.
    #[must_use]
    pub fn is_of(&self, secret: &SecretString) -> bool {
        judge::literal(secret.expose_secret()) == self.secret.expose_secret()
    }

    /// Whether it lies in a variable of this process, and in no file.
    #[must_use]
    pub fn is_in_environment(&self) -> bool {
        self.locations.iter().all(|location| location.path.to_string_lossy().starts_with('$'))
    }
}

/// The id of the `nth` finding with these facts; 32 hexadecimal digits.
#[must_use]
pub(super) fn id(facts: &str, nth: usize) -> String {
    let digest = Sha256::digest(format!("imgsec-audit/1\0{facts}\0{nth}"));
    files::hex(&digest[..16])
}
