//! Which credentials a call of `rotate` is about, how each is rotated, and whether it is due.

use std::time::{Duration, SystemTime};

use imgsec_cred::protocol::client::Helper;
use imgsec_cred::rotate::due::{Due, due};
use imgsec_cred::rotate::ending::{About, Ending, State, Stop};
use imgsec_cred::rotate::journal;
use imgsec_cred::rotate::plan::{Plan, Remembered};
use imgsec_cred::rotate::steps::Context;
use imgsec_cred::rotate::supplied;
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::{Error, ErrorKind};

use super::providers;
use crate::Refusal;
use crate::args::Rotate;

/// One credential.
pub(super) struct Target {
    /// Spelled as it is stored.
    pub(super) server: ServerKey,
    pub(super) username: String,
    pub(super) plan: Plan,
    /// The method is the one it was rotated by before.
    pub(super) is_remembered: bool,
    /// Why it is due, where that was asked.
    pub(super) due: Option<Due>,
    /// It was asked, and is not.
    pub(super) is_not_due: bool,
}

impl Target {
    pub(super) fn not_due(&self) -> Ending {
        let words = format!("{} is not due", self.server);
        self.ended(Stop { state: State::Nothing, words, hint: None })
    }

    /// It was not its turn yet.
    pub(super) fn not_reached(&self, why: &str) -> Ending {
        let words = format!("{} is left as it was: {why}", self.server);
        self.ended(Stop { state: State::NotReached, words, hint: None })
    }

    /// There is nothing to rotate it by.
    pub(super) fn not_begun(&self, why: Error) -> Ending {
        let is_refused = why.kind() == ErrorKind::Refused;
        let mut stop = Stop::from(why);
        stop.words = format!("{}: {}", self.server, stop.words);
        if is_refused {
            stop.state = State::Refused;
        }
        self.ended(stop)
    }

    fn ended(&self, stop: Stop) -> Ending {
        Ending { stop, about: About { username: self.username.clone(), ..About::default() } }
    }
}

pub(super) fn find(args: &Rotate, cx: &Context, helper: &Helper) -> anyhow::Result<Vec<Target>> {
    let kept = helper.list_keys()?;
    let mut targets = Vec::new();
    if let Some(registry) = &args.registry {
        let asked = ServerKey::parse(registry).map_err(|e| Refusal::new(e.to_string(), None))?;
        let stored = kept.iter().find_map(|(key, username)| {
            let key = ServerKey::parse(key).ok()?;
            (key.canonical() == asked.canonical()).then(|| (key, username.clone()))
        });
        let (server, username) = stored.unwrap_or_else(|| (asked, String::new()));
        targets.push(target(args, cx, server, username)?);
        return Ok(targets);
    }
    for (key, username) in kept {
        let Ok(server) = ServerKey::parse(&key) else { continue };
        let target = target(args, cx, server, username)?;
        if target.is_remembered && providers::needs_nobody(&target.plan.method) {
            targets.push(target);
        }
    }
    Ok(targets)
}

fn target(
    args: &Rotate,
    cx: &Context,
    server: ServerKey,
    username: String,
) -> anyhow::Result<Target> {
    let record = cx.ledger.of(&server)?;
    let is_known = record.username == username;
    let remembered = Remembered::read(record.rotation.as_ref()).filter(|_| is_known);
    let remembered = remembered.map(|remembered| remembered.plan);
    let mut plan = args.plan(remembered.clone())?;
    if plan.method.provider.is_empty() {
        // Nobody says how: a person types it.
        supplied::STDIN.clone_into(&mut plan.method.provider);
    }
    let is_remembered = remembered.is_some_and(|earlier| earlier.method == plan.method);
    let mut target = Target { server, username, plan, is_remembered, due: None, is_not_due: false };
    if args.if_due {
        let record = if is_known { record } else { Default::default() };
        let span = Duration::from_secs;
        let plan = &target.plan;
        target.due =
            due(&record, SystemTime::now(), span(plan.older_than), span(plan.expires_within));
        // A rotation that is not through is always due.
        let known = journal::look(cx.state, &target.server);
        // What is wrong with a journal is said of the one credential that it is of.
        let is_running = known.map_or(true, |journal| journal.running.is_some());
        target.is_not_due = target.due.is_none() && !is_running;
    }
    Ok(target)
}
