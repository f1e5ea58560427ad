//! `imgsec-cred verify`: whether credentials still work, and what they may do with an image.

use imgsec_cred::credential::Credential;
use imgsec_cred::machine::Machine;
use imgsec_cred::registry::access::{Right, Wanted};
use imgsec_cred::registry::image::Image;
use imgsec_cred::registry::verdict::Verdict;
use imgsec_cred::registry::verify::Check;
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::{Error, ErrorKind, Store};
use serde_json::json;

use crate::args::{Shared, Verify};
use crate::left::{self, Left};
use crate::list::registry;
use crate::registries::{self, Registries};
use crate::report::{Mark, Report};
use crate::{Outcome, Refusal, stores, which};

pub(crate) fn run(
    args: &Verify,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let registries = Registries::new(&args.asking, shared, machine)?;
    let wanted = args.image.as_deref().map(Image::parse).transpose().map_err(which::Usage)?;
    let keys = match &wanted {
        Some(image) => vec![image.docker_key().to_owned()],
        None if args.all => kept(machine)?,
        None => args.registries.clone(),
    };
    let wanted = wanted.map(|image| Wanted {
        repository: image.repository().to_owned(),
        actions: args.actions.clone(),
    });
    let (credentials, mut left) = get_all(&stores::helper(machine)?, keys);
    let checks = registries.check_all(&credentials, wanted.as_ref());
    let (mut outcomes, mut documents) = (Vec::new(), Vec::new());
    for (credential, check) in credentials.iter().zip(checks) {
        let check = match check {
            Ok(check) => check,
            Err(why) => {
                let server = credential.server.as_str().to_owned();
                left.push(Left { server, why: Some(why.into()) });
                continue;
            }
        };
        if let Err(e) = registries.note(credential, &check) {
            report.note(&format!("the check is not noted: {e}"));
        }
        outcomes.push(registries::outcome(check.finding.verdict));
        outcomes.extend(check.access.as_ref().map(|access| match access.worst() {
            Right::Yes => Outcome::Done,
            Right::No => Outcome::Attention,
            Right::Unknown => Outcome::NoVerdict,
        }));
        documents.push(registries::document(credential, &check));
        say(credential, &check, report)?;
    }
    // What is true of all, or of the only one, needs no list.
    if documents.is_empty() && left.first().is_some_and(|one| left.len() == 1 || one.ends_all()) {
        left.into_iter().find_map(|one| one.why).map_or(Ok(()), Err)?;
        return Ok(Outcome::Done);
    }
    let worst = worst(&outcomes);
    let is_complete = left.is_empty();
    let is_ok = is_complete && worst == Outcome::Done;
    if is_complete && documents.is_empty() {
        report.note("no credentials are kept; imgsec-cred login REGISTRY keeps one");
    }
    let mut answer = json!({
        "schema": "imgsec.verify/1", "ok": is_ok, "complete": is_complete, "items": documents,
    });
    left::tell(&left, &mut answer);
    report.json(&answer)?;
    left::say(left, "checked", report)?;
    Ok(worst)
}

fn kept(machine: &Machine) -> Result<Vec<String>, Error> {
    let mut keys: Vec<_> =
        stores::helper(machine)?.list_keys()?.into_iter().map(|(key, _)| key).collect();
    keys.sort();
    Ok(keys)
}

/// The credentials for these servers, and what could not be had.
fn get_all(store: &dyn Store, servers: Vec<String>) -> (Vec<Credential>, Vec<Left>) {
    let (mut credentials, mut left) = (Vec::new(), Vec::<Left>::new());
    for server in servers {
        let why = if left.last().is_some_and(Left::ends_all) {
            None
        } else {
            match get(store, &server) {
                Ok(credential) => {
                    credentials.push(credential);
                    continue;
                }
                Err(why) => Some(why),
            }
        };
        left.push(Left { server, why });
    }
    (credentials, left)
}

/// The credential for a server; that there is none is said with its name.
fn get(store: &dyn Store, server: &str) -> anyhow::Result<Credential> {
    let server = ServerKey::parse(server).map_err(|e| Refusal::new(e.to_string(), None))?;
    let credential = store.get(&server).map_err(|e| match e.kind() {
        ErrorKind::NotFound => {
            let name = registry(server.as_str());
            Error::new(ErrorKind::NotFound, format!("no credential is kept for {name}"))
                .with_hint("imgsec-cred list")
        }
        _ => e,
    })?;
    Ok(credential)
}

fn say(credential: &Credential, check: &Check, report: &Report) -> anyhow::Result<()> {
    let name = registry(credential.server.as_str());
    let finding = &check.finding;
    let mark = match finding.verdict {
        Verdict::Verified(_) => Mark::Ok,
        Verdict::Rejected => Mark::Fail,
        _ => Mark::Warn,
    };
    let transport = registries::transport(check);
    let line = format!("{name} ({}) {finding}{transport}", registries::username(credential));
    report.marked(mark, &line)?;
    for skipped in registries::skipped(check) {
        report.line(&format!("      {skipped}"))?;
    }
    if let Some(access) = &check.access {
        let rights: Vec<_> = access
            .rights
            .iter()
            .map(|(action, right)| format!("{} {}", action.word(), right.word()))
            .collect();
        report.line(&format!("      as {}: {}", access.role(), rights.join(", ")))?;
    }
    if let Some(hint) = &finding.hint {
        report.line(&format!("      {hint}"))?;
    } else if finding.verdict == Verdict::Rejected {
        report.line(&format!("      imgsec-cred login {}", imgsec_cred::text::shell_word(name)))?;
    }
    Ok(())
}

/// Of several endings the one that needs most attention: 1, then 3, 4, 5 and 6.
fn worst(outcomes: &[Outcome]) -> Outcome {
    use Outcome::{Attention, NoStore, NoVerdict, Partly, Refused};
    let order = [Attention, Partly, NoStore, NoVerdict, Refused];
    order.into_iter().find(|outcome| outcomes.contains(outcome)).unwrap_or(Outcome::Done)
}
