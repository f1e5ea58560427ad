//! What breaks off midway says of each credential what came of it: `logout --all`, `rotate --all`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Clerk;
use crate::support::person::{Person, Store};
use crate::support::process;
use crate::support::web::{Reply, Web};

fn script(path: &Path, body: &str) {
    fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Our program beside a helper that does `trouble` instead of its work where that is true.
fn with_helper(folder: &Path, trouble: &str) -> PathBuf {
    let program = folder.join("imgsec-cred");
    fs::copy(env!("CARGO_BIN_EXE_imgsec-cred"), &program).unwrap();
    let real = env!("CARGO_BIN_EXE_docker-credential-imgsec");
    let body = format!("cd '{}'\nexec 3<&0\n{trouble}\nexec '{real}' \"$@\" <&3", folder.display());
    script(&folder.join("docker-credential-imgsec"), &body);
    program
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn a_logout_of_all_that_breaks_off_tells_what_is_gone_and_what_is_left() {
    let mut clerk = Clerk::default();
    let me = Person::new(Store::Sealed);
    let servers = ["a.example", "b.example", "c.example"];
    let keep = || servers.iter().for_each(|server| me.keep(server, "ada", "hunter2"));
    keep();
    // Of each registry there are two spellings.
    let locks = "test \"$1\" != erase || echo >>erased\n\
        test \"$1\" != erase -o $(wc -l <erased) -le 2 || { echo the keychain is locked; exit 1; }";
    let folder = process::folder("l");
    fs::write(folder.path().join("erased"), "").unwrap();
    let program = with_helper(folder.path(), locks);
    let all = "logout --all --confirm=all";
    let said = clerk.ask_of(&program, &me, all, "", 4);
    assert_eq!((&said["complete"], &said["error"]["kind"]), (&json!(false), &json!("locked")));
    assert_eq!(said["removed"].as_array().unwrap().len(), 1, "{said}");
    let left = said["left"].as_array().unwrap();
    assert_eq!(
        (left[0]["error"]["kind"].as_str(), &left[1]["error"]),
        (Some("locked"), &json!(null))
    );
    assert_eq!(me.listed().len(), 2);
    // One that cannot be removed does not keep the others.
    keep();
    let one_stays = "test \"$1\" = list || { cat <&3 >request; exec 3<request; }\n\
        test \"$1\" != erase || ! grep -q b.example request || { echo no space is left; exit 1; }";
    let program = with_helper(folder.path(), one_stays);
    let said = clerk.ask_of(&program, &me, all, "", 3);
    assert_eq!(said["removed"].as_array().unwrap().len(), 2, "{said}");
    assert_eq!(said["left"][0]["registry"], "b.example", "{said}");
    assert_eq!(said["left"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!(me.listed().len(), 1);
    // Somebody wishes to stop while the first one is removed.
    keep();
    let stops = "test \"$1\" != erase -o -e stopped || { touch stopped; kill -TERM $PPID; }";
    let program = with_helper(folder.path(), stops);
    let said = clerk.ask_of(&program, &me, all, "", 130);
    assert_eq!(said["removed"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!((&said["error"]["kind"], me.listed().len()), (&json!("interrupted"), 2), "{said}");
    assert_eq!(said["left"][1]["error"], json!(null), "{said}");
    // The wish comes while the first one cannot be removed.
    keep();
    let fails = "test \"$1\" != erase || { kill -TERM $PPID; echo no space is left; exit 1; }";
    let program = with_helper(folder.path(), fails);
    let said = clerk.ask_of(&program, &me, all, "", 130);
    assert_eq!((&said["error"]["kind"], me.listed().len()), (&json!("interrupted"), 3), "{said}");
    assert_eq!(said["left"][0]["error"]["kind"], "failed", "{said}");
    assert_eq!(said["left"].as_array().unwrap().len(), 3, "{said}");
    clerk.ask(&me, all, "", 0);
    clerk.closes(&["logout"]);
}

/// Three credentials that a command rotates, which prints a new password each time.
fn rotated(me: &Person, webs: &[Web; 3], fetch: &Path) {
    for web in webs {
        me.keep(&web.host(), "ada", "hunter2");
        let mut command = me.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["rotate", &web.host(), "--from-command", fetch.to_str().unwrap()]);
        process::run(&mut command, b"").ok();
    }
}

fn states(said: &Value) -> BTreeMap<&str, usize> {
    let mut states = BTreeMap::new();
    for item in said["items"].as_array().unwrap() {
        *states.entry(item["state"].as_str().unwrap()).or_default() += 1;
    }
    states
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn a_rotation_of_all_that_breaks_off_tells_what_came_of_each() {
    let mut clerk = Clerk::default();
    let me = Person::new(Store::Sealed);
    let folder = process::folder("r");
    let key = me.key_file().display().to_string();
    let (fetch, count) = (folder.path().join("fetch"), folder.path().join("count"));
    let counts = format!("echo >>'{0}'; n=$(wc -l <'{0}')", count.display());
    let locks = format!("test $n != 5 || mv '{key}' '{key}.away'");
    script(&fetch, &format!("{counts}; {locks}; echo hunter-$n"));
    let open = |request: &crate::support::web::Request| match request.header("authorization") {
        Some(_) => Reply::status(200),
        None => Reply::status(401).with("WWW-Authenticate", r#"Basic realm="x""#),
    };
    let webs = [Web::start(open), Web::start(open), Web::start(open)];
    rotated(&me, &webs, &fetch);
    let said = clerk.ask(&me, "rotate --all --yes", "", 4);
    assert_eq!((&said["ok"], &said["complete"]), (&json!(false), &json!(false)));
    let each = BTreeMap::from([("rotated", 1), ("store-locked", 1), ("not-reached", 1)]);
    assert_eq!(states(&said), each, "{said}");
    fs::rename(format!("{key}.away"), &key).unwrap();
    // Somebody wishes to stop while the first one is rotated.
    script(&fetch, &format!("{counts}; kill -TERM $PPID; echo hunter-$n"));
    let said = clerk.ask(&me, "rotate --all --yes", "", 130);
    assert_eq!(states(&said), BTreeMap::from([("rotated", 1), ("not-reached", 2)]), "{said}");
    assert_eq!((&said["ok"], &said["complete"]), (&json!(false), &json!(false)));
    script(&fetch, &format!("{counts}; echo hunter-$n"));
    // One of them has a provider that does not exist, and then the journals are broken.
    let state = me.home().join(".local/state/imgsec-cred");
    let ledger = state.join("ledger.json");
    let mut known: Value = serde_json::from_slice(&fs::read(&ledger).unwrap()).unwrap();
    let record = known["credentials"].as_object_mut().unwrap().values_mut().next().unwrap();
    record["rotation"]["provider"] = json!("no-such");
    fs::write(&ledger, known.to_string()).unwrap();
    let due = "rotate --all --if-due --older-than 0s";
    let said = clerk.ask(&me, due, "", 6);
    assert_eq!(states(&said), BTreeMap::from([("rotated", 2), ("refused", 1)]), "{said}");
    for file in fs::read_dir(state.join("rotations")).unwrap().flatten() {
        if file.path().extension().is_some_and(|e| e == "json") {
            fs::write(file.path(), "{").unwrap();
        }
    }
    let said = clerk.ask(&me, due, "", 3);
    assert_eq!(states(&said), BTreeMap::from([("failed", 2), ("refused", 1)]), "{said}");
    clerk.ask(&me, "rotate a.example", "", 6);
    clerk.closes(&["rotate"]);
}
