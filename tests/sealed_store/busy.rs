//! A writer that keeps the store to itself. It is waited for a minute: by its name this module is
//! the first that is run, and the others are run meanwhile.

use std::fs::File;

use imgsec_cred::store::{ErrorKind, Store};

use super::world::{World, got, listed, login};

#[test]
fn a_writer_that_never_ends_is_not_waited_for_for_ever() {
    let world = World::new();
    world.store().put(&login("ghcr.io", "ada", "1")).unwrap();
    let lock = File::options().write(true).open(world.root().join("lock")).unwrap();
    lock.lock().unwrap();
    let start = std::time::Instant::now();
    assert_eq!(world.store().put(&login("a", "b", "c")).unwrap_err().kind(), ErrorKind::TimedOut);
    assert!((4..90).contains(&start.elapsed().as_secs()));
    got(&world.store(), "ghcr.io").unwrap();
    listed(&world.store()).unwrap();
}
