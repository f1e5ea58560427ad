//! A writer is killed before each of its system calls, and each of them fails: afterwards the old
//! credential is there or the new one, `list` and `get` agree, and the next writer finds all well.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::slice;

use imgsec_cred::store::sealed::{NewSlot, Sealed};
use imgsec_cred::store::{ErrorKind, Store};

use super::world::{World, child, files_below, got, key, listed, login, pair, sources};
use crate::support::process;

/// The system calls that change a file, or wait until it has changed.
const CALLS: &str = "openat,write,fsync,flock,fchmod,ftruncate,rename,?renameat,?renameat2,unlink,\
?unlinkat,link,?linkat,mkdir,?mkdirat,?rmdir";

/// A call, and which one of its name it is: strace counts each name apart.
type Call = (String, usize);

/// Runs `acts` again and again, and hits another of its calls each time. `ready` comes before each
/// run; `check` after it, with what the process said.
fn hit_each(
    what: &str,
    folder: &Path,
    acts: &str,
    ready: impl Fn(),
    check: impl Fn(&str),
) -> usize {
    let log = tempfile::NamedTempFile::new().unwrap();
    let trace = |extra: &[&str]| {
        let log = log.path().to_str().unwrap();
        let first = ["strace", "-qqfy", "-e", "signal=none", "-o", log, "-e"];
        let trace = format!("trace={CALLS}");
        let wrapper = [&first[..], &[trace.as_str()], extra].concat();
        process::run(&mut child(&wrapper, acts), b"")
    };
    // Twice, so that what came before is the same as in all later runs.
    for _ in 0..2 {
        ready();
        let said = trace(&[]).ok().stderr;
        assert!(said.contains("answer:"), "{said}");
        check(&said);
    }
    let calls = calls_in(folder, log.path());
    for (at, (name, nth)) in calls.iter().enumerate() {
        ready();
        let ran = trace(&["-e", &format!("inject={name}:{what}:when={nth}")]);
        if what.contains("KILL") {
            let made = calls_in(folder, log.path());
            assert_eq!(made, calls[..=at], "killed at another call: {ran:#?}");
        }
        check(&ran.stderr);
    }
    calls.len()
}

/// The calls of a trace that have to do with the files in `folder`.
fn calls_in(folder: &Path, trace: &Path) -> Vec<Call> {
    let mut counts = HashMap::new();
    let mut calls = Vec::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let Some((process, name)) = line.split_once('(').and_then(|(l, _)| l.split_once(' '))
        else {
            continue;
        };
        let count = counts.entry((process.to_owned(), name.trim().to_owned())).or_insert(0);
        *count += 1;
        if line.contains(folder.to_str().unwrap()) {
            calls.push((name.trim().to_owned(), *count));
        }
    }
    calls
}

fn words(act: &str, root: &Path, rest: &[&str]) -> String {
    [&[act, root.to_str().unwrap()], rest].concat().join("\t")
}

/// No matter what came before: all is in order, and the next writer leaves nothing lying about.
fn all_is_well(world: &World, expected: &[Login]) {
    let store = world.store();
    // First while locked: with a key the index could be built again.
    world.lock();
    let list = listed(&store).unwrap();
    world.unlock();
    let found = got(&store, "ghcr.io");
    assert!(expected.contains(&found), "{found:?}");
    assert_eq!(list.get("ghcr.io"), found.ok().map(|f| f.0).as_ref());
    assert_eq!(list.get("quay.io").map(String::as_str), Some("bob"));
    assert_eq!(listed(&store).unwrap(), list);
    assert_eq!(got(&store, "quay.io"), pair("bob", "2"));
    store.put(&login("docker.io", "dan", "3")).unwrap();
    let entries = files_below(&world.root().join("entries"));
    assert_eq!(entries.len(), listed(&store).unwrap().len(), "{entries:?}");
    assert_eq!(files_below(&world.root()).len(), entries.len() + 4);
}

type Login = Result<(String, String), ErrorKind>;

