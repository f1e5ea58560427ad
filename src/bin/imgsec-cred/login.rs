//! `imgsec-cred login`: a credential is stored after the registry has accepted it, and not before.

use std::process::Command;
use std::time::SystemTime;

use imgsec_cred::clients::docker::DockerConfig;
use imgsec_cred::credential::Credential;
use imgsec_cred::ledger;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::NAME;
use imgsec_cred::registry::endpoint::Origin;
use imgsec_cred::registry::verify::Check;
use imgsec_cred::server::{DOCKER_HUB, InvalidKey, Reserved, ServerKey};
use imgsec_cred::store::{self, ErrorKind, Store};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::args::{Login, Shared};
use crate::changes::one;
use crate::list::registry;
use crate::registries::{self, Registries};
use crate::report::{Mark, Report};
use crate::{Outcome, Refusal, ask, secrets, stores};

pub(crate) fn run(
    args: &Login,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let server = server(&args.registry)?;
    let name = registry(server.as_str()).to_owned();
    if name != args.registry.trim() && !args.registry.eq_ignore_ascii_case(&name) {
        report.note(&format!("using {name}"));
    }
    if let Some(done) = web_login(args, &server, shared, machine, report)? {
        return Ok(done);
    }
    let helper = stores::helper(machine)?;
    let username = username(args, shared, &name)?;
    let secret = secret(
        args,
        shared,
        &format!("Password or token for {username} at {name} (hidden): "),
        report,
    )?;
    let credential = Credential::new(server, username, secret);
    if args.admin {
        return keep_admin(credential, &helper, report);
    }
    let registries = Registries::new(&args.asking, shared, machine)?;
    let check = if args.no_verify { None } else { Some(registries.check(&credential, None)?) };
    if let Some(check) = &check
        && !check.finding.verdict.is_verified()
    {
        return not_stored(&credential, check, report);
    }
    let was_there = match helper.get(&credential.server) {
        Ok(_) => true,
        Err(e) if e.kind() == ErrorKind::NotFound => false,
        Err(e) if e.kind().is_of_the_whole_store() => return Err(e.into()),
        // What cannot be read is replaced.
        Err(_) => true,
    };
    store::copy(&helper, &credential)?;
    note(&registries, &credential, check.as_ref(), report);
    let others = one::after_login(machine, &credential.server, report).unwrap_or_else(|e| {
        report.note(&format!("what clients use is not known: {e}"));
        Vec::new()
    });
    let is_used = is_used(machine, &credential.server);
    let has_others = !others.is_empty();
    let outcome = said(&credential, check.as_ref(), was_there, is_used, has_others, report)?;
    one::say_others(&others, &credential.server, "go on using", machine, report)?;
    Ok(outcome)
}

/// The registry of what was typed: an address or an image will do.
fn server(typed: &str) -> anyhow::Result<ServerKey> {
    let invalid = || {
        let what = format!("{typed:?} is no registry");
        Refusal::new(what, Some("imgsec-cred login ghcr.io"))
    };
    let typed = typed.trim();
    let rest = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let whole = ServerKey::parse(typed).and_then(|_| ServerKey::parse(host));
    let server = whole.map_err(|e| match e {
        InvalidKey::UserInfo => {
            Refusal::new(e.to_string(), Some("imgsec-cred login ghcr.io -u NAME"))
        }
        _ => invalid(),
    })?;
    if server.canonical() == DOCKER_HUB {
        return Ok(ServerKey::parse(DOCKER_HUB).map_err(|_| invalid())?);
    }
    Origin::of(&server).ok_or_else(invalid)?;
    Ok(server)
}

