//! The versioned JSON that one item of any store holds: everything `get` must answer, in one read.
//!
//! `{"v":1,"server":…,"username":…,"secret":…,"created_at":…,"rotated_at":…}`, times in RFC 3339.

use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Error, ErrorKind};
use crate::credential::Credential;
use crate::server::ServerKey;

const VERSION: u64 = 1;

/// An item under the name of another server than it says it is for.
pub(super) const FOR_ANOTHER_SERVER: &str = "the stored credential is for another server";

/// What helps with the format of a newer version.
pub(super) const UPDATE: &str = "update imgsec-cred";

/// The item's bytes for a credential.
#[must_use]
pub fn write(credential: &Credential) -> Zeroizing<Vec<u8>> {
    let secret = credential.secret.expose_secret();
    let mut out = Zeroizing::new(Vec::with_capacity(secret.len() * 2 + 512));
    let mut field = |name: &str, value: Option<&str>| {
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &value);
    };
    field("server", Some(credential.server.as_str()));
    field("username", Some(&credential.username));
    field("secret", Some(secret));
    field("created_at", Some(&time(credential.created_at)));
    field("rotated_at", credential.rotated_at.map(time).as_deref());
    out.splice(0..0, format!("{{\"v\":{VERSION}").bytes());
    out.push(b'}');
    out
}

/// Reads an item's bytes; white space may follow.
///
/// # Errors
/// [`ErrorKind::Damaged`] where the bytes are no such JSON, are of a newer version, or are for
/// another server than `asked`: whoever can write the store could have put them there. The store adds
/// the line that helps.
pub fn read(bytes: &[u8], asked: &ServerKey) -> Result<Credential, Error> {
    let credential = parse(bytes)?;
    if credential.server.canonical() != asked.canonical() {
        return Err(Error::new(ErrorKind::Damaged, FOR_ANOTHER_SERVER));
    }
    Ok(credential)
}

/// Reads an item's bytes whatever its server; for listing.
///
/// # Errors
/// [`ErrorKind::Damaged`] as for [`read`].
pub fn parse(bytes: &[u8]) -> Result<Credential, Error> {
    // The parser's own error text could quote the secret, so it is dropped.
    let mut map: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|_| damaged("it is not our JSON"))?;
    match map.get("v").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(_) => {
            return Err(damaged("it was written by a newer imgsec-cred").with_hint(UPDATE));
        }
        None => return Err(damaged("it has no version")),
    }
    let mut text = |name: &str| match map.get_mut(name).map(Value::take) {
        Some(Value::String(s)) => Ok(s),
        _ => Err(damaged("a field is missing")),
    };
    let secret = SecretString::from(text("secret")?);
    let server =
        ServerKey::parse(&text("server")?).map_err(|_| damaged("its server is invalid"))?;
    let username = text("username")?;
    let created_at = parse_time(&text("created_at")?)?;
    let rotated_at = text("rotated_at").ok().map(|t| parse_time(&t)).transpose()?;
    Ok(Credential { server, username, secret, created_at, rotated_at })
}

fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("the stored credential cannot be used: {why}"))
}

/// A time as RFC 3339 in whole seconds, UTC.
#[must_use]
pub fn time(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string()
}

fn parse_time(text: &str) -> Result<SystemTime, Error> {
    humantime::parse_rfc3339(text).map_err(|_| damaged("its time is invalid"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn credential(username: &str, secret: &str) -> Credential {
        Credential::new(ServerKey::parse("ghcr.io").unwrap(), username.to_owned(), secret.into())
    }

    proptest! {
        #[test]
        fn any_user_and_secret_come_back_exactly(username in "\\PC*", secret in any::<String>()) {
            let before = credential(&username, &secret);
            let after = read(&write(&before), &before.server).unwrap();
            prop_assert!(before.same_login(&after));
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes in any::<Vec<u8>>()) {
            let _ = parse(&bytes);
        }
    }

    #[test]
    fn an_item_for_another_server_is_not_used() {
        let item = write(&credential("ada", "hunter2"));
        let error = read(&item, &ServerKey::parse("evil.example").unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
    }

    #[test]
    fn a_newer_version_is_said_and_the_secret_is_not() {
        let item = br#"{"v":2,"secret":"hunter2"}"#;
        let error = parse(item).unwrap_err().to_string();
        assert!(error.contains("newer") && !error.contains("hunter2"));
    }
}
