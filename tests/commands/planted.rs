//! Our own files that are obeyed: settings, the ledger, the records of setup. Those that another
//! user could have written, or that are links where none may be, are refused with the line that
//! helps. Journals of rotations: `rotate::program::planted`.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use crate::support::person::Store;
use crate::support::plain::{GHCR, PlainText};
use crate::support::process::Ran;

/// Somebody who was set up, so that each of our files is there.
struct Ours {
    plain: PlainText,
}

impl Ours {
    fn new() -> Self {
        let plain = PlainText::with_store(Store::Sealed);
        plain.set_up().ok();
        let ours = Self { plain };
        for file in [ours.settings(), ours.ledger(), ours.undo(), ours.setup_lock()] {
            assert!(file.is_file(), "{file:?}");
        }
        ours
    }

    fn settings(&self) -> PathBuf {
        self.plain.person.home().join(".config/imgsec-cred/settings.json")
    }

    fn state(&self) -> PathBuf {
        self.plain.person.home().join(".local/state/imgsec-cred")
    }

    fn ledger(&self) -> PathBuf {
        self.state().join("ledger.json")
    }

    fn undo(&self) -> PathBuf {
        self.state().join("undo.json")
    }

    fn setup_lock(&self) -> PathBuf {
        self.state().join("setup.lock")
    }

    /// What obeys, or writes, a file.
    fn obey(&self, file: &Path) -> Ran {
        let person = &self.plain.person;
        match file.file_name().unwrap().to_str().unwrap() {
            "settings.json" => person.helper("get", GHCR),
            "ledger.json" => person.run_ours(&["verify", GHCR, "--no-input"]),
            _ => person.run_ours(&["setup", "--undo", "--yes", "--no-input"]),
        }
    }

    #[track_caller]
    fn is_refused(&self, file: &Path, words: &str, hint: &str) {
        let before = fs::read(self.plain.person.home().join(".docker/config.json")).unwrap();
        let ran = self.obey(file).fails();
        assert!(ran.said().contains(words) && ran.said().contains(hint), "{file:?}: {ran:#?}");
        let after = fs::read(self.plain.person.home().join(".docker/config.json")).unwrap();
        assert_eq!(before, after, "{file:?}");
    }

    /// It is obeyed, whatever comes of that.
    #[track_caller]
    fn is_obeyed(&self) {
        self.plain.person.helper("get", GHCR).ok();
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn a_file_of_ours_that_others_may_write_to_is_not_obeyed_and_neither_is_one_in_such_a_folder() {
    let ours = Ours::new();
    for file in [ours.settings(), ours.ledger(), ours.undo(), ours.setup_lock()] {
        let above = file.ancestors().skip(1);
        let above = above.take_while(|folder| folder.starts_with(ours.plain.person.home()));
        for path in [file.as_path()].into_iter().chain(above) {
            let closed = if path.is_dir() { 0o700 } else { 0o600 };
            for open in [0o020, 0o002] {
                mode(path, closed | open);
                let hint = format!("chmod go-w {}", shown(path));
                ours.is_refused(&file, "other users may write to it", &hint);
            }
            mode(path, closed);
        }
    }
    // To read is no harm, and in a folder such as /tmp nobody can rename what is ours.
    mode(&ours.settings(), 0o644);
    mode(&ours.plain.person.home(), 0o1777);
    ours.is_obeyed();
}

#[test]
fn settings_may_be_links_and_state_may_not() {
    let ours = Ours::new();
    let store = ours.plain.person.folder().join("nix/store");
    fs::create_dir_all(&store).unwrap();
    mode(&store, 0o1775);
    let put_away = |path: &Path| {
        let away = store.join(path.file_name().unwrap());
        fs::rename(path, &away).unwrap();
        symlink(&away, path).unwrap();
        away
    };
    let back = |path: &Path, away: &Path| {
        fs::remove_file(path).unwrap();
        fs::rename(away, path).unwrap();
    };
    for file in [ours.ledger(), ours.undo(), ours.setup_lock()] {
        let away = put_away(&file);
        ours.is_refused(&file, "a symbolic link where none may be", "cp -rpL ");
        back(&file, &away);
        let away = put_away(&ours.state());
        ours.is_refused(&file, "a symbolic link where none may be", "cp -rpL ");
        back(&ours.state(), &away);
    }
    let settings = ours.settings();
    for path in [settings.as_path(), settings.parent().unwrap()] {
        let away = put_away(path);
        ours.is_obeyed();
        let closed = fs::metadata(&away).unwrap().permissions().mode();
        mode(&away, closed | 0o020);
        ours.is_refused(&settings, "other users may write to it", &shown(&away));
        mode(&away, closed);
        mode(&store, 0o775);
        ours.is_refused(&settings, "other users may write to it", &shown(&store));
        mode(&store, 0o1775);
        back(path, &away);
    }
    ours.is_obeyed();
}

/// As with `sudo -E`: root, and the home of somebody else.
#[test]
fn what_another_user_wrote_is_not_obeyed_by_root_either() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let ours = Ours::new();
    let foreign = "belongs to another user (uid 65534)";
    for file in [ours.settings(), ours.ledger(), ours.undo(), ours.setup_lock()] {
        for path in [file.as_path(), file.parent().unwrap()] {
            chown(path, Some(65_534), None).unwrap();
            ours.is_refused(&file, foreign, "not with sudo");
            chown(path, Some(0), None).unwrap();
        }
    }
    // A link of theirs to a file of ours.
    let away = ours.plain.person.folder().join("away");
    fs::rename(ours.settings(), &away).unwrap();
    symlink(&away, ours.settings()).unwrap();
    lchown(ours.settings(), Some(65_534), None).unwrap();
    ours.is_refused(&ours.settings(), foreign, "not with sudo");
}
