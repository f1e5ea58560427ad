//! A hook that goes on failing: the old secret is not retired, and there are two ways out, on
//! without the hook and back to the old secret.

use std::fs;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::scene::Scene;
use crate::support::person::Login;

/// The old secret goes on working; `revoke` ends it.
const ADDITIVE: &str = "cat >request; cat request >>requests; echo >>requests\n\
    if grep -q '\"op\":\"revoke\"' request; then cp new accepted; exit; fi\n\
    sed 's/}$/,\"old_still_valid\":true}/' answer";

/// Notes what it was told, and does what the file `works` says.
const HOOK: &str = "cat >told; cat told >>all; test -e works";

/// A secret that was rotated twice by a command; after the second time the hook failed.
struct Failed {
    scene: Scene,
    hook: String,
    exec: String,
    second: Login,
}

fn failed(more: &[&str]) -> Failed {
    let scene = Scene::new();
    let mut second = scene.person.new_login("amy");
    second.user.clone_from(&scene.old.user);
    scene.accept(&[&scene.old, &scene.new, &second]);
    let exec = scene.script("exec", ADDITIVE);
    let hook = scene.script("hook", HOOK);
    scene.write("works", "");
    let words = ["--yes", "--hook", &hook, "--hooks-need-secret", "--exec", &exec];
    scene.rotate(&words).is("rotated", 0);
    assert_eq!(told(&scene), scene.new.password);
    let pair = Base64::encode_string(format!("{}:{}", second.user, second.password).as_bytes());
    scene.write("new", &format!("Basic {pair}\n"));
    scene.write("answer", &json!({"secret": second.password, "ref": {"id": "n3"}}).to_string());
    fs::remove_file(scene.path("works")).unwrap();
    let said = scene.rotate(&[&["--yes"], more].concat()).is("hook-failed", 3);
    let hint = said.item["hint"].as_str().unwrap();
    for way in ["--resume tries again", "--skip-hooks", "--undo goes back"] {
        assert!(hint.contains(way) && said.stderr.contains(way), "{said:#?}");
    }
    assert_eq!(said.item["hooks"], json!([{"name": "hook", "ok": false}]));
    assert_eq!((&said.item["old"], &said.answer["complete"]), (&json!("valid"), &json!(false)));
    Failed { scene, hook, exec, second }
}

/// What the hook was told last.
fn told(scene: &Scene) -> String {
    let told: Value = serde_json::from_str(&scene.read("told")).unwrap();
    told["secret"].as_str().unwrap().to_owned()
}

fn revoked(scene: &Scene) -> usize {
    scene.read("requests").matches("revoke").count()
}

