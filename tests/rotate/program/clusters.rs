//! `--hook-k8s`: a new secret goes into a Secret of a cluster by kubectl, on its standard input only,
//! before the old one is retired; where the cluster would not take it, nothing begins.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::scene::{NOTE_SURROUNDINGS, Scene, nothing_beside_stdin};
use crate::support::person::Login;

const PLACE: &str = "arn:cluster/x/prod/regcred";

const HOOK: [&str; 2] = ["--hook-k8s", PLACE];

/// The old secret goes on working; `revoke` ends it.
const ADDITIVE: &str = "cat >request; cat request >>requests; echo >>requests\n\
    sed 's/}$/,\"old_still_valid\":true}/' answer; cat new >>accepted";

/// Notes how it was called and what it was told; the files `refuses` and `fails` make it fail.
const NOTE: &str = "echo \"$*\" >>calls; cat >told; cat told >>all\n\
    case \"$*\" in *--dry-run*) test ! -e refuses;; *) test ! -e fails;; esac";

/// A kubectl for this scene's person.
fn kubectl(scene: &Scene, body: &str) {
    let script = scene.script("kubectl", body);
    let place = scene.person.folder().join("bin/kubectl");
    fs::copy(script, &place).unwrap();
    fs::set_permissions(place, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A scene in which both passwords work, with that kubectl.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    kubectl(&scene, &format!("{NOTE_SURROUNDINGS}{NOTE}"));
    scene
}

/// What the last Secret held.
#[track_caller]
fn held(scene: &Scene) -> Value {
    let secret: Value = serde_json::from_str(&scene.read("told")).unwrap();
    assert_eq!(secret["metadata"], json!({"name": "regcred", "namespace": "prod"}));
    assert_eq!(secret["type"], "kubernetes.io/dockerconfigjson");
    let data = secret["data"][".dockerconfigjson"].as_str().unwrap();
    serde_json::from_slice(&Base64::decode_vec(data).unwrap()).unwrap()
}

fn entry(scene: &Scene, login: &Login) -> Value {
    let auth = Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes());
    let entry = json!({"username": login.user, "password": login.password, "auth": auth});
    json!({"auths": {scene.host(): entry}})
}

#[test]
fn the_new_secret_is_in_the_cluster_before_the_hooks_run() {
    let scene = scene();
    let hook = scene.script("hook", "cat >/dev/null; echo hook >>calls");
    let said = scene.give(&scene.new, &[&HOOK[..], &["--hook", &hook]].concat());
    let said = said.is("rotated", 0);
    let apply = "--context=arn:cluster/x apply --server-side --filename=-";
    assert_eq!(scene.read("calls"), format!("{apply} --dry-run=server\n{apply}\nhook\n"));
    assert_eq!(held(&scene), entry(&scene, &scene.new));
    let name = format!("kubectl {PLACE}");
    let hooks = json!([{"name": name, "ok": true}, {"name": "hook", "ok": true}]);
    assert_eq!(said.item["hooks"], hooks);
    // What is only tried holds no credential.
    assert!(scene.read("all").contains(&Base64::encode_string(b"{\"auths\":{}}")));
    nothing_beside_stdin(&scene);
    scene.is_tidy();
    // As it is remembered, also for an undo.
    scene.rotate(&["--undo"]).is("undone", 0);
    assert_eq!(held(&scene), entry(&scene, &scene.old));
}

#[test]
fn what_a_cluster_would_not_take_begins_nothing() {
    let scene = scene();
    scene.write("refuses", "");
    let exec = scene.script("exec", ADDITIVE);
    let said = scene.rotate(&[&["--yes"], &HOOK[..], &["--exec", &exec]].concat());
    let said = said.is("refused", 6);
    assert!(said.item["message"].as_str().unwrap().contains("nothing was changed"), "{said:#?}");
    assert_eq!((scene.read("requests").as_str(), scene.current()), ("", Some(scene.old.clone())));
    scene
        .rotate(&[&["--yes", "--dry-run"], &HOOK[..], &["--exec", &exec]].concat())
        .is("refused", 6);
    fs::remove_file(scene.path("refuses")).unwrap();
    scene
        .rotate(&[&["--yes", "--dry-run"], &HOOK[..], &["--exec", &exec]].concat())
        .is("planned", 0);
    assert!(scene.read("calls").lines().all(|call| call.ends_with("--dry-run=server")));
    scene.is_tidy();
}

