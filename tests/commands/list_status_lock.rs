//! The person's other verbs: list, status, logout, unlock and lock, as a person and as a script
//! use them; nothing installed is needed.
#![cfg(target_os = "linux")]

use std::fs;

use serde_json::{Value, json};

use crate::support::person::{Person, Store};
use crate::support::process::Ran;

const HUB: &str = "https://index.docker.io/v1/";

fn code(ran: &Ran) -> i32 {
    ran.status.code().unwrap()
}

fn answer(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

/// A check of `status --json` by its id.
fn check(status: &Value, id: &str) -> Value {
    let checks = status["checks"].as_array().unwrap();
    checks.iter().find(|c| c["id"] == id).cloned().unwrap_or(Value::Null)
}

#[test]
fn list_shows_registries_and_users_and_never_a_secret() {
    let person = Person::new(Store::Sealed);
    let empty = person.run_ours(&["list"]).ok();
    assert_eq!(
        (empty.stdout.as_str(), empty.stderr.contains("no credentials are kept")),
        ("", true)
    );
    person.keep(HUB, "ada", "hunter2-hub");
    person.keep("ghcr.io", "<token>", "hunter2-ghcr");
    let shown = person.run_ours(&["list"]).ok();
    let today =
        humantime::format_rfc3339(std::time::SystemTime::now()).to_string()[..10].to_owned();
    let rows: Vec<Vec<_>> =
        shown.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["REGISTRY", "USER", "KIND", "STORED", "EXPIRES", "CHECKED"]);
    assert_eq!(rows[1], ["ghcr.io", "<token>", "identity-token", &today, "-", "-"]);
    assert_eq!(rows[2], ["docker.io", "ada", "password", &today, "-", "-"]);
    let items = answer(&person.run_ours(&["list", "--json"]).ok());
    assert_eq!(items["schema"], "imgsec.list/1");
    let ghcr = &items["items"][0];
    assert_eq!((&ghcr["registry"], &ghcr["key"]), (&json!("ghcr.io"), &json!("ghcr.io")));
    assert_eq!((&ghcr["username"], &ghcr["kind"]), (&json!("<token>"), &json!("identity-token")));
    assert_eq!((&ghcr["age_known"], &ghcr["due"]), (&json!(true), &json!([])));
    assert_eq!(items["items"][1]["registry"], "docker.io");
}

