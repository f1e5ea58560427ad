//! `imgsec-cred setup --undo`: Docker's settings as they were. Secrets stay in the store, and go
//! back into the file only where the person says so in so many words.

use imgsec_cred::clients::docker::{Change, DockerConfig};
use imgsec_cred::credential::Credential;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::NAME as OURS;
use imgsec_cred::server::ServerKey;
use imgsec_cred::settings;
use imgsec_cred::store::{Error, ErrorKind, Store};
use serde_json::{Value, json};

use super::journal::Journal;
use crate::args::{Setup, Shared};
use crate::list::registry;
use crate::report::{Mark, Report};
use crate::{Outcome, Refusal, ask, stores};

pub(crate) fn undo(
    args: &Setup,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let Some(journal) = Journal::read(machine)? else {
        return Err(Refusal::new("there is no setup to undo", None).into());
    };
    let config = DockerConfig::read(journal.config())?;
    let path = machine.short(journal.config());
    let moved: Vec<_> =
        journal.moved().iter().map(|(_, server)| registry(server).to_owned()).collect();
    report.line(&format!("Undo    {path} as before setup"))?;
    if !moved.is_empty() {
        let what = if args.insecure_plaintext {
            "go back into the file, in plain text"
        } else {
            "stay in the store, where Docker will no longer look"
        };
        report.line(&format!("        {} {what}", moved.join(", ")))?;
    }
    if args.dry_run {
        report.json(&answer(true, &[], &moved))?;
        return Ok(Outcome::Done);
    }
    let why = "setup --undo changes settings and needs a yes";
    ask::go_ahead(shared, args.yes, why, "imgsec-cred setup --undo --yes")?;
    let credentials =
        if args.insecure_plaintext { read_back(machine, &journal)? } else { Vec::new() };
    config.change(&changes(&config, &journal, &credentials))?;
    settings::choose(machine, journal.store())?;
    report.marked(Mark::Ok, &format!("{path} is as before"))?;
    if !moved.is_empty() && !args.insecure_plaintext {
        report.note(
            "to log in again: docker login REGISTRY; imgsec-cred list shows what is still kept",
        );
    }
    let restored: Vec<_> =
        credentials.iter().map(|(_, c)| registry(c.server.as_str()).to_owned()).collect();
    journal.close()?;
    report.json(&answer(false, &restored, &moved))?;
    Ok(Outcome::Done)
}

fn answer(is_dry: bool, restored: &[String], still_kept: &[String]) -> Value {
    json!({"schema": "imgsec.setup/1", "ok": true, "complete": true, "dry_run": is_dry,
        "undo": true, "restored": restored, "still_kept": still_kept})
}

/// Every login that was moved, from the store; one that was removed since is left out.
fn read_back<'a>(
    machine: &Machine,
    journal: &'a Journal,
) -> anyhow::Result<Vec<(&'a str, Credential)>> {
    let helper = stores::helper(machine)?;
    let mut credentials = Vec::new();
    for (key, server) in journal.moved() {
        let server =
            ServerKey::parse(server).map_err(|e| Error::new(ErrorKind::Damaged, e.to_string()))?;
        match helper.get(&server) {
            Ok(credential) => credentials.push((key, credential)),
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(credentials)
}

/// What somebody changed since setup stays as they made it.
fn changes<'a>(
    config: &DockerConfig,
    journal: &'a Journal,
    credentials: &'a [(&str, Credential)],
) -> Vec<Change<'a>> {
    let mut changes: Vec<_> = credentials.iter().map(|(key, c)| Change::Restore(key, c)).collect();
    if let Some(before) = journal.creds_store().filter(|_| config.store() == Some(OURS)) {
        changes.push(Change::Store(before));
    }
    let ours =
        journal.helpers().into_iter().filter(|(r, _)| matches!(config.helper(r), Some(OURS | "")));
    changes.extend(ours.map(|(registry, before)| Change::Helper(registry, before)));
    changes
}
