//! Every way in which a file of the store can be damaged: what is said, and that the line that helps
//! does help.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::PathBuf;
use std::process::Command;

use super::super::{KeySources, NewSlot, create, identity};
use super::*;
use crate::credential::Credential;
use crate::store::{Contents, Store};

/// A store with the logins of ghcr.io and quay.io, and the key file beside it.
struct Scene {
    dir: tempfile::TempDir,
    store: Sealed,
}

fn key(server: &str) -> ServerKey {
    ServerKey::parse(server).unwrap()
}

fn login(server: &str) -> Credential {
    Credential::new(key(server), "ada".to_owned(), "hunter2".into())
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("store");
        let state = dir.path().join("state");
        create(&root, &[NewSlot::KeyFile(&dir.path().join("key"))], Some(&state)).unwrap();
        let sources = KeySources { state: Some(state), ..KeySources::default() };
        let store = Sealed::open(&root, sources).unwrap();
        for server in ["ghcr.io", "quay.io"] {
            store.put(&login(server)).unwrap();
        }
        Self { dir, store }
    }

    /// The file of ghcr.io's entry.
    fn entry(&self) -> PathBuf {
        self.store.folder.entry_path(&entry::name(&key("ghcr.io")))
    }

    fn write(&self, bytes: &[u8]) {
        let _ = fs::remove_file(self.entry());
        fs::write(self.entry(), bytes).unwrap();
        fs::set_permissions(self.entry(), Permissions::from_mode(0o600)).unwrap();
    }

    fn away(&self, is_away: bool) {
        let (from, to) = if is_away { ("key", "away") } else { ("away", "key") };
        fs::rename(self.dir.path().join(from), self.dir.path().join(to)).unwrap();
    }

    fn get(&self) -> Result<(), Error> {
        self.store.get(&key("ghcr.io")).map(drop)
    }

    /// `get` refuses ghcr.io so; the list has quay.io alone, and says the same of ghcr.io.
    #[track_caller]
    fn is_left_out(&self, kind: ErrorKind) -> Error {
        let error = self.get().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.hint().is_some(), "{error}");
        let Contents { listed, unusable } = self.store.contents().unwrap();
        let listed: Vec<_> = listed.iter().map(|l| l.server.as_str()).collect();
        assert_eq!(listed, ["quay.io"], "{error}");
        let [one] = unusable.as_slice() else { panic!("{error}: {unusable:?}") };
        assert_eq!(one.error.kind(), kind, "{}", one.error);
        assert_eq!(one.server, Some(key("ghcr.io")), "{error}");
        assert_eq!(one.error.hint(), error.hint(), "{error}");
        error
    }

    /// Does as the hint says; afterwards all is well.
    #[track_caller]
    fn heed(&self, error: &Error) {
        match error.hint().unwrap() {
            "imgsec-cred login ghcr.io" => self.store.put(&login("ghcr.io")).unwrap(),
            line => shell(line),
        }
        if self.get().is_err_and(|e| e.kind() == ErrorKind::NotFound) {
            self.store.put(&login("ghcr.io")).unwrap();
        }
        self.get().unwrap();
        let contents = self.store.contents().unwrap();
        assert_eq!((contents.listed.len(), contents.unusable), (2, Vec::new()), "{error}");
    }
}

/// Runs a line that was shown, as a person copies it.
#[track_caller]
fn shell(line: &str) {
    let status = Command::new("sh").args(["-c", line]).status().unwrap();
    assert!(status.success(), "{line}");
}

#[test]
fn an_entry_cut_off_anywhere_is_named_and_leaves_the_others_alone() {
    let scene = Scene::new();
    let whole = fs::read(scene.entry()).unwrap();
    for cut in 0..whole.len() {
        scene.write(&whole[..cut]);
        let error = scene.is_left_out(ErrorKind::Damaged);
        assert!(error.to_string().contains("the entry for ghcr.io is damaged"), "{cut}: {error}");
    }
    let error = scene.is_left_out(ErrorKind::Damaged);
    scene.heed(&error);
    // The last one that was written.
    scene.write(b"");
    scene.is_left_out(ErrorKind::Damaged);
}

