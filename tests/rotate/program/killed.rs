//! `kill -9` of the real program by the command that it runs, at a point of its own choice.

use super::scene::Scene;

/// Kills the program, and waits until it is gone.
const KILL: &str = "kill -9 $PPID; while kill -0 $PPID 2>/dev/null; do :; done;";

#[track_caller]
fn killed(scene: &Scene, script: &str) {
    let exec = scene.script("exec", script);
    let host = scene.host();
    let mut command = scene.command(&[&host, "--yes", "--exec", &exec]);
    let ran = scene.person.finish(&mut command, b"");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ran.status), Some(9), "{ran:#?}");
}

#[test]
fn before_the_server_acts_nothing_has_happened() {
    let scene = Scene::new();
    killed(&scene, &format!("cat >/dev/null; {KILL}"));
    scene.rotate(&["--resume"]).is("rolled-back", 0);
    assert!(scene.current_works());
    scene.is_tidy();
    let exec = scene.script("exec", "cat >/dev/null; cp new accepted; cat answer");
    scene.rotate(&["--yes", "--exec", &exec]).is("rotated", 0);
    assert!(scene.current_works());
}

#[test]
fn after_the_server_has_acted_it_says_so_and_how_to_get_in() {
    let scene = Scene::new();
    killed(&scene, &format!("cat >/dev/null; cp new accepted; {KILL} cat answer"));
    let said = scene.rotate(&["--resume"]).is("locked-out", 1);
    assert!(said.item["hint"].as_str().unwrap().contains("--password-stdin"), "{said:#?}");
    scene.give(&scene.new, &[]).is("rotated", 0);
    assert!(scene.current_works());
    scene.is_tidy();
}

#[test]
fn a_command_that_brings_a_secret_may_die_with_us_and_the_next_run_goes_on() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let fetch = scene.script("fetch", &format!("{KILL} cat secret"));
    let host = scene.host();
    let mut command = scene.command(&[&host, "--from-command", &fetch]);
    scene.person.finish(&mut command, b"");
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    let fetch = scene.script("fetch", "cat secret");
    scene.rotate(&["--from-command", &fetch]).is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.is_tidy();
}

#[test]
fn by_a_hook_everything_is_done_but_the_hook() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let hook = scene.script("hook", &format!("cat >/dev/null; test -e ready && exit; {KILL}"));
    let host = scene.host();
    let fetch = scene.script("fetch", "cat secret");
    let mut command = scene.command(&[&host, "--hook", &hook, "--from-command", &fetch]);
    scene.person.finish(&mut command, b"");
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.write("ready", "");
    let said = scene.rotate(&["--resume"]).is("rotated", 0);
    assert_eq!(said.item["hooks"][0]["ok"], true);
    scene.is_tidy();
}
