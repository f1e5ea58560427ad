//! `rotate --all --if-due`, as a timer runs it: without options, silent when nothing is due.

use serde_json::json;

use super::scene::Scene;

#[test]
fn what_was_rotated_by_a_command_is_rotated_again_when_it_is_due() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let fetch = scene.script("fetch", "touch ran; cat secret");
    // Nothing is known of it yet: not the timer's business.
    assert_eq!(scene.run(&["--all", "--if-due"], b"").answer["items"], json!([]));
    scene.rotate(&["--from-command", &fetch, "--older-than", "30d"]).is("rotated", 0);
    std::fs::remove_file(scene.path("ran")).unwrap();
    let mut quiet = scene.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    let quiet = scene.person.finish(quiet.args(["rotate", "--all", "--if-due"]), b"").ok();
    assert_eq!(quiet.said(), "");
    let said = scene.run(&["--all", "--if-due"], b"").is("nothing", 0);
    assert_eq!(said.item["due"], json!(null));
    assert!(!scene.path("ran").exists());
    let ledger = scene.person.home().join(".local/state/imgsec-cred/ledger.json");
    let text = std::fs::read_to_string(&ledger).unwrap();
    assert!(text.contains("\"older_than\": 2592000"), "{text}");
    // Months later.
    let mut known: serde_json::Value = serde_json::from_str(&text).unwrap();
    let record = known["credentials"].as_object_mut().unwrap().values_mut().next().unwrap();
    record["rotated_at"] = json!("2020-01-01T00:00:00Z");
    std::fs::write(&ledger, known.to_string()).unwrap();
    let said = scene.run(&["--all", "--if-due"], b"").is("unchanged", 0);
    assert_eq!(said.item["due"], "old");
    assert!(scene.path("ran").exists());
    scene.is_tidy();
}

#[test]
fn a_secret_by_hand_does_not_make_the_timer_forget_its_command() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let fetch = scene.script("fetch", "cat secret");
    scene.rotate(&["--from-command", &fetch]).is("rotated", 0);
    scene.give(&scene.old, &[]).is("rotated", 0);
    scene.run(&["--all", "--if-due", "--older-than", "0s"], b"").is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    // Two lines to ask for all that is not due.
    assert_eq!(scene.run(&["--all"], b"").code, 6);
    scene.run(&["--all", "--yes"], b"").is("unchanged", 0);
}

#[test]
fn the_previous_secret_is_dropped_by_the_first_run_after_its_time() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    scene.give(&scene.new, &["--keep-previous", "1s"]).is("rotated", 0);
    crate::support::process::until(
        "the second to pass",
        std::time::Duration::from_secs(30),
        || {
            scene.run(&["--all", "--if-due"], b"");
            scene.beside("previous").is_none().then_some(())
        },
    );
    assert!(!scene.journal().contains("until\": \"2"), "{}", scene.journal());
    scene.give(&scene.old, &["--keep-previous", "none"]).is("rotated", 0);
    assert_eq!(scene.beside("previous"), None);
}
