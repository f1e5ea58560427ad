//! What clients send after a step, against what they sent before.

use super::{Answers, Judge, Rule};
use crate::differential::clients::Sent;
use crate::differential::scene::{Prepared, Step, label, server_of};
use crate::differential::step::new_login;
use crate::support::process::Ran;

impl Judge<'_> {
    /// What each client sends after the step, against what it sent before.
    pub(super) fn compare(&mut self, before: &Answers, after: &Answers, ran: Option<&Ran>) {
        let is_done = ran.is_some_and(|ran| ran.status.success());
        for ((client, image), old) in before {
            let (server, new) = (server_of(image), &after[&(*client, image.clone())]);
            self.check_registry(client, image, old, new);
            match &self.scene().step.clone() {
                Step::Login(of) if of == server && is_done => {
                    self.after_login(client, image, (old, new), ran);
                }
                Step::Logout(of) if of == server => self.after_logout(client, image, new, ran),
                _ => self.same(Rule::Lost, client, image, old, new),
            }
        }
    }

    pub(super) fn all_same(&mut self, rule: Rule, old: &Answers, new: &Answers) {
        for ((client, image), sent) in old {
            self.same(rule, client, image, sent, &new[&(*client, image.clone())]);
        }
    }

    pub(super) fn same(&mut self, rule: Rule, client: &str, image: &str, old: &Sent, new: &Sent) {
        let detail = || format!("{old:?} → {new:?}");
        match (old, new) {
            _ if old == new => {}
            (Sent::Login(_), _) => self.fault(rule, client, image, detail()),
            (Sent::Nobody, Sent::Fails(_) | Sent::Hangs) if rule == Rule::Lost => {
                self.fault(Rule::FailsNow, client, image, detail());
            }
            (Sent::Nobody, Sent::Fails(_) | Sent::Hangs) => {
                self.fault(rule, client, image, detail());
            }
            _ => {}
        }
    }

    /// The user's name tells which registry a login is for.
    fn check_registry(&mut self, client: &str, image: &str, old: &Sent, new: &Sent) {
        let Sent::Login(login) = new else { return };
        let user = login.split_once(' ').map_or(login.as_str(), |(_, token)| token);
        let user = user.strip_prefix("canary-").unwrap_or(user);
        let of = user.split('-').next().unwrap_or_default();
        let is_own = of == label(server_of(image)) || matches!(of, "any" | "<token>" | "<unseen>");
        if !is_own && old != new {
            self.fault(Rule::WrongRegistry, client, image, format!("{old:?} → {new:?}"));
        }
    }

    fn after_login(
        &mut self,
        client: &str,
        image: &str,
        (old, new): (&Sent, &Sent),
        ran: Option<&Ran>,
    ) {
        let (user, password) = new_login(server_of(image));
        let (whole, short) = (format!("{user}:{password}"), user);
        let is_new = matches!(new, Sent::Login(login) if *login == whole || *login == short);
        match (old, new) {
            _ if is_new => {}
            (Sent::Login(login), Sent::Login(_)) => {
                let said = ran.map(Ran::said).unwrap_or_default();
                // Before `setup` nobody was promised that clients use the store.
                let is_not_set_up =
                    self.scene().prepared != Prepared::SetUp && said.contains("imgsec-cred setup");
                let user = login.split(':').next().unwrap_or_default();
                if !is_not_set_up && !self.names_place(&said, user) {
                    let said = said.trim().replace('\n', " / ");
                    self.fault(Rule::OldLogin, client, image, format!("{new:?}; said: {said}"));
                }
            }
            _ => self.same(Rule::Lost, client, image, old, new),
        }
    }

    fn after_logout(&mut self, client: &str, image: &str, new: &Sent, ran: Option<&Ran>) {
        match new {
            Sent::Login(login) => {
                let said = ran.map(Ran::said).unwrap_or_default();
                let user = login.split(':').next().unwrap_or_default();
                if !self.names_place(&said, user) {
                    let said = said.trim().replace('\n', " / ");
                    self.fault(Rule::StillSent, client, image, format!("{new:?}; said: {said}"));
                }
            }
            Sent::Fails(_) | Sent::Hangs => {}
            Sent::Nobody => {}
        }
    }

    /// Whether a text names a file, a variable or a helper from which a user's login comes.
    fn names_place(&self, said: &str, user: &str) -> bool {
        let scene = self.scene();
        let files = self.stage.settings();
        let encoded = files.keys().map(|path| path.strip_prefix("home/").unwrap_or(path));
        let named_file = encoded.into_iter().any(|path| said.contains(path));
        let of_helper = scene.helpers.iter().any(|(name, helper)| {
            said.contains(name.as_str())
                && (user.starts_with("any") || helper.logins.values().any(|l| l.starts_with(user)))
        });
        let variables = scene.variables.keys().any(|name| said.contains(name.as_str()));
        named_file || of_helper || variables
    }
}
