//! The `auths` of Docker's `config.json`, as `kubectl create secret docker-registry` and as `docker
//! login` write them (kubernetes/kubectl `pkg/cmd/create/create_secret_docker.go`; docker/cli
//! `cli/config/configfile/file.go`).

use std::collections::BTreeMap;
use std::fmt;

use base64ct::{Base64, Encoding};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::credential::Credential;
use crate::server::{DOCKER_HUB, ServerKey};
use crate::text;

/// The user name that marks a secret as an identity token.
const TOKEN_USER: &str = "<token>";

/// Some credentials, by the key that they are looked up under; in the order of the keys.
#[derive(Debug, Default)]
pub struct Auths {
    entries: BTreeMap<String, Credential>,
}

/// Why a credential cannot be written so that others read the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotExport {
    /// An identity token: kubelets and most programs ignore `identitytoken`.
    IdentityToken,
    /// The user name holds a colon, at which `auth` would be split.
    Colon,
    /// NULs begin or end the secret, which readers drop.
    Nul,
}

impl fmt::Display for CannotExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IdentityToken => {
                "it is an identity token, which no kubelet and few programs take; log in with a \
                 password or an access token instead"
            }
            Self::Colon => {
                "its user name holds a colon, at which a reader would end the name; log in with \
                 another name"
            }
            Self::Nul => "its secret begins or ends with a NUL, which readers drop",
        })
    }
}

impl std::error::Error for CannotExport {}

/// The key that a server's credential is looked up under: Docker Hub's own, else `host[:port][/path]`
/// (with `http://` where it was stored so).
#[must_use]
pub fn key_of(server: &ServerKey) -> &str {
    if server.canonical() == DOCKER_HUB {
        return DOCKER_HUB;
    }
    server.canonical().strip_prefix("https://").unwrap_or(server.canonical())
}

impl Auths {
    /// Adds a credential under `key`.
    ///
    /// # Errors
    /// Where a reader would read another one, or none.
    pub fn add(&mut self, key: &str, credential: Credential) -> Result<(), CannotExport> {
        if credential.username == TOKEN_USER {
            return Err(CannotExport::IdentityToken);
        }
        if credential.username.contains(':') {
            return Err(CannotExport::Colon);
        }
        let secret = credential.secret.expose_secret();
        if secret.starts_with('\0') || secret.ends_with('\0') {
            return Err(CannotExport::Nul);
        }
        self.entries.insert(key.to_owned(), credential);
        Ok(())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What a `.dockerconfigjson` holds: user name, password, and both in `auth`; on one line.
    #[must_use]
    pub fn pull_secret(&self) -> Zeroizing<String> {
        let entry = |credential: &Credential| {
            let (user, secret) = (&credential.username, credential.secret.expose_secret());
            Zeroizing::new(format!(
                "{{\"username\":{},\"password\":{},\"auth\":\"{}\"}}",
                *quoted(user),
                *quoted(secret),
                *auth(credential)
            ))
        };
        self.document("{\"auths\":{", ":", ",", "}}", entry)
    }

    /// A `config.json` as Docker writes it.
    #[must_use]
    pub fn docker_config(&self) -> Zeroizing<String> {
        let entry = |credential: &Credential| {
            Zeroizing::new(format!("{{\n\t\t\t\"auth\": \"{}\"\n\t\t}}", *auth(credential)))
        };
        self.document("{\n\t\"auths\": {\n\t\t", ": ", ",\n\t\t", "\n\t}\n}\n", entry)
    }

    fn document(
        &self,
        begin: &str,
        colon: &str,
        comma: &str,
        end: &str,
        entry: impl Fn(&Credential) -> Zeroizing<String>,
    ) -> Zeroizing<String> {
        let mut text = Zeroizing::new(begin.to_owned());
        for (number, (key, credential)) in self.entries.iter().enumerate() {
            if number > 0 {
                text.push_str(comma);
            }
            text.push_str(&quoted(key));
            text.push_str(colon);
            text.push_str(&entry(credential));
        }
        text.push_str(end);
        text
    }
}

/// Base64 of `user:secret`.
fn auth(credential: &Credential) -> Zeroizing<String> {
    let login = format!("{}:{}", credential.username, credential.secret.expose_secret());
    Zeroizing::new(Base64::encode_string(Zeroizing::new(login).as_bytes()))
}

/// A text as JSON, with nothing that a terminal could act on.
fn quoted(text: &str) -> Zeroizing<String> {
    let json = Zeroizing::new(serde_json::Value::from(text).to_string());
    Zeroizing::new(text::plain_json(&json))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn credential(server: &str, user: &str, secret: &str) -> Credential {
        let server = ServerKey::parse(server).unwrap();
        Credential::new(server, user.to_owned(), secret.into())
    }

    fn auths(all: &[(&str, &str, &str)]) -> Auths {
        let mut auths = Auths::default();
        for (server, user, secret) in all {
            auths.add(server, credential(server, user, secret)).unwrap();
        }
        auths
    }

    #[test]
    fn the_bytes_depend_on_nothing_but_the_credentials() {
        let (a, b) = (("b.io", "u", "p"), ("a.io", "ü", "\"\\\n<>&"));
        assert_eq!(*auths(&[a, b]).pull_secret(), *auths(&[b, a]).pull_secret());
        assert_eq!(
            *auths(&[a]).pull_secret(),
            r#"{"auths":{"b.io":{"username":"u","password":"p","auth":"dTpw"}}}"#
        );
        let file = "{\n\t\"auths\": {\n\t\t\"b.io\": {\n\t\t\t\"auth\": \"dTpw\"\n\t\t}\n\t}\n}\n";
        assert_eq!(*auths(&[a]).docker_config(), file);
    }

    #[test]
    fn what_a_reader_would_read_as_another_is_refused() {
        let add = |user, secret| Auths::default().add("h", credential("h", user, secret));
        assert_eq!(add("<token>", "t"), Err(CannotExport::IdentityToken));
        assert_eq!(add("a:b", "t"), Err(CannotExport::Colon));
        assert_eq!(add("a", "t\0"), Err(CannotExport::Nul));
    }

    #[test]
    fn a_key_is_what_the_kubelet_looks_for() {
        for (stored, key) in [
            ("docker.io", DOCKER_HUB),
            ("https://index.docker.io/v1/", DOCKER_HUB),
            ("https://ghcr.io", "ghcr.io"),
            ("ghcr.io/acme", "ghcr.io/acme"),
            ("http://h:5000", "http://h:5000"),
            // Podman takes what has a path for a namespace.
            ("https://h:8443/v2/", "h:8443"),
            ("GHCR.io:443/v2", "ghcr.io"),
        ] {
            assert_eq!(key_of(&ServerKey::parse(stored).unwrap()), key);
        }
    }

    proptest! {
        #[test]
        fn every_credential_comes_back(user in "[^:\u{0}]{1,12}", secret in "[^\u{0}]{0,40}") {
            prop_assume!(user != "<token>");
            let auths = auths(&[("h", &user, &secret)]);
            let both = format!("{user}:{secret}");
            let auth = Base64::encode_string(both.as_bytes());
            let pull: Value = serde_json::from_str(&auths.pull_secret()).unwrap();
            let entry = json!({"username": user, "password": secret, "auth": auth});
            prop_assert_eq!(pull, json!({"auths": {"h": entry}}));
            let file: Value = serde_json::from_str(&auths.docker_config()).unwrap();
            prop_assert_eq!(file, json!({"auths": {"h": {"auth": auth}}}));
        }
    }
}
