//! `--exec`: a command makes the new secret, is told everything on standard input, and ends the old
//! one later. Hooks.

use serde_json::{Value, json};

use super::scene::{NOTE_SURROUNDINGS, Scene, nothing_beside_stdin};

/// The old secret goes on working; `revoke` ends it.
const ADDITIVE: &str = r#"
cat >request
cat request >>requests
if grep -q '"op":"revoke"' request; then cp new accepted; exit; fi
cat new >>accepted; sed 's/}$/,"old_still_valid":true}/' answer"#;

/// The old secret is dead when the answer comes.
const DESTRUCTIVE: &str = "cat >>requests; cp new accepted; cat answer";

fn requests(scene: &Scene) -> Vec<Value> {
    scene.read("requests").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_command_is_told_on_standard_input_only_and_answers_in_json() {
    let scene = Scene::new();
    let exec = scene.script("exec", &format!("{NOTE_SURROUNDINGS}{DESTRUCTIVE}"));
    scene.rotate(&["--exec", &exec]).refused();
    assert!(requests(&scene).is_empty());
    let said = scene.rotate(&["--yes", "--pass-current", "--exec", &exec, "--scope", "x"]);
    let said = said.is("rotated", 0);
    assert_eq!((&said.item["class"], &said.item["old"]), (&json!("C"), &json!("replaced")));
    let asked = &requests(&scene)[0];
    assert_eq!(asked["schema"], "imgsec.exec/1");
    assert_eq!(asked["op"], "create");
    assert_eq!(asked["op_id"], said.item["operation"]);
    assert_eq!(asked["username"], scene.old.user);
    assert_eq!(asked["current"]["secret"], scene.old.password);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    nothing_beside_stdin(&scene);
    scene.is_tidy();
}

#[test]
fn of_a_command_that_leaves_the_old_one_alive_it_is_revoked_after_the_grace() {
    let scene = Scene::new();
    let exec = scene.script("exec", ADDITIVE);
    let said = scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
    assert_eq!(said.item["class"], "B");
    // The first one was made by hand: it has no name at the provider.
    assert_eq!(said.item["old"], "valid");
    assert_eq!(requests(&scene)[0]["current"], Value::Null);
    let (first, second) = (scene.new.clone(), scene.person.new_login("amy"));
    scene.accept(&[&first]);
    let answer = json!({"secret": second.password, "ref": {"id": "n3"}, "old_still_valid": true});
    scene.write("answer", &answer.to_string());
    let pair = format!("{}:{}", first.user, second.password);
    let line = <base64ct::Base64 as base64ct::Encoding>::encode_string(pair.as_bytes());
    scene.write("new", &format!("Basic {line}\n"));
    // In the same way as before, without being told how.
    let said = scene.rotate(&["--yes"]).is("rotated", 0);
    assert_eq!(said.item["old"], "revoked-after", "{said:#?}");
    assert_eq!(scene.read("accepted").lines().filter(|l| !l.is_empty()).count(), 2);
    scene.rotate(&["--undo"]).is("undone", 0);
    scene.rotate(&["--undo"]).is("undone", 0);
    scene.rotate(&["--retire-previous", "--yes"]).is("retired", 0);
    let last = requests(&scene).pop().unwrap();
    assert_eq!((&last["op"], &last["ref"]), (&json!("revoke"), &json!({"id": "n2"})));
    assert_eq!(scene.read("accepted").lines().count(), 1);
    assert!(scene.current_works());
    assert_eq!(scene.beside("previous"), None);
    scene.is_tidy();
}

#[test]
fn a_hook_that_fails_keeps_the_old_one_alive_and_runs_again() {
    let scene = Scene::new();
    let exec = scene.script("exec", ADDITIVE);
    scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
    let before = requests(&scene).len();
    let exec = scene.script("exec", &ADDITIVE.replace("cat new >>accepted;", ""));
    let again = scene.person.new_login("amy");
    let pair = format!("{}:{}", scene.old.user, again.password);
    let line = <base64ct::Base64 as base64ct::Encoding>::encode_string(pair.as_bytes());
    scene.write("accepted", &format!("{}Basic {line}\n", scene.read("accepted")));
    let answer = json!({"secret": again.password, "ref": {"id": "n3"}});
    scene.write("answer", &answer.to_string());
    let hook = scene.script("hook", &format!("{NOTE_SURROUNDINGS}cat >told; test -e ready"));
    let hook = format!("{hook} --context 'a b'");
    let arguments =
        ["--yes", "--grace", "0s", "--hook", &hook, "--hooks-need-secret", "--exec", &exec];
    let said = scene.rotate(&arguments).is("hook-failed", 3);
    assert_eq!(said.item["hooks"], json!([{"name": "hook", "ok": false}]));
    assert_eq!(scene.current().unwrap().password, again.password);
    let told: Value = serde_json::from_str(&scene.read("told")).unwrap();
    assert_eq!(told["secret"], again.password);
    assert_eq!(requests(&scene).len(), before + 1, "revoked though the hook failed");
    scene.rotate(&["--resume"]).is("hook-failed", 3);
    scene.write("ready", "");
    scene.write("new", &format!("Basic {line}\n"));
    let said = scene.rotate(&["--resume"]).is("rotated", 0);
    assert_eq!(said.item["old"], "revoked", "{said:#?}");
    assert_eq!(requests(&scene).pop().unwrap()["ref"], json!({"id": "n2"}));
    nothing_beside_stdin(&scene);
    scene.is_tidy();
}

#[test]
fn a_revocation_that_fails_is_a_warning_and_is_tried_again() {
    let scene = Scene::new();
    let exec = scene.script("exec", ADDITIVE);
    scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
    scene.accept(&[&scene.new]);
    scene.give(&scene.new, &[]).is("unchanged", 0);
    let failing = "cat >request; cat request >>requests; grep -q revoke request && exit 7\n\
                   sed 's/}$/,\"old_still_valid\":true}/' answer";
    scene.script("exec", failing);
    let again = scene.person.new_login("amy");
    let pair = format!("{}:{}", scene.old.user, again.password);
    let line = <base64ct::Base64 as base64ct::Encoding>::encode_string(pair.as_bytes());
    scene.write("accepted", &format!("{}Basic {line}\n", scene.read("accepted")));
    let answer = json!({"secret": again.password, "ref": {"id": "n3"}});
    scene.write("answer", &answer.to_string());
    let said = scene.rotate(&["--yes", "--grace", "0s"]).is("rotated", 0);
    assert!(said.item["warnings"][0].as_str().unwrap().contains("--retire-previous"), "{said:#?}");
    assert_eq!(said.answer["complete"], false);
    scene.write("new", &format!("Basic {line}\n"));
    scene.script("exec", ADDITIVE);
    scene.run(&["--all", "--if-due"], b"");
    let last = requests(&scene).pop().unwrap();
    assert_eq!((&last["ref"], &last["username"]), (&json!({"id": "n2"}), &json!(scene.old.user)));
    scene.is_tidy();
    assert!(!scene.journal().contains("n2"), "{}", scene.journal());
}

#[test]
fn what_a_command_says_beside_its_answer_is_shown_where_it_fails_and_without_secrets() {
    let scene = Scene::new();
    let exec = scene
        .script("exec", "echo making it >&2; cat secret answer >&2; cp new accepted; cat answer");
    let said = scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
    assert!(!said.stderr.contains("making it"), "{said:#?}");
    // Also where the answer is not understood.
    let scene = Scene::new();
    let exec = scene.script("exec", "echo oops: canary-that-is-new >&2; echo canary-that-is-new");
    let said = scene.rotate(&["--yes", "--exec", &exec]).is("failed", 3);
    assert!(said.stderr.contains("oops: ****") && !said.stderr.contains("canary"), "{said:#?}");
    assert!(said.stderr.contains("no JSON object"), "{said:#?}");
}

#[test]
fn a_lost_answer_is_never_asked_for_again_and_locked_out_comes_with_a_way_in() {
    // The old one is dead, and nobody has the new one.
    let scene = Scene::new();
    let exec = scene.script("exec", "cat >>requests; cp new accepted; exit 1");
    let said = scene.rotate(&["--yes", "--exec", &exec]).is("locked-out", 1);
    assert!(said.stderr.contains("as its owner, then: imgsec-cred rotate"), "{said:#?}");
    scene.rotate(&["--resume"]).is("locked-out", 1);
    scene.rotate(&["--yes", "--exec", &exec]).is("locked-out", 1);
    assert_eq!(requests(&scene).len(), 1);
    scene.give(&scene.new, &[]).is("rotated", 0);
    assert!(scene.current_works());
    scene.is_tidy();
    // The request was lost: nothing happened.
    let scene = Scene::new();
    let exec = scene.script("exec", "cat >>requests; exit 1");
    scene.rotate(&["--yes", "--exec", &exec]).is("failed", 3);
    assert!(scene.current_works());
    scene.is_tidy();
    // Nobody can say.
    let scene = Scene::new();
    let exec = scene.script("exec", "cat >>requests; cp new accepted; touch silent; exit 1");
    scene.rotate(&["--yes", "--exec", &exec]).is("unknown", 3);
    scene.is_silent(false);
    scene.rotate(&["--resume"]).is("locked-out", 1);
}

#[test]
fn what_a_command_did_not_promise_is_neither_claimed_nor_asked_of_it() {
    let scene = Scene::new();
    // Here the old secret lives on, and the command does not say so.
    let exec = scene.script("exec", "cat >>requests; cat new >>accepted; cat answer");
    let said = scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
    assert_eq!(said.item["class"], "C");
    scene.rotate(&["--undo"]).is("undone", 0);
    scene.rotate(&["--retire-previous", "--yes"]).is("retired", 0);
    assert!(requests(&scene).iter().all(|asked| asked["op"] == "create"), "{:?}", requests(&scene));
    // Nor does it promise that nothing was changed where it fails.
    scene.script("exec", "cp new accepted; exit 1");
    scene.rotate(&["--yes"]).is("locked-out", 1);
    scene.give(&scene.new, &[]).is("rotated", 0);
    // Nobody ended that one.
    let other = scene.person.new_login("amy");
    let other = crate::support::person::Login { user: scene.old.user.clone(), ..other };
    scene.accept(&[&scene.new, &other]);
    let said = scene.give(&other, &[]).is("rotated", 0);
    assert_eq!(said.item["old"], "valid", "{said:#?}");
}

#[test]
fn an_end_in_any_form_is_read_and_one_that_is_none_loses_no_secret() {
    let end = json!("2099-01-31T10:00:00Z");
    for (written, read) in [
        (json!("2099-01-31T10:00:00Z"), end.clone()),
        (json!("2099-01-31T10:00:00+00:00"), end.clone()),
        (json!("2099-01-31T12:00:00.5+02:00"), end.clone()),
        (json!(4_073_536_800_u64), end),
        (json!("next year"), Value::Null),
        (json!({"at": 7}), Value::Null),
        (Value::Null, Value::Null),
    ] {
        let scene = Scene::new();
        let answer = json!({"secret": scene.new.password, "expires_at": written});
        scene.write("answer", &answer.to_string());
        let exec = scene.script("exec", DESTRUCTIVE);
        let said = scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
        assert_eq!(said.item["expires_at"], read, "{written}");
        let is_odd = read.is_null() && !written.is_null();
        assert_eq!(said.stderr.contains("no RFC 3339 time"), is_odd, "{said:#?}");
        assert_eq!(scene.current().as_ref(), Some(&scene.new));
    }
}
