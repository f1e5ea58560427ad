//! An entry of `auths`: who logs in and with what, in the forms that clients have written.

use std::fmt;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::auth_file::{Names, field};
use super::json_tree::Json;
use crate::credential::Login;

/// The user name that marks a secret as an identity token.
pub(super) const TOKEN_USER: &str = "<token>";

/// An entry of `auths`.
#[derive(Default)]
pub(super) struct Entry {
    /// Its key, as it is written.
    pub(super) key: String,
    /// What `auth` says.
    pub(super) auth: Auth,
    /// `auth` as it is written; `None` where there is none.
    pub(super) written_auth: Option<Zeroizing<String>>,
    /// It is no object, or a field of it is no text.
    pub(super) is_odd: bool,
    /// `username`.
    pub(super) username: String,
    /// `password`.
    pub(super) password: Zeroizing<String>,
    /// `identitytoken`.
    pub(super) identity_token: Zeroizing<String>,
    /// `registrytoken`.
    registry_token: Zeroizing<String>,
}

/// What `auth` says: base64 of `user:password`.
#[derive(Default)]
pub(super) enum Auth {
    /// There is none, or it is empty.
    #[default]
    Missing,
    /// A user name and a password; both may be empty.
    Pair(String, Zeroizing<String>),
    /// Base64 of something without a colon.
    NoPair,
    /// No base64.
    NoBase64,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?})", self.key)
    }
}

impl Entry {
    /// One that says nothing.
    pub(super) fn named(key: String) -> Self {
        Self { key, ..Self::default() }
    }

    /// Takes the fields.
    pub(super) fn fill(&mut self, fields: Vec<(String, Json)>, names: Names) {
        let known = ["auth", "username", "password", "identitytoken", "registrytoken"];
        for (name, value) in fields {
            let Some(name) = field(&name, names, &known) else { continue };
            let text = match value {
                Json::Text(text) => text,
                Json::Null => continue,
                _ => {
                    self.is_odd = true;
                    continue;
                }
            };
            match name {
                "auth" => {
                    self.auth = Auth::read(&text);
                    self.written_auth = Some(text);
                }
                "username" => self.username = text.to_string(),
                "password" => self.password = text,
                "identitytoken" => self.identity_token = text,
                _ => self.registry_token = text,
            }
        }
    }

    /// The identity token.
    pub(super) fn identity(&self) -> Option<Login> {
        (!self.identity_token.is_empty()).then(|| Login::new(TOKEN_USER, &self.identity_token))
    }

    /// The token that a registry takes as it is.
    pub(super) fn registry(&self) -> Option<Login> {
        (!self.registry_token.is_empty()).then(|| Login::new(TOKEN_USER, &self.registry_token))
    }

    /// The fields `username` and `password`, where there is a password.
    pub(super) fn written(&self) -> Option<Login> {
        (!self.password.is_empty()).then(|| Login::new(&self.username, &self.password))
    }

    /// The pair in `auth`, where there is a password.
    pub(super) fn pair(&self) -> Option<Login> {
        match &self.auth {
            Auth::Pair(user, password) if !password.is_empty() => Some(Login::new(user, password)),
            _ => None,
        }
    }

    /// What most readers make of it: a token, else `auth`, else the two fields. `None` where it
    /// holds no secret.
    pub(super) fn login(&self) -> Option<Login> {
        let pair = match &self.auth {
            Auth::Missing => self.written(),
            _ => self.pair(),
        };
        self.registry().or_else(|| self.identity()).or(pair)
    }
}

impl Auth {
    fn read(text: &str) -> Self {
        if text.is_empty() {
            return Self::Missing;
        }
        let Ok(bytes) = Base64::decode_vec(&canonical(text)) else { return Self::NoBase64 };
        let bytes = Zeroizing::new(bytes);
        // What is no UTF-8 is sent as it is by some, and with marks in its place by others.
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        match text.split_once(':') {
            None => Self::NoPair,
            Some((user, password)) => {
                Self::Pair(user.to_owned(), password.trim_matches('\0').to_owned().into())
            }
        }
    }
}

/// Base64 as its writer should have written it: the readers take line breaks, and ones in the bits
/// that the last letter does not use.
fn canonical(text: &str) -> Zeroizing<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes =
        Zeroizing::new(text.bytes().filter(|b| !b"\r\n".contains(b)).collect::<Vec<_>>());
    let padding = bytes.iter().rev().take_while(|b| **b == b'=').count();
    let used = match padding {
        1 => 0b11_1100,
        2 => 0b11_0000,
        _ => 0b11_1111,
    };
    if let Some(last) = bytes.iter_mut().rev().nth(padding)
        && let Some(value) = LETTERS.iter().position(|letter| letter == last)
    {
        *last = LETTERS[value & used];
    }
    Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
}
