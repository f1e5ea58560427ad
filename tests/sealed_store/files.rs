//! Somebody was at the files: damaged, foreign, open to others, replaced by something else. What is
//! wrong is said, and nothing is changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use imgsec_cred::store::sealed::Sealed;
use imgsec_cred::store::{Error, ErrorKind, Store};

use super::world::{World, contents, got, key, listed, login, pair, sources};

fn open(root: &Path) -> Result<Sealed, Error> {
    Sealed::open(root, sources(root))
}

fn with_one_login() -> World {
    let world = World::new();
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    world
}

fn get(world: &World) -> Result<(), Error> {
    open(&world.root())?.get(&key("ghcr.io")).map(drop)
}

#[test]
fn what_is_open_to_others_is_refused_with_the_line_that_closes_it_and_stays_so() {
    let world = with_one_login();
    let root = world.root();
    let entry = world.only_entry();
    for (path, open_mode, closed) in [
        (root.clone(), 0o755, "700"),
        (root.join("entries"), 0o710, "700"),
        (root.join("slots"), 0o707, "700"),
        (root.join("store.json"), 0o644, "600"),
        (entry.clone(), 0o640, "600"),
        (world.key_file(), 0o604, "600"),
    ] {
        let before = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, Permissions::from_mode(open_mode)).unwrap();
        let error = get(&world).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{path:?}: {error}");
        let hint = format!("chmod {closed} {}", path.display());
        assert_eq!(error.hint(), Some(hint.as_str()), "{error}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, open_mode);
        fs::set_permissions(&path, before).unwrap();
        get(&world).unwrap();
    }
}

