//! The key of an unlocked store in the kernel: found by every process of the user, in every session
//! and in none, by nobody else, and gone when it is time.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use imgsec_cred::store::Store;
use imgsec_cred::store::sealed::{NewSlot, Sealed, create};
use secrecy::ExposeSecret;

use super::world::{child, child_at, files_below, login, sources};
use crate::support::process;

/// A store with a recovery passphrase, a login, and a copy of this program for another user.
struct Scene {
    dir: tempfile::TempDir,
    recovery: String,
    program: PathBuf,
}

const NOBODY: u32 = 65_534;
const AS_NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let home = dir.path().join("home");
        fs::create_dir(&home).unwrap();
        let root = home.join("store");
        let recovery = create(&root, &[NewSlot::Recovery], sources(&root).state.as_deref())
            .unwrap()
            .recovery
            .unwrap();
        let store = Sealed::open(&root, sources(&root)).unwrap();
        store.put(&login("ghcr.io", "ada", "1")).unwrap();
        let program = dir.path().join("tests");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        Self { dir, recovery: recovery.expose_secret().to_owned(), program }
    }

    /// The same store, of the user `nobody`.
    fn of_nobody() -> Self {
        let scene = Self::new();
        give(&scene.dir.path().join("home"));
        scene
    }

    fn root(&self) -> String {
        self.dir.path().join("home/store").to_str().unwrap().to_owned()
    }

    fn says(&self, wrapper: &[&str], act: &str, words: &[&str]) -> String {
        let root = self.root();
        let acts = [&[act, &root], words].concat().join("\t");
        process::run(&mut child_at(&self.program, wrapper, &acts), b"").ok().stderr
    }
}

fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().flatten().for_each(|f| give(&f.path()));
    }
}

/// An unlock in one kind of process is seen in all kinds, and so is a lock.
fn matrix(scene: &Scene, user: &[&str]) {
    let in_session = [user, &["keyctl", "session", "-"]].concat();
    let ways = [user, &in_session];
    for unlocker in ways {
        for reader in ways {
            let said = scene.says(unlocker, "unlock", &["60", &scene.recovery]);
            assert!(said.contains("answer: unlocked"), "{said}");
            let said = scene.says(reader, "get", &["ghcr.io"]);
            assert!(said.contains("answer: canary"), "{unlocker:?} {reader:?}: {said}");
            let said = scene.says(reader, "state", &[]);
            assert!(said.contains("Some(Kernel(Some("), "{said}");
            assert!(scene.says(reader, "lock", &[]).contains("answer: locked"));
            let said = scene.says(unlocker, "get", &["ghcr.io"]);
            assert!(said.contains("error: Locked"), "{said}");
        }
    }
}

#[test]
#[ignore = "needs keyctl; run tests/run"]
fn root_unlocks_and_locks_in_every_session_and_in_none() {
    matrix(&Scene::new(), &["env"]);
}

#[test]
#[ignore = "needs keyctl, setpriv and root; run tests/run"]
fn an_ordinary_user_unlocks_and_locks_in_every_session_and_in_none() {
    matrix(&Scene::of_nobody(), &AS_NOBODY);
}

#[test]
#[ignore = "needs the kernel keyring; run tests/run"]
fn the_key_is_gone_when_its_time_is_over_and_a_new_unlock_replaces_the_old() {
    let scene = Scene::new();
    scene.says(&[], "unlock", &["60", &scene.recovery]);
    scene.says(&[], "unlock", &["2", &scene.recovery]);
    assert!(scene.says(&[], "get", &["ghcr.io"]).contains("answer: canary"));
    sleep(Duration::from_millis(3_200));
    assert!(scene.says(&[], "get", &["ghcr.io"]).contains("error: Locked"));
    scene.says(&[], "unlock", &["until reboot", &scene.recovery]);
    assert!(scene.says(&[], "state", &[]).contains("Some(Kernel(None))"));
    assert!(scene.says(&[], "lock", &[]).contains("answer: locked"));
    assert!(scene.says(&[], "lock", &[]).contains("answer: locked"));
}

