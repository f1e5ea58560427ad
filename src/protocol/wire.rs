//! A credential on the wire, written and read.
//!
//! Requests are read as Docker's own helpers do, but never as another server or secret than was
//! meant. Like Go's `encoding/json`: field names in any case, the last of two wins, unknown ones are
//! ignored, `null` is the empty text. Unlike it: what it would alter in silence (invalid UTF-8, a
//! raw line break in a text, a second value behind the first) is refused.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::MAX_REQUEST_BYTES;
use crate::credential::{Credential, MAX_SECRET_BYTES};
use crate::server::{InvalidKey, MAX_KEY_BYTES, ServerKey};
use crate::text;

/// Why a request is refused, as the line the client is told. Never holds any of the request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidKey> for Refused {
    fn from(error: InvalidKey) -> Self {
        Self(error.to_string())
    }
}

fn refused<T>(why: &str) -> Result<T, Refused> {
    Err(Refused(why.to_owned()))
}

/// The server key of a `get` or `erase` request; `None` for what nothing is
/// ever kept under: bytes that are no text, and an address with a password in it.
pub(super) fn server_key(request: &[u8]) -> Result<Option<ServerKey>, Refused> {
    if request.len() > MAX_KEY_BYTES + 64 {
        return Err(InvalidKey::TooLong.into());
    }
    let Ok(text) = std::str::from_utf8(request) else { return Ok(None) };
    match ServerKey::parse(text) {
        // An error would end a build that asks for every registry of its settings.
        Err(InvalidKey::UserInfo) => Ok(None),
        server => Ok(Some(server?)),
    }
}

/// The credential of a `store` request.
pub(super) fn credential(request: &[u8]) -> Result<Credential, Refused> {
    if request.len() > MAX_REQUEST_BYTES {
        return refused("the request is too large");
    }
    let request = request.strip_prefix(b"\xef\xbb\xbf").unwrap_or(request);
    if request.iter().all(u8::is_ascii_whitespace) {
        return refused("the request is empty");
    }
    let fields = parse(request)?;
    let server = ServerKey::parse(&fields.server)?;
    if fields.username.is_empty() {
        return refused("no credentials username");
    }
    if fields.secret.len() > MAX_SECRET_BYTES {
        return refused("the secret is too large: the limit is 1 MiB");
    }
    Ok(Credential::new(server, fields.username, SecretString::from(fields.secret)))
}

/// `{"ServerURL":…,"Username":…,"Secret":…}` and a line feed: a `store` request, a `get` answer.
pub(super) fn login(server: &str, username: &str, secret: &SecretString) -> Zeroizing<Vec<u8>> {
    let secret = secret.expose_secret();
    let mut out = Zeroizing::new(Vec::with_capacity(secret.len() * 2 + server.len() + 512));
    for (before, value) in
        [("{\"ServerURL\":", server), (",\"Username\":", username), (",\"Secret\":", secret)]
    {
        out.extend_from_slice(before.as_bytes());
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, value);
    }
    out.extend_from_slice(b"}\n");
    out
}

#[derive(Default)]
struct Fields {
    server: String,
    username: String,
    secret: String,
}

fn parse(request: &[u8]) -> Result<Fields, Refused> {
    let mut json = serde_json::Deserializer::from_slice(request);
    // serde's own text can quote the value, so only the place is kept.
    let place = |e: serde_json::Error| {
        Refused(format!(
            "the request is not a credential in JSON (line {}, column {})",
            e.line(),
            e.column()
        ))
    };
    let fields = json.deserialize_any(FieldsVisitor).map_err(place)?;
    json.end().map_err(place)?;
    Ok(fields)
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a credential")
    }

    fn visit_unit<E>(self) -> Result<Fields, E> {
        Ok(Fields::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = map.next_key::<String>()? {
            let field = match text::folded(&name).as_str() {
                "serverurl" => &mut fields.server,
                "username" => &mut fields.username,
                "secret" => &mut fields.secret,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let value = map.next_value::<Option<String>>();
            *field = value.map_err(|_| A::Error::custom("not a text"))?.unwrap_or_default();
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn login(request: &str) -> (String, String, String) {
        let c = credential(request.as_bytes()).unwrap();
        (c.server.as_str().to_owned(), c.username, c.secret.expose_secret().to_owned())
    }

    fn why(request: &[u8]) -> String {
        credential(request).unwrap_err().to_string()
    }

    #[test]
    fn the_last_of_two_fields_wins_in_any_case() {
        let request = r#"{"ServerURL":"a","serverurl":"b","\u017fERVERURL":"c","USERNAME":"u","secret":"s","x":[1,{}]}"#;
        assert_eq!(login(request), ("c".into(), "u".into(), "s".into()));
    }

    #[test]
    fn a_missing_or_null_secret_is_empty() {
        for request in [
            r#"{"ServerURL":"a","Username":"u"}"#,
            "\u{feff}{\"ServerURL\":\" a \",\r\n\"Username\":\"u\",\"Secret\":null}\r\n",
        ] {
            assert_eq!(login(request), ("a".into(), "u".into(), String::new()));
        }
    }

    #[test]
    fn what_lacks_a_server_says_so_before_it_lacks_a_user() {
        for request in ["null", "{}", r#"{"ServerURL":"  ","Username":""}"#, r#"{"Username":"u"}"#]
        {
            assert_eq!(why(request.as_bytes()), "no credentials server URL");
        }
        assert_eq!(why(br#"{"ServerURL":"a","Username":null}"#), "no credentials username");
    }

    #[test]
    fn what_would_be_altered_in_silence_is_refused_without_quoting_it() {
        for request in [
            &b"{\"ServerURL\":\"a\",\"Username\":\"u\",\"Secret\":\"hun\nter2\"}"[..],
            b"{\"ServerURL\":\"a\",\"Username\":\"u\",\"Secret\":\"hunter2\xff\"}",
            br#"{"ServerURL":"a","Username":"u","Secret":"hunter2\ud800"}"#,
            br#"{"ServerURL":"a","Username":"u","Secret":"hunter2"} {}"#,
            br#"{"ServerURL":"a","Username":"u","Secret":["hunter2"]}"#,
            br#"{"ServerURL":"a","Username":"u","Secret":"hunter2""#,
            br#"["hunter2"]"#,
            br#""hunter2""#,
            b"hunter2",
            b"7",
        ] {
            let why = why(request);
            assert!(why.starts_with("the request is not a credential in JSON (line "), "{why}");
            assert!(!why.contains("hunter2"), "{why}");
        }
        assert!(why(br#"{"ServerURL":"a\nb","Username":"u"}"#).contains("control character"));
    }

    #[test]
    fn a_secret_of_one_mebibyte_is_the_largest() {
        let request =
            |n| format!(r#"{{"ServerURL":"a","Username":"u","Secret":"{}"}}"#, "s".repeat(n));
        assert_eq!(login(&request(MAX_SECRET_BYTES)).2.len(), MAX_SECRET_BYTES);
        assert!(why(request(MAX_SECRET_BYTES + 1).as_bytes()).contains("too large"));
        assert!(why(&vec![b' '; MAX_REQUEST_BYTES + 1]).contains("too large"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_in_one_line(bytes in any::<Vec<u8>>()) {
            if let Err(e) = credential(&bytes) {
                prop_assert!(!e.to_string().contains('\n'));
            }
            let _ = server_key(&bytes);
        }
    }
}
