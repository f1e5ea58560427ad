//! Plays a scene and says what is wrong with it: who could log in before must send the same login
//! after, and an undo brings back what was there.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::clients::{Client, Sent};
use super::helpers;
use super::scene::{Scene, server_of};
use super::stage::Stage;
use super::step;
use crate::support::process::Ran;

mod next_login;
mod sent;
mod undo;
mod which;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rule: Rule,
    /// The client and the image, or what else it is about.
    pub(crate) who: String,
    pub(crate) image: String,
    pub(crate) detail: String,
}

/// What every step is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// A login that was sent before is sent after.
    Lost,
    /// Who could ask without a login still can.
    FailsNow,
    /// A login goes to its own registry only.
    WrongRegistry,
    /// A new login is sent by all who sent one before.
    OldLogin,
    /// After `logout` nobody sends it, unless it is said where it still lies.
    StillSent,
    /// Undone, the clients send what they sent before.
    UndoLoses,
    /// Undone, every file is what it was.
    UndoFiles,
    /// Undone, no other helper has lost or got a login.
    UndoHelpers,
    /// What another helper keeps is left alone.
    HelperChanged,
    /// What is refused changes nothing.
    RefusedChanged,
    /// The next login is not in plain text, or `status` names the client.
    NextPlain,
    /// Where nothing is in the way, passwords leave the plain files.
    StaysPlain,
    /// `which` names the login that the client sends.
    Which,
    /// No secret is shown, no panic, no signal, an end.
    Manners,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {} {}: {}", self.rule, self.who, self.image, self.detail)
    }
}

impl Fault {
    /// What faults of one kind have in common.
    pub(crate) fn kind(&self, scene: &Scene) -> String {
        let step = if self.rule == Rule::Which { "any step" } else { scene.step.verb() };
        let is_version = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
        let who: Vec<_> = self.who.split('-').filter(|part| !is_version(part)).collect();
        format!("{:?} {} {step}", self.rule, who.join("-"))
    }
}

/// What a scene came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) faults: Vec<Fault>,
    /// Logins in plain text before and after, in files.
    pub(crate) plain: (usize, usize),
    /// What clients sent: asked, and of these with a login.
    pub(crate) asked: (usize, usize),
    /// What the step said, and its exit status.
    pub(crate) said: String,
    /// How long each client took, and how often it was asked.
    pub(crate) times: BTreeMap<&'static str, (Duration, usize)>,
}

/// By client and image.
type Answers = BTreeMap<(&'static str, String), Sent>;

/// Plays a scene.
pub(crate) fn play(scene: &Scene) -> Outcome {
    play_for(scene, None)
}

/// Plays as much of a scene as shows whether this rule is broken; all of it without a rule.
pub(crate) fn play_for(scene: &Scene, rule: Option<Rule>) -> Outcome {
    let is_for = |rules: &[Rule]| rule.is_none_or(|rule| rules.contains(&rule));
    let stage = Stage::set(scene);
    let mut judge = Judge { stage: &stage, outcome: Outcome::default() };
    if rule == Some(Rule::NextPlain) {
        judge.next_logins();
        return judge.outcome;
    }
    let before = judge.ask_all();
    judge.outcome.asked =
        (before.len(), before.values().filter(|sent| matches!(sent, Sent::Login(_))).count());
    if is_for(&[Rule::Which]) {
        judge.check_which("before", &before);
    }
    let (files, helpers) = (stage.settings(), stage.kept_elsewhere());
    judge.outcome.plain.0 = judge.count_plain();
    let step = step::run(&stage, &scene.step);
    judge.manners(scene.step.verb(), step.as_ref());
    judge.outcome.said = step.as_ref().map_or("hangs".to_owned(), step::said);
    judge.outcome.plain.1 = judge.count_plain();
    if scene.all_moves && judge.outcome.plain.1 > 0 {
        let said = judge.outcome.said.replace('\n', " / ");
        judge.fault(Rule::StaysPlain, "files", "", said);
    }
    let after = judge.ask_all();
    judge.compare(&before, &after, step.as_ref());
    judge.check_helpers(&helpers, step.as_ref());
    if is_for(&[Rule::Which]) {
        judge.check_which("after", &after);
    }
    if step.as_ref().is_some_and(|ran| ran.status.code() == Some(6)) {
        judge.same_files(Rule::RefusedChanged, &files);
    }
    let of_undo = [Rule::UndoFiles, Rule::UndoLoses, Rule::UndoHelpers, Rule::RefusedChanged];
    if is_for(&[&of_undo[..], &[Rule::Manners]].concat()) {
        judge.undo(&before, &after, &files, &helpers);
    }
    if scene.step.is_setup() && is_for(&[]) {
        judge.next_logins();
    }
    judge.outcome
}

struct Judge<'a> {
    stage: &'a Stage<'a>,
    outcome: Outcome,
}

impl Judge<'_> {
    fn fault(&mut self, rule: Rule, who: &str, image: &str, detail: String) {
        let detail = self.stage.emptied(&detail);
        let (who, image) = (who.to_owned(), image.to_owned());
        self.outcome.faults.push(Fault { rule, who, image, detail });
    }

    fn scene(&self) -> &Scene {
        self.stage.scene
    }

    fn ask_all(&mut self) -> Answers {
        let mut answers = Answers::new();
        for client in self.stage.clients() {
            let start = Instant::now();
            let given = self.ask(client);
            let time = self.outcome.times.entry(client.name).or_default();
            *time = (time.0 + start.elapsed(), time.1 + given.len());
            answers.extend(given);
        }
        answers
    }

    fn ask(&self, client: &'static Client) -> Vec<((&'static str, String), Sent)> {
        let images = self.scene().images.iter().map(String::as_str);
        let can = |image: &&str| {
            client.needs_no_registry || self.stage.registry(server_of(image)).is_some()
        };
        let images: Vec<_> = images.filter(can).collect();
        if images.is_empty() {
            return Vec::new();
        }
        let minted = helpers::minted(self.stage.folder());
        let sent = (client.ask)(self.stage, &images).into_iter().map(|sent| fresh(sent, &minted));
        images.iter().zip(sent).map(|(image, s)| ((client.name, (*image).to_owned()), s)).collect()
    }

    fn manners(&mut self, what: &str, ran: Option<&Ran>) {
        let Some(ran) = ran else {
            return self.fault(Rule::Manners, what, "", "hangs".to_owned());
        };
        if ran.status.code().is_none_or(|code| code == 101) {
            self.fault(Rule::Manners, what, "", step::said(ran));
        }
        if ran.said().contains("canary-") {
            self.fault(Rule::Manners, what, "", "shows a secret".to_owned());
        }
    }
}

/// A token that a helper made just now is as good as the one before; an old one is not.
fn fresh(sent: Sent, minted: &[(String, u64)]) -> Sent {
    let Sent::Login(login) = &sent else { return sent };
    let Some((user, token)) = login.split_once(":minted-") else { return sent };
    let Some((name, number)) = token.rsplit_once('-') else { return sent };
    let number: u64 = number.parse().unwrap_or(0);
    let is_fresh = minted.iter().any(|(other, count)| other == name && number > *count);
    let age = if is_fresh { "fresh" } else { "OLD" };
    Sent::Login(format!("{user}:{age} from {name}"))
}
