//! `imgsec-cred logout`: removes a credential, and looks whether it is really gone.

use std::collections::HashSet;
use std::time::SystemTime;

use imgsec_cred::credential::Credential;
use imgsec_cred::ledger::Ledger;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::registry::about::{self, About};
use imgsec_cred::registry::revoke;
use imgsec_cred::server::{DOCKER_HUB, Reserved, ServerKey};
use imgsec_cred::store::{Error, ErrorKind, Store};
use serde_json::{Value, json};

use crate::args::Logout;
use crate::changes::one;
use crate::interrupt::Interrupt;
use crate::left::{self, Left};
use crate::list::registry;
use crate::report::{Mark, Report};
use crate::show::revocation;
use crate::{Outcome, Refusal, stores};

/// What Docker's web login keeps beside a login to Docker Hub.
const HUB_TOKENS: &[&str] =
    &["https://index.docker.io/v1/access-token", "https://index.docker.io/v1/refresh-token"];

pub(crate) fn run(args: &Logout, machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    let helper = stores::helper(machine)?;
    let kept = helper.list_keys()?;
    let servers: Vec<String> = match &args.registry {
        Some(registry) => vec![registry.clone()],
        None => kept.iter().map(|(key, _)| key.clone()).collect(),
    };
    let (removed, left) = remove_all(args, &helper, servers.clone(), &|server| {
        forget_notes(machine, server, report);
    })?;
    if removed.is_empty() && left.len() == 1 {
        left.into_iter().find_map(|one| one.why).map_or(Ok(()), Err)?;
        return Ok(Outcome::Done);
    }
    for one in &removed {
        report.marked(Mark::Ok, &format!("{} removed here", one.words()))?;
    }
    let servers = if args.admin { Vec::new() } else { servers };
    for server in &servers {
        clients(server, &removed, machine, report)?;
    }
    report.json(&document(&removed, &left))?;
    if removed.is_empty() && left.is_empty() {
        let what = args.registry.as_deref().map_or("any registry", registry);
        report.note(&format!("nothing was kept for {what}"));
    }
    say_revocations(&removed, report);
    left::say(left, "removed", report)?;
    Ok(Outcome::Done)
}

