//! `imgsec-cred migrate --undo`: what the last run moved goes back to where it was, from the store.

use imgsec_cred::machine::Machine;
use imgsec_cred::migrate::journal::{self, Run};
use imgsec_cred::migrate::undo::{self, Returned};
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::store::{Error, ErrorKind};
use serde_json::{Value, json};

use super::Wishes;
use crate::args::Shared;
use crate::list::registry;
use crate::report::{Mark, Report};
use crate::{Outcome, Refusal, ask, stores};

pub(crate) fn undo(
    wishes: &Wishes,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let state = stores::state(machine)?;
    let Some(run) = journal::last(state)? else {
        return Err(Refusal::new("there is no move to undo", None).into());
    };
    report.line(&format!("Undo    what was moved at {}", run.at))?;
    for file in &run.files {
        let logins: Vec<_> = file.moved.iter().map(|moved| registry(&moved.key)).collect();
        let path = machine.short(&file.path);
        report.line(&format!("  {}  back into {path}, in plain text", logins.join(", ")))?;
    }
    for helper in &run.helpers {
        let count = helper.moved.len();
        report.line(&format!("  {count}  back into docker-credential-{}", helper.name))?;
    }
    if wishes.dry_run {
        report.line("nothing was changed")?;
        report.json(&preview(&run, machine))?;
        return Ok(Outcome::Done);
    }
    let why = "this puts passwords back in plain text and needs a yes";
    ask::go_ahead(shared, wishes.yes, why, "imgsec-cred migrate --undo --yes")?;
    let (returned, left) = bring_back(&run, machine, report)?;
    let is_whole = left.is_empty();
    let failed = returned.iter().filter(|(_, r)| r.failure.is_some()).count();
    // What cannot be read any more cannot be brought back later either.
    if is_whole {
        journal::close(state, &run)?;
    }
    if returned.len() > failed {
        report.note("the store keeps its copies: imgsec-cred logout REGISTRY removes one");
    }
    if let Some(earlier) = journal::last(state)?.filter(|_| is_whole) {
        report.note(&format!("what was moved at {} can be undone as well", earlier.at));
    }
    report.json(&document(&returned, &left))?;
    Ok(if is_whole && failed == 0 { Outcome::Done } else { Outcome::Partly })
}

/// What came back, and where to.
type Back = Vec<(String, Returned)>;

/// Brings back what each place held. Returns the places that could not be changed as well, and why.
fn bring_back(
    run: &Run,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<(Back, Vec<(String, String)>)> {
    let store = stores::helper(machine)?;
    let (mut all, mut left) = (Vec::new(), Vec::new());
    let mut add = |place: String, returned: Result<Vec<Returned>, Error>| -> anyhow::Result<()> {
        match returned {
            Ok(returned) => {
                say(&place, &returned, report)?;
                all.extend(returned.into_iter().map(|one| (place.clone(), one)));
            }
            Err(e) if e.kind().is_of_the_whole_store() => return Err(e.into()),
            Err(e) => {
                report.marked(Mark::Fail, &format!("{place}: {e}"))?;
                left.push((place, e.to_string()));
            }
        }
        Ok(())
    };
    for file in &run.files {
        add(machine.short(&file.path), undo::file(file, &store))?;
    }
    for changed in &run.helpers {
        let name = format!("docker-credential-{}", changed.name);
        let gone = || Error::new(ErrorKind::Failed, "it is not on the PATH any more");
        let other = stores::other_helper(machine, &changed.name).ok_or_else(gone);
        let back = |other: Helper| undo::helper(&changed.moved, &other, &store);
        add(name, other.and_then(back))?;
    }
    Ok((all, left))
}

fn say(place: &str, returned: &[Returned], report: &Report) -> std::io::Result<()> {
    let back = returned.iter().filter(|one| one.failure.is_none()).count();
    if back > 0 {
        report.marked(Mark::Ok, &format!("{back} back in {place}"))?;
    }
    for one in returned {
        if let Some(why) = &one.failure {
            let line = format!("{} is not back in {place}: {why}", registry(&one.key));
            report.marked(Mark::Warn, &line)?;
        }
    }
    Ok(())
}

fn document(returned: &Back, left: &[(String, String)]) -> Value {
    let items = returned.iter().map(|(place, one)| {
        let action = if one.failure.is_none() { "restored" } else { "failed" };
        item(place, &one.key, action, one.failure.as_deref())
    });
    let is_ok = left.is_empty() && returned.iter().all(|(_, one)| one.failure.is_none());
    answer(items.collect(), left, is_ok, false)
}

/// What would come back.
fn preview(run: &Run, machine: &Machine) -> Value {
    let mut items = Vec::new();
    for file in &run.files {
        let place = machine.short(&file.path);
        items.extend(file.moved.iter().map(|moved| item(&place, &moved.key, "restore", None)));
    }
    for helper in &run.helpers {
        let place = format!("docker-credential-{}", helper.name);
        items.extend(helper.moved.iter().map(|moved| item(&place, &moved.key, "restore", None)));
    }
    answer(items, &[], true, true)
}

fn item(place: &str, key: &str, action: &str, failure: Option<&str>) -> Value {
    json!({"from": place, "registry": registry(key), "username": null, "action": action,
        "source_removed": false, "message": failure})
}

fn answer(items: Vec<Value>, left: &[(String, String)], is_ok: bool, is_dry: bool) -> Value {
    let unread = left.iter().map(|(place, why)| json!({"from": place, "message": why}));
    let document = json!({"ok": is_ok, "complete": is_ok, "dry_run": is_dry, "items": items,
        "changes": [], "unread": unread.collect::<Vec<_>>(), "rotate": []});
    super::answer(document, true)
}
