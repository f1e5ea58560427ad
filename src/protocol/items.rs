//! All that a store holds, as our helper tells it to `imgsec-cred`:
//! `{"items":[{"server":…,"username":…}],"unusable":[{"server":…,"kind":…,"message":…,"hint":…}]}`.

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::server::ServerKey;
use crate::store::{Contents, Error, ErrorKind, Listed, Unusable};

/// The answer to `items`.
pub(super) fn write(contents: &Contents) -> Zeroizing<Vec<u8>> {
    let items = contents
        .listed
        .iter()
        .map(|l| json!({"server": l.server.as_str(), "username": l.username}));
    let unusable = contents.unusable.iter().map(|u| {
        let (error, server) = (&u.error, u.server.as_ref().map(ServerKey::as_str));
        json!({
            "server": server, "kind": error.kind().word(),
            "message": error.to_string(), "hint": error.hint(),
        })
    });
    let all = json!({
        "items": items.collect::<Vec<_>>(), "unusable": unusable.collect::<Vec<_>>(),
    });
    Zeroizing::new(format!("{all}\n").into_bytes())
}

/// Reads it; `None` where it is something else.
pub(super) fn read(answer: &[u8]) -> Option<Contents> {
    let all: Map<String, Value> = serde_json::from_slice(answer).ok()?;
    let items = all.get("items")?.as_array()?.iter().map(|item| {
        let server = ServerKey::parse(item["server"].as_str()?).ok()?;
        Some(Listed { server, username: item["username"].as_str()?.to_owned() })
    });
    let unusable = all.get("unusable")?.as_array()?.iter().map(|one| {
        let kind = ErrorKind::of_word(one["kind"].as_str()?);
        let error = Error::new(kind, one["message"].as_str()?);
        let server = match &one["server"] {
            Value::Null => None,
            server => Some(ServerKey::parse(server.as_str()?).ok()?),
        };
        let error = match one["hint"].as_str() {
            Some(hint) => error.with_hint(hint),
            None => error,
        };
        Some(Unusable { server, error })
    });
    Some(Contents {
        listed: items.collect::<Option<_>>()?,
        unusable: unusable.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let key = |text: &str| ServerKey::parse(text).unwrap();
        let contents = Contents {
            listed: vec![
                Listed { server: key("GHCR.io"), username: "ü \"<token>\"".to_owned() },
                Listed {
                    server: key("imgsec-internal://admin/https://h"),
                    username: String::new(),
                },
            ],
            unusable: vec![
                Unusable {
                    server: Some(key("h")),
                    error: Error::new(ErrorKind::Damaged, "it is damaged").with_hint("run this"),
                },
                Unusable { server: None, error: Error::new(ErrorKind::Failed, "who knows") },
            ],
        };
        assert_eq!(read(&write(&contents)), Some(contents));
        assert_eq!(read(&write(&Contents::default())), Some(Contents::default()));
        for other in ["", "{}", "[]", r#"{"items":[{"server":"h"}],"unusable":[]}"#] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }
}