/// Hits each call of `act` on a login that is `before` and is to be `after`.
fn login_is_hit(what: &str, act: &str, rest: &[&str], before: &Login, after: &Login) {
    let world = World::new();
    let ready = || {
        match before {
            Ok((username, secret)) => world.store().put(&login("ghcr.io", username, secret)),
            Err(_) => world.store().remove(&key("ghcr.io")),
        }
        .unwrap();
        // Last, so that each run finds the index in the same state.
        world.store().put(&login("quay.io", "bob", "2")).unwrap();
    };
    let acts = words(act, &world.root(), &[&["ghcr.io"], rest].concat());
    let both = [before.clone(), after.clone()];
    let hit = hit_each(what, world.dir.path(), &acts, ready, |said| {
        if said.contains("error:") {
            let files = files_below(&world.root());
            assert!(files.iter().all(|f| !f.to_str().unwrap().ends_with(".tmp")), "{files:?}");
        }
        let done = said.contains("answer:");
        all_is_well(&world, if done { slice::from_ref(after) } else { &both });
    });
    assert!(hit > 10, "{hit}");
}

fn put_is_hit(what: &str) {
    login_is_hit(what, "put", &["eve", "9"], &pair("ada", "1"), &pair("eve", "9"));
}

fn first_put_is_hit(what: &str) {
    login_is_hit(what, "put", &["eve", "9"], &Err(ErrorKind::NotFound), &pair("eve", "9"));
}

fn remove_is_hit(what: &str) {
    login_is_hit(what, "remove", &[], &pair("ada", "1"), &Err(ErrorKind::NotFound));
}

fn create_is_hit(what: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (folder, key_file) = (dir.path().join("data"), dir.path().join("key"));
    let act = words("create", &folder, &[key_file.to_str().unwrap()]);
    let ready = || {
        let _ = fs::remove_dir_all(&folder);
        let _ = fs::remove_file(&key_file);
    };
    let root = folder.join("store");
    hit_each(what, dir.path(), &act, ready, |said| {
        if said.contains("answer: created") || root.exists() {
            let store = Sealed::open(&root, sources(&root)).unwrap();
            store.put(&login("ghcr.io", "ada", "1")).unwrap();
            assert_eq!(got(&store, "ghcr.io"), pair("ada", "1"));
            assert_eq!(store.slots().len(), 1);
            assert_eq!(files_below(&root).len(), 5);
        } else {
            World::create_in(&folder, &[NewSlot::KeyFile(&key_file)]).unwrap();
        }
    });
}

macro_rules! crashes {
    ($($name:ident: $act:ident, $what:literal;)*) => {
        $(#[test]
        #[ignore = "needs strace; run tests/run"]
        fn $name() {
            $act($what);
        })*
    };
}

crashes! {
    a_killed_put_leaves_the_old_or_the_new: put_is_hit, "signal=KILL";
    a_killed_first_put_leaves_nothing_or_the_new: first_put_is_hit, "signal=KILL";
    a_killed_remove_leaves_the_old_or_nothing: remove_is_hit, "signal=KILL";
    a_killed_create_leaves_no_store_or_a_whole_one: create_is_hit, "signal=KILL";
    a_full_disk_leaves_the_old_or_the_new: put_is_hit, "error=ENOSPC";
    a_full_disk_stops_no_first_put_halfway: first_put_is_hit, "error=ENOSPC";
    a_full_disk_leaves_nothing_half_forgotten: remove_is_hit, "error=ENOSPC";
    a_full_disk_leaves_no_store_or_a_whole_one: create_is_hit, "error=ENOSPC";
    a_failing_disk_leaves_the_old_or_the_new: put_is_hit, "error=EIO";
    a_disk_that_turned_read_only_leaves_the_old_or_the_new: put_is_hit, "error=EROFS";
    a_disk_that_turned_read_only_leaves_nothing_half_forgotten: remove_is_hit, "error=EROFS";
}
