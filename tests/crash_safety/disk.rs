//! Where nothing can be written at all: a full disk, a read-only one, a kernel that keeps no keys.

use base64ct::{Base64, Encoding};
use serde_json::json;

use super::{OURS, request};
use crate::support::person::{Login, Store};
use crate::support::plain::PlainText;
use crate::support::process;
use crate::support::tmpfs::Disk;

#[test]
#[ignore = "needs strace; run tests/run"]
fn where_the_kernel_refuses_its_keyring_setup_says_so_and_changes_nothing() {
    let plain = PlainText::without_key_file();
    let before = plain.now();
    for error in ["EPERM", "ENOSYS", "EACCES"] {
        let mut strace = plain.person.command(process::need("strace"));
        strace.args(["-f", "-o", "/dev/null", "-e", "trace=add_key,keyctl,request_key"]);
        strace.args(["-e", &format!("inject=add_key,keyctl,request_key:error={error}")]);
        strace.arg(env!("CARGO_BIN_EXE_imgsec-cred")).args(plain.setup());
        let ran = plain.person.finish(&mut strace, b"");
        assert_eq!(ran.status.code(), Some(4), "{ran:#?}");
        assert!(ran.stderr.contains("kernel") && ran.stderr.contains("--key-file"), "{ran:#?}");
        assert_eq!(plain.now(), before, "{ran:#?}");
    }
}

/// A disk on which nothing can be written: all that was kept is still read, and a change is refused
/// in these words.
#[track_caller]
fn nothing_can_be_written(disk: &Disk, plain: &PlainText, old: &Login, words: &str) {
    for server in [OURS, "new.example"] {
        let login = plain.person.new_login("eve");
        let ran = disk.helper("store", &request(server, &login)).fails();
        assert!(ran.stdout.contains(words) && ran.stdout.lines().count() == 1, "{ran:#?}");
    }
    let setup = disk.run(env!("CARGO_BIN_EXE_imgsec-cred"), &plain.setup(), "").fails();
    assert!(setup.stderr.contains(words), "{setup:#?}");
    let kept = disk.helper("get", OURS).ok().stdout;
    assert!(kept.contains(&json!(old.password).to_string()), "{kept}");
    assert_eq!(disk.helper("get", "new.example").fails().stdout.lines().count(), 1);
    assert!(disk.helper("list", "").ok().stdout.contains(&old.user));
    for (_, login) in &plain.logins {
        let auth = Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes());
        assert!(disk.sh("cat ~/.docker/config.json").ok().stdout.contains(&auth), "{setup:#?}");
    }
    assert_eq!(disk.sh("find ~ -name '.imgsec-*'").ok().stdout, "");
}

#[test]
#[ignore = "needs unshare and nsenter; run tests/run"]
fn a_full_disk_loses_nothing_and_a_credential_can_still_be_erased() {
    let plain = PlainText::with_store(Store::Sealed);
    let old = plain.person.new_login("amy");
    plain.person.keep(OURS, &old.user, &old.password);
    let disk = Disk::of(&plain.person);
    disk.fill();
    nothing_can_be_written(&disk, &plain, &old, "no space is left");
    disk.helper("erase", OURS).ok();
    disk.helper("get", OURS).fails();
    assert_eq!(disk.helper("list", "").ok().stdout, "{}\n");
    disk.make_room();
    disk.helper("store", &request(OURS, &old)).ok();
    disk.run(env!("CARGO_BIN_EXE_imgsec-cred"), &plain.setup(), "").ok();
}

#[test]
#[ignore = "needs unshare and nsenter; run tests/run"]
fn a_read_only_disk_loses_nothing() {
    let plain = PlainText::with_store(Store::Sealed);
    let old = plain.person.new_login("amy");
    plain.person.keep(OURS, &old.user, &old.password);
    let disk = Disk::of(&plain.person);
    disk.make_read_only();
    nothing_can_be_written(&disk, &plain, &old, "read-only");
    let ran = disk.helper("erase", OURS).fails();
    assert!(ran.stdout.contains("read-only") && ran.stdout.lines().count() == 1, "{ran:#?}");
    disk.helper("get", OURS).ok();
}
