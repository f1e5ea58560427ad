//! Docker's helper: `store` and `erase`, on each store.

use super::{OURS, ended_well, every_error, kill, list_agrees, request};
use crate::support::fault::{Fault, Traced, Whom};
use crate::support::person::{Person, Store};
use crate::support::plain::GHCR;
use crate::support::snapshot::Snapshot;
use crate::support::strace::Change;

/// `store` of a new login and in the place of another, and `erase`, with these faults everywhere.
fn change_one(store: Store, faults: fn(usize, Whom, &Change) -> Vec<Fault>) {
    let person = Person::new(store);
    let other = person.new_login("other");
    person.keep(GHCR, &other.user, &other.password);
    let old = person.new_login("amy");
    let mut same_user = person.new_login("amy");
    same_user.user.clone_from(&old.user);
    let other_user = person.new_login("bob");
    for (before, after) in [
        (None, Some(&old)),
        (Some(&old), Some(&same_user)),
        (Some(&old), Some(&other_user)),
        (Some(&old), None),
    ] {
        let (verb, stdin) = match after {
            Some(login) => ("store", request(OURS, login)),
            None => ("erase", OURS.to_owned()),
        };
        let prepare = || match before {
            Some(login) => person.keep(OURS, &login.user, &login.password),
            None => drop(person.helper("erase", OURS).ok()),
        };
        prepare();
        let prepared = Snapshot::of(&[person.home().join(".local/share/imgsec-cred")]);
        let ready = || match store {
            Store::Sealed => prepared.put_back(),
            Store::Keychain => prepare(),
        };
        let count = Traced::helper(&person, verb).each(&stdin, faults, ready, |met| {
            let kept = person.login_for(OURS);
            assert!([before, after].contains(&kept.as_ref()), "{met:#?} left {kept:?}");
            assert!(!met.ran.status.success() || kept.as_ref() == after, "{met:#?} left {kept:?}");
            assert_eq!(person.login_for(GHCR).as_ref(), Some(&other), "{met:#?}");
            list_agrees(&person, &[OURS, GHCR]);
            ended_well(&person, met);
            person.helper(verb, &stdin).ok();
            assert_eq!(person.login_for(OURS).as_ref(), after, "{met:#?}");
            list_agrees(&person, &[OURS, GHCR]);
        });
        println!("{store:?} {verb}: {count} faults");
        assert!(count > 5, "{verb} was not seen to change anything");
    }
    person.assert_no_secret_on_disk();
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn store_and_erase_killed_at_any_change_of_the_sealed_store_lose_nothing() {
    change_one(Store::Sealed, kill);
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn store_and_erase_lose_nothing_when_any_change_of_the_sealed_store_fails() {
    change_one(Store::Sealed, every_error);
}

#[test]
#[ignore = "needs strace and gnome-keyring; run tests/run"]
fn store_and_erase_killed_at_any_message_to_the_keychain_lose_nothing() {
    change_one(Store::Keychain, kill);
}

#[test]
#[ignore = "needs strace and gnome-keyring; run tests/run"]
fn store_and_erase_lose_nothing_when_any_message_to_the_keychain_is_not_sent() {
    change_one(Store::Keychain, |_, _, _| ["EPIPE", "EIO"].map(Fault::Error).to_vec());
}