#[test]
fn list_says_what_is_due_and_what_is_of_unknown_age() {
    let mut person = Person::new(Store::Sealed);
    person.keep("new.example", "ada", "hunter2-new");
    let config = json!({"auths": {"old.example": {"auth": "YWRhOmh1bnRlcjItb2xk"}}});
    person.write_docker_config(&config);
    person.run_ours(&["migrate", "--yes"]).ok();
    // {"payload":"","datakey":"","version":"2","type":"DATA_KEY","expiration":1000000000}
    let ecr = "eyJwYXlsb2FkIjoiIiwiZGF0YWtleSI6IiIsInZlcnNpb24iOiIyIiwidHlwZSI6IkRBVEFfS0VZIiwiZXhwaXJhdGlvbiI6MTAwMDAwMDAwMH0=";
    person.keep("1.dkr.ecr.eu-west-1.amazonaws.com", "AWS", ecr);
    let due = |options: &[&str]| {
        let mut arguments = vec!["list", "--json"];
        arguments.extend(options);
        let ran = person.run_ours(&arguments);
        let items = answer(&ran)["items"].clone();
        let names = items.as_array().unwrap().iter();
        (names.map(|i| i["registry"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), code(&ran))
    };
    assert_eq!(due(&["--older-than", "30days"]), (vec!["old.example".to_owned()], 0));
    assert_eq!(due(&["--older-than", "30days", "--exit-code"]).1, 1);
    let ecr = vec!["1.dkr.ecr.eu-west-1.amazonaws.com".to_owned()];
    assert_eq!(due(&["--expires-within", "14days"]), (ecr, 0));
    let shown = person.run_ours(&["list"]).ok().stdout;
    assert!(shown.contains("aws-ecr") && shown.contains("2001-09-09 (ended)"), "{shown}");
    assert!(shown.contains("unknown"), "{shown}");
    // A locked store is not one in which nothing is due.
    person.lock();
    assert_eq!(code(&person.run_ours(&["list"])), 0);
    assert_eq!(code(&person.run_ours(&["list", "--expires-within", "14days"])), 4);
    person.unlock();
}

#[test]
fn list_names_what_cannot_be_used_and_what_helps() {
    let person = Person::new(Store::Sealed);
    person.keep("ghcr.io", "ada", "hunter2-ghcr");
    person.keep("quay.io", "ada", "hunter2-quay");
    let entries = person.home().join(".local/share/imgsec-cred/sealed/entries");
    let entry = |n: usize| {
        let mut all: Vec<_> = fs::read_dir(&entries).unwrap().map(|e| e.unwrap().path()).collect();
        all.sort();
        all.swap_remove(n)
    };
    let shown = |status: i32| {
        let ran = person.run_ours(&["list"]);
        assert_eq!(code(&ran), status, "{ran:?}");
        ran
    };
    let whole = fs::read(entry(0)).unwrap();
    for damaged in [&whole[..0], &whole[..whole.len() / 2]] {
        fs::write(entry(0), damaged).unwrap();
        let ran = shown(3);
        let row = ran.stdout.lines().last().unwrap();
        let words: Vec<_> = row.split_whitespace().collect();
        let name = words[0];
        assert_eq!(words[1..3], ["-", "damaged"], "{ran:?}");
        assert!(ran.stderr.contains(&format!("the entry for {name} is damaged: ")), "{ran:?}");
        assert!(ran.stderr.contains(&format!("hint: imgsec-cred login {name}")), "{ran:?}");
        let document = answer(&person.run_ours(&["list", "--json"]));
        assert_eq!((&document["ok"], &document["complete"]), (&json!(false), &json!(false)));
        assert_eq!(document["items"].as_array().unwrap().len(), 1);
        assert_eq!(document["unusable"][0]["registry"], name);
        assert_eq!(document["unusable"][0]["error"]["kind"], "damaged");
        // Docker is asked for the others only, and is told why on standard error.
        let list = person.helper("list", "").ok();
        assert!(!list.stdout.contains(name) && list.stderr.contains(name), "{list:?}");
        let get = person.helper("get", name).fails();
        assert!(get.stdout.contains("is damaged") && get.stderr.contains("hint: "), "{get:?}");
    }
    // Without the index nobody knows whose it was.
    fs::remove_file(entries.with_file_name("index.json")).unwrap();
    let ran = shown(3);
    assert!(ran.stdout.contains("unknown") && ran.stderr.contains("hint: rm "), "{ran:?}");
    let line = ran.stderr.lines().find_map(|line| line.split_once("hint: ")).unwrap().1;
    let rm = std::process::Command::new("sh").args(["-c", line]).status().unwrap();
    assert!(rm.success(), "{line}");
    shown(0);
}

#[test]
fn what_came_from_outside_cannot_move_the_cursor() {
    let person = Person::new(Store::Sealed);
    person.keep("ghcr.io", "a\u{1b}[2Kroot\u{9b}", "hunter2");
    person.keep("quay.io", "ada\u{202e}root", "hunter2");
    let shown = person.run_ours(&["list"]).ok().stdout;
    assert!(shown.contains("(hidden)") && !shown.contains(['\u{1b}', '\u{9b}']), "{shown}");
    assert!(shown.contains(r"ada\u{202e}root"), "{shown}");
    let logout = person.run_ours(&["logout", "x\u{1b}[31m"]);
    assert!(!logout.said().contains('\u{1b}'), "{logout:?}");
}

#[test]
fn logout_removes_every_spelling_and_says_what_it_cannot_do() {
    let person = Person::new(Store::Sealed);
    person.write_docker_config(&json!({"auths": {"ghcr.io": {}}, "credsStore": "imgsec"}));
    person.keep("ghcr.io", "ada", "one");
    person.keep("http://ghcr.io", "ada", "two");
    let said = person.run_ours(&["logout", "GHCR.io"]).ok();
    assert!(said.stdout.contains("GHCR.io removed here"), "{said:?}");
    assert!(said.stderr.contains("still works: revoke it"), "{said:?}");
    assert!(person.listed().is_empty());
    person.run_ours(&["logout", "ghcr.io"]).ok();
    assert_eq!(person.docker_config()["auths"], json!({}));
    let again = person.run_ours(&["logout", "ghcr.io"]).ok();
    assert!(again.stderr.contains("nothing was kept for ghcr.io"), "{again:?}");
}

#[test]
fn logging_out_of_docker_hub_takes_its_tokens_along() {
    let person = Person::new(Store::Sealed);
    for key in
        [HUB, "https://index.docker.io/v1/access-token", "https://index.docker.io/v1/refresh-token"]
    {
        person.keep(key, "ada", "hunter2");
    }
    person.run_ours(&["logout", "docker.io"]).ok();
    for key in
        [HUB, "https://index.docker.io/v1/access-token", "https://index.docker.io/v1/refresh-token"]
    {
        assert_eq!(person.login_for(key), None, "{key}");
    }
}

#[test]
fn all_are_removed_only_with_the_word() {
    let person = Person::new(Store::Sealed);
    person.keep("ghcr.io", "ada", "one");
    person.keep("quay.io", "bob", "two");
    assert_eq!(code(&person.run_ours(&["logout", "--all"])), 2);
    assert_eq!(code(&person.run_ours(&["logout"])), 2);
    assert_eq!(person.listed().len(), 2);
    person.run_ours(&["logout", "--all", "--confirm=all"]).ok();
    assert!(person.listed().is_empty());
}

#[test]
fn status_names_what_is_wrong_and_the_line_that_mends_it() {
    let person = Person::new(Store::Sealed);
    let fine = person.run_ours(&["status"]).ok();
    assert!(
        fine.stdout.ends_with("0 problems, 0 warnings. No secrets here: this is safe to paste.\n"),
        "{fine:?}"
    );
    person.keep("ghcr.io", "ada-the-user", "hunter2");
    person.write_docker_config(
        &json!({"auths": {"quay.io": {"auth": "Ym9iOnN3b3JkZmlzaA=="}}, "credsStore": "desktop"}),
    );
    let ran = person.run_ours(&["status", "--json"]);
    assert_eq!(code(&ran), 1);
    let status = answer(&ran);
    assert_eq!(check(&status, "docker.helper")["level"], "fail");
    assert_eq!(check(&status, "docker.plaintext")["fix"], "imgsec-cred setup");
    assert!(!ran.stdout.contains("ada-the-user") && !ran.stdout.contains("swordfish"));
    fs::write(person.home().join(".docker/config.json"), "{").unwrap();
    let broken = answer(&person.run_ours(&["status", "--json"]));
    assert!(
        check(&broken, "docker.config")["message"].as_str().unwrap().contains("line 1, column 1")
    );
}

#[test]
fn a_locked_store_is_exit_4_everywhere_and_still_takes_logins() {
    let person = Person::new(Store::Sealed);
    person.keep("ghcr.io", "ada", "hunter2");
    let key = person.key_file();
    let away = key.with_extension("away");
    fs::rename(&key, &away).unwrap();
    let status = person.run_ours(&["status"]);
    assert_eq!(code(&status), 4);
    assert!(status.stdout.contains("fix: "), "{status:?}");
    person.keep("quay.io", "bob", "swordfish");
    assert_eq!(person.run_ours(&["list"]).ok().stdout.lines().count(), 3);
    let get = person.helper("get", "quay.io").fails();
    assert!(get.stdout.contains("locked") && get.stderr.contains("hint: "), "{get:?}");
    fs::rename(&away, &key).unwrap();
    assert_eq!(person.login_for("quay.io").unwrap().password, "swordfish");
}

#[test]
fn a_passphrase_opens_the_store_for_a_while_and_lock_closes_it() {
    let person = Person::without_keychain(Store::Sealed);
    let file = person.folder().join("passphrase");
    fs::write(&file, "correct horse\n").unwrap();
    // As a script hands it over: an open descriptor, never a word of the command.
    let with_passphrase = |words: &str| {
        let line = format!("exec \"$0\" {words} --passphrase-fd 3 3<\"$1\"");
        let mut command = person.command("/bin/sh");
        command.args(["-c", &line, env!("CARGO_BIN_EXE_imgsec-cred")]).arg(&file);
        person.finish(&mut command, b"")
    };
    with_passphrase("setup --store sealed --yes --no-input").ok();
    person.keep("ghcr.io", "ada", "hunter2");
    assert_eq!(person.login_for("ghcr.io").unwrap().password, "hunter2");
    person.run_ours(&["lock"]).ok();
    assert!(person.helper("get", "ghcr.io").fails().stdout.contains("locked"));
    assert_eq!(person.login_for("quay.io"), None, "certainly absent, also while locked");
    with_passphrase("unlock --for 1h").ok();
    assert_eq!(person.login_for("ghcr.io").unwrap().password, "hunter2");
    person.run_ours(&["lock"]).ok();
    fs::write(&file, "wrong horse\n").unwrap();
    let wrong = with_passphrase("unlock");
    assert_eq!(code(&wrong), 4);
    assert!(
        wrong.stderr.contains("does not open the sealed store") && !wrong.stderr.contains("horse"),
        "{wrong:?}"
    );
    let no_terminal = person.run_ours(&["unlock", "--no-input"]);
    assert_eq!(code(&no_terminal), 6);
}

#[test]
fn a_time_limit_ends_by_itself() {
    let person = Person::without_keychain(Store::Sealed);
    person.run_ours(&["setup", "--yes", "--no-input", "--store", "sealed", "--for", "2s"]).ok();
    person.keep("ghcr.io", "ada", "hunter2");
    let locked = || person.helper("get", "ghcr.io").stdout.contains("locked").then_some(());
    crate::support::process::until(
        "the store to lock itself",
        std::time::Duration::from_secs(20),
        locked,
    );
}

#[test]
fn a_session_store_is_gone_with_its_key() {
    let person = Person::without_keychain(Store::Sealed);
    let ours = |program: &str, words: &[&str], stdin: &[u8]| {
        let mut command = person.command(program);
        person.finish(command.env_remove("IMGSEC_STORE").args(words), stdin)
    };
    let (cli, helper) =
        (env!("CARGO_BIN_EXE_imgsec-cred"), env!("CARGO_BIN_EXE_docker-credential-imgsec"));
    ours(cli, &["setup", "--store", "session", "--yes", "--no-input"], b"").ok();
    let login = br#"{"ServerURL":"ghcr.io","Username":"ada","Secret":"hunter2"}"#;
    ours(helper, &["store"], login).ok();
    assert!(ours(helper, &["get"], b"ghcr.io").ok().stdout.contains("hunter2"));
    assert_eq!(code(&ours(cli, &["unlock"], b"")), 6);
    ours(cli, &["lock"], b"").ok();
    let gone = ours(helper, &["get"], b"ghcr.io").fails();
    assert!(gone.stderr.contains("hint: imgsec-cred setup --store session"), "{gone:?}");
    ours(cli, &["setup", "--store", "session", "--yes", "--no-input"], b"").ok();
    assert_eq!(ours(helper, &["list"], b"").ok().stdout, "{}\n");
}

#[test]
fn without_a_helper_or_a_store_there_is_one_line_and_a_hint() {
    let person = Person::without_keychain(Store::Sealed);
    for verb in [&["list"][..], &["unlock"], &["lock"], &["logout", "ghcr.io"]] {
        let said = person.run_ours(verb);
        assert_eq!(code(&said), 4, "{said:?}");
        assert_eq!(said.stderr.lines().count(), 2, "{said:?}");
        assert!(said.stderr.contains("hint: imgsec-cred setup"), "{said:?}");
    }
}

#[test]
fn usage_errors_are_exit_2() {
    let person = Person::without_keychain(Store::Sealed);
    for words in [
        &["frobnicate"][..],
        &["setup", "--store", "paper"],
        &["unlock", "--for", "never"],
        &["setup", "--insecure-plaintext"],
    ] {
        assert_eq!(code(&person.run_ours(words)), 2, "{words:?}");
    }
}