#[test]
fn whatever_lies_in_the_place_of_an_entry_the_line_that_is_shown_helps() {
    let scene = Scene::new();
    let stranger = identity::Identity::generate();
    let foreign = entry::seal(&login("ghcr.io"), &stranger.recipient()).unwrap();
    let other = entry::seal(&login("evil.example"), &scene.store.settings.recipient).unwrap();
    let newer = identity::encrypt(&scene.store.settings.recipient, br#"{"v":2}"#).unwrap();
    let whole = fs::read(scene.entry()).unwrap();
    let (entry, aside) = (scene.entry(), scene.dir.path().join("aside"));
    let mode = |mode| fs::set_permissions(scene.entry(), Permissions::from_mode(mode)).unwrap();
    let is_root = rustix::process::geteuid().is_root();
    type Way<'a> = (ErrorKind, &'a str, &'a dyn Fn());
    let (damaged, refused) = (ErrorKind::Damaged, ErrorKind::Refused);
    let ways: &[Way] = &[
        (damaged, "", &|| scene.write(b"")),
        (damaged, "", &|| scene.write(b"hunter2")),
        (damaged, "", &|| scene.write(&foreign)),
        (damaged, "another server", &|| scene.write(&other)),
        (refused, "not a regular file", &|| fs::create_dir(&entry).unwrap()),
        (refused, "not a regular file", &|| shell(&format!("mkfifo -m600 {}", entry.display()))),
        (refused, "a symbolic link", &|| symlink(&aside, &entry).unwrap()),
        (refused, "a second name", &|| fs::hard_link(&aside, &entry).unwrap()),
        (refused, "open to other users", &|| mode(0o644)),
        (refused, "closed to its owner", &|| mode(0)),
        (refused, "belongs to another user", &|| chown(&entry, Some(65_534), None).unwrap()),
    ];
    for (kind, words, damage) in ways {
        let is_of_root = *words == "belongs to another user";
        if is_of_root != is_root && (is_of_root || *words == "closed to its owner") {
            continue;
        }
        scene.write(&whole);
        fs::write(&aside, &whole).unwrap();
        fs::set_permissions(&aside, Permissions::from_mode(0o600)).unwrap();
        if words.contains("file") || words.contains("name") || words.contains("link") {
            fs::remove_file(&entry).unwrap();
        }
        damage();
        let error = scene.is_left_out(*kind);
        assert!(error.to_string().contains(words), "{error}");
        scene.heed(&error);
    }
    scene.write(&newer);
    assert_eq!(scene.is_left_out(damaged).hint(), Some("update imgsec-cred"));
}

#[test]
fn a_new_login_and_a_logout_mend_what_cannot_be_read() {
    for is_logout in [true, false] {
        let scene = Scene::new();
        scene.write(b"x");
        if is_logout {
            scene.store.remove(&key("ghcr.io")).unwrap();
            assert_eq!(scene.get().unwrap_err(), Error::not_found());
        } else {
            scene.store.put(&login("ghcr.io")).unwrap();
            scene.get().unwrap();
        }
        let contents = scene.store.contents().unwrap();
        assert_eq!(
            (contents.listed.len(), contents.unusable.len()),
            (2 - usize::from(is_logout), 0)
        );
    }
    // Neither removes a folder.
    let scene = Scene::new();
    fs::remove_file(scene.entry()).unwrap();
    fs::create_dir(scene.entry()).unwrap();
    for result in [scene.store.put(&login("ghcr.io")), scene.store.remove(&key("ghcr.io"))] {
        let hint = result.unwrap_err().hint().unwrap().to_owned();
        assert!(hint.starts_with("mv "), "{hint}");
    }
}

#[test]
fn what_is_damaged_for_certain_is_told_while_locked_and_the_rest_is_locked() {
    let scene = Scene::new();
    let whole = fs::read(scene.entry()).unwrap();
    scene.away(true);
    scene.write(b"x");
    scene.is_left_out(ErrorKind::Damaged);
    // Perhaps another process wrote it: only the key tells.
    scene.write(&[&whole[..], b"x"].concat());
    for error in [scene.get().unwrap_err(), scene.store.contents().unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Locked, "{error}");
    }
    scene.away(false);
    scene.is_left_out(ErrorKind::Damaged);
}

#[test]
fn a_key_that_cannot_be_used_is_no_damage_of_the_entries() {
    let scene = Scene::new();
    fs::remove_file(scene.store.folder.index_path()).unwrap();
    let slots = fs::read_dir(scene.store.folder.slots()).unwrap();
    for slot in slots.flatten() {
        fs::write(slot.path(), "x").unwrap();
    }
    let error = scene.store.contents().unwrap_err();
    assert!(error.to_string().contains("slot ") && error.hint().is_some(), "{error}");
    assert_eq!(scene.get().unwrap_err(), error);
}

