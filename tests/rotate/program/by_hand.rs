//! A secret that a person or a script brings: checked, put in use, taken back.

use serde_json::{Value, json};

use super::scene::Scene;

#[test]
fn a_new_secret_is_checked_and_used_and_the_old_one_comes_back_on_undo() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let said = scene.give(&scene.new, &[]).is("rotated", 0);
    assert_eq!(
        said.item["verified"],
        json!({"verdict": "verified", "level": "strong", "reason": said.item["verified"]["reason"]})
    );
    assert_eq!((&said.item["class"], &said.item["old"]), (&json!("B"), &json!("valid")));
    assert!(said.stderr.contains("may still work; revoke it at the registry"), "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    assert_eq!(scene.beside("previous").as_ref(), Some(&scene.old));
    assert_eq!(scene.person.listed().len(), 1);
    scene.is_tidy();
    scene.rotate(&["--undo"]).is("undone", 0);
    // It is put in use today, and may be years old.
    let listed = scene.person.run_ours(&["list", "--older-than", "90d", "--json"]).ok().stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(
        (&listed["items"][0]["age_known"], &listed["items"][0]["due"]),
        (&json!(false), &json!(["age"]))
    );
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    scene.rotate(&["--undo"]).is("undone", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.give(&scene.new, &[]).is("unchanged", 0);
    scene.is_tidy();
}

#[test]
fn an_undo_of_what_the_registry_does_not_take_any_more_changes_nothing() {
    let scene = Scene::new();
    scene.rotate(&["--undo"]).is("refused", 6);
    scene.accept(&[&scene.old, &scene.new]);
    scene.give(&scene.new, &[]).is("rotated", 0);
    scene.accept(&[&scene.new]);
    scene.rotate(&["--undo"]).is("rejected", 1);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.is_tidy();
}

#[test]
fn a_secret_that_the_registry_rejects_is_not_used() {
    let scene = Scene::new();
    let said = scene.give(&scene.new, &[]).is("rejected", 1);
    assert!(said.stderr.contains("the old one stays in use"), "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    assert_eq!(scene.beside("previous"), None);
    scene.is_tidy();
}

#[test]
fn a_dead_secret_is_replaced_by_one_that_works() {
    let scene = Scene::new();
    scene.accept(&[&scene.new]);
    scene.give(&scene.new, &[]).is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    assert_eq!(scene.rotate(&["--undo"]).code, 1);
}

#[test]
fn a_registry_that_says_nothing_changes_nothing_unless_it_is_not_asked() {
    let scene = Scene::new();
    scene.is_silent(true);
    let said = scene.give(&scene.new, &[]).is("no-verdict", 5);
    assert_eq!(said.item["verified"]["verdict"], "unreachable", "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    scene.give(&scene.new, &["--verify", "skip"]).is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
}

/// Whether `list` and `status` tell of a rotation that is not through.
#[track_caller]
fn is_told_of(scene: &Scene, is_unfinished: bool) {
    let answer = |words: &[&str]| -> Value {
        let ran = scene.person.run_ours(words).ok();
        assert_eq!(ran.stderr.contains("--resume"), is_unfinished && words[0] == "list", "{ran:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let item = answer(&["list", "--json"])["items"][0].clone();
    assert_eq!(item["rotation_unfinished"], is_unfinished);
    assert_eq!(item["previous_until"].is_string(), !is_unfinished);
    let checks = answer(&["status", "--json"])["checks"].as_array().unwrap().clone();
    let check = checks.iter().find(|check| check["id"] == "rotation.unfinished");
    assert_eq!(check.is_some(), is_unfinished);
    let fix = format!("imgsec-cred rotate {} --resume", scene.host());
    assert!(check.is_none_or(|check| check["fix"] == fix.as_str()), "{check:?}");
}

#[test]
fn a_registry_that_falls_silent_in_the_middle_leaves_it_staged_until_it_speaks() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let fetch = scene.script("fetch", "touch silent; cat secret");
    let said = scene.rotate(&["--from-command", &fetch]).is("staged", 3);
    assert_eq!(said.item["staged"], true);
    is_told_of(&scene, true);
    assert!(said.stderr.contains("--resume"), "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    assert_eq!(scene.beside("pending").as_ref(), Some(&scene.new));
    scene.rotate(&["--resume"]).is("staged", 3);
    scene.is_silent(false);
    scene.rotate(&["--resume"]).is("rotated", 0);
    is_told_of(&scene, false);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.rotate(&["--resume"]).is("nothing", 0);
    scene.is_tidy();
}

#[test]
fn what_docker_login_stores_in_the_middle_stays() {
    let scene = Scene::new();
    let other = scene.person.new_login("bob");
    scene.accept(&[&scene.old, &scene.new, &other]);
    let request =
        json!({"ServerURL": scene.host(), "Username": other.user, "Secret": other.password});
    scene.write("login", &request.to_string());
    let helper = env!("CARGO_BIN_EXE_docker-credential-imgsec");
    let fetch = scene.script("fetch", &format!("'{helper}' store <login; cat secret"));
    scene.rotate(&["--from-command", &fetch]).is("superseded", 6);
    assert_eq!(scene.current().as_ref(), Some(&other));
    scene.is_tidy();
}

#[test]
fn what_docker_logout_removes_in_the_middle_stays_removed() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let helper = env!("CARGO_BIN_EXE_docker-credential-imgsec");
    let logout = scene
        .script("logout", &format!("printf %s {} | '{helper}' erase; cat secret", scene.host()));
    scene.rotate(&["--from-command", &logout]).is("absent", 1);
    assert_eq!((scene.current(), scene.beside("previous")), (None, None));
    scene.is_tidy();
}

#[test]
fn a_store_that_is_locked_in_the_middle_keeps_the_old_secret() {
    let mut scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let key = scene.person.key_file();
    let lock = format!("mv '{0}' '{0}.away'; cat secret", key.display());
    let fetch = scene.script("fetch", &lock);
    let said = scene.rotate(&["--from-command", &fetch]).is("store-locked", 4);
    assert!(said.stderr.contains("locked"), "{said:#?}");
    std::fs::rename(format!("{}.away", key.display()), &key).unwrap();
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    scene.give(&scene.new, &[]).is("rotated", 0);
    assert_eq!(scene.current().as_ref(), Some(&scene.new));
    scene.is_tidy();
    scene.person.lock();
    scene.give(&scene.old, &[]).is("store-locked", 4);
    scene.person.unlock();
}

#[test]
#[ignore = "needs unshare and nsenter; run tests/run"]
fn a_full_disk_stops_it_before_anything_is_changed() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let disk = crate::support::tmpfs::Disk::of(&scene.person);
    let ours = env!("CARGO_BIN_EXE_imgsec-cred");
    let host = scene.host();
    let words = ["rotate", &host, "--json", "--password-stdin"];
    let stdin = format!("{}\n", scene.new.password);
    disk.fill();
    let ran = disk.run(ours, &words, &stdin);
    assert_eq!(ran.status.code(), Some(3), "{ran:#?}");
    assert!(ran.stderr.contains("no space is left"), "{ran:#?}");
    let kept = disk.helper("get", &host).ok().stdout;
    assert!(kept.contains(&json!(scene.old.password).to_string()));
    disk.make_room();
    disk.run(ours, &words, &stdin).ok();
    assert!(disk.helper("get", &host).ok().stdout.contains(&json!(scene.new.password).to_string()));
}

#[test]
fn a_look_ahead_tells_what_would_be_done_and_of_whom() {
    let scene = Scene::new();
    let (host, new) = (scene.host(), scene.path("secret").display().to_string());
    let look = |words: &[&str]| {
        let mut command = scene.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        let ran = scene.person.finish(command.arg("rotate").args(words).arg("--dry-run"), b"x");
        ran.ok().said()
    };
    let user = &scene.old.user;
    let said = look(&[&host, "--from-command", &format!("cat {new}")]);
    let line = format!("ok    {host} ({user}) could be rotated by what the command prints");
    assert!(said.starts_with(&line) && said.contains("nothing was changed"), "{said}");
    let said = look(&[&host, "--password-stdin"]);
    assert!(said.contains("by the secret that is given; nothing was changed"), "{said}");
    assert!(look(&["--all"]).contains("no credential was rotated by a command"));
    scene.accept(&[&scene.old, &scene.new]);
    scene.rotate(&["--from-command", &format!("cat {new}")]).is("rotated", 0);
    assert_eq!(look(&["--all", "--if-due"]), "nothing is due\n");
    // A timer has nothing to say of that.
    let mut command = scene.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    let ran = scene.person.finish(command.args(["rotate", "--all", "--if-due"]), b"").ok();
    assert_eq!(ran.said(), "");
}
