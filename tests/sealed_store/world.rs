//! A sealed store of a test's own, and this test program itself as another process that uses it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use imgsec_cred::credential::Credential;
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::sealed::{Created, Identity, KeySources, NewSlot, Sealed, create};
use imgsec_cred::store::{Error, ErrorKind, Store};
use secrecy::ExposeSecret;

use crate::support::process;

/// Part of every secret of these tests.
pub(crate) const CANARY: &str = "canary-6f1e";

/// A store with one key file, which is beside it in the test's folder.
pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) identity: Identity,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("key");
        let created = Self::create_in(dir.path(), &[NewSlot::KeyFile(&key)]).unwrap();
        Self { dir, identity: created.identity }
    }

    pub(crate) fn create_in(folder: &Path, slots: &[NewSlot]) -> Result<Created, Error> {
        create(&folder.join("store"), slots, Some(&folder.join("state")))
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.path().join("key")
    }

    /// The store, opened by its key file while that is there.
    pub(crate) fn store(&self) -> Sealed {
        Sealed::open(&self.root(), sources(&self.root())).unwrap()
    }

    /// Takes the key away, as when a USB stick is pulled out.
    pub(crate) fn lock(&self) {
        fs::rename(self.key_file(), self.dir.path().join("away")).unwrap();
    }

    pub(crate) fn unlock(&self) {
        fs::rename(self.dir.path().join("away"), self.key_file()).unwrap();
    }

    /// The one file in `entries`.
    pub(crate) fn only_entry(&self) -> PathBuf {
        let mut files = files_below(&self.root().join("entries"));
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0)
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.root().join("index.json")
    }
}

/// No key but those of the store's own slots, and the folder of state beside the store.
pub(crate) fn sources(root: &Path) -> KeySources {
    KeySources { state: Some(root.parent().unwrap().join("state")), ..KeySources::default() }
}

pub(crate) fn key(server: &str) -> ServerKey {
    ServerKey::parse(server).unwrap()
}

pub(crate) fn login(server: &str, username: &str, secret: &str) -> Credential {
    Credential::new(key(server), username.to_owned(), format!("{CANARY}-{secret}").into())
}

/// What `get` says: the user name and the secret without its canary.
pub(crate) fn got(store: &Sealed, server: &str) -> Result<(String, String), ErrorKind> {
    let credential = store.get(&key(server)).map_err(|e| e.kind())?;
    let secret = credential.secret.expose_secret().strip_prefix(CANARY).unwrap();
    Ok((credential.username, secret[1..].to_owned()))
}

pub(crate) fn pair(username: &str, secret: &str) -> Result<(String, String), ErrorKind> {
    Ok((username.to_owned(), secret.to_owned()))
}

/// What `list` says: servers and user names.
pub(crate) fn listed(store: &Sealed) -> Result<BTreeMap<String, String>, ErrorKind> {
    let list = store.list().map_err(|e| e.kind())?;
    let count = list.len();
    let map: BTreeMap<_, _> =
        list.into_iter().map(|l| (l.server.as_str().to_owned(), l.username)).collect();
    assert_eq!(map.len(), count, "a server is listed twice");
    Ok(map)
}

/// All files in a folder and below, by name.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).unwrap().flatten() {
        if file.file_type().unwrap().is_dir() {
            files.extend(files_below(&file.path()));
        } else {
            files.push(file.path());
        }
    }
    files.sort();
    files
}

/// Each file's bytes.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files_below(folder).into_iter().map(|f| (f.clone(), fs::read(f).unwrap())).collect()
}

/// This test program as another process: it carries out `acts`, one a line, words divided by tabs.
pub(crate) fn child(wrapper: &[&str], acts: &str) -> Command {
    let program = std::env::current_exe().unwrap();
    child_at(&program, wrapper, acts)
}

/// The same for a copy of this program, which another user can run.
pub(crate) fn child_at(program: &Path, wrapper: &[&str], acts: &str) -> Command {
    let mut command = match wrapper {
        [] => Command::new(program),
        [first, rest @ ..] => {
            let mut command = Command::new(process::need(first));
            command.args(rest).arg(program);
            command
        }
    };
    command.args(["--exact", &process::test_name(module_path!(), "the_other_process")]);
    command.args(["--ignored", "--nocapture"]);
    command.args(["--test-threads=1", "-q"]).env("SEALED_ACTS", acts).env("RUST_BACKTRACE", "0");
    // Cargo's folders, in each of which the loader would look for each library.
    command.env_remove("LD_LIBRARY_PATH");
    command
}

#[test]
#[ignore = "the other process of tests in here; does nothing on its own"]
fn the_other_process() {
    // Strace counts each thread's calls apart, and the test program's main thread makes a few.
    for _ in 0..64 {
        fs::write("/dev/null", "x").unwrap();
    }
    for act in std::env::var("SEALED_ACTS").unwrap_or_default().lines() {
        let words: Vec<_> = act.split('\t').collect();
        match perform(&words) {
            Ok(answer) => eprintln!("answer: {answer}"),
            Err(e) => eprintln!("error: {:?}: {e} ({})", e.kind(), e.hint().unwrap_or_default()),
        }
    }
}

fn perform(words: &[&str]) -> Result<String, Error> {
    let open = |root: &str| {
        let root = Path::new(root);
        Sealed::open(root, KeySources { kernel_cache: true, ..sources(root) })
    };
    match words {
        ["probe"] => imgsec_cred::store::sealed::probe_kernel_cache().map(|()| "ok".to_owned()),
        ["create", folder, key] => {
            World::create_in(Path::new(folder), &[NewSlot::KeyFile(Path::new(key))])?;
            Ok("created".to_owned())
        }
        ["put", root, server, username, secret] => {
            open(root)?.put(&login(server, username, secret))?;
            Ok("put".to_owned())
        }
        ["get", root, server] => {
            Ok(open(root)?.get(&key(server))?.secret.expose_secret().to_owned())
        }
        ["remove", root, server] => {
            open(root)?.remove(&key(server))?;
            Ok("removed".to_owned())
        }
        ["list", root] => Ok(open(root)?.list()?.len().to_string()),
        ["state", root] => Ok(format!("{:?}", open(root)?.state()?.opened_by)),
        ["lock", root] => open(root)?.lock().map(|()| "locked".to_owned()),
        ["unlock", root, seconds, key] => {
            let store = open(root)?;
            let identity = store.unlock_with_passphrase(&(*key).into())?;
            let limit = seconds.parse().ok().map(std::time::Duration::from_secs);
            store.keep_unlocked(&identity, limit)?;
            Ok("unlocked".to_owned())
        }
        other => panic!("{other:?}"),
    }
}