#[test]
fn an_index_in_any_state_hides_no_login() {
    let scene = Scene::new();
    let index = scene.store.folder.index_path();
    let whole = fs::read(&index).unwrap();
    let both = |scene: &Scene| {
        let contents = scene.store.contents().unwrap();
        assert_eq!((contents.listed.len(), contents.unusable), (2, Vec::new()));
    };
    for cut in 0..whole.len() {
        fs::write(&index, &whole[..cut]).unwrap();
        both(&scene);
    }
    for text in ["null", "[]", "{}", "{\"format\":0}", "{\"format\":\"1\"}"] {
        fs::write(&index, text).unwrap();
        both(&scene);
    }
    fs::remove_file(&index).unwrap();
    both(&scene);
    type Way<'a> = (&'a str, &'a dyn Fn());
    let ways: &[Way] = &[
        ("not a regular file", &|| fs::create_dir(&index).unwrap()),
        ("a symbolic link", &|| symlink("elsewhere", &index).unwrap()),
        ("open to other users", &|| fs::write(&index, &whole).unwrap()),
    ];
    fs::write(scene.store.folder.root().join("elsewhere"), &whole).unwrap();
    let elsewhere = scene.store.folder.root().join("elsewhere");
    fs::set_permissions(&elsewhere, Permissions::from_mode(0o600)).unwrap();
    for (words, damage) in ways {
        let _ = fs::remove_file(&index);
        damage();
        if index.is_file() && !index.is_symlink() {
            fs::set_permissions(&index, Permissions::from_mode(0o644)).unwrap();
        }
        for error in
            [scene.store.contents().unwrap_err(), scene.store.put(&login("h")).unwrap_err()]
        {
            assert!(error.to_string().contains(words), "{error}");
        }
        // Each login is there all the same.
        scene.get().unwrap();
        shell(scene.store.contents().unwrap_err().hint().unwrap());
        both(&scene);
    }
}

#[test]
fn an_entry_without_its_file_is_absent_and_its_loss_is_said() {
    for is_locked in [false, true] {
        let scene = Scene::new();
        fs::remove_file(scene.entry()).unwrap();
        if is_locked {
            scene.away(true);
        }
        // Also after others have written.
        scene.store.put(&login("h.example")).unwrap();
        scene.store.remove(&key("h.example")).unwrap();
        let error = scene.get().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.to_string(), Error::not_found().to_string());
        let said = "the entry for ghcr.io is missing: ";
        let hint = error.hint().unwrap();
        assert!(hint.starts_with(said) && hint.ends_with("; imgsec-cred login ghcr.io"), "{hint}");
        let contents = scene.store.contents().unwrap();
        assert_eq!(contents.listed.len(), 1);
        let missing = &contents.unusable[0].error;
        assert!(missing.to_string().starts_with(said), "{missing}");
        assert_eq!(missing.hint(), Some("imgsec-cred login ghcr.io"));
        if is_locked {
            scene.store.remove(&key("ghcr.io")).unwrap();
        } else {
            scene.store.put(&login("ghcr.io")).unwrap();
            scene.store.remove(&key("ghcr.io")).unwrap();
        }
        assert_eq!(scene.get().unwrap_err(), Error::not_found());
        assert!(scene.store.contents().unwrap().unusable.is_empty());
    }
}

#[test]
fn an_entry_whose_removal_was_stopped_is_absent_without_a_word() {
    for next in ["put", "remove", "put the same"] {
        let scene = Scene::new();
        let name = entry::name(&key("ghcr.io"));
        let removed = scene.store.folder.removed_path(&name);
        fs::rename(scene.entry(), &removed).unwrap();
        for _ in 0..2 {
            assert_eq!(scene.get().unwrap_err(), Error::not_found());
            let contents = scene.store.contents().unwrap();
            assert_eq!((contents.listed.len(), contents.unusable.len()), (1, 0));
            scene.store.remove(&key("ghcr.io")).unwrap();
        }
        match next {
            "put" => scene.store.put(&login("h.example")).unwrap(),
            "remove" => scene.store.remove(&key("quay.io")).unwrap(),
            _ => scene.store.put(&login("ghcr.io")).unwrap(),
        }
        assert!(!removed.exists(), "{next}");
        assert_eq!(scene.get().is_ok(), next == "put the same");
        assert!(scene.store.contents().unwrap().unusable.is_empty());
        // From now on its loss would be told again.
        if next == "put the same" {
            scene.store.put(&login("h.example")).unwrap();
            fs::remove_file(scene.entry()).unwrap();
            assert_eq!(scene.store.contents().unwrap().unusable.len(), 1);
        }
    }
}

#[test]
fn a_store_that_cannot_be_read_as_a_whole_says_what_helps() {
    let scene = Scene::new();
    let folder = scene.store.folder.clone();
    let settings = fs::read(folder.settings_path()).unwrap();
    let opened = || Sealed::open(folder.root(), KeySources::default()).map(drop);
    for cut in 0..settings.len() - 2 {
        fs::write(folder.settings_path(), &settings[..cut]).unwrap();
        let error = opened().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{cut}");
        assert!(error.hint().unwrap().contains("begin anew: mv "), "{error}");
    }
    fs::write(folder.settings_path(), r#"{"format":2}"#).unwrap();
    assert_eq!(opened().unwrap_err().hint(), Some("update imgsec-cred"));
    fs::write(folder.settings_path(), &settings).unwrap();
    for inner in [folder.entries(), folder.slots()] {
        fs::rename(&inner, inner.with_extension("away")).unwrap();
        let error = scene.get().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert!(error.hint().is_some(), "{error}");
        fs::rename(inner.with_extension("away"), &inner).unwrap();
    }
    scene.get().unwrap();
}