#[test]
#[ignore = "needs keyctl, setpriv and root; run tests/run"]
fn another_user_does_not_find_the_key() {
    let scene = Scene::new();
    scene.says(&[], "unlock", &["60", &scene.recovery]);
    give(&scene.dir.path().join("home"));
    let said = scene.says(&AS_NOBODY, "get", &["ghcr.io"]);
    assert!(said.contains("error: Locked"), "{said}");
    let settings = fs::read_to_string(scene.dir.path().join("home/store/store.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    let name = format!("imgsec-cred:half:{}", settings["store_id"].as_str().unwrap());
    let mut search = std::process::Command::new(process::need("keyctl"));
    let number = process::run(search.args(["search", "@u", "user", &name]), b"").ok().stdout;
    let mut read = std::process::Command::new(process::need("setpriv"));
    read.args(&AS_NOBODY[1..]).args(["keyctl", "print", number.trim()]);
    process::run(&mut read, b"").fails();
    process::run(std::process::Command::new("keyctl").args(["invalidate", number.trim()]), b"")
        .ok();
}

/// What a rootless container may read of its user's keys.
fn half_in_the_kernel(scene: &Scene) -> Vec<u8> {
    let settings = fs::read_to_string(scene.dir.path().join("home/store/store.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    let name = format!("imgsec-cred:half:{}", settings["store_id"].as_str().unwrap());
    let mut search = std::process::Command::new(process::need("keyctl"));
    let number = process::run(search.args(["search", "@u", "user", &name]), b"").ok().stdout;
    let mut pipe = std::process::Command::new(process::need("keyctl"));
    pipe.args(["pipe", number.trim()]).output().unwrap().stdout
}

#[test]
#[ignore = "needs keyctl; run tests/run"]
fn what_the_kernel_holds_is_of_no_use_alone_and_a_lock_destroys_both_halves() {
    let scene = Scene::new();
    scene.says(&[], "unlock", &["60", &scene.recovery]);
    let held = half_in_the_kernel(&scene);
    assert!(held.starts_with(b"until 20") && held.len() > 74);
    assert!(!String::from_utf8_lossy(&held).to_uppercase().contains("AGE-SECRET-KEY"));
    let half = files_below(&scene.dir.path().join("home/state/unlocked")).remove(0);
    assert_eq!(fs::metadata(&half).unwrap().permissions().mode() & 0o777, 0o600);
    let away = scene.dir.path().join("away");
    fs::rename(&half, &away).unwrap();
    assert!(scene.says(&[], "get", &["ghcr.io"]).contains("error: Locked"));
    fs::rename(&away, &half).unwrap();
    assert!(scene.says(&[], "get", &["ghcr.io"]).contains("answer: canary"));
    // Another unlock has other halves.
    scene.says(&[], "unlock", &["60", &scene.recovery]);
    assert_ne!(half_in_the_kernel(&scene)[29..], held[29..]);
    scene.says(&[], "lock", &[]);
    assert!(!half.exists());
}

#[test]
#[ignore = "needs the kernel keyring; run tests/run"]
fn who_writes_to_the_whole_home_gets_nothing_from_an_unlocked_store() {
    let scene = Scene::new();
    scene.says(&[], "unlock", &["60", &scene.recovery]);
    let home = scene.dir.path().join("home");
    let path = home.join("store/store.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let theirs = tempfile::tempdir().unwrap();
    let root = theirs.path().join("store");
    let made = create(&root, &[NewSlot::Recovery], sources(&root).state.as_deref()).unwrap();
    json["recipient"] = made.identity.recipient().into();
    fs::write(&path, json.to_string()).unwrap();
    fs::remove_dir_all(home.join("state/seen")).unwrap();
    let said = scene.says(&[], "put", &["quay.io", "ada", "2"]);
    assert!(said.contains("error: Refused"), "{said}");
    assert!(scene.says(&[], "get", &["ghcr.io"]).contains("answer: canary"));
    scene.says(&[], "lock", &[]);
}

/// Docker's default seccomp profile answers EPERM, others ENOSYS.
#[test]
#[ignore = "needs strace; run tests/run"]
fn where_the_kernel_refuses_there_is_no_cache_and_that_is_said() {
    let scene = Scene::new();
    for error in ["EPERM", "ENOSYS", "EACCES"] {
        let inject = format!("inject=add_key,keyctl,request_key:error={error}");
        let strace = ["strace", "-qqf", "-o", "/dev/null", "-e", &inject];
        let said = process::run(&mut child(&strace, "probe"), b"").ok().stderr;
        assert!(
            said.contains("error: Unavailable: the kernel refuses the keyring calls here"),
            "{said}"
        );
        assert!(said.contains("setup --key-file"), "{said}");
        let said = scene.says(&strace, "unlock", &["60", &scene.recovery]);
        assert!(said.contains("error: Unavailable"), "{said}");
        assert!(scene.says(&strace, "get", &["ghcr.io"]).contains("error: Locked"));
        assert!(scene.says(&strace, "put", &["a", "b", "c"]).contains("answer: put"));
        assert!(scene.says(&strace, "lock", &[]).contains("answer: locked"));
    }
    let said = process::run(&mut child(&[], "probe"), b"").ok().stderr;
    assert!(said.contains("answer: ok"), "{said}");
}
