//! The table of dialogue, and how a subject plays it.

use std::io::Write as _;

use serde_json::{Map, Value};

use super::judge::judge;
use super::row::{Row, Step, Who, keep};
use super::subject::Subject;

mod arguments;
mod erase;
mod get;
mod list;
mod matching;
mod store;
mod store_refuses;

/// Every row. Rows that begin with the same logins stand together: they cost no new login.
pub(crate) fn table() -> Vec<Row> {
    let parts = [
        arguments::rows(),
        get::rows(),
        matching::rows(),
        store::rows(),
        store_refuses::rows(),
        erase::rows(),
        list::rows(),
    ];
    parts.into_iter().flatten().collect()
}

/// Plays all rows and fails with all that went wrong. Every row begins with just what it is given,
/// and what it leaves behind is listed and can be erased (hidden keys it erases itself).
pub(crate) fn play(fresh: fn() -> Subject) {
    let mut stage = Stage { subject: fresh(), fresh, held: Vec::new() };
    let mut wrong = Vec::new();
    for row in table() {
        let name = format!("{}: {} {}", stage.subject.name, row.number, row.says);
        match row.why_not(stage.subject.who) {
            Some(why) => show(&format!("{name}: does not apply: {why}")),
            None => wrong.extend(stage.play(&row).err().map(|why| format!("{name}: {why}"))),
        }
    }
    assert!(wrong.is_empty(), "{} rows\n\n{}\n", wrong.len(), wrong.join("\n\n"));
}

/// Past the capture of libtest: a row that is left out is always seen.
#[allow(clippy::explicit_write, reason = "eprintln! is captured")]
fn show(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap();
}

struct Stage {
    subject: Subject,
    fresh: fn() -> Subject,
    /// The logins in the store.
    held: Vec<[String; 3]>,
}

impl Stage {
    fn play(&mut self, row: &Row) -> Result<(), String> {
        self.set(row)?;
        let played = row.steps.iter().try_for_each(|step| self.step(step));
        if row.changes_the_store() {
            self.held.clear();
            let left = self.listed()?;
            return played.and(if left.is_empty() { Ok(()) } else { self.clear(left) });
        }
        played
    }

    /// Puts the given logins, and nothing else, into the store.
    fn set(&mut self, row: &Row) -> Result<(), String> {
        if self.held == row.given {
            return Ok(());
        }
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            self.clear(held.into_iter().map(|[server, ..]| server).collect())?;
        }
        for [server, user, secret] in &row.given {
            self.step(&keep(server, user, secret))?;
        }
        self.held.clone_from(&row.given);
        Ok(())
    }

    fn step(&self, step: &Step) -> Result<(), String> {
        let ran = self.subject.run(&step.arguments, &step.stdin);
        let answer = step.answer(self.subject.who);
        judge(self.subject.who, &ran, answer).map_err(|why| {
            let stdin = String::from_utf8_lossy(&step.stdin[..step.stdin.len().min(300)]);
            format!("{why}: {stdin:?} {ran:#?}, not {answer:?}")
        })
    }

    /// Erases `keys`, which are all there is. A helper of Docker's that fails at it begins anew.
    fn clear(&mut self, keys: Vec<String>) -> Result<(), String> {
        if self.subject.wipe() {
            return Ok(());
        }
        for key in keys {
            self.subject.run(&["erase".into()], key.as_bytes());
        }
        match self.listed()? {
            left if left.is_empty() => Ok(()),
            _ if self.subject.who == Who::SecretService => {
                self.subject = (self.fresh)();
                Ok(())
            }
            left => Err(format!("{left:?} is listed and cannot be erased")),
        }
    }

    fn listed(&self) -> Result<Vec<String>, String> {
        let ran = self.subject.list_all();
        let map: Map<String, Value> =
            serde_json::from_str(&ran.stdout).map_err(|error| format!("{error}: {ran:#?}"))?;
        Ok(map.into_iter().map(|(key, _)| key).collect())
    }
}
