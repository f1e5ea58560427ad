//! Docker's `config.json`: which helper it names, and the logins it holds in plain text
//! (docker/cli `cli/config/configfile/file.go`, `cli/config/credentials/`).

use std::path::Path;

use base64ct::{Base64, Encoding};
use jsonc_parser::cst::CstInputValue;
use secrecy::SecretString;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::json::{self, JsonFile};
use crate::credential::Credential;
use crate::server::{DOCKER_HUB, ServerKey};
use crate::store::Error;

/// The user name that marks a secret as an identity token.
const TOKEN_USER: &str = "<token>";

/// The fields of an `auths` entry that say who logs in.
const LOGIN_FIELDS: &[&str] = &["auth", "identitytoken", "username", "password"];

/// Docker's settings for one user.
pub struct DockerConfig {
    file: JsonFile,
}

/// A secret in plain text under one key of `auths`.
pub struct PlainLogin {
    /// The key, as it is written.
    pub key: String,
    /// The credential, under the server key that Docker will ask a helper for; or why it cannot be
    /// kept by one.
    pub credential: Result<Credential, &'static str>,
}

/// A change of the settings; several are made in one step.
pub enum Change<'a> {
    /// Names the helper for every registry, or none.
    Store(Option<&'a str>),
    /// Names the helper for one registry, or none.
    Helper(&'a str, Option<&'a str>),
    /// Takes the secret out of an entry of `auths`; the entry and its other fields stay.
    Blank(&'a str),
    /// Takes out an entry of `auths` that holds nothing: Docker's mark for "logged in".
    Forget(&'a str),
    /// Puts a login back into an entry of `auths`, in plain text.
    Restore(&'a str, &'a Credential),
}

impl DockerConfig {
    /// Reads `config.json`; one that is missing is empty.
    ///
    /// # Errors
    /// Where it is broken, with the line and the column.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Ok(Self { file: JsonFile::read(path)? })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The helper for every registry that has none of its own: the part of its name behind
    /// `docker-credential-`.
    #[must_use]
    pub fn store(&self) -> Option<&str> {
        json::get(self.file.map(), "credsStore")?.as_str().filter(|name| !name.is_empty())
    }

    /// Each registry that has a helper of its own, and its name.
    #[must_use]
    pub fn helpers(&self) -> Vec<(&str, &str)> {
        let helpers = self.object("credHelpers");
        helpers
            .map(|h| h.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?))).collect())
            .unwrap_or_default()
    }

    /// The helper named for just this registry.
    #[must_use]
    pub fn helper(&self, registry: &str) -> Option<&str> {
        self.helpers().into_iter().find(|(key, _)| *key == registry).map(|(_, name)| name)
    }

    /// Every secret in plain text, in the order of the file.
    #[must_use]
    pub fn plain_logins(&self) -> Vec<PlainLogin> {
        let Some(auths) = self.object("auths") else { return Vec::new() };
        let found = auths.iter().filter_map(|(key, entry)| {
            let credential = plain_login(key, entry.as_object()?)?;
            Some(PlainLogin { key: key.clone(), credential })
        });
        found.collect()
    }

    /// Makes the changes in one step: the file is the old one or has them all.
    ///
    /// # Errors
    /// Where another program changed the file since it was read, or it cannot be written.
    pub fn change(&self, changes: &[Change<'_>]) -> Result<(), Error> {
        self.file.change(|root| {
            for change in changes {
                match change {
                    Change::Store(name) => json::set(root, "credsStore", *name),
                    Change::Helper(registry, name) => {
                        if name.is_some() || json::property(root, "credHelpers").is_some() {
                            let helpers = json::object(root, "credHelpers");
                            json::set(&helpers, registry, *name);
                            if helpers.properties().is_empty() {
                                json::set(root, "credHelpers", None);
                            }
                        }
                    }
                    Change::Blank(key) => blank(&json::object(&json::object(root, "auths"), key)),
                    Change::Forget(key) => forget(root, key),
                    Change::Restore(key, credential) => {
                        restore(&json::object(&json::object(root, "auths"), key), credential);
                    }
                }
            }
        })
    }

    fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        json::get(self.file.map(), name)?.as_object()
    }
}

