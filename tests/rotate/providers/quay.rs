//! Quay's robots, as quay/quay `endpoints/api/robot.py` says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::fake_api::{Fake, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, clean, create, failed, fresh};

struct State {
    secret: String,
    counter: u64,
    sees_token: bool,
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.bearer() != Some(ADMIN) {
            return Reply::json(401, &json!({"message": "Requires authentication"}));
        }
        let base = "/api/v1/organization/team/robots/ci";
        let user = "/api/v1/user/robots/ci";
        let name = if request.path.starts_with(user) { "ada+ci" } else { "team+ci" };
        if request.is("POST", &format!("{base}/regenerate")) {
            self.secret = fresh(&mut self.counter);
        } else if !request.is("GET", base) && !request.is("GET", user) {
            return Reply::json(404, &json!({"status": 404}));
        }
        let mut robot = json!({"name": name, "created": "x", "last_accessed": null,
            "description": "", "unstructured_metadata": {}});
        if self.sees_token {
            robot["token"] = Value::from(self.secret.clone());
        }
        Reply::json(200, &robot)
    }
}

fn with(pairs: &[(&str, &str)], secret: &str, sees_token: bool, limit: Duration) -> Case {
    let state = State { secret: secret.to_owned(), counter: 0, sees_token };
    let state = Arc::new(Mutex::new(state));
    let shared = Arc::clone(&state);
    let fake = Fake::start(move |request| shared.lock().unwrap().answer(request));
    let setup = Setup { name: "quay", pairs, username: "team+ci", admin: Some(("x", ADMIN)) };
    Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| state.lock().unwrap().secret == secret),
        create: "/regenerate",
        recovers: true,
    }
}

pub(crate) fn case(limit: Duration) -> Case {
    with(&[], OLD, true, limit)
}

#[test]
fn a_token_that_somebody_else_made_is_not_ended() {
    let case = with(&[], "canary-of-another", true, LONG);
    clean(&case.provider.preflight(&case.current).unwrap_err());
    clean(&failed(create(&case), true, "another"));
    assert_eq!(case.fake.count("/regenerate"), 0);
}

#[test]
fn who_may_not_see_the_token_may_not_make_one() {
    let case = with(&[], OLD, false, LONG);
    assert!(case.provider.preflight(&case.current).is_err());
}

#[test]
fn a_robot_of_the_same_name_of_another_user_is_not_it() {
    let case = with(&[("owner", "user")], OLD, true, LONG);
    clean(&case.provider.preflight(&case.current).unwrap_err());
    failed(create(&case), true, "user");
}

#[test]
fn only_robots_are_rotated() {
    let fake = Fake::start(|_: &Request| Reply::empty(500));
    let setup = Setup { name: "quay", pairs: &[], username: "ada", admin: Some(("x", ADMIN)) };
    clean(&setup.open(&fake, LONG).err().unwrap());
}
