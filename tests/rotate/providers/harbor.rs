//! Harbor's robots, as `api/v2.0/swagger.yaml` and `src/server/v2.0/handler/robot.go` say.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::fake_api::{Fake, Reply, Request};
use super::{ADMIN, Case, LONG, OLD, Setup, clean, create, failed};

struct State {
    robots: Vec<Value>,
    secret: String,
}

fn refused(status: u16) -> Reply {
    Reply::json(status, &json!({"errors": [{"code": "X", "message": "x"}]}))
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.basic() != Some(("boss".to_owned(), ADMIN.to_owned())) {
            return refused(401);
        }
        if request.is("GET", "/api/v2.0/projects/team") {
            return Reply::json(200, &json!({"project_id": 5, "name": "team"}));
        }
        if request.is("GET", "/api/v2.0/robots") {
            let level = match request.parameter("q").unwrap() {
                "Level%3Dsystem" => "system",
                "Level%3Dproject%2CProjectID%3D5" => "project",
                other => panic!("{other}"),
            };
            let mine = self.robots.iter().filter(|robot| robot["level"] == level).cloned();
            let all: Vec<_> = mine.collect();
            return Reply::json(200, &json!(request.page(&all, "page_size", 100)));
        }
        if request.is("PATCH", "/api/v2.0/robots/900") {
            let secret = request.body["secret"].as_str().unwrap();
            let has = |is: fn(&char) -> bool| secret.chars().any(|c| is(&c));
            let is_good = (8..=128).contains(&secret.len())
                && has(char::is_ascii_uppercase)
                && has(char::is_ascii_lowercase)
                && has(char::is_ascii_digit);
            if !is_good {
                return refused(400);
            }
            secret.clone_into(&mut self.secret);
            return Reply::json(200, &json!({}));
        }
        refused(404)
    }
}

fn robot(id: u64, name: &str, level: &str) -> Value {
    json!({"id": id, "name": name, "level": level, "expires_at": -1, "disable": false,
        "editable": true, "duration": -1, "permissions": []})
}

fn with(username: &str, level: &str, change: fn(&mut Value), limit: Duration) -> Case {
    let mut robots = Vec::new();
    for id in 1..=230 {
        robots.push(robot(id, &format!("{username}-{id}"), level));
    }
    let mut mine = robot(900, username, level);
    change(&mut mine);
    robots.push(mine);
    let state = Arc::new(Mutex::new(State { robots, secret: OLD.to_owned() }));
    let shared = Arc::clone(&state);
    let fake = Fake::start(move |request| shared.lock().unwrap().answer(request));
    let setup = Setup { name: "harbor", pairs: &[], username, admin: Some(("boss", ADMIN)) };
    Case {
        provider: setup.open(&fake, limit).unwrap(),
        current: setup.current(&fake.host()),
        fake,
        works: Box::new(move |secret| state.lock().unwrap().secret == secret),
        create: "PATCH ",
        recovers: false,
    }
}

pub(crate) fn case(limit: Duration) -> Case {
    with("robot$ci", "system", |_| {}, limit)
}

#[test]
fn a_projects_robot_is_found_at_its_project() {
    let case = with("robot$team+ci", "project", |_| {}, LONG);
    assert_eq!(case.provider.preflight(&case.current).unwrap().expires, None, "-1 is never");
    create(&case).unwrap();
}

#[test]
fn the_end_does_not_move_and_that_is_said() {
    let case = with("robot$ci", "system", |r| r["expires_at"] = json!(4_070_908_800_u64), LONG);
    let facts = case.provider.preflight(&case.current).unwrap();
    assert_eq!(facts.expires.unwrap().at, "2099-01-01T00:00:00Z");
    assert!(facts.warnings[0].contains("does not move"));
    assert_eq!(create(&case).unwrap().expires.unwrap().at, "2099-01-01T00:00:00Z");
}

#[test]
fn a_robot_that_cannot_be_used_gets_no_secret() {
    let changes: [fn(&mut Value); 4] = [
        |robot| robot["disable"] = json!(true),
        |robot| robot["editable"] = json!(false),
        |robot| robot["expires_at"] = json!(1),
        |robot| robot["name"] = json!("robot$other"),
    ];
    for change in changes {
        let case = with("robot$ci", "system", change, LONG);
        clean(&case.provider.preflight(&case.current).unwrap_err());
        failed(create(&case), true, "unusable");
        assert_eq!(case.fake.count("PATCH "), 0);
    }
}

#[test]
fn what_was_chosen_before_a_loss_can_be_set_again() {
    let case = case(LONG);
    let chosen = case.provider.choose().unwrap().unwrap();
    for _ in 0..2 {
        case.provider.create("op", &case.current, Some(&chosen)).unwrap();
    }
    failed(case.provider.create("op", &case.current, None), true, "nothing chosen");
}

#[test]
fn another_users_login_is_refused() {
    let case = case(LONG);
    let setup = Setup {
        name: "harbor",
        pairs: &[],
        username: "robot$ci",
        admin: Some(("boss", "canary-wrong")),
    };
    let provider = setup.open(&case.fake, LONG).unwrap();
    clean(&provider.preflight(&case.current).unwrap_err());
}
