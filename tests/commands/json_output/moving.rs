//! The verbs that find and move what lies elsewhere: migrate, audit, audit --fix.

use std::fs;

use serde_json::json;

use super::Clerk;
use crate::support::person::{Person, Store};

/// `ada:hunter2`, and `bob:swordfish`.
const ADA: &str = "YWRhOmh1bnRlcjI=";
const BOB: &str = "Ym9iOnN3b3JkZmlzaA==";

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn migrate_and_its_undo() {
    let mut clerk = Clerk::default();
    let me = Person::new(Store::Sealed);
    let home = me.home();
    clerk.ask(&me, "migrate", "", 0);
    clerk.ask(&me, "migrate --undo --yes", "", 6);
    me.keep("b.example", "ada", "hunter2");
    me.keep("c.example", "ada", "hunter2");
    me.write_docker_config(&json!({
        "auths": {"a.example": {"auth": BOB}, "b.example": {"auth": ADA}, "c.example": {"auth": BOB},
            "d.example": {"registrytoken": "x"}},
        "credHelpers": {"a.example": ""},
    }));
    clerk.ask(&me, "migrate", "", 6);
    let dry = clerk.ask(&me, "migrate --dry-run", "", 3);
    let changes = dry["changes"].as_array().unwrap();
    let helper = json!({"file": "~/.docker/config.json", "key": "credHelpers.a.example",
        "before": "", "after": "imgsec"});
    assert!(changes.contains(&helper), "{dry}");
    fs::create_dir_all(home.join(".config/containers")).unwrap();
    fs::write(home.join(".config/containers/auth.json"), "{").unwrap();
    let done = clerk.ask(&me, "migrate --yes", "", 3);
    assert_eq!((&done["complete"], &done["undo"]), (&json!(false), &json!(false)), "{done}");
    assert!(done["unread"][0]["message"].is_string(), "{done}");
    let would = clerk.ask(&me, "migrate --undo --dry-run", "", 0);
    assert_eq!(would["items"][0]["action"], "restore", "{would}");
    clerk.ask(&me, "migrate --undo", "", 6);
    fs::write(home.join(".docker/config.json"), "{").unwrap();
    let stuck = clerk.ask(&me, "migrate --undo --yes", "", 3);
    assert_eq!(stuck["unread"][0]["from"], "~/.docker/config.json", "{stuck}");
    me.write_docker_config(&json!({}));
    clerk.ask(&me, "audit --fix --undo --yes", "", 0);
    clerk.ask(&me, "migrate --from nothing-of-this-name --yes", "", 3);
    clerk.closes(&["migrate"]);
}

#[test]
#[ignore = "needs jsonschema; run tests/run"]
fn audit_and_its_fix() {
    let mut clerk = Clerk::default();
    let me = Person::new(Store::Sealed);
    let home = me.home();
    let clean = clerk.ask(&me, "audit", "", 0);
    assert_eq!((&clean["ok"], &clean["fixed"]), (&json!(true), &json!(null)), "{clean}");
    let config =
        json!({"auths": {"a.example": {"auth": ADA}, "b.example": {"registrytoken": "x"}}});
    me.write_docker_config(&config);
    fs::write(home.join(".docker/config.json.bak"), config.to_string()).unwrap();
    clerk.ask(&me, "audit", "", 1);
    let missing = clerk.ask(&me, "audit no-such-folder", "", 3);
    assert_eq!(missing["skipped"][0]["message"], "no such file or folder");
    clerk.ask(&me, "audit --fix", "", 6);
    clerk.ask(&me, "audit --fix --dry-run", "", 1);
    let fixed = clerk.ask(&me, "audit --fix --yes --delete-leftovers", "", 0);
    assert_eq!(fixed["fixed"]["items"][0]["action"], "copied", "{fixed}");
    assert_eq!(fixed["fixed"].get("schema"), None);
    fs::write(home.join("accepted"), "no baseline\n").unwrap();
    clerk.ask(&me, "audit --baseline accepted", "", 3);
    clerk.closes(&["audit"]);
}
