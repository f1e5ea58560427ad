//! Files and other helpers: what is refused or undone leaves them as they were.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Answers, Judge, Rule};
use crate::differential::scene::{Step, Undo, server_of};
use crate::differential::step::said;
use crate::support::process::Ran;

impl Judge<'_> {
    pub(super) fn check_helpers(&mut self, kept: &BTreeMap<String, String>, ran: Option<&Ran>) {
        let of = match &self.scene().step {
            Step::Login(server) | Step::Logout(server) => Some(self.stage.docker_key(server)),
            _ => None,
        };
        let host = of.map(|key| if key.contains("docker.io") { "docker.io".into() } else { key });
        let other = |text: &String| host.as_ref().is_none_or(|host| !text.contains(host.as_str()));
        let mut now = self.stage.kept_elsewhere();
        let mut was = kept.clone();
        now.retain(|_, text| other(text));
        was.retain(|_, text| other(text));
        if now != was {
            let said = ran.map(said).unwrap_or_default();
            self.fault(Rule::HelperChanged, "helper", "", format!("{was:?} → {now:?}; {said}"));
        }
    }

    pub(super) fn same_files(&mut self, rule: Rule, files: &BTreeMap<String, String>) {
        let now = self.stage.settings();
        let paths: BTreeSet<_> = now.keys().chain(files.keys()).collect();
        for path in paths.into_iter().filter(|path| now.get(*path) != files.get(*path)) {
            let short =
                |text: Option<&String>| text.map_or("-".to_owned(), |t| t.replace('\n', ""));
            let detail = format!("{} → {}", short(files.get(path)), short(now.get(path)));
            self.fault(rule, path, "", detail);
        }
    }

    pub(super) fn undo(
        &mut self,
        before: &Answers,
        after: &Answers,
        files: &BTreeMap<String, String>,
        helpers: &BTreeMap<String, String>,
    ) {
        match self.scene().undo {
            Undo::None => {}
            // Nothing was done: an undo would be that of what was done before.
            _ if self.stage.settings() == *files => {}
            Undo::Settings => self.undo_settings(after),
            Undo::All => {
                match self.run_undo(&["--insecure-plaintext"]) {
                    None => return,
                    Some((Some(0), _)) => {}
                    Some(_) if self.stage.settings() == *files => {}
                    Some((_, said)) => {
                        return self.fault(Rule::UndoFiles, "undo", "", said.replace('\n', " / "));
                    }
                }
                let undone = self.ask_all();
                self.all_same(Rule::UndoLoses, before, &undone);
                self.same_files(Rule::UndoFiles, files);
                if self.stage.kept_elsewhere() != *helpers {
                    let detail = format!("{helpers:?} → {:?}", self.stage.kept_elsewhere());
                    self.fault(Rule::UndoHelpers, "helper", "", detail);
                }
            }
        }
    }

    /// Without the secrets: nobody loses a login, or it is refused first, and said who would.
    fn undo_settings(&mut self, after: &Answers) {
        let stepped = self.stage.settings();
        let Some((code, said)) = self.run_undo(&[]) else { return };
        if code != Some(6) {
            let undone = self.ask_all();
            return self.all_same(Rule::UndoLoses, after, &undone);
        }
        self.same_files(Rule::RefusedChanged, &stepped);
        self.run_undo(&["--logged-out"]);
        let undone = self.ask_all();
        for ((client, image), old) in after {
            let new = &undone[&(*client, image.clone())];
            if self.is_announced(&said, client, server_of(image)) {
                continue;
            }
            self.same(Rule::UndoLoses, client, image, old, new);
        }
    }

    /// Whether a refusal names the client, or one that it reads like, and the server.
    fn is_announced(&self, said: &str, client: &str, server: &str) -> bool {
        let program = client.split(['-', '_']).next().unwrap_or(client);
        let server = self.stage.filled(server);
        said.lines().any(|line| line.contains(program) && line.contains(&server))
    }

    /// Undoes the step; `None` where it cannot be undone.
    fn run_undo(&mut self, words: &[&str]) -> Option<(Option<i32>, String)> {
        let verb = self.undo_of()?;
        let ran = self.stage.ours(&[verb, &["--undo", "--yes"], words].concat(), "");
        self.manners("undo", ran.as_ref());
        let text = ran.as_ref().map(said).unwrap_or_default();
        self.outcome.said += &format!("\nundo {words:?}: {text}");
        Some((ran.and_then(|ran| ran.status.code()), text))
    }

    /// How many of the logins of the scene are in plain text in files.
    pub(super) fn count_plain(&self) -> usize {
        let text = self.scene().files.values().map(Value::to_string).collect::<String>();
        let logins: BTreeSet<_> =
            text.split("login(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        let pairs =
            logins.iter().filter_map(|login| login.split_once(':')).filter(|p| !p.1.is_empty());
        pairs.filter(|(user, secret)| !self.stage.files_with(user, secret).is_empty()).count()
    }

    /// The words that a step is undone with, where it can be undone.
    fn undo_of(&self) -> Option<&'static [&'static str]> {
        let words: &[&str] = match self.scene().step {
            Step::Setup | Step::SetupSealed => &["setup"],
            Step::Migrate => &["migrate"],
            Step::Fix => &["audit", "--fix"],
            Step::Login(_) => &["login"],
            Step::Logout(_) => &["logout"],
        };
        let help = self.stage.ours(&[words[0], "--help"], "");
        help.is_some_and(|ran| ran.stdout.contains("--undo")).then_some(words)
    }
}
