//! Single scenes: what another program, the registry or the provider does in the middle.

use imgsec_cred::registry::verdict::{Level, Verdict};
use imgsec_cred::rotate::ending::{Ending, Old, State};
use imgsec_cred::rotate::plan::{Need, Plan};
use imgsec_cred::rotate::provider::Class;
use imgsec_cred::rotate::{retire, steps, undo};
use imgsec_cred::server::Reserved;

use super::world::{Fault, Loss, World, server};
use super::{resume, rotate};

#[test]
fn a_login_stored_in_the_middle_stays_and_the_new_secret_is_not_lost() {
    for class in [Class::Chosen, Class::Additive, Class::Destructive] {
        let world = World::new(class);
        // The second look at the secret in use comes before it is replaced.
        world.meanwhile.set(Some((2, "docker-login")));
        let ending = rotate(&world).unwrap();
        assert_eq!(ending.stop.state, State::Superseded, "{class:?} {ending:?}");
        assert_eq!(world.current().as_deref(), Some("docker-login"));
        assert_eq!(world.beside(Reserved::Pending), None);
        let previous = world.beside(Reserved::Previous);
        // Where the old one is dead, the new one is the only one that works.
        assert!(world.is_accepted(previous.as_ref()), "{class:?} {previous:?}");
        assert_eq!(world.accepted.borrow().len(), 1, "{class:?}");
        assert!(!world.files().contains("\"running\": {"));
    }
}

#[test]
fn a_login_stored_after_a_crash_is_seen_by_the_recovery() {
    let world = World::new(Class::Additive);
    rotate(&world);
    let steps = world.steps();
    let mut superseded = 0;
    for at in 1..steps {
        let world = World::new(Class::Additive);
        world.set_fault(at, Some(Fault::Dies));
        rotate(&world);
        world.set_fault(0, None);
        // From here on it is certain what the secret in use was.
        let is_kept = world.files().contains("\"step\": \"kept\"");
        let is_replaced = world.current().as_deref() != Some("old");
        if !is_kept || is_replaced {
            continue;
        }
        world.put_item(&server(), "docker-login");
        let stop = world.process(|cx| steps::resume(cx, &server(), None)).unwrap().stop;
        assert_eq!(stop.state, State::Superseded, "{at}: {stop:?}");
        assert_eq!(world.current().as_deref(), Some("docker-login"));
        superseded += 1;
    }
    assert!(superseded > 0);
}

#[test]
fn a_registry_without_a_verdict_leaves_it_staged_for_every_class() {
    for class in [Class::Chosen, Class::Additive, Class::Destructive] {
        for said in [Verdict::Unreachable, Verdict::Inconclusive, Verdict::Refused] {
            let world = World::new(class);
            world.says.set(Some(said));
            let ending = rotate(&world).unwrap();
            assert_eq!(ending.stop.state, State::Staged, "{class:?} {ending:?}");
            assert!(ending.about.is_staged);
            assert_eq!(world.current().as_deref(), Some("old"));
            assert!(world.is_accepted(world.beside(Reserved::Pending).as_ref()));
            assert_eq!(resume(&world).stop.state, State::Staged);
            world.says.set(None);
            assert_eq!(resume(&world).stop.state, State::Rotated);
            assert!(world.is_accepted(world.current().as_ref()));
        }
    }
}

#[test]
fn what_an_open_registry_accepts_is_not_enough_where_strong_is_asked_for() {
    let world = World::new(Class::Additive);
    world.says.set(Some(Verdict::Verified(Level::Weak)));
    let plan = Plan { verify: Need::Strong, ..world.plan() };
    let ending = world.process(|cx| steps::rotate(cx, &server(), &plan, &&world)).unwrap();
    assert_eq!(ending.stop.state, State::Staged, "{ending:?}");
    let ending = world.process(|cx| steps::resume(cx, &server(), Some(Need::Weak))).unwrap();
    assert_eq!(ending.stop.state, State::Rotated, "{ending:?}");
}

#[test]
fn a_new_secret_of_class_b_that_is_rejected_is_ended_at_the_provider() {
    let world = World::new(Class::Additive);
    world.says.set(Some(Verdict::Rejected));
    let ending = rotate(&world).unwrap();
    assert_eq!(ending.stop.state, State::Rejected, "{ending:?}");
    assert_eq!(world.accepted.borrow().len(), 1);
    assert_eq!(world.current().as_deref(), Some("old"));
}

#[test]
fn a_revocation_that_fails_is_kept_in_mind_and_made_later() {
    let world = World::new(Class::Additive);
    world.revocations_fail.set(true);
    let ending = rotate(&world).unwrap();
    assert_eq!(ending.stop.state, State::Rotated);
    assert!(ending.about.warnings[0].contains("--retire-previous"), "{ending:?}");
    assert_eq!(world.accepted.borrow().len(), 2);
    world.revocations_fail.set(false);
    assert!(world.process(|cx| retire::now(cx, &server())).unwrap().stop.state == State::Retired);
    assert_eq!(world.accepted.borrow().len(), 1);
    assert!(world.is_accepted(world.current().as_ref()));
    // And an orphan, whose answer was lost.
    let world = World::new(Class::Additive);
    world.loss.set(Loss::Response);
    world.revocations_fail.set(true);
    assert_eq!(rotate(&world).unwrap().stop.state, State::Failed);
    assert_eq!(world.accepted.borrow().len(), 2);
    world.revocations_fail.set(false);
    resume(&world);
    assert_eq!(world.accepted.borrow().len(), 1);
    assert!(world.is_accepted(world.current().as_ref()));
}