/// The same login goes out of other files, and what clients still use is named.
fn clients(
    server: &str,
    removed: &[Removed],
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<()> {
    let Ok(server) = ServerKey::parse(server) else { return Ok(()) };
    let here = removed.iter().filter_map(|one| one.credential.as_ref());
    let here = here.filter(|one| one.server.canonical() == server.canonical());
    let here: Vec<_> = here.map(Credential::duplicate).collect();
    match one::after_logout(machine, &server, &here) {
        Ok((files, others)) => {
            for file in files {
                report.marked(Mark::Ok, &format!("removed from {file}"))?;
            }
            one::say_others(&others, &server, "still use", machine, report)?;
        }
        Err(e) => report.note(&format!("other places of the login are not known: {e}")),
    }
    Ok(())
}

/// One after the other: what is removed, and what is left.
fn remove_all(
    args: &Logout,
    helper: &Helper,
    servers: Vec<String>,
    forget: &dyn Fn(&str),
) -> anyhow::Result<(Vec<Removed>, Vec<Left>)> {
    let (mut removed, mut left) = (Vec::new(), Vec::<Left>::new());
    let interrupt = Interrupt::heed()?;
    for server in servers {
        let why = if left.last().is_some_and(Left::ends_all) {
            None
        } else if interrupt.came() {
            Some(Interrupt::error().into())
        } else if let Err(why) = remove(args, helper, &server, &mut removed) {
            Some(why)
        } else {
            if !args.admin {
                forget(&server);
            }
            continue;
        };
        left.push(Left { server, why });
    }
    Ok((removed, left))
}

/// The answer for programs; where something is left, with the first reason of it.
fn document(removed: &[Removed], left: &[Left]) -> Value {
    let removed: Vec<_> = removed.iter().map(Removed::document).collect();
    let is_ok = left.is_empty();
    let mut answer = json!({
        "schema": "imgsec.logout/1", "ok": is_ok, "complete": is_ok, "removed": removed,
    });
    left::tell(left, &mut answer);
    answer
}

/// Where each of the secrets is ended, once each.
fn say_revocations(removed: &[Removed], report: &Report) {
    let mut said = HashSet::new();
    for one in removed {
        let sentence = one.about.as_ref().map_or_else(
            || "the secret itself still works: revoke it at the registry".to_owned(),
            |about| revoke::of(&about.token).sentence(),
        );
        if said.insert((one.words(), sentence.clone())) {
            report.note(&format!("{}: {sentence}", one.words()));
        }
    }
}

/// A secret that is forgotten here; elsewhere it still works.
struct Removed {
    registry: String,
    /// It was the login that makes new secrets.
    is_admin: bool,
    /// What it was, where it could be read.
    about: Option<About>,
    /// The login itself, to find it elsewhere.
    credential: Option<Credential>,
}

impl Removed {
    fn words(&self) -> String {
        format!("{}{}", self.registry, if self.is_admin { " (admin)" } else { "" })
    }

    fn document(&self) -> Value {
        let revoke = self.about.as_ref().map(|about| revocation(&about.token));
        json!({"registry": self.registry, "admin": self.is_admin, "revoke": revoke})
    }
}

/// Removes one registry's, and adds what was there.
fn remove(
    args: &Logout,
    helper: &Helper,
    server: &str,
    removed: &mut Vec<Removed>,
) -> anyhow::Result<()> {
    if args.admin {
        removed.extend(remove_admin(helper, server)?);
        return Ok(());
    }
    remove_spellings(helper, server, removed)
}

/// Removes every spelling that a client could have stored, reads each back, and adds what was there.
fn remove_spellings(
    helper: &Helper,
    server: &str,
    removed: &mut Vec<Removed>,
) -> anyhow::Result<()> {
    let invalid = |e: imgsec_cred::server::InvalidKey| Refusal::new(e.to_string(), None);
    let key = ServerKey::parse(server).map_err(invalid)?;
    let mut spellings = vec![key.as_str().to_owned()];
    if key.canonical() == DOCKER_HUB {
        spellings.extend(HUB_TOKENS.iter().map(|&token| token.to_owned()));
    } else if !key.as_str().contains("://") {
        spellings.push(format!("http://{}", key.as_str()));
    }
    for spelling in spellings {
        let key = ServerKey::parse(&spelling).map_err(invalid)?;
        let was = match helper.get(&key) {
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(_) => Some(None),
            Ok(credential) => Some(Some(credential)),
        };
        helper.remove(&key)?;
        match helper.get(&key) {
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
            Ok(_) => return Err(still_there(&spelling).into()),
        }
        let registry = registry(&spelling);
        let is_admin = false;
        removed.extend(was.map(|credential| Removed {
            registry: registry.to_owned(),
            is_admin,
            about: credential.as_ref().map(|one| about::of(one, SystemTime::now())),
            credential,
        }));
    }
    Ok(())
}

fn still_there(server: &str) -> Error {
    Error::new(ErrorKind::Failed, format!("the credential for {server} is still there"))
        .with_hint("imgsec-cred status")
}

/// Removes the login that makes new secrets.
fn remove_admin(helper: &Helper, server: &str) -> anyhow::Result<Option<Removed>> {
    let server = ServerKey::parse(server).map_err(|e| Refusal::new(e.to_string(), None))?;
    let admin = server.reserved(Reserved::Admin);
    let was = match helper.get(&admin) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        was => was?,
    };
    helper.remove(&admin)?;
    let about = about::of(&Credential { server: server.clone(), ..was }, SystemTime::now());
    let registry = registry(server.as_str()).to_owned();
    Ok(Some(Removed { registry, is_admin: true, about: Some(about), credential: None }))
}

/// What the ledger knows of it is of no use any more. The logout stands without that.
fn forget_notes(machine: &Machine, server: &str, report: &Report) {
    let Ok(server) = ServerKey::parse(server) else { return };
    let forgotten = stores::state(machine).and_then(|state| Ledger::new(state).forget(&server));
    if let Err(e) = forgotten {
        report.note(&format!("its age and its last check are still noted: {e}"));
    }
}
