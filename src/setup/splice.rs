//! The way back from a changed file to the bytes it had, without a secret in it: each place that
//! changed, what stands there now, and what stood there, with the secrets left to the store.

use base64ct::{Base64, Encoding};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use zeroize::Zeroizing;

use crate::clients::docker::{LOGIN_FIELDS, auth, tells_no_secret};
use crate::credential::Credential;

/// Shorter secrets are in other texts by chance.
const MIN_PART: usize = 4;

/// A place that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splice {
    /// Where it begins in the file as it is now, in bytes.
    at: usize,
    /// What stands there now.
    now: String,
    /// What stood there.
    was: Vec<Piece>,
}

/// A part of what stood there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Piece {
    /// This text.
    Text(String),
    /// A text in JSON that the credential for a server fills in.
    Login {
        /// The server it is kept under.
        server: String,
        /// Which field of it.
        field: Field,
        /// How its slashes and equal signs are written.
        #[serde(default)]
        style: Style,
    },
}

/// A field of an entry of `auths` that is a secret, or may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Field {
    Auth,
    Username,
    Secret,
}

/// How a text is written in JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Style {
    #[default]
    Plain,
    /// `\/`
    Slashes,
    /// `\u003d`, as some libraries write an equal sign.
    Equals,
}

/// The way back from `after` to `before`, where `moved` are the credentials that were taken out.
/// `None` where a secret would stand in it in the clear, or could not be written again as it was.
pub(super) fn splices(before: &str, after: &str, moved: &[&Credential]) -> Option<Vec<Splice>> {
    let (old, new) = (tokens(before), tokens(after));
    let starts: Vec<usize> = new
        .iter()
        .scan(0, |at, token| {
            let start = *at;
            *at += token.len();
            Some(start)
        })
        .collect();
    let mut splices = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (was, now) = (op.old_range(), op.new_range());
        let is_told = |at: usize| !is_of_login(&old, at) || field(old[at], moved).is_some();
        if !was.clone().all(is_told) {
            return None;
        }
        splices.push(Splice {
            at: starts.get(now.start).copied().unwrap_or(after.len()),
            now: new[now].concat(),
            was: pieces(&old[was], moved),
        });
    }
    let is_clean = splices.iter().all(|splice| !splice.shows(moved));
    let credentials: Vec<_> = moved.iter().map(|one| (one.server.as_str(), *one)).collect();
    let find = |server: &str| credentials.iter().find(|(s, _)| *s == server).map(|(_, c)| *c);
    let back = restored(after, &splices, &find)?;
    (is_clean && *back == before).then_some(splices)
}

/// The file as it was, from the file as it is now; `None` where somebody changed it at one of the
/// places, or `find` does not know a credential.
pub(super) fn restored<'c>(
    now: &str,
    splices: &[Splice],
    find: &dyn Fn(&str) -> Option<&'c Credential>,
) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(now.len() * 2));
    let mut done = 0;
    for splice in splices {
        text.push_str(now.get(done..splice.at)?);
        done = splice.at + splice.now.len();
        if now.get(splice.at..done)? != splice.now {
            return None;
        }
        for piece in &splice.was {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Login { server, field, style } => {
                    text.push_str(&style.write(&field.of(find(server)?)));
                }
            }
        }
    }
    text.push_str(now.get(done..)?);
    Some(text)
}

impl Splice {
    /// Whether a secret stands in it, in any way in which a text in JSON may be written.
    fn shows(&self, moved: &[&Credential]) -> bool {
        let texts = self.was.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Login { .. } => None,
        });
        texts.chain([self.now.as_str()]).flat_map(tokens).any(|token| {
            let text = Zeroizing::new(serde_json::from_str::<String>(token).unwrap_or_default());
            let decoded = Zeroizing::new(Base64::decode_vec(&text).unwrap_or_default());
            moved.iter().any(|one| {
                let secret = one.secret.expose_secret();
                *text == secret
                    || secret.len() >= MIN_PART && text.contains(secret)
                    || decoded.ends_with(secret.as_bytes())
                    || *text == *auth(one)
                    || String::from_utf8_lossy(&decoded).contains(&format!(":{secret}"))
            })
        })
    }
}

/// Whether a token is the value of a field that says who logs in, and tells a secret: nobody but the
/// store may tell it, also where the entry holds a second one, which Docker passes over.
fn is_of_login(tokens: &[&str], at: usize) -> bool {
    let mut before = tokens[..at].iter().rev().filter(|token| !token.trim().is_empty());
    if before.next() != Some(&":") {
        return false;
    }
    let name = before.next().and_then(|token| serde_json::from_str::<String>(token).ok());
    name.is_some_and(|name| LOGIN_FIELDS.iter().any(|field| field.eq_ignore_ascii_case(&name)))
        && serde_json::from_str(tokens[at])
            .map(Zeroizing::<String>::new)
            .is_ok_and(|v| !tells_no_secret(&v))
}

