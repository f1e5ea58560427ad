//! `imgsec-cred setup` beside another, and beside docker that writes the same file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::support::person::Store;
use crate::support::plain::PlainText;
use crate::support::process::Ran;

/// Setup may be refused because of another that runs; then it says so, and all is there.
#[track_caller]
fn done_or_refused(ran: &Ran) {
    let words = ["changed in between", "already there"];
    let is_refused = words.iter().any(|words| ran.stderr.contains(words));
    assert!(ran.status.success() || is_refused, "{ran:#?}");
}

fn two_setups(plain: &PlainText, rounds: usize) {
    let before = plain.now();
    for _ in 0..rounds {
        let start = Barrier::new(2);
        let run = || {
            start.wait();
            plain.set_up()
        };
        let both = thread::scope(|scope| {
            let other = scope.spawn(run);
            [run(), other.join().unwrap()]
        });
        both.iter().for_each(done_or_refused);
        assert!(both.iter().any(|ran| ran.status.success()), "{both:#?}");
        plain.docker_has_every_login(&both);
        plain.store_has_every_login(&both);
        plain.set_up().ok();
        plain.docker_has_every_login(&both);
        // What was before the first is what undo goes back to.
        plain.person.run_ours(&["setup", "--undo", "--yes", "--insecure-plaintext"]).ok();
        assert!(!plain.is_set_up(), "{both:#?}");
        plain.docker_has_every_login(&both);
        before.put_back();
    }
}

#[test]
fn two_setups_at_once_make_one_store_and_lose_nothing() {
    two_setups(&PlainText::without_store(), 15);
}

#[test]
fn two_setups_at_once_with_a_sealed_store_lose_nothing() {
    two_setups(&PlainText::with_store(Store::Sealed), 15);
}

/// As docker does it: beside the file, then in its place.
fn docker_writes(plain: &PlainText, server: &str, auth: &str) {
    let mut config = plain.person.docker_config();
    config["auths"][server] = json!({ "auth": auth });
    let path = plain.person.home().join(".docker/config.json");
    fs::write(path.with_extension("json.tmp"), config.to_string()).unwrap();
    fs::rename(path.with_extension("json.tmp"), path).unwrap();
}

/// Whichever of its helper calls setup is at: docker writes the file then.
#[test]
fn setup_does_not_write_over_what_docker_wrote_in_between() {
    let plain = PlainText::without_store();
    let before = plain.now();
    let config = plain.person.home().join(".docker/config.json");
    let helper = plain.person.folder().join("bin/docker-credential-imgsec");
    let (count, theirs) =
        (plain.person.folder().join("count"), plain.person.folder().join("theirs"));
    for call in 1.. {
        before.put_back();
        fs::write(&count, "").unwrap();
        docker_writes(&plain, "docker.example", "YTpi");
        fs::rename(&config, &theirs).unwrap();
        before.put_back();
        let script = format!(
            "#!/bin/sh\necho >>'{count}'\nif [ $(wc -l <'{count}') = {call} ]; then\n\
             cp '{theirs}' '{theirs}.tmp' && mv '{theirs}.tmp' '{config}'; fi\nexec '{}' \"$@\"\n",
            env!("CARGO_BIN_EXE_docker-credential-imgsec"),
            count = count.display(),
            theirs = theirs.display(),
            config = config.display(),
        );
        fs::write(&helper, script).unwrap();
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
        let ran = set_up_by(&plain, &helper);
        if fs::read(&count).unwrap().len() < call {
            assert!(call > 5, "{ran:#?}");
            ran.ok();
            return;
        }
        let config = plain.person.docker_config();
        let theirs: Value = config["auths"]["docker.example"]["auth"].clone();
        // Before setup looked at the file it is a login like the others.
        if ran.status.success() {
            assert!(theirs.is_null() && plain.person.login_for("docker.example").is_some());
        } else {
            assert!(ran.stderr.contains("changed in between"), "{ran:#?}");
            assert_eq!(theirs, "YTpi", "{ran:#?}");
        }
        plain.docker_has_every_login(&ran);
        plain.set_up().ok();
        plain.docker_has_every_login(&ran);
        assert_eq!(plain.person.login_for("docker.example").unwrap().password, "b");
    }
}

/// Setup with another helper than the one beside it.
fn set_up_by(plain: &PlainText, helper: &std::path::Path) -> Ran {
    let ours = helper.with_file_name("imgsec-cred");
    if !ours.exists() {
        let real = env!("CARGO_BIN_EXE_imgsec-cred");
        fs::hard_link(real, &ours).or_else(|_| fs::copy(real, &ours).map(drop)).unwrap();
    }
    plain.person.finish(plain.person.command(ours).args(plain.setup()), b"")
}