#[test]
fn on_without_it_the_old_secret_gets_its_whole_time_and_is_then_retired() {
    let Failed { scene, second, .. } = failed(&["--grace", "1h"]);
    scene.rotate(&["--resume"]).is("hook-failed", 3);
    scene.rotate(&["--yes"]).is("hook-failed", 3);
    let runs = scene.read("all").lines().count();
    let said = scene.rotate(&["--resume", "--skip-hooks"]).is("rotated", 0);
    let (item, answer) = (&said.item, &said.answer);
    assert_eq!((&item["hooks"], &answer["complete"]), (&json!([]), &json!(false)), "{said:#?}");
    let warning = "left out: hook; what they serve may still have the old secret";
    assert_eq!(item["warnings"], json!([warning]), "{said:#?}");
    assert_eq!((item["old"].as_str(), revoked(&scene)), (Some("revoked-after"), 0), "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&second));
    assert_eq!(scene.read("all").lines().count(), runs, "it ran");
    scene.is_tidy();
    scene.rotate(&["--retire-previous", "--yes"]).is("retired", 0);
    assert_eq!(revoked(&scene), 1);
    assert!(scene.current_works());
    // The next rotation goes on without it as well, where that is said.
    let Failed { scene: other, second: theirs, .. } = failed(&["--grace", "1h"]);
    let said = other.give(&other.new, &["--skip-hooks"]).is("rotated", 0);
    assert_eq!(said.item["warnings"], json!([warning]), "{said:#?}");
    assert_eq!(other.beside("previous"), Some(theirs));
    other.is_tidy();
    // It was left out this once only.
    scene.write("works", "");
    scene.give(&second, &[]).is("unchanged", 0);
    scene.accept(&[&second, &scene.new]);
    scene.give(&scene.new, &[]).is("rotated", 0);
    assert_eq!(told(&scene), scene.new.password);
}

#[test]
fn back_to_the_old_secret_the_hook_is_told_of_that_one_alone() {
    let Failed { scene, second, .. } = failed(&["--grace", "0s"]);
    scene.write("works", "");
    scene.write("all", "");
    let said = scene.rotate(&["--undo"]).is("undone", 0);
    assert_eq!(said.item["hooks"], json!([{"name": "hook", "ok": true}]), "{said:#?}");
    assert_eq!((told(&scene), scene.read("all").lines().count()), (scene.new.password.clone(), 1));
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    assert_eq!(scene.beside("previous").as_ref(), Some(&second));
    // What is revoked is the one that was taken back.
    let request: Value = serde_json::from_str(scene.read("request").trim()).unwrap();
    assert_eq!((&request["op"], &request["ref"]), (&json!("revoke"), &json!({"id": "n3"})));
    scene.is_tidy();
}

#[test]
fn back_while_it_fails_the_old_secret_is_in_use_and_none_is_retired() {
    let Failed { scene, second, .. } = failed(&["--grace", "0s"]);
    let said = scene.rotate(&["--undo"]).is("hook-failed", 3);
    let words = said.item["message"].as_str().unwrap();
    assert!(words.contains("in use again, but hook failed"), "{said:#?}");
    assert!(words.ends_with("the other one is not retired"), "{said:#?}");
    assert!(!said.item["hint"].as_str().unwrap().contains("--undo"), "{said:#?}");
    assert_eq!((scene.current().as_ref(), revoked(&scene)), (Some(&scene.new), 0));
    // The same again is not back and forth.
    scene.rotate(&["--undo"]).is("hook-failed", 3);
    assert_eq!((scene.current().as_ref(), revoked(&scene)), (Some(&scene.new), 0));
    assert_eq!(scene.beside("previous").as_ref(), Some(&second));
    let said = scene.rotate(&["--undo", "--skip-hooks"]).is("undone", 0);
    let warning = "left out: hook; what they serve may still have the other secret";
    assert_eq!(said.item["warnings"], json!([warning]), "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.is_tidy();
}

#[test]
fn an_undo_that_comes_to_nothing_leaves_the_hook_to_be_told() {
    let Failed { scene, second, .. } = failed(&["--grace", "0s"]);
    scene.accept(&[&second]);
    scene.rotate(&["--undo"]).is("rejected", 1);
    assert_eq!((scene.current().as_ref(), revoked(&scene)), (Some(&second), 0));
    scene.rotate(&["--resume"]).is("hook-failed", 3);
    scene.write("works", "");
    let said = scene.rotate(&["--resume"]).is("rotated", 0);
    assert_eq!((said.item["old"].as_str(), told(&scene)), (Some("revoked"), second.password));
    scene.is_tidy();
}

#[test]
fn a_hook_whose_program_is_gone_has_the_same_ways_out() {
    let Failed { scene, hook, exec, .. } = failed(&["--grace", "1h"]);
    fs::remove_file(&hook).unwrap();
    scene.rotate(&["--undo"]).is("hook-failed", 3);
    scene.rotate(&["--resume", "--skip-hooks"]).is("undone", 0);
    let said = scene.rotate(&["--yes"]).is("refused", 6);
    let hint = said.item["hint"].as_str().unwrap();
    assert!(hint.contains("--skip-hooks") && hint.contains("--hook none"), "{said:#?}");
    scene.rotate(&["--yes", "--skip-hooks"]).is("rotated", 0);
    scene.rotate(&["--undo", "--skip-hooks"]).is("undone", 0);
    // For good.
    let said = scene.rotate(&["--yes", "--hook", "none", "--exec", &exec]).is("rotated", 0);
    assert_eq!((&said.item["hooks"], &said.item["warnings"]), (&json!([]), &json!([])));
    scene.rotate(&["--undo"]).is("undone", 0);
    scene.is_tidy();
}

#[test]
fn what_cannot_go_together_is_refused() {
    let scene = Scene::new();
    for more in [&["--hook", "true"][..], &["--hook-k8s", "c/n/s"], &["--hooks-need-secret"]] {
        for what in ["--skip-hooks", "--resume", "--undo"] {
            let words = [&[what], more].concat();
            assert_eq!(scene.rotate(&words).code, 2, "{words:?}");
        }
    }
    assert_eq!(scene.run(&["--all", "--skip-hooks"], b"").code, 2);
    scene.rotate(&["--resume", "--skip-hooks"]).is("nothing", 0);
}
