//! One request to a provider's API, and what its answer means: done, certainly refused, or unknown.
//! Nothing that a server wrote gets into an error: it could repeat a secret.

use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::registry::endpoint::{Origin, Url, percent};
use crate::registry::http::{Answer, Body, Client, Login};
use crate::registry::trouble::Trouble;
use crate::rotate::provider::Failure;
use crate::store::{Error, ErrorKind};

/// The largest answer that is read: a page of a list.
const MAX_BYTES: u64 = 1024 * 1024;

/// The entries of a page that are asked for.
pub(super) const PAGE: usize = 100;

/// More pages than this are not read.
const MAX_PAGES: usize = 100;

/// The API of a provider.
pub(super) struct Api {
    client: Client,
    origin: Origin,
    /// The provider's name, for people.
    title: &'static str,
    /// What helps with an answer of this status.
    hints: &'static [(u16, &'static str)],
}

/// A request.
pub(super) struct Call<'a> {
    pub(super) method: &'static str,
    pub(super) url: Url,
    pub(super) login: Login<'a>,
    pub(super) body: Body,
}

impl Api {
    pub(super) fn new(
        client: &Client,
        origin: Origin,
        title: &'static str,
        hints: &'static [(u16, &'static str)],
    ) -> Self {
        Self { client: client.clone(), origin, title, hints }
    }

    /// The same with the whole time before it: each step of a rotation begins so.
    pub(super) fn anew(&self) -> Self {
        Self::new(&self.client.anew(), self.origin.clone(), self.title, self.hints)
    }

    /// An address of the API.
    pub(super) fn at(&self, path: &str) -> Url {
        self.origin.at(path)
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn limit(&self) -> std::time::Duration {
        self.client.limit()
    }

    /// Sends a request that changes nothing; any status is an answer.
    pub(super) fn ask(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let Call { method, url, login, body } = call;
        self.client.send(method, url, *login, body, MAX_BYTES).map_err(|t| self.trouble(t))
    }

    /// Reads something.
    pub(super) fn get<T: DeserializeOwned>(&self, url: Url, login: Login<'_>) -> Result<T, Error> {
        let answer = self.ask(&Call { method: "GET", url, login, body: Body::Empty })?;
        if answer.status == 200 { self.read(&answer) } else { Err(self.refused(answer.status)) }
    }

    /// The pages of a list, until one is empty: a server may give fewer entries than it was asked
    /// for. `page` reads one, by its number from 1 on.
    pub(super) fn pages<T>(
        &self,
        mut page: impl FnMut(&str) -> Result<Vec<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for number in 1..=MAX_PAGES {
            let found = page(&number.to_string())?;
            if found.is_empty() {
                return Ok(all);
            }
            all.extend(found);
        }
        Err(self.error(ErrorKind::Refused, "has more entries than are read"))
    }

    /// Sends a request that changes something, once.
    pub(super) fn act(&self, call: &Call<'_>, good: &[u16]) -> Result<Answer, Failure> {
        let Call { method, url, login, body } = call;
        let answer = self.client.send(method, url, *login, body, MAX_BYTES).map_err(|trouble| {
            let error = self.trouble(trouble);
            if trouble.was_never_sent() {
                Failure::Unchanged(error)
            } else {
                Failure::Unknown(error)
            }
        })?;
        if good.contains(&answer.status) {
            return Ok(answer);
        }
        let error = self.refused(answer.status);
        // 408 and 499 are a proxy's words for a server that took too long.
        let is_clear = (400..500).contains(&answer.status) && ![408, 499].contains(&answer.status);
        Err(if is_clear { Failure::Unchanged(error) } else { Failure::Unknown(error) })
    }

    /// As [`Self::act`], for what may be done twice: ending a secret.
    pub(super) fn end(&self, call: &Call<'_>, good: &[u16]) -> Result<Answer, Error> {
        self.act(call, good).map_err(|failure| match failure {
            Failure::Unchanged(error) | Failure::Unknown(error) => error,
        })
    }

    /// An answer as JSON of this form.
    pub(super) fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Error> {
        // The parser's own error could quote the answer.
        serde_json::from_slice(&answer.body).map_err(|_| {
            self.error(ErrorKind::Failed, "gave an answer that is not its API's")
                .with_hint("check the address of the API: --set api=https://HOST")
        })
    }

    pub(super) fn error(&self, kind: ErrorKind, words: &str) -> Error {
        Error::new(kind, format!("{} at {} {words}", self.title, self.origin.authority()))
    }

    /// A status in words.
    pub(super) fn refused(&self, status: u16) -> Error {
        let words = match status {
            300..=399 => "answers with a redirect, which is not followed",
            401 => "does not accept the login",
            403 => "does not allow it with this login",
            404 => "does not know what was asked for",
            405 => "does not do this for such a token",
            429 => "asks us to wait",
            400..=499 => "refuses the request",
            500..=599 => "has an error of its own",
            _ => "gave an answer that is not its API's",
        };
        let kind =
            if (400..500).contains(&status) { ErrorKind::Refused } else { ErrorKind::Failed };
        let error = self.error(kind, &format!("{words} (status {status})"));
        let general = match status {
            300..=399 => Some("check the address of the API: --set api=https://HOST"),
            429 | 500..=599 => Some("run it again in some minutes"),
            _ => None,
        };
        let own = self.hints.iter().find(|(of, _)| *of == status).map(|(_, hint)| *hint);
        match own.or(general) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    fn trouble(&self, trouble: Trouble) -> Error {
        let kind =
            if trouble == Trouble::TimedOut { ErrorKind::TimedOut } else { ErrorKind::Failed };
        Error::new(
            kind,
            format!("{} at {}: {}", self.title, self.origin.authority(), trouble.words()),
        )
    }
}

/// A body in JSON, wiped when it was sent.
pub(super) fn json(value: &impl Serialize) -> Result<Body, Error> {
    let bytes = serde_json::to_vec(value);
    let bytes = bytes.map_err(|_| Error::new(ErrorKind::Failed, "a request cannot be written"))?;
    Ok(Body::Json(Zeroizing::new(bytes)))
}

/// A name as one part of a path: percent-encoded, and never one that means another place.
pub(super) fn segment(name: &str) -> Result<String, Error> {
    if name.is_empty() || name == "." || name == ".." || name.len() > 512 {
        return Err(Error::new(ErrorKind::Refused, "a name cannot be part of an address"));
    }
    Ok(percent(name))
}

/// A secret as it comes in JSON. It has no `Debug`.
pub(super) struct Sealed(pub(super) SecretString);

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(serde::de::Error::custom("an empty secret"));
        }
        Ok(Self(SecretString::from(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_part_of_a_path() {
        assert_eq!(segment("robot$a/b+c").unwrap(), "robot%24a%2Fb%2Bc");
        for name in ["", ".", ".."] {
            assert!(segment(name).is_err());
        }
    }
}
