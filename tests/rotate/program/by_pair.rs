//! Two tokens of a GitLab that take turns: both work until the grace is over, and neither a lost
//! answer nor a timer ends the one in use (gitlabhq/gitlabhq `doc/api/personal_access_tokens.md`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::person::{Person, Store};
use crate::support::web::{Reply, Request, Web};

const ADMIN: &str = "token-of-the-owner-1";

const TOKENS: &str = "/api/v4/personal_access_tokens";

/// A token; its number is its place from 1 on.
#[derive(Clone)]
struct Token {
    id: usize,
    name: &'static str,
    secret: String,
    is_active: bool,
}

type Tokens = Arc<Mutex<Vec<Token>>>;

struct Gitlab {
    person: Person,
    web: Web,
    tokens: Tokens,
    loses_answer: Arc<AtomicBool>,
}

fn told(token: &Token) -> Value {
    json!({"id": token.id, "name": token.name, "user_id": 3, "active": token.is_active,
        "revoked": !token.is_active, "scopes": ["read_registry"], "expires_at": null})
}

fn make(tokens: &mut Vec<Token>, name: &'static str) -> Token {
    let id = tokens.len() + 1;
    let token = Token { id, name, secret: format!("made-by-gitlab-{id:08}"), is_active: true };
    tokens.push(token.clone());
    token
}

fn api(request: &Request, rest: &str, tokens: &Tokens) -> Reply {
    let mut tokens = tokens.lock().unwrap();
    let asks = request.header("private-token").unwrap_or_default();
    if rest == "/self" {
        let mine = tokens.iter().find(|token| token.secret == asks && token.is_active);
        return mine.map_or_else(|| Reply::status(401), |token| Reply::json(&told(token)));
    }
    if asks != ADMIN {
        return Reply::status(401);
    }
    if rest.starts_with('?') {
        let is_first = rest.contains("&page=1");
        return Reply::json(&tokens.iter().filter(|_| is_first).map(told).collect());
    }
    let id: usize = rest[1..].trim_end_matches("/rotate").parse().unwrap();
    if request.method == "GET" {
        return Reply::json(&told(&tokens[id - 1]));
    }
    assert!(tokens[id - 1].is_active, "rotated again, which ends its family");
    tokens[id - 1].is_active = false;
    let name = tokens[id - 1].name;
    let new = make(&mut tokens, name);
    let mut answer = told(&new);
    answer["token"] = json!(new.secret);
    Reply::json(&answer)
}

impl Gitlab {
    fn start() -> Self {
        let person = Person::new(Store::Sealed);
        let mut made = Vec::new();
        let first = make(&mut made, "ci-a");
        make(&mut made, "ci-b");
        let tokens: Tokens = Arc::new(Mutex::new(made));
        let loses_answer = Arc::new(AtomicBool::new(false));
        let (known, loses) = (tokens.clone(), loses_answer.clone());
        let web = Web::start(move |request| {
            if let Some(rest) = request.path.strip_prefix(TOKENS) {
                let reply = api(request, rest, &known);
                let is_lost = request.method == "POST" && loses.swap(false, Ordering::SeqCst);
                return if is_lost { Reply::Close } else { reply };
            }
            let pair = request.header("authorization").and_then(|a| a.strip_prefix("Basic "));
            let pair = pair.and_then(|pair| Base64::decode_vec(pair).ok()).unwrap_or_default();
            let pair = String::from_utf8(pair).unwrap();
            let secret = pair.strip_prefix("ada:").unwrap_or_default();
            let is_known = known.lock().unwrap().iter().any(|t| t.is_active && t.secret == secret);
            let challenge = || Reply::status(401).with("WWW-Authenticate", "Basic");
            if is_known { Reply::status(200) } else { challenge() }
        });
        person.keep(&web.host(), "ada", &first.secret);
        let gitlab = Self { person, web, tokens, loses_answer };
        let mut command = gitlab.person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.args(["login", &gitlab.web.host(), "--admin", "-u", "x", "--password-stdin"]);
        gitlab.person.finish(&mut command, ADMIN.as_bytes()).ok();
        gitlab
    }

