//! The crash model of a rotation: a fault in the place of every step, and every message lost; then
//! a recovery without faults. No order of faults may leave a store that keeps no accepted secret,
//! but for the one window of a provider that ends the old secret before it answers.

mod pair;
mod registry;
mod scenes;
pub(crate) mod world;

use imgsec_cred::rotate::ending::{Ending, State};
use imgsec_cred::rotate::provider::Class;
use imgsec_cred::rotate::steps;
use imgsec_cred::server::Reserved;

use world::{Fault, Loss, World, server};

fn rotate(world: &World) -> Option<Ending> {
    world.process(|cx| steps::rotate(cx, &server(), &world.plan(), &world))
}

fn resume(world: &World) -> Ending {
    world.process(|cx| steps::resume(cx, &server(), None)).unwrap()
}

/// How the runs of one class ended.
#[derive(Debug, Default)]
struct Count {
    clean: u32,
    back: u32,
    forward: u32,
    locked_out: u32,
}

/// What must be so after any fault and a recovery.
#[track_caller]
fn is_well(world: &World, ending: &Ending, count: &mut Count, what: &str) {
    let current = world.current();
    if ending.stop.state == State::LockedOut {
        let hint = ending.stop.hint.as_deref().unwrap();
        assert_eq!(world.class, Class::Destructive, "{what}: {ending:?}");
        assert!(hint.contains("--password-stdin"), "{what}: {ending:?}");
        // The one window: the server has acted, and the new secret was not yet kept.
        assert_eq!(world.beside(Reserved::Pending), None, "{what}: {ending:?}");
        count.locked_out += 1;
        return;
    }
    assert!(world.is_accepted(current.as_ref()), "{what}: {current:?} {ending:?}");
    assert_eq!(world.beside(Reserved::Pending), None, "{what}: {ending:?}");
    assert!(!world.files().contains("running\": {"), "{what}: {}", world.files());
    // Nothing that nobody has is left at the registry.
    assert_eq!(world.accepted.borrow().len(), 1, "{what}: {ending:?} {:?}", world.accepted);
    for secret in ["old", "made", "chosen"] {
        assert!(!world.files().contains(&format!("{secret}1")), "{what}: {}", world.files());
    }
    match current.as_deref() {
        Some("old") => count.back += 1,
        _ => count.forward += 1,
    }
}

/// One run with one fault, then recovery.
fn one(class: Class, loss: Loss, at: u32, fault: Option<Fault>, count: &mut Count) -> u32 {
    let world = World::new(class);
    let what = format!("{class:?} {loss:?} {fault:?} at {at}");
    world.loss.set(loss);
    world.set_fault(at, fault);
    let first = rotate(&world);
    let steps = world.steps();
    // A second one lives beside the first: at no moment is there none.
    if class == Class::Additive {
        assert!(world.is_accepted(world.current().as_ref()), "{what}: {first:?}");
    }
    world.set_fault(0, None);
    let mut ending = resume(&world);
    match first {
        Some(first) if first.stop.state == State::Rotated && fault.is_none() => count.clean += 1,
        Some(first) if first.stop.state == State::LockedOut => ending = first,
        _ => {}
    }
    is_well(&world, &ending, count, &what);
    // The destructive request is never repeated by a recovery.
    let creates = world.calls.borrow().iter().filter(|call| *call == "create").count();
    assert!(creates <= 1, "{what}");
    steps
}

fn every_fault(class: Class, faults: &[Fault]) -> Count {
    let mut count = Count::default();
    for loss in [Loss::None, Loss::Request, Loss::Response] {
        let steps = one(class, loss, 0, None, &mut count);
        for fault in faults {
            for at in 1..=steps {
                one(class, loss, at, Some(*fault), &mut count);
            }
        }
    }
    println!("{class:?} {faults:?}: {count:?}");
    count
}

const ALL: [Fault; 4] = [Fault::Dies, Fault::Fails, Fault::Full, Fault::Locks];

#[test]
fn a_secret_of_our_choice_is_kept_before_it_is_sent_so_none_is_locked_out() {
    let count = every_fault(Class::Chosen, &ALL);
    assert!(count.back > 10 && count.forward > 10 && count.clean > 0, "{count:?}");
    assert_eq!(count.locked_out, 0);
}

#[test]
fn a_second_secret_beside_the_first_locks_nobody_out_and_no_orphan_is_left() {
    let count = every_fault(Class::Additive, &ALL);
    assert!(count.back > 10 && count.forward > 10 && count.clean > 0, "{count:?}");
    assert_eq!(count.locked_out, 0);
}

#[test]
fn without_labels_an_orphan_is_told_by_what_was_there_before() {
    for loss in [Loss::None, Loss::Request, Loss::Response] {
        for at in 1..=one(Class::Additive, loss, 0, None, &mut Count::default()) {
            let world = World::new(Class::Additive);
            world.has_no_labels.set(true);
            world.loss.set(loss);
            world.set_fault(at, Some(Fault::Dies));
            rotate(&world);
            world.set_fault(0, None);
            let ending = resume(&world);
            is_well(&world, &ending, &mut Count::default(), &format!("{loss:?} dies at {at}"));
        }
    }
}

#[test]
fn where_the_old_one_dies_first_there_is_one_window_and_it_is_said() {
    let count = every_fault(Class::Destructive, &[Fault::Dies]);
    assert!(count.back > 10 && count.forward > 10 && count.clean > 0, "{count:?}");
    // Every death between the server's act and the secret being kept, and every lost answer.
    assert!(count.locked_out > 0, "{count:?}");
    let count = every_fault(Class::Destructive, &[Fault::Fails, Fault::Full, Fault::Locks]);
    assert!(count.locked_out > 0, "{count:?}");
}

#[test]
fn a_recovery_that_dies_as_well_is_recovered_from() {
    for class in [Class::Chosen, Class::Additive] {
        for loss in [Loss::None, Loss::Response] {
            let world = World::new(class);
            world.loss.set(loss);
            rotate(&world);
            for at in 1..=world.steps() {
                for again in (1..=12).step_by(2) {
                    let what = format!("{class:?} {loss:?} dies at {at} and {again}");
                    let world = World::new(class);
                    world.loss.set(loss);
                    world.set_fault(at, Some(Fault::Dies));
                    rotate(&world);
                    world.set_fault(again, Some(Fault::Dies));
                    world.process(|cx| steps::resume(cx, &server(), None));
                    world.set_fault(0, None);
                    let ending = resume(&world);
                    is_well(&world, &ending, &mut Count::default(), &what);
                }
            }
        }
    }
}
