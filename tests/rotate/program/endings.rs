//! The ways it does not begin, and two at once.

use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::scene::{Scene, said};
use crate::support::process;

#[test]
fn a_dry_run_changes_nothing_and_says_what_stands_in_the_way() {
    let scene = Scene::new();
    let exec = scene.script("exec", "touch ran; exit 1");
    let said = scene.rotate(&["--dry-run", "--exec", &exec]).is("planned", 0);
    assert_eq!((&said.answer["dry_run"], &said.item["provider"]), (&json!(true), &json!("exec")));
    assert!(!scene.path("ran").exists() && scene.journal().is_empty());
    scene.accept(&[&scene.new]);
    scene.rotate(&["--dry-run", "--exec", &exec]).is("rejected", 1);
    scene.rotate(&["--dry-run", "--hook", "/no/such hook", "--exec", &exec]).is("refused", 6);
    scene.rotate(&["--dry-run", "--exec", "no-such-program-here"]).is("refused", 6);
    assert!(!scene.path("ran").exists() && scene.journal().is_empty());
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
}

#[test]
fn what_it_refuses_has_a_line_that_helps() {
    let scene = Scene::new();
    // Nobody says how.
    scene.rotate(&[]).refused();
    scene.rotate(&["--provider", "gitea", "--set", "no-such=1", "--yes"]).refused();
    scene.rotate(&["--retire-previous"]).refused();
    scene.rotate(&["--retire-previous", "--yes"]).is("nothing", 0);
    let absent = scene.run(&["nowhere.example", "--password-stdin"], b"x\n").is("absent", 1);
    assert!(absent.stderr.contains("hint: imgsec-cred login nowhere.example"), "{absent:#?}");
    assert_eq!(scene.run(&[&scene.host(), "--password-stdin"], b"\n").code, 6);
    for usage in [
        &["--all", "--password-stdin"][..],
        &["--undo", "--password-stdin"],
        &["--undo", "--resume"],
        &["--verify", "often"],
        &["--provider", "no-such"],
        &["--grace", "soon"],
        &["--password", "x"],
        &[],
    ] {
        assert_eq!(scene.run(usage, b"").code, 2, "{usage:?}");
    }
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
}

#[test]
fn a_secret_that_has_ended_is_refused_and_one_for_another_user_too() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    scene.give(&scene.new, &["--expires-at", "2020-01-31"]).is("refused", 6);
    let answer = json!({"secret": scene.new.password, "username": "eve", "old_still_valid": true});
    scene.write("answer", &answer.to_string());
    let exec = scene.script("exec", "cat >/dev/null; cat answer");
    let said = scene.rotate(&["--yes", "--exec", &exec]).is("refused", 6);
    assert!(said.stderr.contains("for the user eve"), "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    scene.is_tidy();
    let said = scene.give(&scene.new, &["--expires-at", "2199-01-31"]).is("rotated", 0);
    assert_eq!(said.item["expires_at"], "2199-01-31T23:59:59Z");
    assert_eq!(said.item["expires_source"], "given");
}

#[test]
fn of_two_ends_the_sooner_one_counts() {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let scene = Scene::new();
    let part =
        |claims: serde_json::Value| Base64UrlUnpadded::encode_string(claims.to_string().as_bytes());
    let claims = json!({"exp": 4_073_536_800_u64, "iss": "registry"});
    let token = format!("{}.{}.x", part(json!({"alg": "RS256", "typ": "JWT"})), part(claims));
    let token = crate::support::person::Login { user: scene.old.user.clone(), password: token };
    scene.accept(&[&scene.old, &token]);
    let said = scene.give(&token, &["--expires-at", "2199-01-31"]).is("rotated", 0);
    let end = (said.item["expires_at"].as_str(), said.item["expires_source"].as_str());
    assert_eq!(end, (Some("2099-01-31T10:00:00Z"), Some("jwt")), "{said:#?}");
}

#[test]
fn one_at_a_time_and_the_other_waits_or_says_so() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    process::run(std::process::Command::new("mkfifo").arg(scene.path("gate")), b"").ok();
    let fetch = scene.script("fetch", "touch begun; cat gate >/dev/null; cat secret");
    let host = scene.host();
    let mut first = scene.command(&[&host, "--from-command", &fetch]);
    first.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let first = first.spawn().unwrap();
    let begun = || scene.path("begun").exists().then_some(());
    process::until("the first to begin", Duration::from_secs(30), begun);
    scene.give(&scene.new, &[]).is("busy", 3);
    let waiting = std::thread::scope(|scope| {
        let second = scope.spawn(|| scene.give(&scene.new, &["--wait-lock", "60s"]));
        scene.write("gate", "go");
        second.join().unwrap()
    });
    assert!(first.wait_with_output().unwrap().status.success());
    waiting.is("unchanged", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.is_tidy();
}

#[test]
fn many_at_once_rotate_once_each_and_lose_nothing() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let codes: Vec<_> = std::thread::scope(|scope| {
        let run = || {
            let host = scene.host();
            let mut command = scene.command(&[&host, "--password-stdin"]);
            let stdin = format!("{}\n", scene.new.password);
            said(scene.person.finish(&mut command, stdin.as_bytes()))
        };
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let count = |state: &str| codes.iter().filter(|said| said.item["state"] == state).count();
    assert_eq!(count("rotated"), 1, "{codes:#?}");
    assert_eq!(count("rotated") + count("unchanged") + count("busy"), 8, "{codes:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.is_tidy();
}
