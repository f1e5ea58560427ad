//! A file system that never answers: `imgsec-cred audit` names what it waited for in vain, and tells
//! what it found elsewhere. strace lets one path wait as a dead network mount does.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

/// How long a call waits that never answers, and how soon there must be an answer of ours.
const NEVER: Duration = Duration::from_secs(120);
const SOON: Duration = Duration::from_secs(40);

/// The findings and what is named as skipped, where this call never comes back from this path.
fn audit(call: &str, dead: &Path, home: &Path, paths: &[&Path]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    use std::os::unix::process::CommandExt;
    let scratch = tempfile::tempdir().unwrap();
    let answer = scratch.path().join("answer");
    let mut child = Command::new(crate::support::process::need("strace"))
        .args(["-f", "-qq", "-o", "/dev/null", "-P"])
        .arg(dead)
        .arg(format!("-einject={call}:delay_enter={}", NEVER.as_micros()))
        .arg(env!("CARGO_BIN_EXE_imgsec-cred"))
        .args(["audit", "--json", "-o"])
        .arg(&answer)
        .args(paths)
        .env_clear()
        .envs([("HOME", home.as_os_str()), ("IMGSEC_TIMEOUT", "1".as_ref())])
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let end = Instant::now() + SOON;
    let document = loop {
        let text = fs::read_to_string(&answer).unwrap_or_default();
        if let Ok(document) = serde_json::from_str::<Value>(&text) {
            break Some(document);
        }
        if Instant::now() > end {
            break None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    // strace goes on waiting for the thread that it holds back.
    kill_process_group(Pid::from_child(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    let document = document.unwrap_or_else(|| panic!("{call} {}: no answer", dead.display()));
    assert_eq!(document["complete"], false, "{document:#}");
    let list = |name: &str| document[name].as_array().unwrap().clone();
    let path = |value: &Value| PathBuf::from(value["path"].as_str().unwrap());
    let skipped = list("skipped").into_iter().map(|skipped| {
        assert_eq!(skipped["message"], "no answer in time");
        path(&skipped)
    });
    let found = list("findings").iter().map(|finding| path(&finding["locations"][0])).collect();
    (found, skipped.collect())
}

/// Writes a login.
fn login(path: PathBuf) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let auth = Base64::encode_string(b"ada:s3cret-w0rd");
    fs::write(&path, format!(r#"{{"auths":{{"r.example":{{"auth":"{auth}"}}}}}}"#)).unwrap();
    path
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn a_walk_goes_on_beside_what_never_answers() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["a", "b"].map(|name| login(folder.path().join(name).join("config.json")));
    for (call, dead) in [
        ("openat", one.as_path()),
        ("read", &one),
        ("openat", one.parent().unwrap()),
        ("getdents64", one.parent().unwrap()),
        ("statx", one.parent().unwrap()),
    ] {
        let (found, skipped) = audit(call, dead, folder.path(), &[folder.path()]);
        assert_eq!((found, skipped), (vec![other.clone()], vec![dead.to_owned()]), "{call}");
    }
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn another_path_is_walked_where_the_first_never_answers() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["a", "b"].map(|name| login(folder.path().join(name).join("config.json")));
    let [first, second] = [&one, &other].map(|path| path.parent().unwrap());
    let (found, skipped) = audit("statx", first, folder.path(), &[first, second]);
    assert_eq!((found, skipped), (vec![other.clone()], vec![first.to_owned()]));
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn other_places_are_looked_at_where_one_never_answers() {
    let home = tempfile::tempdir().unwrap();
    let config = login(home.path().join(".docker/config.json"));
    let auth = login(home.path().join(".config/containers/auth.json"));
    let (found, skipped) = audit("openat", &config, home.path(), &[]);
    assert_eq!((found, skipped), (vec![auth.clone()], vec![config.clone()]));
    let (found, skipped) = audit("openat", config.parent().unwrap(), home.path(), &[]);
    assert_eq!(found, [auth]);
    assert!(skipped.iter().all(|path| path.starts_with(home.path())), "{skipped:?}");
    let (found, skipped) = audit("statx", home.path(), home.path(), &[]);
    assert_eq!((found, skipped), (vec![], vec![home.path().to_owned()]));
}
