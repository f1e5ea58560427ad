//! Files of ours that others could have written, could have put there, or point to elsewhere.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::PathBuf;

use super::*;

const LIMIT: u64 = 100;

struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir_all(home.ours().join("rotations")).unwrap();
        home.close(&home.path("state"));
        home.close(&home.ours());
        home.close(&home.ours().join("rotations"));
        fs::write(home.file(), "planted").unwrap();
        home.mode(&home.file(), 0o644);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn ours(&self) -> PathBuf {
        self.path("state/imgsec-cred")
    }

    fn file(&self) -> PathBuf {
        self.ours().join("rotations/x.json")
    }

    fn mode(&self, path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn close(&self, path: &Path) {
        self.mode(path, 0o755);
    }

    /// Moves it away and puts a link in its place.
    fn make_link(&self, path: &Path) {
        let away = self.path("away");
        fs::rename(path, &away).unwrap();
        symlink(&away, path).unwrap();
    }

    fn read(&self, links: TrustedLinks<'_>) -> Result<String, Error> {
        let bytes = read_trusted(&self.file(), LIMIT, links)?;
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    fn strict(&self) -> Result<String, Error> {
        self.read(TrustedLinks::NotFrom(&self.ours()))
    }
}

#[test]
fn what_others_may_write_to_is_not_read_wherever_on_the_way_that_is() {
    let home = Home::new();
    assert_eq!(home.strict().unwrap(), "planted");
    for path in [home.file(), home.ours().join("rotations"), home.ours(), home.path("state")] {
        for open in [0o020, 0o002] {
            home.mode(&path, 0o755 | open);
            let error = home.strict().unwrap_err();
            assert!(matches!(&error, Error::OpenToOthers(found, _) if *found == path), "{error}");
            assert!(home.read(TrustedLinks::Anywhere).is_err());
        }
        home.close(&path);
    }
    // Others may write to /tmp as well, and may not rename what is ours there.
    home.mode(&home.path("state"), 0o1777);
    assert_eq!(home.strict().unwrap(), "planted");
    // For a file the bit means nothing.
    home.mode(&home.file(), 0o1666);
    assert!(matches!(home.strict(), Err(Error::OpenToOthers(..))));
}

#[test]
fn a_link_is_followed_where_it_may_stand_and_all_that_it_leads_to_is_checked() {
    for number in 0..3 {
        let home = Home::new();
        let path = [home.file(), home.ours().join("rotations"), home.ours()][number].clone();
        home.make_link(&path);
        let error = home.strict().unwrap_err();
        assert!(matches!(&error, Error::Link(found) if *found == path), "{error}");
        assert_eq!(home.read(TrustedLinks::Anywhere).unwrap(), "planted");
        home.mode(&home.path("away"), 0o775);
        assert!(matches!(home.read(TrustedLinks::Anywhere), Err(Error::OpenToOthers(..))));
    }
    // Above our folder is the system's and the person's own choice, such as /home on another disk.
    let home = Home::new();
    home.make_link(&home.path("state"));
    assert_eq!(home.strict().unwrap(), "planted");
    // A folder that only the link passes.
    let home = Home::new();
    fs::create_dir(home.path("open")).unwrap();
    home.mode(&home.path("open"), 0o777);
    fs::rename(home.file(), home.path("open/x.json")).unwrap();
    symlink("../../../open/x.json", home.file()).unwrap();
    let error = home.read(TrustedLinks::Anywhere).unwrap_err();
    assert!(matches!(&error, Error::OpenToOthers(at, _) if at.ends_with("open")), "{error}");
}

#[test]
fn links_that_lead_nowhere_are_not_taken_for_nothing() {
    let home = Home::new();
    fs::remove_file(home.file()).unwrap();
    assert!(matches!(home.strict(), Err(Error::Missing(_))));
    symlink("nothing", home.file()).unwrap();
    assert!(matches!(home.read(TrustedLinks::Anywhere), Err(Error::Dangling(_))));
    fs::remove_file(home.file()).unwrap();
    symlink("x.json", home.file()).unwrap();
    assert!(matches!(home.read(TrustedLinks::Anywhere), Err(Error::Io(..))));
    // What is missing is not obeyed, whoever could make it.
    fs::remove_file(home.file()).unwrap();
    home.mode(&home.ours(), 0o777);
    assert!(matches!(home.strict(), Err(Error::Missing(_))));
}

#[test]
fn what_belongs_to_another_user_is_not_read() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = Home::new();
    for path in [home.file(), home.ours().join("rotations"), home.path("state")] {
        chown(&path, Some(65_534), None).unwrap();
        assert!(matches!(home.strict(), Err(Error::ForeignOwner(_, 65_534))), "{path:?}");
        chown(&path, Some(0), None).unwrap();
    }
    // Nor is a link of theirs followed, as one in a sticky folder.
    home.make_link(&home.path("state"));
    std::os::unix::fs::lchown(home.path("state"), Some(65_534), None).unwrap();
    assert!(matches!(home.strict(), Err(Error::ForeignOwner(_, 65_534))));
}

#[test]
fn a_lock_is_neither_a_link_nor_in_a_folder_of_others() {
    let home = Home::new();
    let lock = home.ours().join("a.lock");
    drop(open_lock(&lock, &home.ours()).unwrap());
    fs::remove_file(&lock).unwrap();
    fs::write(home.path("victim"), "x").unwrap();
    symlink(home.path("victim"), &lock).unwrap();
    assert!(matches!(open_lock(&lock, &home.ours()), Err(Error::Link(_))));
    fs::remove_file(&lock).unwrap();
    home.mode(&home.ours(), 0o777);
    assert!(matches!(open_lock(&lock, &home.ours()), Err(Error::OpenToOthers(..))));
    assert!(!lock.exists());
}
