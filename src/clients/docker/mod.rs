//! Docker's `config.json`: which helper it names, and the logins it holds in plain text
//! (docker/cli `cli/config/configfile/file.go`, `cli/config/credentials/`). The files of Podman,
//! Helm and ORAS have the same form.

use std::path::Path;

use jsonc_parser::cst::CstObject;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use self::login::plain_login;
use super::json::{self, JsonFile};
use crate::credential::{Credential, Login};
use crate::files::View;
use crate::store::Error;
use crate::text;

mod login;

pub use login::{LOGIN_FIELDS, auth, tells_no_secret};

/// Docker's settings for one user.
pub struct DockerConfig {
    file: JsonFile,
    /// The form before Docker 1.7: the entries of `auths` are the whole file.
    is_flat: bool,
}

/// Who reads a file, and so what its keys mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Docker, for which `host/team` is one more spelling of `host`.
    Docker,
    /// Podman and its kin, for which it is a namespace of its own, and no helper is asked for one.
    Podman,
}

/// A secret in plain text under one key of `auths`.
pub struct PlainLogin {
    /// The key, as it is written.
    pub key: String,
    /// The credential, under the server key that Docker will ask a helper for; or why it cannot be
    /// kept by one.
    pub credential: Result<Credential, &'static str>,
}

/// What an entry of `auths` says to one who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key, as it is written.
    pub key: String,
    /// The login, as Docker reads it; `None` where it holds no secret.
    pub login: Option<Login>,
    /// The login, as Podman reads it: from `auth` alone.
    pub auth_login: Option<Login>,
}

/// Reads `DOCKER_AUTH_CONFIG`; `None` where Docker does not take it: it must hold `auths` and nothing
/// else, each with an `auth` (docker/cli `cli/config/configfile/file.go`, `parseEnvConfig`).
#[must_use]
pub fn entries_of_variable(text: &str) -> Option<Vec<Entry>> {
    let Ok(Value::Object(map)) = serde_json::from_str(text) else { return None };
    if map.keys().any(|name| text::folded(name) != "auths") {
        return None;
    }
    let auths = json::get(&map, "auths").and_then(Value::as_object);
    let found = auths.map(entries_of).unwrap_or_default();
    found.iter().all(|entry| entry.auth_login.is_some()).then_some(found)
}

fn entries_of(auths: &Map<String, Value>) -> Vec<Entry> {
    let entries = auths.iter().map(|(key, entry)| {
        let (login, auth_login) = entry.as_object().map(login::logins).unwrap_or_default();
        Entry { key: key.clone(), login, auth_login }
    });
    entries.collect()
}

/// A change of the settings; several are made in one step.
pub enum Change<'a> {
    /// Names the helper for every registry, or none.
    Store(Option<&'a str>),
    /// Names the helper for one registry, or none.
    Helper(&'a str, Option<&'a str>),
    /// Takes the secret out of an entry of `auths`; the entry and its other fields stay.
    Blank(&'a str),
    /// Makes an entry of `auths` that holds nothing, where there is none: Docker's mark for "logged in".
    Mark(&'a str),
    /// Takes out an entry of `auths` that holds nothing: Docker's mark for "logged in".
    Forget(&'a str),
    /// Puts a login back into an entry of `auths`, in plain text.
    Restore(&'a str, &'a Credential),
}

impl DockerConfig {
    /// Reads `config.json`, or a `.dockercfg`; one that is missing is empty.
    ///
    /// # Errors
    /// Where it is broken, with the line and the column.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::read_in(&View::default(), path)
    }

    /// Reads it as a view has it.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn read_in(view: &View, path: &Path) -> Result<Self, Error> {
        let file = JsonFile::read_in(view, path)?;
        let is_flat = path.file_name().is_some_and(|name| name == ".dockercfg")
            && json::get(file.map(), "auths").is_none();
        Ok(Self { file, is_flat })
    }

    /// Whether it has the form before Docker 1.7, in which no helper can be named.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.is_flat
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
        self.plain_logins_for(Reader::Docker)
    }

    /// The same, under the server keys that the readers of the file ask a helper for.
    #[must_use]
    pub fn plain_logins_for(&self, reader: Reader) -> Vec<PlainLogin> {
        let Some(auths) = self.auths() else { return Vec::new() };
        let found = auths.iter().filter_map(|(key, entry)| {
            let credential = plain_login(key, entry.as_object()?, reader)?;
            Some(PlainLogin { key: key.clone(), credential })
        });
        found.collect()
    }

    /// Every entry of `auths`, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.auths().map(entries_of).unwrap_or_default()
    }

    /// The text that the file has after the changes.
    ///
    /// # Errors
    /// [`crate::store::ErrorKind::Damaged`] where it is broken.
    pub fn changed(&self, changes: &[Change<'_>]) -> Result<Zeroizing<String>, Error> {
        self.file.changed(|root| changes.iter().for_each(|change| self.make(root, change)))
    }

    /// The bytes that were read; none, where the file is missing.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.file.bytes()
    }

    fn make(&self, root: &CstObject, change: &Change<'_>) {
        match change {
            Change::Store(name) => json::set(root, "credsStore", *name),
            Change::Helper(registry, name) => {
                if name.is_some() || json::property(root, "credHelpers").is_some() {
                    let helpers = json::object(root, "credHelpers");
                    json::set_entry(&helpers, registry, *name);
                    if helpers.properties().is_empty() {
                        json::set(root, "credHelpers", None);
                    }
                }
            }
            Change::Blank(key) => login::blank(&self.entry(root, key)),
            Change::Mark(key) => drop(self.entry(root, key)),
            Change::Forget(key) => forget(root, key),
            Change::Restore(key, credential) => {
                login::restore(&self.entry(root, key), credential);
            }
        }
    }

    fn auths(&self) -> Option<&Map<String, Value>> {
        if self.is_flat { Some(self.file.map()) } else { self.object("auths") }
    }

    /// An entry of `auths`, made where it is missing.
    fn entry(&self, root: &CstObject, key: &str) -> CstObject {
        if self.is_flat {
            return json::object_entry(root, key);
        }
        json::object_entry(&json::object(root, "auths"), key)
    }

    fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        json::get(self.file.map(), name)?.as_object()
    }
}