#[test]
fn an_undo_within_the_grace_keeps_the_first_secret_alive() {
    let world = World::new(Class::Additive);
    let plan = Plan { grace: 3600, ..world.plan() };
    let ending = world.process(|cx| steps::rotate(cx, &server(), &plan, &&world)).unwrap();
    assert!(matches!(ending.about.old, Some(Old::RevokedAfter(_))), "{ending:?}");
    let ending = world.process(|cx| undo::undo(cx, &server(), None)).unwrap();
    assert_eq!(ending.stop.state, State::Undone, "{ending:?}");
    assert_eq!(world.current().as_deref(), Some("old"));
    // What is ended now is the second one.
    world.process(|cx| retire::now(cx, &server())).unwrap();
    assert!(world.is_accepted(world.current().as_ref()));
    assert_eq!(world.accepted.borrow().len(), 1);
}

#[test]
fn an_undo_that_dies_anywhere_leaves_one_that_works() {
    for at in 1..60 {
        let world = World::new(Class::Additive);
        let plan = Plan { grace: 3600, ..world.plan() };
        world.process(|cx| steps::rotate(cx, &server(), &plan, &&world)).unwrap();
        world.set_fault(at, Some(Fault::Dies));
        let died = world.process(|cx| undo::undo(cx, &server(), None)).is_none();
        assert!(world.is_accepted(world.current().as_ref()), "dies at {at}");
        world.set_fault(0, None);
        resume(&world);
        world.process(|cx| retire::now(cx, &server())).unwrap();
        assert!(world.is_accepted(world.current().as_ref()), "dies at {at}");
        assert_eq!(world.accepted.borrow().len(), 1, "dies at {at}");
        if !died {
            return;
        }
    }
    panic!("an undo has not so many steps");
}

#[test]
fn a_new_secret_that_nobody_noted_is_not_lost() {
    let world = World::new(Class::Destructive);
    world.accepted.borrow_mut().clear();
    world.accept("new", "x");
    world.put_item(&server().reserved(Reserved::Pending), "new");
    assert_eq!(resume(&world).stop.state, State::RolledBack);
    assert_eq!(world.beside(Reserved::Previous).as_deref(), Some("new"));
    let ending = world.process(|cx| undo::undo(cx, &server(), None)).unwrap();
    assert_eq!(ending.stop.state, State::Undone, "{ending:?}");
    assert_eq!(world.current().as_deref(), Some("new"));
}

/// A hook that fails; another process would have a lock of other tests for a moment.
const NO_COMMAND: Vec<String> = Vec::new();

#[test]
fn an_undo_over_a_failing_hook_that_dies_anywhere_leaves_one_that_works() {
    for at in 1..60 {
        let world = World::new(Class::Additive);
        let plan = Plan { hooks: vec![NO_COMMAND], ..world.plan() };
        let ending = world.process(|cx| steps::rotate(cx, &server(), &plan, &&world)).unwrap();
        assert_eq!(ending.stop.state, State::HookFailed, "{ending:?}");
        world.set_fault(at, Some(Fault::Dies));
        let died = world.process(|cx| undo::undo(cx, &server(), None)).is_none();
        world.set_fault(0, None);
        // Neither is ended while the hook fails, whatever was done.
        world.process(|cx| steps::resume(cx, &server(), None)).unwrap();
        world.process(retire_everything).unwrap();
        assert!(world.is_accepted(world.current().as_ref()), "dies at {at}");
        assert_eq!(world.accepted.borrow().len(), 2, "dies at {at}: {}", world.files());
        let ending = world.process(|cx| undo::undo(cx, &server(), None)).unwrap();
        assert_eq!(ending.stop.state, State::HookFailed, "dies at {at}: {ending:?}");
        assert_eq!(world.current().as_deref(), Some("old"), "dies at {at}");
        world.skips_hooks.set(true);
        let ending = world.process(|cx| undo::undo(cx, &server(), None)).unwrap();
        assert_eq!(ending.stop.state, State::Undone, "dies at {at}: {ending:?}");
        assert_eq!(world.current().as_deref(), Some("old"), "dies at {at}");
        assert_eq!(world.accepted.borrow().len(), 1, "dies at {at}");
        assert!(world.is_accepted(world.current().as_ref()), "dies at {at}");
        assert!(!world.files().contains("\"running\": {"), "dies at {at}");
        if !died {
            return;
        }
    }
    panic!("an undo has not so many steps");
}

/// What every run does at its end.
fn retire_everything(cx: &steps::Context) -> Ending {
    assert_eq!(retire::everything(cx), Vec::<String>::new());
    steps::resume(cx, &server(), None)
}
