//! `--exec-raw`: a command that answers with the bare secret. It can say nothing else, so the old
//! one is taken to be dead, and nothing is asked for twice.

use serde_json::{Value, json};

use super::scene::{NOTE_SURROUNDINGS, Scene, nothing_beside_stdin};

const RAW: [&str; 3] = ["--yes", "--exec-raw", "--exec"];

/// Makes the new secret, at which the old one dies, and prints it.
const MAKES: &str = "cat >>requests; cp new accepted; cat secret";

#[track_caller]
fn made(scene: &Scene, times: usize) {
    assert_eq!(scene.read("requests").lines().count(), times);
}

#[test]
fn what_it_prints_is_the_secret_without_its_line_end() {
    let scene = Scene::new();
    let exec = scene.script("exec", &format!("{NOTE_SURROUNDINGS}{MAKES}"));
    let words = ["--yes", "--pass-current", "--expires-at", "2099-01-31", "--exec-raw", "--exec"];
    let said = scene.rotate(&[&words[..], &[&exec]].concat()).is("rotated", 0);
    assert_eq!((&said.item["class"], &said.item["old"]), (&json!("C"), &json!("replaced")));
    assert_eq!(said.item["expires_at"], "2099-01-31T23:59:59Z");
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    let asked: Value = serde_json::from_str(&scene.read("requests")).unwrap();
    assert_eq!((&asked["schema"], &asked["op"]), (&json!("imgsec.exec/1"), &json!("create")));
    assert_eq!(asked["current"]["secret"], scene.old.password);
    nothing_beside_stdin(&scene);
    scene.is_tidy();
    // In the same way, without being told how.
    let said = scene.rotate(&["--yes"]).is("rotated", 0);
    assert!(!said.stderr.contains("no JSON object"), "{said:#?}");
    made(&scene, 2);
}

#[test]
fn json_that_was_to_say_more_is_a_secret_and_promises_nothing() {
    let scene = Scene::new();
    let exec =
        scene.script("exec", "cat >/dev/null; sed 's/}$/,\"old_still_valid\":true}/' answer");
    scene.rotate(&["--yes", "--verify", "skip", "--exec", &exec]).is("rotated", 0);
    scene.rotate(&["--undo"]).is("undone", 0);
    // What the same command promised in JSON does not hold for its bare secrets.
    let words = [&["--verify", "weak"], &RAW[..], &[&exec]].concat();
    let said = scene.rotate(&words).is("rejected", 1);
    assert_eq!(said.item["class"], "C", "{said:#?}");
    assert!(scene.current_works());
}

#[test]
fn nothing_printed_is_a_lost_answer_and_is_never_asked_for_again() {
    for script in ["cat >>requests", "cat >>requests; echo; echo", "cat >>requests; printf '\\377'"]
    {
        let scene = Scene::new();
        let exec = scene.script("exec", script);
        let said = scene.rotate(&[&RAW[..], &[&exec]].concat()).is("failed", 3);
        assert!(said.stderr.contains("gave no secret; the old secret stays in use"), "{said:#?}");
        made(&scene, 1);
        let exec = scene.script("exec", &format!("{script}; cp new accepted"));
        scene.rotate(&[&RAW[..], &[&exec]].concat()).is("locked-out", 1);
        scene.rotate(&["--resume"]).is("locked-out", 1);
        made(&scene, 2);
        scene.give(&scene.new, &[]).is("rotated", 0);
        scene.is_tidy();
    }
}

#[test]
fn what_it_says_beside_is_shown_without_the_secret_where_it_fails() {
    let scene = Scene::new();
    let exec = scene.script("exec", "echo making >&2; cat secret >&2; cp new accepted; cat secret");
    let said = scene.rotate(&[&RAW[..], &[&exec]].concat()).is("rotated", 0);
    assert!(!said.stderr.contains("making"), "{said:#?}");
    let scene = Scene::new();
    let exec = scene.script("exec", "cat secret; echo no: $(cat secret) >&2; exit 3");
    let said = scene.rotate(&[&RAW[..], &[&exec]].concat()).is("failed", 3);
    assert!(said.stderr.contains("no: ****"), "{said:#?}");
    assert!(said.item["message"].as_str().unwrap().contains("made no new secret"), "{said:#?}");
}

#[test]
fn too_much_is_refused_without_being_shown() {
    let scene = Scene::new();
    let exec = scene.script("exec", "cat >>requests; head -c 70000 /dev/zero | tr '\\0' x");
    let said = scene.rotate(&[&RAW[..], &[&exec]].concat()).is("failed", 3);
    assert!(said.stderr.contains("more than 65536 bytes") && !said.stderr.contains("xxx"));
    made(&scene, 1);
}

#[test]
fn it_says_how_another_command_answers_and_is_no_command() {
    let scene = Scene::new();
    for words in [
        &["--exec-raw"][..],
        &["--exec-raw", "--provider", "gitea"],
        &["--exec-raw", "--password-stdin"],
    ] {
        assert_eq!(scene.rotate(words).code, 2, "{words:?}");
    }
}