#[test]
fn where_the_cluster_fails_the_old_secret_is_not_retired_until_it_does_not() {
    let scene = scene();
    let exec = scene.script("exec", ADDITIVE);
    scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
    let first = scene.new.clone();
    let mut second = scene.person.new_login("amy");
    second.user.clone_from(&first.user);
    scene.accept(&[&first, &second]);
    scene.write("answer", &json!({"secret": second.password, "ref": {"id": "n3"}}).to_string());
    scene.write("fails", "");
    let hook = scene.script("hook", "cat >/dev/null; echo hook >>calls");
    let words = ["--yes", "--grace", "0s", "--hook", &hook, "--hook-k8s", PLACE, "--exec", &exec];
    let said = scene.rotate(&words).is("hook-failed", 3);
    assert_eq!(said.item["old"], "valid", "{said:#?}");
    assert!(!scene.read("requests").contains("revoke"));
    assert!(!scene.read("calls").contains("hook"), "a hook ran after one that failed");
    assert_eq!(scene.current().as_ref(), Some(&second));
    scene.rotate(&["--resume"]).is("hook-failed", 3);
    fs::remove_file(scene.path("fails")).unwrap();
    let said = scene.rotate(&["--resume"]).is("rotated", 0);
    assert_eq!(said.item["old"], "revoked", "{said:#?}");
    assert_eq!(held(&scene), entry(&scene, &second));
    assert!(scene.read("requests").contains("revoke"));
    scene.is_tidy();
}

#[test]
fn killed_by_its_kubectl_it_puts_the_secret_there_when_resumed() {
    let scene = scene();
    let kill = "kill -9 $PPID; while kill -0 $PPID 2>/dev/null; do :; done";
    kubectl(&scene, &format!("{NOTE}; case \"$*\" in *--dry-run*) ;; *) {kill};; esac"));
    let host = scene.host();
    let fetch = scene.script("fetch", "cat secret");
    let words = [&[host.as_str()], &HOOK[..], &["--from-command", &fetch]].concat();
    scene.person.finish(&mut scene.command(&words), b"");
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    kubectl(&scene, NOTE);
    scene.write("told", "");
    scene.rotate(&["--resume"]).is("rotated", 0);
    assert_eq!(held(&scene), entry(&scene, &scene.new));
    scene.is_tidy();
}

#[test]
fn what_kubectl_says_is_shown_without_the_secret_in_any_form() {
    let scene = scene();
    let script = "cat >told; cat told >&2; cat secret; echo said";
    kubectl(&scene, &format!("{script}; case \"$*\" in *--dry-run*) ;; *) test -e works;; esac"));
    let said = scene.give(&scene.new, &HOOK).is("hook-failed", 3);
    let data = entry(&scene, &scene.new).to_string();
    let blob: Value = serde_json::from_str(&scene.read("told")).unwrap();
    let blob = blob["data"][".dockerconfigjson"].as_str().unwrap();
    assert!(said.stderr.contains("\".dockerconfigjson\": \"****"), "{said:#?}");
    assert!(said.stderr.contains("****\nsaid\n"), "{said:#?}");
    assert!(!said.stderr.contains(blob.trim_end_matches('=')) && !said.stderr.contains(&data));
    scene.write("works", "");
    let said = scene.rotate(&["--resume"]).is("rotated", 0);
    assert!(!said.stderr.contains("said"), "{said:#?}");
    kubectl(&scene, "cat >told; cat told >&2; exit 1");
    let said = scene.give(&scene.old, &HOOK).is("refused", 6);
    assert!(!said.stderr.contains(blob), "{said:#?}");
}

#[test]
fn without_kubectl_or_for_what_no_cluster_takes_nothing_begins() {
    let scene = scene();
    let host = scene.host();
    let helper = std::path::Path::new(env!("CARGO_BIN_EXE_imgsec-cred")).parent().unwrap();
    let mut command = scene.command(&[&[host.as_str(), "--password-stdin"], &HOOK[..]].concat());
    let ran = scene.person.finish(command.env("PATH", helper), scene.new.password.as_bytes());
    super::scene::said(ran).is("refused", 6);
    scene.person.keep(&host, "<token>", &scene.old.password);
    let words = [&["--verify", "skip"], &HOOK[..]].concat();
    let said = scene.give(&scene.new, &words).is("refused", 6);
    assert!(said.item["message"].as_str().unwrap().contains("identity token"), "{said:#?}");
    assert_eq!(scene.read("calls"), "");
    for place in ["regcred", "prod/regcred", "c/a.b/regcred", "c/prod/Reg"] {
        assert_eq!(scene.give(&scene.new, &["--hook-k8s", place]).code, 2, "{place}");
    }
}
