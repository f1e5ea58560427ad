//! A person, a registry whose passwords are in a file, and scripts that change that file, as a
//! registry's own API would.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::person::{Login, Person, Store};
use crate::support::process::{self, Ran};
use crate::support::web::{Reply, Web};

pub(crate) struct Scene {
    pub(crate) person: Person,
    pub(crate) old: Login,
    pub(crate) new: Login,
    web: Web,
    dir: tempfile::TempDir,
}

/// What a run of `rotate` came to.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    /// The first credential of its JSON.
    pub(crate) item: Value,
    pub(crate) answer: Value,
    pub(crate) stderr: String,
}

impl Said {
    /// Nothing was begun.
    #[track_caller]
    pub(crate) fn refused(self) -> Self {
        let kind = self.answer["error"]["kind"].as_str();
        assert_eq!((self.code, kind), (6, Some("refused")), "{self:#?}");
        assert!(self.stderr.contains("hint: "), "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn is(self, state: &str, code: i32) -> Self {
        assert_eq!((self.item["state"].as_str(), self.code), (Some(state), code), "{self:#?}");
        assert_eq!(self.answer["schema"], "imgsec.rotate/1", "{self:#?}");
        assert_eq!(self.answer["ok"], code == 0, "{self:#?}");
        self
    }
}

impl Scene {
    /// The registry knows the old login, and a sealed store keeps it.
    pub(crate) fn new() -> Self {
        Self::with(Store::Sealed)
    }

    /// The same with this store.
    pub(crate) fn with(store: Store) -> Self {
        let person = Person::new(store);
        let dir = process::folder("r");
        let (accepted, silent) = (dir.path().join("accepted"), dir.path().join("silent"));
        let web = Web::start(move |request| {
            let known = fs::read_to_string(&accepted).unwrap_or_default();
            match request.header("authorization") {
                _ if silent.exists() => Reply::status(503),
                Some(login) if known.lines().any(|line| line == login) => Reply::status(200),
                _ => Reply::status(401).with("WWW-Authenticate", r#"Basic realm="x""#),
            }
        });
        let old = person.new_login("amy");
        let mut new = person.new_login("amy");
        new.user.clone_from(&old.user);
        person.keep_secret(&new);
        person.keep(&web.host(), &old.user, &old.password);
        let scene = Self { person, old, new, web, dir };
        scene.accept(&[&scene.old]);
        let answer = json!({"secret": scene.new.password, "ref": {"id": "n2"}});
        scene.write("answer", &answer.to_string());
        scene.write("new", &format!("{}\n", scene.line(&scene.new)));
        scene.write("secret", &format!("{}\n", scene.new.password));
        scene
    }

    pub(crate) fn host(&self) -> String {
        self.web.host()
    }

    /// A file beside the person's, such as those that the scripts use.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn line(&self, login: &Login) -> String {
        let pair = format!("{}:{}", login.user, login.password);
        format!("Basic {}", Base64::encode_string(pair.as_bytes()))
    }

    /// The registry knows just these.
    pub(crate) fn accept(&self, logins: &[&Login]) {
        let lines: Vec<_> = logins.iter().map(|login| self.line(login)).collect();
        self.write("accepted", &format!("{}\n", lines.join("\n")));
    }

    #[track_caller]
    pub(crate) fn current_works(&self) -> bool {
        let current = self.person.login_for(&self.host()).unwrap();
        self.read("accepted").contains(&self.line(&current))
    }

    /// The registry answers nothing of use, or does again.
    pub(crate) fn is_silent(&self, is_silent: bool) {
        if is_silent {
            self.write("silent", "");
        } else {
            fs::remove_file(self.path("silent")).unwrap();
        }
    }

    /// A script; it finds the files of this scene in its folder.
    pub(crate) fn script(&self, name: &str, body: &str) -> String {
        let path = self.path(name);
        let here = self.dir.path().display();
        fs::write(&path, format!("#!/bin/sh\ncd '{here}'\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["rotate", "--json", "--no-input"]).args(arguments);
        command
    }

    /// `imgsec-cred rotate --json HOST ARGUMENTS`.
    #[track_caller]
    pub(crate) fn rotate(&self, arguments: &[&str]) -> Said {
        let host = self.host();
        self.run(&[&[host.as_str()], arguments].concat(), b"")
    }

    /// The same with the new password on standard input.
    #[track_caller]
    pub(crate) fn give(&self, login: &Login, arguments: &[&str]) -> Said {
        let host = self.host();
        let stdin = format!("{}\n", login.password);
        self.run(&[&[host.as_str(), "--password-stdin"], arguments].concat(), stdin.as_bytes())
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str], stdin: &[u8]) -> Said {
        said(self.person.finish(&mut self.command(arguments), stdin))
    }

    pub(crate) fn current(&self) -> Option<Login> {
        self.person.login_for(&self.host())
    }

    pub(crate) fn beside(&self, what: &str) -> Option<Login> {
        self.person.login_for(&format!("imgsec-internal://{what}/http://{}", self.host())).or_else(
            || self.person.login_for(&format!("imgsec-internal://{what}/https://{}", self.host())),
        )
    }

    /// What is noted of rotations.
    pub(crate) fn journal(&self) -> String {
        let folder = self.person.home().join(".local/state/imgsec-cred/rotations");
        let mut all = String::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            all += &fs::read_to_string(entry.path()).unwrap();
        }
        all
    }

    /// Nothing is left of a rotation that is not through, and no secret is in any file.
    #[track_caller]
    pub(crate) fn is_tidy(&self) {
        assert!(!self.journal().contains("\"running\": {"), "{}", self.journal());
        assert_eq!(self.beside("pending"), None);
        self.person.assert_no_secret_on_disk();
    }
}

#[track_caller]
pub(crate) fn said(ran: Ran) -> Said {
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or(Value::Null);
    let code = ran.status.code().unwrap_or(-1);
    Said { code, item: answer["items"][0].clone(), answer, stderr: ran.stderr }
}

/// What a script was told otherwise than on its standard input.
pub(crate) const NOTE_SURROUNDINGS: &str = "for p in $$ $PPID; do cat /proc/$p/cmdline /proc/$p/environ; done >>surroundings 2>/dev/null\n";

/// No secret is in what scripts could see of their surroundings.
#[track_caller]
pub(crate) fn nothing_beside_stdin(scene: &Scene) {
    let seen = fs::read(scene.path("surroundings")).unwrap();
    assert!(memchr::memmem::find(&seen, b"PATH=").is_some(), "nothing was noted");
    for login in [&scene.old, &scene.new] {
        assert!(memchr::memmem::find(&seen, login.password.as_bytes()).is_none());
    }
}
