//! What is wrong with the arguments is said in one line with a hint, in JSON as well where that is
//! asked for, and without what may be a password in the wrong place.

use serde_json::json;

use super::{Clerk, OTHERS, verbs};
use crate::support::person::{Person, Store};

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn every_verb_says_so_in_its_own_answer() {
    let mut clerk = Clerk::default();
    let me = Person::without_keychain(Store::Sealed);
    for verb in verbs().iter().filter(|verb| !OTHERS.contains(&verb.as_str())) {
        let said = clerk.ask(&me, &format!("{verb} --no-such-option"), "", 2);
        let error = json!({"kind": "usage", "message": "there is no option --no-such-option",
            "hint": format!("imgsec-cred {verb} --help")});
        assert_eq!((&said["error"], &said["complete"]), (&error, &json!(false)));
        assert_eq!(said["schema"], format!("imgsec.{verb}/1").as_str());
    }
    for (words, message) in [
        ("rotate r.example --undo --resume", "--undo does not go with --resume"),
        ("rotate r.example --undo --undo", "--undo is given twice"),
        ("rotate r.example --verify often", "--verify <WHEN> does not take this value"),
        ("rotate r.example --grace", "--grace <TIME> needs a value"),
        ("logout --all", "missing: --confirm <WORD>"),
        ("ls --older-than soon", "--older-than <TIME>: a time such as 90d, 12h or 30m"),
        ("ls --expires-within 500000000000y", "--expires-within <TIME>: at most 100y"),
        (
            "rotate r.example --provider nosuch",
            "--provider <NAME>: one of gitlab, harbor, docker-hub, quay, gitea, acr",
        ),
    ] {
        let said = clerk.ask(&me, words, "", 2);
        assert_eq!(said["error"]["message"], message, "{said}");
    }
    let undo = clerk.ask(&me, "audit --fix --undo --nothing", "", 2);
    assert_eq!(undo["schema"], "imgsec.migrate/1");
    for (words, message) in
        [("rotat r.example", "there is no verb rotat"), ("--quiet", "no verb is given")]
    {
        let said = clerk.ask(&me, words, "", 2);
        assert_eq!(
            (&said["schema"], &said["error"]["message"]),
            (&json!("imgsec.usage/1"), &json!(message))
        );
    }
    clerk.closes(&[]);
}

#[test]
fn what_may_be_a_password_is_not_repeated() {
    let me = Person::without_keychain(Store::Sealed);
    for words in [
        "login r.example --password canary-1",
        "login r.example -p canary-1",
        "login r.example -pcanary-1",
        "login r.example canary-1",
        "login r.example --passwort=canary-1",
        "rotate r.example --verify canary-1",
        "rotate r.example --password canary-1",
    ] {
        for more in [&[][..], &["--json"]] {
            let words: Vec<_> = words.split(' ').chain(more.iter().copied()).collect();
            let ran = me.run_ours(&words);
            assert_eq!((ran.status.code(), ran.stdout.is_empty()), (Some(2), more.is_empty()));
            assert!(ran.stderr.contains("\nhint: imgsec-cred "), "{ran:#?}");
            assert_eq!(ran.stderr.lines().count(), 2, "{ran:#?}");
            assert!(!ran.said().contains("canary") && !ran.stdout.contains("canary"), "{ran:#?}");
        }
    }
}

#[test]
fn help_and_what_belongs_to_others_are_as_without_json() {
    let me = Person::without_keychain(Store::Sealed);
    for words in [&["--help", "--json"][..], &["--version"], &["rotate", "--json", "-h"]] {
        let ran = me.run_ours(words).ok();
        assert!(!ran.stdout.starts_with('{') && ran.stderr.is_empty(), "{ran:#?}");
    }
    // A manifest, and a command's own words.
    for words in [
        &["export", "r.example", "--json"][..],
        &["rotate", "r.example", "--undo", "--exec", "new", "--json"],
        &["rotate", "--undo", "--", "--json", "two"],
    ] {
        let ran = me.run_ours(words);
        assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
    }
}