/// The credential in one entry of `auths`; `None` where it holds no secret.
fn plain_login(key: &str, entry: &Map<String, Value>) -> Option<Result<Credential, &'static str>> {
    let text = |name| json::get(entry, name).and_then(Value::as_str).filter(|t| !t.is_empty());
    let auth = match text("auth").map(decode) {
        Some(Some((_, password))) if password.is_empty() => None,
        Some(None) => return Some(Err("its auth is not base64 of user:password")),
        auth => auth.flatten(),
    };
    let written = text("password")
        .map(|p| (text("username").unwrap_or_default().to_owned(), Zeroizing::new(p.to_owned())));
    // Docker decodes `auth` over the fields `username` and `password`.
    let login = auth.or(written);
    let token = text("identitytoken");
    if text("registrytoken").is_some() {
        return Some(Err("it holds a registry token, which no helper can keep"));
    }
    let (username, secret) = match (login, token) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            return Some(Err(
                "it holds a password and an identity token, and a helper keeps one secret",
            ));
        }
        (None, Some(token)) => (TOKEN_USER.to_owned(), SecretString::from(token)),
        (Some((username, _)), None) if username.is_empty() => {
            return Some(Err("it has no user name"));
        }
        (Some((username, password)), None) => (username, SecretString::from(password.as_str())),
    };
    Some(server_key(key).map(|server| Credential::new(server, username, secret)))
}

/// The key under which Docker will ask a helper for what is written under `key`.
fn server_key(key: &str) -> Result<ServerKey, &'static str> {
    let server = ServerKey::parse(key).map_err(|_| "its key is no server")?;
    if server.canonical() == DOCKER_HUB || server.is_hidden() {
        return Ok(server);
    }
    // Docker finds `https://host/v1/` when it looks for `host` (`credentials.ConvertToHostname`).
    let scheme = ["https://", "http://"].iter().find_map(|scheme| key.strip_prefix(scheme));
    let rest = scheme.unwrap_or(key);
    let host = rest.split('/').next().unwrap_or(rest);
    if scheme.is_none() && server.may_lie_in_a_namespace() {
        return Err("its key is a namespace, which Docker's helpers are never asked for");
    }
    ServerKey::parse(host).map_err(|_| "its key is no server")
}