/// What stood somewhere, with the fields of credentials left out.
fn pieces(tokens: &[&str], moved: &[&Credential]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    for token in tokens {
        match field(token, moved) {
            Some(login) => {
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(login);
            }
            None => text.push_str(token),
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

/// The field of a credential that this text in JSON is.
fn field(token: &str, moved: &[&Credential]) -> Option<Piece> {
    for one in moved {
        for field in [Field::Auth, Field::Secret, Field::Username] {
            let value = field.of(one);
            let styles = [Style::Plain, Style::Slashes, Style::Equals];
            if let Some(style) = styles.into_iter().find(|style| *style.write(&value) == token) {
                return Some(Piece::Login { server: one.server.as_str().to_owned(), field, style });
            }
        }
    }
    None
}

impl Field {
    fn of(self, credential: &Credential) -> Zeroizing<String> {
        match self {
            Self::Auth => auth(credential),
            Self::Username => Zeroizing::new(credential.username.clone()),
            Self::Secret => Zeroizing::new(credential.secret.expose_secret().to_owned()),
        }
    }
}

impl Style {
    fn write(self, value: &str) -> Zeroizing<String> {
        let plain = Zeroizing::new(serde_json::Value::from(value).to_string());
        Zeroizing::new(match self {
            Self::Plain => return plain,
            Self::Slashes => plain.replace('/', "\\/"),
            Self::Equals => plain.replace('=', "\\u003d"),
        })
    }
}

/// A text of JSON in its smallest parts: texts in quotes, white space, and single characters.
fn tokens(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            b if b.is_ascii_whitespace() => {
                while at < bytes.len() && bytes[at].is_ascii_whitespace() {
                    at += 1;
                }
            }
            _ => at += 1,
        }
        while !text.is_char_boundary(at) {
            at += 1;
        }
        tokens.push(&text[start..at]);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::ServerKey;

    fn credential() -> Credential {
        Credential::new(ServerKey::parse("ghcr.io").unwrap(), "ada".into(), "s3cret?>=x".into())
    }

    #[test]
    fn a_file_comes_back_byte_for_byte_and_the_way_holds_no_secret() {
        let ada = credential();
        let auth = super::auth(&ada);
        let befores = [
            format!(
                "{{\n\t\"auths\": {{\n\t\t\"ghcr.io\": {{\n\t\t\t\"auth\": \"{}\"\n\t\t}}\n\t}}\n}}",
                *auth
            ),
            format!(
                "{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{}\",\"email\":\"é\"}}}}}}",
                auth.replace('=', "\\u003d")
            ),
            "{\"auths\":{\"ghcr.io\":{\"username\":\"ada\",\"password\":\"s3cret?>=x\"}}}"
                .to_owned(),
        ];
        for before in befores {
            let after =
                "{\n\t\"auths\": {\n\t\t\"ghcr.io\": {}\n\t},\n\t\"credsStore\": \"imgsec\"\n}";
            let splices = splices(&before, after, &[&ada]).unwrap();
            let written = serde_json::to_string(&splices).unwrap();
            assert!(!written.contains("s3cret") && !written.contains(&*auth), "{written}");
            let read: Vec<Splice> = serde_json::from_str(&written).unwrap();
            let back = restored(after, &read, &|_| Some(&ada));
            assert_eq!(back.as_deref().map(String::as_str), Some(before.as_str()));
            assert_eq!(restored(after, &read, &|_| None), None);
            let changed = after.replace("\"credsStore\": \"imgsec\"", "\"credsStore\": \"pass\"");
            assert_eq!(restored(&changed, &read, &|_| Some(&ada)), None);
        }
    }

    #[test]
    fn a_second_secret_of_an_entry_that_nobody_moved_stands_in_no_way_back() {
        let ada = credential();
        for field in ["password", "PassWord", "identitytoken", "auth"] {
            let auth = super::auth(&ada);
            let before = format!(
                "{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{}\", \"{field}\" : \"another\"}}}}}}",
                *auth
            );
            let after = "{\"auths\":{\"ghcr.io\":{}}}";
            assert_eq!(splices(&before, after, &[&ada]), None, "{field}");
        }
    }

    #[test]
    fn what_tells_no_secret_beside_a_token_comes_back_as_it_was() {
        let server = ServerKey::parse("ghcr.io").unwrap();
        let token = Credential::new(server, "<token>".into(), "t0ken-of-ada".into());
        let before = "{\"auths\":{\"ghcr.io\":{\"auth\":\"YWRhOg==\",\"password\":\"\",\
                      \"identitytoken\":\"t0ken-of-ada\"}}}";
        let after = "{\"auths\":{\"ghcr.io\":{}}}";
        let splices = splices(before, after, &[&token]).unwrap();
        let back = restored(after, &splices, &|_| Some(&token));
        assert_eq!(back.as_deref().map(String::as_str), Some(before));
    }

    #[test]
    fn what_cannot_be_written_again_has_no_way_back() {
        let before = "{\"auths\":{\"ghcr.io\":{\"auth\":\"\\u0059WRhOnMzY3JldD8+PXg=\"}}}";
        assert_eq!(splices(before, "{\"auths\":{\"ghcr.io\":{}}}", &[&credential()]), None);
    }
}
