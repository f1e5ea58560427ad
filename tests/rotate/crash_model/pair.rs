//! Two tokens that take turns: the idle one is rotated, the other lives until it is idle and rotated
//! in its turn. After any fault and a recovery there are two, and the store keeps one that works.

use imgsec_cred::rotate::ending::State;
use imgsec_cred::rotate::{retire, steps};
use imgsec_cred::server::Reserved;

use super::world::{Fault, Loss, World, server};
use super::{ALL, resume, rotate};

const LOSSES: [Loss; 3] = [Loss::None, Loss::Request, Loss::Response];

#[track_caller]
fn is_well(world: &World, what: &str) {
    assert!(world.is_accepted(world.current().as_ref()), "{what}: {:?}", world.current());
    assert_eq!(world.accepted.borrow().len(), 2, "{what}: {:?}", world.accepted);
    assert_eq!(world.beside(Reserved::Pending), None, "{what}");
    assert!(!world.files().contains("running\": {"), "{what}: {}", world.files());
}

/// What was used before the one in use is dead: the idle one is one that nobody has.
#[track_caller]
fn the_old_one_is_dead(world: &World, what: &str) {
    world.process(|cx| retire::now(cx, &server())).unwrap();
    is_well(world, what);
    let current = world.current().unwrap();
    let accepted = world.accepted.borrow();
    let mut others = accepted.values().map(|(secret, _)| secret);
    let is_nobodys = others.any(|secret| secret.starts_with("nobodys"));
    assert!(current == "old" || is_nobodys, "{what}: {accepted:?}");
}

fn one(loss: Loss, at: u32, fault: Option<Fault>) -> u32 {
    let world = World::pair();
    let what = format!("{loss:?} {fault:?} at {at}");
    world.loss.set(loss);
    world.set_fault(at, fault);
    rotate(&world);
    let steps = world.steps();
    // Of the two the one in use lives, whatever happens to the other.
    assert!(world.is_accepted(world.current().as_ref()), "{what}");
    assert_eq!(world.accepted.borrow().len(), 2, "{what}: {:?}", world.accepted);
    world.set_fault(0, None);
    resume(&world);
    is_well(&world, &what);
    the_old_one_is_dead(&world, &what);
    let creates = world.calls.borrow().iter().filter(|call| *call == "create").count();
    assert!(creates <= 1, "{what}");
    // And on it goes, with the other one.
    world.loss.set(Loss::None);
    let before = world.current();
    assert_eq!(rotate(&world).unwrap().stop.state, State::Rotated, "{what}");
    assert_ne!(world.current(), before, "{what}");
    is_well(&world, &what);
    steps
}

#[test]
fn one_of_two_works_whatever_happens_and_they_stay_two() {
    for loss in LOSSES {
        let steps = one(loss, 0, None);
        for fault in ALL {
            for at in 1..=steps {
                one(loss, at, Some(fault));
            }
        }
    }
}

#[test]
fn a_recovery_that_dies_as_well_leaves_two() {
    for loss in LOSSES {
        let world = World::pair();
        world.loss.set(loss);
        rotate(&world);
        for at in 1..=world.steps() {
            for again in (1..=14).step_by(2) {
                let what = format!("{loss:?} dies at {at} and {again}");
                let world = World::pair();
                world.loss.set(loss);
                world.set_fault(at, Some(Fault::Dies));
                rotate(&world);
                world.set_fault(again, Some(Fault::Dies));
                world.process(|cx| steps::resume(cx, &server(), None));
                world.set_fault(0, None);
                resume(&world);
                is_well(&world, &what);
                the_old_one_is_dead(&world, &what);
            }
        }
    }
}

#[test]
fn within_the_grace_the_next_turn_takes_the_one_that_was_to_end() {
    let world = World::pair();
    let plan = imgsec_cred::rotate::plan::Plan { grace: 3600, ..world.plan() };
    for _ in 0..5 {
        let ending = world.process(|cx| steps::rotate(cx, &server(), &plan, &&world)).unwrap();
        assert_eq!(ending.stop.state, State::Rotated, "{ending:?}");
        is_well(&world, "within the grace");
        // Both are known, and both work.
        assert!(world.is_accepted(world.beside(Reserved::Previous).as_ref()));
    }
    the_old_one_is_dead(&world, "within the grace");
}