/// `auth`: base64 of `user:password`. Docker drops NULs around the password.
fn decode(auth: &str) -> Option<(String, Zeroizing<String>)> {
    let bytes = Zeroizing::new(Base64::decode_vec(auth).ok()?);
    let (username, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    Some((username.to_owned(), Zeroizing::new(password.trim_matches('\0').to_owned())))
}

fn blank(entry: &jsonc_parser::cst::CstObject) {
    for field in LOGIN_FIELDS {
        json::set(entry, field, None);
    }
    if entry.properties().is_empty() {
        // As Docker leaves it: other programs read the empty entry as "logged in".
        let _ = entry.clone().replace_with(CstInputValue::Object(Vec::new()));
    }
}

fn forget(root: &jsonc_parser::cst::CstObject, key: &str) {
    let auths = json::property(root, "auths").and_then(|auths| auths.object_value());
    let entry = auths.and_then(|auths| json::property(&auths, key));
    if let Some(entry) = entry
        && entry.object_value().is_some_and(|fields| fields.properties().is_empty())
    {
        entry.remove();
    }
}

fn restore(entry: &jsonc_parser::cst::CstObject, credential: &Credential) {
    use secrecy::ExposeSecret;
    let secret = credential.secret.expose_secret();
    if credential.username == TOKEN_USER {
        json::set(entry, "identitytoken", Some(secret));
    } else {
        let login = Zeroizing::new(format!("{}:{secret}", credential.username));
        let auth = Zeroizing::new(Base64::encode_string(login.as_bytes()));
        json::set(entry, "auth", Some(&auth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn config(text: &str) -> (tempfile::TempDir, DockerConfig) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.json"), text).unwrap();
        let config = DockerConfig::read(&dir.path().join("config.json")).unwrap();
        (dir, config)
    }

    fn login(key: &str, entry: &str) -> Option<Result<(String, String, String), &'static str>> {
        let (_dir, config) = config(&format!(r#"{{"auths":{{"{key}":{entry}}}}}"#));
        let found = config.plain_logins().pop()?;
        Some(found.credential.map(|c| {
            (c.server.as_str().to_owned(), c.username, c.secret.expose_secret().to_owned())
        }))
    }

    #[test]
    fn every_form_of_a_plain_login_is_read() {
        let ada = |server: &str| Some(Ok((server.into(), "ada".into(), "pw".into())));
        assert_eq!(login("ghcr.io", r#"{"auth":"YWRhOnB3"}"#), ada("ghcr.io"));
        assert_eq!(
            login("https://ghcr.io/v1/", r#"{"Auth":"YWRhOnB3","email":"x"}"#),
            ada("ghcr.io")
        );
        assert_eq!(login("http://h:5000", r#"{"username":"ada","password":"pw"}"#), ada("h:5000"));
        assert_eq!(
            login("https://index.docker.io/v1/", r#"{"auth":"YWRhOnB3"}"#),
            ada("https://index.docker.io/v1/")
        );
        let token = Some(Ok(("h".into(), "<token>".into(), "tok".into())));
        assert_eq!(login("h", r#"{"auth":"MDAwMDo=","identitytoken":"tok"}"#), token);
    }

    #[test]
    fn what_holds_no_secret_is_no_login() {
        for entry in [
            "{}",
            r#"{"auth":""}"#,
            r#"{"auth":"YWRhOg=="}"#,
            r#"{"email":"x"}"#,
            r#"{"username":"ada"}"#,
            "7",
        ] {
            assert!(login("ghcr.io", entry).is_none(), "{entry}");
        }
    }

    #[test]
    fn what_a_helper_cannot_keep_is_said() {
        for entry in [
            r#"{"auth":"!"}"#,
            r#"{"auth":"YWRh"}"#,
            r#"{"registrytoken":"t"}"#,
            r#"{"auth":"YWRhOnB3","identitytoken":"t"}"#,
            r#"{"auth":"OnB3"}"#,
        ] {
            assert!(login("ghcr.io", entry).unwrap().is_err(), "{entry}");
        }
        assert!(login("ghcr.io/org", r#"{"auth":"YWRhOnB3"}"#).unwrap().is_err());
    }

    #[test]
    fn keys_that_differ_in_their_case_are_two_logins() {
        let (dir, config) =
            config(r#"{"auths":{"GHCR.IO":{"auth":"YWRhOnB3"},"ghcr.io":{"auth":"YWRhOnB4"}}}"#);
        let path = dir.path().join("config.json");
        config.change(&[Change::Blank("ghcr.io")]).unwrap();
        let config = DockerConfig::read(&path).unwrap();
        let left: Vec<_> = config.plain_logins().into_iter().map(|login| login.key).collect();
        assert_eq!(left, ["GHCR.IO"]);
        config.change(&[Change::Forget("ghcr.io"), Change::Blank("GHCR.IO")]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.split_whitespace().collect::<String>(), r#"{"auths":{"GHCR.IO":{}}}"#);
    }

    #[test]
    fn moving_a_login_out_and_back_leaves_the_rest_alone() {
        let before = "{\n\t\"HttpHeaders\": {\n\t\t\"X\": \"y\"\n\t},\n\t\"auths\": {\n\t\t\"ghcr.io\": {\n\t\t\t\"auth\": \"YWRhOnB3\"\n\t\t},\n\t\t\"h\": {\n\t\t\t\"auth\": \"YWRhOnB3\",\n\t\t\t\"email\": \"e\"\n\t\t}\n\t},\n\t\"credHelpers\": {\n\t\t\"x\": \"ecr-login\"\n\t}\n}";
        let (dir, config) = config(before);
        let path = dir.path().join("config.json");
        let logins = config.plain_logins();
        config
            .change(&[
                Change::Store(Some("imgsec")),
                Change::Blank("ghcr.io"),
                Change::Blank("h"),
                Change::Helper("h", Some("imgsec")),
            ])
            .unwrap();
        let after = std::fs::read_to_string(&path).unwrap();
        let expected = before
            .replace("{\n\t\t\t\"auth\": \"YWRhOnB3\"\n\t\t}", "{}")
            .replace("\"auth\": \"YWRhOnB3\",\n\t\t\t", "")
            .replace(
                "\"ecr-login\"\n\t}",
                "\"ecr-login\",\n\t\t\"h\": \"imgsec\"\n\t},\n\t\"credsStore\": \"imgsec\"",
            );
        assert_eq!(after, expected);
        let config = DockerConfig::read(&path).unwrap();
        let back = logins[0].credential.as_ref().unwrap();
        config
            .change(&[
                Change::Store(None),
                Change::Restore("ghcr.io", back),
                Change::Helper("h", None),
            ])
            .unwrap();
        let config = DockerConfig::read(&path).unwrap();
        assert_eq!((config.store(), config.helpers()), (None, vec![("x", "ecr-login")]));
        assert!(config.plain_logins()[0].credential.as_ref().unwrap().same_login(back));
    }
}
