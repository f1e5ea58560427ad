//! Files of the sealed store that others could read, replace or stand in for are refused, in words
//! and with the line that mends it; files of ours are for their owner alone.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use super::super::judge::expect;
use super::super::row::{Answer, SECRET, login, request};
use super::super::subject::HELPER;
use super::{ask, at_once, says, with_login};
use crate::support::person::{Person, Store};
use crate::support::process;

pub(crate) const CASES: &[u8] = &[81, 108];

struct Sealed {
    me: Person,
    root: PathBuf,
}

impl Sealed {
    fn new() -> Self {
        let me = Person::new(Store::Sealed);
        with_login(&me, "ghcr.io");
        let root = me.home().join(".local/share/imgsec-cred/sealed");
        Self { me, root }
    }

    fn entry(&self) -> PathBuf {
        let mut entries = fs::read_dir(self.root.join("entries")).unwrap();
        entries.next().unwrap().unwrap().path()
    }

    #[track_caller]
    fn refuses(&self, verbs: &[&str], words: &str, hint: &str) {
        for verb in verbs {
            let stdin = match *verb {
                "store" => request("ghcr.io", "zed", "other"),
                "list" => String::new(),
                _ => "ghcr.io".to_owned(),
            };
            says(&ask(&self.me, verb, stdin), words, hint);
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn whatever_the_umask_files_are_for_their_owner_alone() {
    let sealed = Sealed::new();
    for mask in ["000", "777"] {
        let mut shell = sealed.me.command("/bin/sh");
        shell.args(["-c", &format!("umask {mask}; exec \"$0\" store"), HELPER]);
        at_once(&mut shell, request("quay.io", "amy", mask)).ok();
        expect(&ask(&sealed.me, "get", "quay.io"), &login("quay.io", "amy", mask));
        for path in [&sealed.root, &sealed.root.join("entries"), &sealed.root.join("slots")] {
            assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o700, "{path:?}");
            for file in fs::read_dir(path).unwrap().map(|file| file.unwrap().path()) {
                let mode = file.metadata().unwrap().mode() & 0o777;
                assert_eq!(mode, if file.is_dir() { 0o700 } else { 0o600 }, "{file:?}");
            }
        }
    }
}

#[test]
fn a_store_that_is_open_to_others_is_refused() {
    let verbs = ["get", "store", "erase", "list"];
    let sealed = Sealed::new();
    for (path, verbs) in [
        (sealed.root.clone(), &verbs[..]),
        (sealed.root.join("entries"), &verbs[..]),
        (sealed.root.join("store.json"), &verbs[..]),
        (sealed.entry(), &["get"]),
        (sealed.root.join("index.json"), &["store", "list"]),
    ] {
        let mode = path.metadata().unwrap().mode();
        for open in [0o777, 0o750, 0o604] {
            set_mode(&path, open);
            let closes = if path.is_dir() { "chmod 700 " } else { "chmod 600 " };
            let hint = format!("{closes}{}", path.display());
            sealed.refuses(verbs, "is open to other users", &hint);
            assert_eq!(path.metadata().unwrap().mode() & 0o777, open, "changed in silence");
        }
        set_mode(&path, mode);
    }
    set_mode(sealed.root.parent().unwrap(), 0o777);
    sealed.refuses(&verbs, "anyone may rename and remove what is in ", "chmod o-w ");
    set_mode(sealed.root.parent().unwrap(), 0o700);
    expect(&ask(&sealed.me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

#[test]
fn what_stands_in_for_a_file_of_the_store_is_refused() {
    let sealed = Sealed::new();
    let (entry, away) = (sealed.entry(), sealed.me.folder().join("away"));
    fs::rename(&entry, &away).unwrap();
    symlink(&away, &entry).unwrap();
    sealed.refuses(&["get"], "is a symbolic link", "cp -p ");
    fs::remove_file(&entry).unwrap();
    fs::hard_link(&away, &entry).unwrap();
    sealed.refuses(&["get"], "has a second name (a hard link)", "cp -p ");
    fs::remove_file(&entry).unwrap();
    process::run(std::process::Command::new(process::need("mkfifo")).arg(&entry), b"").ok();
    sealed.refuses(&["get", "store", "erase"], "not a regular file", "mv ");
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    sealed.refuses(&["get", "store", "erase"], "not a regular file", "mv ");
    fs::remove_dir(&entry).unwrap();
    fs::rename(&away, &entry).unwrap();

    let (entries, elsewhere) = (sealed.root.join("entries"), sealed.me.folder().join("elsewhere"));
    fs::rename(&entries, &elsewhere).unwrap();
    symlink(&elsewhere, &entries).unwrap();
    sealed.refuses(&["get", "store", "erase", "list"], "entries is not a folder", "mv ");
    fs::remove_file(&entries).unwrap();
    fs::rename(&elsewhere, &entries).unwrap();
    expect(&ask(&sealed.me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

/// A new login does not go through a link to a file elsewhere.
#[test]
fn keeping_replaces_a_link_and_not_what_it_leads_to() {
    let sealed = Sealed::new();
    let (entry, victim) = (sealed.entry(), sealed.me.folder().join("victim"));
    fs::write(&victim, "precious").unwrap();
    fs::remove_file(&entry).unwrap();
    symlink(&victim, &entry).unwrap();
    let ran = ask(&sealed.me, "store", request("ghcr.io", "amy", "new"));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    if ran.status.success() {
        expect(&ask(&sealed.me, "get", "ghcr.io"), &login("ghcr.io", "amy", "new"));
        assert!(entry.symlink_metadata().unwrap().is_file());
    } else {
        says(&ran, "is a symbolic link", "cp -p ");
    }
}

/// A whole store on another disk is the person's own choice.
#[test]
fn a_link_to_the_whole_store_is_followed() {
    let sealed = Sealed::new();
    let elsewhere = sealed.me.folder().join("elsewhere");
    fs::rename(&sealed.root, &elsewhere).unwrap();
    symlink(&elsewhere, &sealed.root).unwrap();
    expect(&ask(&sealed.me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
    expect(&ask(&sealed.me, "store", request("quay.io", "amy", "new")), &Answer::Done);
    assert!(sealed.root.is_symlink());
    set_mode(&elsewhere, 0o755);
    sealed.refuses(&["get", "store", "erase", "list"], "is open to other users", "chmod 700 ");
}

#[test]
fn a_store_of_another_user_is_refused() {
    let sealed = Sealed::new();
    let verbs = ["get", "store", "erase", "list"];
    let refuses = |verbs: &[&str], owner: u32, hint: &str| {
        let words = format!("belongs to another user (uid {owner})");
        sealed.refuses(verbs, &words, hint);
    };
    if !rustix::process::geteuid().is_root() {
        // Who cannot give files away takes a folder of root for the store.
        fs::rename(&sealed.root, sealed.me.folder().join("away")).unwrap();
        symlink("/usr/share", &sealed.root).unwrap();
        return refuses(&verbs, 0, "sudo chown ");
    }
    for (path, verbs) in [
        (sealed.root.clone(), &verbs[..]),
        (sealed.root.join("entries"), &verbs[..]),
        (sealed.root.join("store.json"), &verbs[..]),
        (sealed.entry(), &["get"]),
    ] {
        chown(&path, Some(65_534), None).unwrap();
        // A folder of somebody else is perhaps their home; a file in ours is to be ours again.
        let hint = if path.is_dir() { "not with sudo" } else { "chown 0 " };
        refuses(verbs, 65_534, hint);
        chown(&path, Some(0), None).unwrap();
    }
}

#[test]
fn what_was_erased_is_nowhere() {
    let sealed = Sealed::new();
    let amy = sealed.me.new_login("amy");
    sealed.me.keep("quay.io", &amy.user, &amy.password);
    expect(&ask(&sealed.me, "erase", "quay.io"), &Answer::Done);
    let left = |folder: &str| fs::read_dir(sealed.root.join(folder)).unwrap().count();
    assert_eq!((left("entries"), left("")), (1, 5), "beside the login of ghcr.io");
    let index = fs::read_to_string(sealed.root.join("index.json")).unwrap();
    assert!(!index.contains(&amy.user) && !index.contains("quay.io"), "{index}");
    sealed.me.assert_no_secret_on_disk();
}
