//! What is refused, and the lines that help.

use super::*;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

fn made(folder: &tempfile::TempDir, name: &str, mode: u32) -> (PathBuf, Metadata) {
    let path = folder.path().join(name);
    fs::write(&path, b"x").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let about = fs::symlink_metadata(&path).unwrap();
    (path, about)
}

#[test]
fn an_open_file_is_refused_with_the_line_that_closes_it() {
    let dir = tempfile::tempdir().unwrap();
    for mode in [0o604, 0o640, 0o660, 0o602, 0o666, 0o610] {
        let (path, about) = made(&dir, "it's here", mode);
        let error = file(&path, &about).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        let quoted = path.display().to_string().replace('\'', r"'\''");
        assert_eq!(error.hint(), Some(format!("chmod 600 '{quoted}'").as_str()));
    }
    let (path, about) = made(&dir, "b", 0o600);
    assert!(file(&path, &about).is_ok());
}

#[test]
fn a_key_that_is_handed_over_may_be_readable_as_far_as_is_usual_there() {
    let dir = tempfile::tempdir().unwrap();
    for (mode, own, handed, mounted) in [
        (0o400, true, true, true),
        (0o440, false, true, true),
        (0o444, false, false, true),
        (0o464, false, false, false),
        (0o646, false, false, false),
    ] {
        let (path, about) = made(&dir, "key", mode);
        assert_eq!(key_file(&path, &about, Trust::Own).is_ok(), own, "{mode:o}");
        assert_eq!(key_file(&path, &about, Trust::Handed).is_ok(), handed, "{mode:o}");
        assert_eq!(key_file(&path, &about, Trust::Mounted).is_ok(), mounted, "{mode:o}");
    }
}

#[test]
fn a_folder_in_which_anyone_may_rename_is_refused_but_for_the_likes_of_tmp() {
    let dir = tempfile::tempdir().unwrap();
    let shared = dir.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    let hint = parent_of(&shared.join("root")).unwrap_err().hint().unwrap().to_owned();
    assert_eq!(hint, format!("chmod o-w {}", shared.display()));
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
    assert!(parent_of(&shared.join("root")).is_ok());
}

#[test]
fn a_link_and_a_file_are_no_folders() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = made(&dir, "file", 0o600);
    symlink(dir.path(), dir.path().join("link")).unwrap();
    assert!(folder(&path).is_err() && folder(&dir.path().join("link")).is_err());
    assert!(folder(&dir.path().join("nothing")).unwrap().is_none());
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(folder(dir.path()).unwrap().is_some());
}
