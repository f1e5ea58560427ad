//! `imgsec-cred which` against what the clients send.

use serde_json::Value;

use super::{Answers, Judge, Rule};
use crate::differential::clients::Sent;
use crate::differential::step::said;

impl Judge<'_> {
    /// `which` against what the clients sent.
    pub(super) fn check_which(&mut self, when: &str, sent: &Answers) {
        for image in &self.scene().images.clone() {
            let Some(ran) = self.stage.ours(&["which", &self.stage.filled(image), "--json"], "")
            else {
                return self.fault(Rule::Manners, "which", image, "hangs".to_owned());
            };
            let Ok(answer) = serde_json::from_str::<Value>(&ran.stdout) else {
                self.fault(Rule::Which, "which", image, said(&ran));
                continue;
            };
            for client in self.stage.clients() {
                let (Some(name), Some(sent)) =
                    (client.in_which, sent.get(&(client.name, image.clone())))
                else {
                    continue;
                };
                if let Some(why) = disagrees(&answer, name, sent) {
                    self.fault(
                        Rule::Which,
                        client.name,
                        image,
                        format!("{when}: sends {sent:?}, {why}"),
                    );
                }
            }
        }
    }
}

fn disagrees(answer: &Value, name: &str, sent: &Sent) -> Option<String> {
    let is_of = |client: &&Value| {
        client["clients"].as_array().is_some_and(|names| names.iter().any(|n| n == name))
    };
    // A client that `which` does not know yet.
    let client = answer["clients"].as_array()?.iter().find(is_of)?;
    let (uses, user) = (&client["uses"], client["uses"]["username"].as_str().unwrap_or_default());
    let agrees = match (uses["role"].as_str(), sent) {
        (_, Sent::Hangs) | (Some("used-if-there"), _) => true,
        (Some("fails"), Sent::Login(_)) => false,
        (Some("fails"), _) | (None, Sent::Nobody) => true,
        (None, Sent::Fails(_)) => false,
        (Some(_), Sent::Login(login)) => {
            login.split(':').next() == Some(user) || login.contains(' ') || user == "<token>"
        }
        _ => false,
    };
    (!agrees).then(|| format!("which says {}", uses))
}