fn forget(root: &CstObject, key: &str) {
    let auths = json::property(root, "auths").and_then(|auths| auths.object_value());
    let entry = auths.and_then(|auths| json::entry(&auths, key));
    if let Some(entry) = entry
        && entry.object_value().is_some_and(|fields| fields.properties().is_empty())
    {
        entry.remove();
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

    fn write(config: &DockerConfig, changes: &[Change<'_>]) {
        std::fs::write(config.path(), config.changed(changes).unwrap().as_bytes()).unwrap();
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
            r#"{"auth":"YWRhOnB3","username":"ada","password":"another"}"#,
            r#"{"auth":"OnB3"}"#,
        ] {
            assert!(login("ghcr.io", entry).unwrap().is_err(), "{entry}");
        }
    }

    #[test]
    fn a_namespace_is_one_more_spelling_for_docker_and_none_for_podman() {
        let (_dir, config) = config(r#"{"auths":{"ghcr.io/org":{"auth":"YWRhOnB3"}}}"#);
        let server = |reader| {
            let login = config.plain_logins_for(reader).pop().unwrap();
            login.credential.map(|c| c.server.as_str().to_owned())
        };
        assert_eq!(server(Reader::Docker), Ok("ghcr.io".to_owned()));
        assert!(server(Reader::Podman).is_err());
        assert_eq!(login("oci://a.lan", r#"{"auth":"YWRhOnB3"}"#).unwrap().unwrap().0, "a.lan");
        assert_eq!(login("HTTPS://h:1", r#"{"auth":"YWRhOnB3"}"#).unwrap().unwrap().0, "h:1");
        assert!(login("https://u:p@h", r#"{"auth":"YWRhOnB3"}"#).unwrap().is_err());
    }

    #[test]
    fn keys_that_differ_in_their_case_are_two_logins() {
        let (dir, config) =
            config(r#"{"auths":{"GHCR.IO":{"auth":"YWRhOnB3"},"ghcr.io":{"auth":"YWRhOnB4"}}}"#);
        let path = dir.path().join("config.json");
        write(&config, &[Change::Blank("ghcr.io")]);
        let config = DockerConfig::read(&path).unwrap();
        let left: Vec<_> = config.plain_logins().into_iter().map(|login| login.key).collect();
        assert_eq!(left, ["GHCR.IO"]);
        write(&config, &[Change::Forget("ghcr.io"), Change::Blank("GHCR.IO")]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.split_whitespace().collect::<String>(), r#"{"auths":{"GHCR.IO":{}}}"#);
    }

    #[test]
    fn a_login_that_auth_cannot_say_comes_back_as_two_fields() {
        for fields in
            [r#""username":"a:da","password":"pw""#, r#""username":"ada","password":"\u0000pw""#]
        {
            let (dir, config) = config(&format!(r#"{{"auths":{{"h":{{{fields}}}}}}}"#));
            let was = config.plain_logins().pop().unwrap().credential.unwrap();
            write(&config, &[Change::Blank("h")]);
            let config = DockerConfig::read(&dir.path().join("config.json")).unwrap();
            assert!(config.plain_logins().is_empty());
            write(&config, &[Change::Restore("h", &was)]);
            let config = DockerConfig::read(&dir.path().join("config.json")).unwrap();
            let is = config.plain_logins().pop().unwrap().credential.unwrap();
            assert!(is.same_login(&was), "{fields}");
        }
    }

    #[test]
    fn moving_a_login_out_and_back_leaves_the_rest_alone() {
        let before = "{\n\t\"HttpHeaders\": {\n\t\t\"X\": \"y\"\n\t},\n\t\"auths\": {\n\t\t\"ghcr.io\": {\n\t\t\t\"auth\": \"YWRhOnB3\"\n\t\t},\n\t\t\"h\": {\n\t\t\t\"auth\": \"YWRhOnB3\",\n\t\t\t\"email\": \"e\"\n\t\t}\n\t},\n\t\"credHelpers\": {\n\t\t\"x\": \"ecr-login\"\n\t}\n}";
        let (dir, config) = config(before);
        let path = dir.path().join("config.json");
        let logins = config.plain_logins();
        write(
            &config,
            &[
                Change::Store(Some("imgsec")),
                Change::Blank("ghcr.io"),
                Change::Blank("h"),
                Change::Helper("h", Some("imgsec")),
            ],
        );
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
        write(
            &config,
            &[Change::Store(None), Change::Restore("ghcr.io", back), Change::Helper("h", None)],
        );
        let config = DockerConfig::read(&path).unwrap();
        assert_eq!((config.store(), config.helpers()), (None, vec![("x", "ecr-login")]));
        assert!(config.plain_logins()[0].credential.as_ref().unwrap().same_login(back));
    }
}