/// Docker Hub's login with a browser is Docker's own; what it brings arrives in our store.
fn web_login(
    args: &Login,
    server: &ServerKey,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Option<Outcome>> {
    let is_plain = args.username.is_none() && !args.password_stdin && args.from_command.is_none();
    // What docker prints is no answer in JSON.
    let is_asked = server.canonical() == DOCKER_HUB && is_plain && !args.admin && !shared.json;
    let Some(docker) = machine.find_program("docker").filter(|_| is_asked && ask::can_ask(shared))
    else {
        return Ok(None);
    };
    if !is_used(machine, server) {
        let why = "Docker would keep the login in another place";
        return Err(Refusal::new(why, Some("imgsec-cred setup")).into());
    }
    report.note("docker login opens the browser; with a token there is: imgsec-cred login -u NAME");
    let status = Command::new(docker).arg("login").status()?;
    Ok(Some(if status.success() { Outcome::Done } else { Outcome::Attention }))
}

fn username(args: &Login, shared: &Shared, name: &str) -> anyhow::Result<String> {
    let username = match &args.username {
        Some(username) => username.clone(),
        None if ask::can_ask(shared) => ask::line(&format!("User name at {name}: "))?,
        None => {
            let why = "login needs a user name";
            return Err(Refusal::new(
                why,
                Some("imgsec-cred login REGISTRY -u NAME --password-stdin"),
            )
            .into());
        }
    };
    if username.is_empty() || username.contains(char::is_control) {
        return Err(
            Refusal::new("the user name is empty or holds a control character", None).into()
        );
    }
    Ok(username)
}

fn secret(
    args: &Login,
    shared: &Shared,
    question: &str,
    report: &Report,
) -> anyhow::Result<SecretString> {
    if args.password_stdin {
        return secrets::from_stdin();
    }
    if let Some(line) = &args.from_command {
        return secrets::from_command(line, &|line| report.note(line));
    }
    if !ask::can_ask(shared) {
        let why = "login needs a password or a token";
        return Err(Refusal::new(
            why,
            Some("imgsec-cred login REGISTRY -u NAME --password-stdin <FILE"),
        )
        .into());
    }
    let secret = ask::passphrase(question)?;
    if secret.expose_secret().trim().is_empty() {
        return Err(Refusal::new("the password is empty; nothing was stored", None).into());
    }
    Ok(secret)
}

/// The login that makes new secrets is kept where no client finds it.
fn keep_admin(
    credential: Credential,
    store: &dyn Store,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let name = registry(credential.server.as_str()).to_owned();
    let mut document = Answer { is_admin: true, is_stored: true, ..Answer::default() };
    document.was_there = match store.get(&credential.server.reserved(Reserved::Admin)) {
        Ok(_) => true,
        Err(e) if e.kind() == ErrorKind::NotFound => false,
        Err(e) => return Err(e.into()),
    };
    let document = document.json(&credential, None);
    let server = credential.server.reserved(Reserved::Admin);
    store::copy(store, &Credential { server, ..credential })?;
    report.marked(
        Mark::Ok,
        &format!("kept as the login that rotates {name}; Docker never sees it"),
    )?;
    report.json(&document)?;
    Ok(Outcome::Done)
}

/// What came of it, for programs.
#[derive(Default)]
struct Answer {
    is_admin: bool,
    is_stored: bool,
    was_there: bool,
    is_used: bool,
}

impl Answer {
    fn json(&self, credential: &Credential, check: Option<&Check>) -> Value {
        let mut document = json!({
            "schema": "imgsec.login/1", "ok": self.is_stored, "complete": true,
            "admin": self.is_admin, "stored": self.is_stored, "replaced": self.was_there,
            "used_by_docker": self.is_used,
        });
        let about = match check {
            Some(check) => registries::document(credential, check),
            None => registries::unchecked(credential),
        };
        if let (Value::Object(document), Value::Object(about)) = (&mut document, about) {
            document.extend(about);
        }
        document
    }
}

fn not_stored(credential: &Credential, check: &Check, report: &Report) -> anyhow::Result<Outcome> {
    let finding = &check.finding;
    report.json(&Answer::default().json(credential, Some(check)))?;
    let name = registry(credential.server.as_str());
    report
        .marked(Mark::Fail, &format!("{name} ({}) {finding}", registries::username(credential)))?;
    report.line("      Nothing was stored.")?;
    if let Some(hint) = &finding.hint {
        report.line(&format!("      {hint}"))?;
    } else if finding.verdict != imgsec_cred::registry::verdict::Verdict::Rejected {
        report.line("      to store it all the same: --no-verify")?;
    }
    Ok(registries::outcome(finding.verdict))
}

/// What is known of it goes into the ledger; the login stands without that.
fn note(
    registries: &Registries<'_>,
    credential: &Credential,
    check: Option<&Check>,
    report: &Report,
) {
    let now = ledger::time(SystemTime::now());

    let noted = registries
        .ledger()
        .change(credential, |record| {
            record.stored_at = Some(now);
            record.rotated_at = None;
            record.generation = ledger::new_generation();
            record.expires = registries::expiry(credential);
        })
        .and_then(|()| check.map_or(Ok(()), |check| registries.note(credential, check)));
    if let Err(e) = noted {
        report.note(&format!("the login is stored, but not noted: {e}"));
    }
}

/// Whether Docker asks our helper for this registry.
fn is_used(machine: &Machine, server: &ServerKey) -> bool {
    let path = machine.docker_config.as_ref().map(|folder| folder.join("config.json"));
    let Some(Ok(config)) = path.map(|path| DockerConfig::read(&path)) else { return false };
    config.helper(server.as_str()).or_else(|| config.store()) == Some(NAME)
}

fn said(
    credential: &Credential,
    check: Option<&Check>,
    was_there: bool,
    is_used: bool,
    has_others: bool,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let name = registry(credential.server.as_str());
    let answer = Answer { is_admin: false, is_stored: true, was_there, is_used };
    report.json(&answer.json(credential, check))?;
    if let Some(check) = check {
        let transport = registries::transport(check);
        report.marked(Mark::Ok, &format!("{}{transport}", check.finding.words))?;
        for skipped in registries::skipped(check) {
            report.line(&format!("      {skipped}"))?;
        }
    }
    let replaced = if was_there { ", replacing the previous one" } else { "" };
    let docker = if is_used { "; Docker uses it from now on" } else { "" };
    report.marked(Mark::Ok, &format!("stored for {name}{replaced}{docker}"))?;
    if !is_used && !has_others {
        report.note("Docker does not ask this store yet: imgsec-cred setup");
    }
    Ok(Outcome::Done)
}