    #[track_caller]
    fn rotate(&self, more: &[&str], state: &str) -> Value {
        let ran = self.person.run_ours(&[&["rotate", "--json", "--yes"], more].concat());
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(ADMIN) && !said.contains("made-by-gitlab"), "{said}");
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{said}"));
        assert_eq!(answer["items"][0]["state"], state, "{said}");
        answer["items"][0].clone()
    }

    #[track_caller]
    fn by_pair(&self, more: &[&str], state: &str) -> Value {
        let (host, api) = (self.web.host(), format!("api=http://{}", self.web.host()));
        let words =
            [host.as_str(), "--provider", "gitlab", "--set", &api, "--set", "pair=ci-a,ci-b"];
        self.rotate(&[&words[..], more].concat(), state)
    }

    /// The numbers of those that work, and of the one in use.
    #[track_caller]
    fn alive(&self) -> (Vec<usize>, usize) {
        let current = self.person.login_for(&self.web.host()).unwrap().password;
        let tokens = self.tokens.lock().unwrap();
        let alive: Vec<_> = tokens.iter().filter(|token| token.is_active).collect();
        let mut names: Vec<_> = alive.iter().map(|token| token.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["ci-a", "ci-b"]);
        let used = alive.iter().find(|token| token.secret == current);
        let used = used.unwrap().id;
        (alive.iter().map(|token| token.id).collect(), used)
    }
}

#[test]
fn they_take_turns_and_the_old_secret_ends_after_its_grace() {
    let gitlab = Gitlab::start();
    gitlab.by_pair(&["--dry-run"], "planned");
    assert_eq!(gitlab.alive(), (vec![1, 2], 1));
    let item = gitlab.by_pair(&[], "rotated");
    assert_eq!((&item["class"], &item["old"]), (&json!("B"), &json!("revoked-after")), "{item}");
    assert_eq!(gitlab.alive(), (vec![1, 3], 3));
    gitlab.rotate(&[&gitlab.web.host(), "--undo"], "undone");
    gitlab.rotate(&[&gitlab.web.host(), "--undo"], "undone");
    assert_eq!(gitlab.alive(), (vec![1, 3], 3));
    // The first one ends by being rotated, and nobody has what came of it.
    gitlab.rotate(&[&gitlab.web.host(), "--retire-previous"], "retired");
    assert_eq!(gitlab.alive(), (vec![3, 4], 3));
    // As a timer does it: nothing has to be said again.
    gitlab.rotate(&["--all"], "rotated");
    assert_eq!(gitlab.alive(), (vec![3, 5], 5));
    gitlab.rotate(&["--all"], "rotated");
    assert_eq!(gitlab.alive(), (vec![5, 6], 6));
}

#[test]
fn a_lost_answer_locks_nobody_out() {
    let gitlab = Gitlab::start();
    gitlab.loses_answer.store(true, Ordering::SeqCst);
    gitlab.by_pair(&[], "failed");
    assert_eq!(gitlab.alive(), (vec![1, 3], 1));
    gitlab.by_pair(&["--grace", "0s"], "rotated");
    assert_eq!(gitlab.alive(), (vec![4, 5], 4));
    // And that of the end.
    gitlab.loses_answer.store(false, Ordering::SeqCst);
    gitlab.by_pair(&["--grace", "1h"], "rotated");
    gitlab.loses_answer.store(true, Ordering::SeqCst);
    gitlab.rotate(&[&gitlab.web.host(), "--retire-previous"], "failed");
    assert_eq!(gitlab.alive(), (vec![6, 7], 6));
    gitlab.rotate(&[&gitlab.web.host(), "--retire-previous"], "retired");
    assert_eq!(gitlab.alive(), (vec![6, 7], 6));
}

#[test]
fn without_the_second_login_it_says_what_to_keep() {
    let gitlab = Gitlab::start();
    gitlab.person.run_ours(&["logout", &gitlab.web.host(), "--admin"]).ok();
    let host = gitlab.web.host();
    let words = ["rotate", &host, "--provider", "gitlab", "--set", "pair=ci-a,ci-b", "--yes"];
    let ran = gitlab.person.run_ours(&[&words[..], &["--set", "api=http://127.0.0.1:1"]].concat());
    assert_eq!(ran.status.code(), Some(6), "{}", ran.said());
    assert!(ran.stderr.contains("--admin -u NAME"), "{}", ran.said());
}
