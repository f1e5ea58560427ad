//! Docker's settings, changed as `setup` does it: the secret goes, it comes back, and everything
//! else stays as it was.

use std::fs;
use std::path::Path;

use imgsec_cred::clients::docker::{Change, DockerConfig, PlainLogin};
use serde_json::{Map, Value};

/// The file that is changed, below the working folder and alone there.
const FILE: &str = "settings/config.json";

/// Reads a file, moves each login out of it and back.
pub fn check(input: &[u8]) {
    let path = Path::new(FILE);
    fs::create_dir_all("settings").and_then(|()| fs::write(path, input)).expect("a working folder");
    let Ok(config) = DockerConfig::read(path) else { return };
    let is_empty = input.iter().all(u8::is_ascii_whitespace);
    change(&config, &[]);
    assert!(is_empty || fs::read(path).is_ok_and(|now| now == input), "changed by nothing");
    let logins = config.plain_logins();
    let keys: Vec<&str> = movable(&logins).map(|(key, _)| key).collect();
    if keys.is_empty() {
        return;
    }
    let rest = rest(path, &keys);

    let mut changes: Vec<_> = keys.iter().map(|key| Change::Blank(key)).collect();
    changes.push(Change::Store(Some("imgsec")));
    change(&config, &changes);
    let config = DockerConfig::read(path).expect("a file that can still be read");
    assert_eq!(config.store(), Some("imgsec"));
    assert!(movable(&config.plain_logins()).next().is_none(), "a login is still in plain text");
    assert!(self::rest(path, &keys) == rest, "more is gone");

    let back = logins.iter().filter_map(|l| Some((l, l.credential.as_ref().ok()?)));
    let changes: Vec<_> = back.map(|(l, credential)| Change::Restore(&l.key, credential)).collect();
    change(&config, &changes);
    let config = DockerConfig::read(path).expect("a file that can still be read");
    let restored = config.plain_logins();
    assert_eq!(movable(&restored).count(), keys.len(), "a login did not come back");
    for ((key, was), (same, is)) in movable(&logins).zip(movable(&restored)) {
        assert!(key == same && was.server == is.server && was.same_login(is), "another login");
    }
    assert!(self::rest(path, &keys) == rest, "more has changed");
}

fn change(config: &DockerConfig, changes: &[Change<'_>]) {
    let text = config.changed(changes).expect("changes of a file that was read");
    if text.as_bytes() != config.bytes() {
        fs::write(config.path(), text.as_bytes()).expect("a working folder");
    }
}

/// The logins that a helper can keep.
fn movable(
    logins: &[PlainLogin],
) -> impl Iterator<Item = (&str, &imgsec_cred::credential::Credential)> {
    logins.iter().filter_map(|l| Some((l.key.as_str(), l.credential.as_ref().ok()?)))
}

/// What the file says besides these logins and the helper, in its order, read by `serde_json` alone.
fn rest(path: &Path, keys: &[&str]) -> String {
    let bytes = fs::read(path).expect("a file");
    let mut root: Map<String, Value> = serde_json::from_slice(&bytes).expect("an object");
    let login = ["auth", "identitytoken", "username", "password"];
    for (name, value) in &mut root {
        if let (true, Value::Object(auths)) = (name.eq_ignore_ascii_case("auths"), value) {
            for (_, entry) in auths.iter_mut().filter(|(key, _)| keys.contains(&key.as_str())) {
                let fields = entry.as_object_mut().expect("an entry");
                fields.retain(|name, _| !login.iter().any(|l| name.eq_ignore_ascii_case(l)));
            }
        }
    }
    root.retain(|name, _| !name.eq_ignore_ascii_case("credsStore"));
    Value::Object(root).to_string()
}
