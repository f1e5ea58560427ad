//! A registry's own API makes the new secret: Gitea's, whose tokens live beside each other until
//! they are deleted (go-gitea/gitea `routers/api/v1/user/app.go`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::person::{Person, Store};
use crate::support::process::Ran;
use crate::support::web::{Reply, Request, Web};

const ADMIN: &str = "account-password-1";

/// The tokens of ada: a number, a name and the secret.
type Tokens = Arc<Mutex<Vec<(u64, String, String)>>>;

struct Gitea {
    person: Person,
    web: Web,
    tokens: Tokens,
    loses_answer: Arc<AtomicBool>,
}

fn login(request: &Request) -> Option<String> {
    let pair = Base64::decode_vec(request.header("authorization")?.strip_prefix("Basic ")?).ok()?;
    String::from_utf8(pair).ok()?.strip_prefix("ada:").map(str::to_owned)
}

fn api(request: &Request, rest: &str, tokens: &Tokens) -> Reply {
    if login(request).as_deref() != Some(ADMIN) {
        return Reply::status(401);
    }
    let mut tokens = tokens.lock().unwrap();
    let about = |(id, name, secret): &(u64, String, String)| {
        let last = &secret[secret.len() - 8..];
        json!({"id": id, "name": name, "token_last_eight": last, "scopes": ["write:package"]})
    };
    match request.method.as_str() {
        "GET" if rest.contains("page=1") || !rest.contains("page") => {
            Reply::json(&tokens.iter().map(about).collect())
        }
        "GET" => Reply::json(&json!([])),
        "POST" => {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let id = tokens.len() as u64 + 1;
            let name = body["name"].as_str().unwrap().to_owned();
            let token = (id, name, format!("made-by-gitea-{id:08}"));
            let mut answer = about(&token);
            answer["sha1"] = json!(token.2);
            tokens.push(token);
            let body = answer.to_string().into_bytes();
            Reply::Say { status: 201, headers: Vec::new(), body }
        }
        _ => {
            let id: u64 = rest.trim_start_matches('/').parse().unwrap();
            tokens.retain(|(other, ..)| *other != id);
            Reply::status(204)
        }
    }
}

impl Gitea {
    fn start() -> Self {
        let person = Person::new(Store::Sealed);
        let first = (1, "laptop".to_owned(), "made-by-gitea-00000001".to_owned());
        let tokens: Tokens = Arc::new(Mutex::new(vec![first]));
        let loses_answer = Arc::new(AtomicBool::new(false));
        let (known, loses) = (tokens.clone(), loses_answer.clone());
        let web = Web::start(move |request| {
            if let Some(rest) = request.path.strip_prefix("/api/v1/users/ada/tokens") {
                let reply = api(request, rest, &known);
                let is_lost = request.method == "POST" && loses.swap(false, Ordering::SeqCst);
                return if is_lost { Reply::Close } else { reply };
            }
            let known = known.lock().unwrap();
            let secret = login(request);
            let is_known = known.iter().any(|(_, _, token)| Some(token) == secret.as_ref());
            let challenge = || Reply::status(401).with("WWW-Authenticate", "Basic");
            if is_known { Reply::status(200) } else { challenge() }
        });
        person.keep(&web.host(), "ada", "made-by-gitea-00000001");
        let gitea = Self { person, web, tokens, loses_answer };
        let mut command = gitea.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["login", &gitea.web.host(), "--admin", "-u", "ada", "--password-stdin"]);
        gitea.person.finish(&mut command, ADMIN.as_bytes()).ok();
        gitea
    }

    fn rotate(&self, more: &[&str]) -> (Value, i32) {
        let mut arguments = vec!["rotate", "--json", "--yes"];
        arguments.extend(more);
        let ran: Ran = self.person.run_ours(&arguments);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(ADMIN) && !said.contains("made-by-gitea"), "{said}");
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{said}"));
        (answer["items"][0].clone(), ran.status.code().unwrap())
    }

    fn by_api(&self, more: &[&str]) -> (Value, i32) {
        let (host, api) = (self.web.host(), format!("api=http://{}", self.web.host()));
        let mut arguments = vec![host.as_str(), "--provider", "gitea", "--set", &api];
        arguments.extend(more);
        self.rotate(&arguments)
    }

    fn in_use(&self) -> String {
        self.person.login_for(&self.web.host()).unwrap().password
    }

    fn alive(&self) -> Vec<u64> {
        self.tokens.lock().unwrap().iter().map(|(id, ..)| *id).collect()
    }
}

#[test]
fn both_secrets_work_until_the_old_one_is_retired_and_a_timer_goes_on() {
    let gitea = Gitea::start();
    let (item, code) = gitea.by_api(&["--dry-run"]);
    assert_eq!((&item["state"], code, gitea.alive()), (&json!("planned"), 0, vec![1]), "{item}");
    let (item, code) = gitea.by_api(&[]);
    assert_eq!((&item["state"], code), (&json!("rotated"), 0), "{item}");
    assert_eq!((item["class"].as_str(), gitea.alive()), (Some("B"), vec![1, 2]));
    assert_eq!(gitea.in_use(), "made-by-gitea-00000002");
    let (item, code) = gitea.rotate(&[&gitea.web.host(), "--retire-previous"]);
    assert_eq!((code, gitea.alive()), (0, vec![2]), "{item}");
    // As a timer does it: nothing has to be said again.
    let (item, code) = gitea.rotate(&["--all"]);
    assert_eq!((&item["state"], code), (&json!("rotated"), 0), "{item}");
    assert!(gitea.alive().contains(&2), "the old one is retired before its time");
}

#[test]
fn what_a_lost_answer_made_is_found_and_deleted() {
    let gitea = Gitea::start();
    gitea.loses_answer.store(true, Ordering::SeqCst);
    let (item, code) = gitea.by_api(&[]);
    assert_ne!(code, 0, "{item}");
    assert_eq!(
        (gitea.in_use().as_str(), gitea.web.asked().iter().filter(|r| r.method == "POST").count()),
        ("made-by-gitea-00000001", 1)
    );
    gitea.rotate(&[&gitea.web.host(), "--resume"]);
    assert_eq!((gitea.alive(), gitea.in_use().as_str()), (vec![1], "made-by-gitea-00000001"));
    let (item, code) = gitea.by_api(&[]);
    assert_eq!((&item["state"], code), (&json!("rotated"), 0), "{item}");
}

#[test]
fn without_the_second_login_it_says_what_to_keep() {
    let gitea = Gitea::start();
    gitea.person.run_ours(&["logout", &gitea.web.host(), "--admin"]).ok();
    let ran = gitea.person.run_ours(&["rotate", &gitea.web.host(), "--provider", "gitea", "--yes"]);
    assert_eq!(ran.status.code(), Some(6), "{}", ran.said());
    assert!(ran.stderr.contains("--admin -u NAME"), "{}", ran.said());
    assert_eq!(gitea.alive(), [1]);
}