#[test]
fn an_open_index_is_refused_where_it_is_used() {
    let world = with_one_login();
    fs::set_permissions(world.index(), Permissions::from_mode(0o644)).unwrap();
    get(&world).unwrap();
    let store = world.store();
    assert_eq!(listed(&store), Err(ErrorKind::Refused));
    assert_eq!(store.put(&login("a", "b", "c")).unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn a_store_that_anyone_could_replace_is_refused() {
    let world = with_one_login();
    fs::set_permissions(world.dir.path(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(get(&world).unwrap_err().kind(), ErrorKind::Refused);
    fs::set_permissions(world.dir.path(), Permissions::from_mode(0o1777)).unwrap();
    get(&world).unwrap();
}

#[test]
fn a_link_a_pipe_and_a_second_name_are_refused_at_once() {
    let world = with_one_login();
    let entry = world.only_entry();
    let away = world.dir.path().join("moved");
    fs::rename(&entry, &away).unwrap();
    let pipe = |path: &Path| {
        assert!(Command::new("mkfifo").arg("-m600").arg(path).status().unwrap().success())
    };
    let make: [&dyn Fn(); 4] = [
        &|| symlink(&away, &entry).unwrap(),
        &|| fs::hard_link(&away, &entry).unwrap(),
        &|| pipe(&entry),
        &|| fs::create_dir(&entry).unwrap(),
    ];
    for make in make {
        make();
        let error = get(&world).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        fs::remove_file(&entry).or_else(|_| fs::remove_dir(&entry)).unwrap();
    }
    assert_eq!(got(&world.store(), "ghcr.io"), Err(ErrorKind::NotFound));
    fs::rename(&away, &entry).unwrap();
    let lock = world.root().join("lock");
    fs::remove_file(&lock).unwrap();
    pipe(&lock);
    assert_eq!(world.store().put(&login("a", "b", "c")).unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn a_link_to_the_whole_store_is_followed() {
    let world = with_one_login();
    let link = world.dir.path().join("link");
    symlink("store", &link).unwrap();
    assert_eq!(got(&open(&link).unwrap(), "ghcr.io"), pair("ada", "1"));
}

/// A store in the home of somebody else, as with `sudo`.
#[test]
fn a_store_of_another_user_is_refused_even_for_root() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let world = with_one_login();
    for path in [world.root(), world.root().join("store.json"), world.only_entry()] {
        chown(&path, Some(65_534), None).unwrap();
        assert_eq!(get(&world).unwrap_err().kind(), ErrorKind::Refused, "{path:?}");
        chown(&path, Some(0), None).unwrap();
    }
    let home = world.dir.path().join("home");
    fs::create_dir(&home).unwrap();
    chown(&home, Some(65_534), None).unwrap();
    assert_eq!(World::create_in(&home, &[]).unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
}

#[test]
fn damaged_locked_absent_and_foreign_are_four_answers_and_no_file_is_changed() {
    let world = with_one_login();
    let entry = world.only_entry();
    let good = fs::read(&entry).unwrap();
    for cut in [0, 10, good.len() / 2, good.len() - 1] {
        fs::write(&entry, &good[..cut]).unwrap();
        let before = contents(&world.root());
        assert_eq!(get(&world).unwrap_err().kind(), ErrorKind::Damaged, "{cut}");
        assert_eq!(contents(&world.root()), before);
    }
    let mut changed = good.clone();
    for at in (0..good.len()).step_by(97) {
        changed[at] ^= 1;
        fs::write(&entry, &changed).unwrap();
        assert_eq!(get(&world).unwrap_err().kind(), ErrorKind::Damaged, "{at}");
        changed[at] ^= 1;
    }
    fs::write(&entry, &good).unwrap();
    world.lock();
    assert_eq!(get(&world).unwrap_err().kind(), ErrorKind::Locked);
    world.unlock();
    fs::remove_file(&entry).unwrap();
    assert_eq!(get(&world).unwrap_err().kind(), ErrorKind::NotFound);
    // A new login mends a damaged one.
    fs::write(&entry, b"x").unwrap();
    fs::set_permissions(&entry, Permissions::from_mode(0o600)).unwrap();
    world.store().put(&login("ghcr.io", "eve", "2")).unwrap();
    assert_eq!(got(&world.store(), "ghcr.io"), pair("eve", "2"));
}

#[test]
fn an_entry_under_the_name_of_another_server_is_not_given_out() {
    let world = with_one_login();
    let ours = world.only_entry();
    world.store().put(&login("evil.example", "eve", "2")).unwrap();
    let theirs = fs::read_dir(world.root().join("entries")).unwrap().flatten();
    let theirs = theirs.map(|f| f.path()).find(|p| *p != ours).unwrap();
    fs::copy(ours, theirs).unwrap();
    assert_eq!(got(&world.store(), "evil.example"), Err(ErrorKind::Damaged));
    assert_eq!(got(&world.store(), "ghcr.io"), pair("ada", "1"));
}

#[test]
fn what_is_missing_or_newer_is_said() {
    let world = with_one_login();
    let settings = world.root().join("store.json");
    let nowhere = open(&world.dir.path().join("nothing")).unwrap_err();
    assert_eq!(
        (nowhere.kind(), nowhere.hint()),
        (ErrorKind::Unavailable, Some("imgsec-cred setup --store sealed"))
    );
    let text = fs::read_to_string(&settings).unwrap();
    for (changed, words) in [
        (text.replace("\"format\": 1", "\"format\": 2"), "newer imgsec-cred"),
        (text.replace("key-file", "brain"), "newer imgsec-cred"),
        (text[..text.len() / 2].to_owned(), "damaged"),
        (String::new(), "damaged"),
    ] {
        fs::write(&settings, &changed).unwrap();
        let error = open(&world.root()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(fs::read_to_string(&settings).unwrap(), changed);
    }
    fs::remove_file(&settings).unwrap();
    assert_eq!(open(&world.root()).unwrap_err().kind(), ErrorKind::Damaged);
    fs::write(&settings, text).unwrap();
    fs::set_permissions(&settings, Permissions::from_mode(0o600)).unwrap();
    fs::rename(world.root().join("entries"), world.dir.path().join("e")).unwrap();
    assert_eq!(get(&world).unwrap_err().kind(), ErrorKind::Damaged);
}

#[test]
fn a_lost_or_damaged_index_is_built_again_once_there_is_a_key() {
    let breaks: [&dyn Fn(&Path); 4] = [
        &|index| fs::remove_file(index).unwrap(),
        &|index| fs::write(index, "").unwrap(),
        &|index| {
            fs::write(index, "{\"format\":1,\"changes\":7,\"entries\":{},\"pending\":null}")
                .unwrap()
        },
        &|index| {
            let text = fs::read_to_string(index).unwrap().replace("quay.io", "evil.example");
            fs::write(index, text).unwrap();
        },
    ];
    for break_it in breaks {
        let world = with_one_login();
        let store = world.store();
        store.put(&login("quay.io", "bob", "2")).unwrap();
        store.remove(&key("nothing")).unwrap();
        world.lock();
        break_it(&world.index());
        let error = store.list().unwrap_err();
        assert_eq!((error.kind(), error.hint()), (ErrorKind::Locked, Some("imgsec-cred unlock")));
        store.put(&login("docker.io", "dan", "3")).unwrap();
        assert_eq!(listed(&store), Err(ErrorKind::Locked));
        world.unlock();
        assert_eq!(got(&store, "quay.io"), pair("bob", "2"));
        let users = |store| listed(store).unwrap().into_values().collect::<Vec<_>>();
        assert_eq!(users(&store), ["dan", "ada", "bob"]);
        world.lock();
        assert_eq!(users(&store), ["dan", "ada", "bob"]);
    }
}

#[test]
fn an_index_of_a_newer_version_is_not_written_over() {
    let world = with_one_login();
    fs::write(world.index(), "{\"format\":2}").unwrap();
    assert_eq!(listed(&world.store()), Err(ErrorKind::Damaged));
    assert_eq!(world.store().put(&login("a", "b", "c")).unwrap_err().kind(), ErrorKind::Damaged);
    assert_eq!(fs::read_to_string(world.index()).unwrap(), "{\"format\":2}");
}
