//! `imgsec-cred export`: credentials for a cluster, or for programs that know no helper. A door that
//! a secret leaves by: into a pipe, and not onto a screen unasked.

use std::time::SystemTime;

use imgsec_cred::audit::finding::State;
use imgsec_cred::export::kubernetes::{self, Manifest};
use imgsec_cred::export::{Auths, key_of};
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::registry::{about, revoke};
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::{Error, ErrorKind, Store};

use crate::args::{Export, Shared};
use crate::list::registry;
use crate::report::{self, Report};
use crate::{Outcome, Refusal, stores};

pub(crate) fn run(
    args: &Export,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let format = args.format(shared.json);
    if let (true, Some(name)) = (args.pod, &args.k8s) {
        report.door(kubernetes::pod_lines(name, format).as_bytes())?;
        return Ok(Outcome::Done);
    }
    if report::is_to_terminal() && !args.reveal {
        let why = "a terminal is no place for secrets: pipe this into a program, or add --reveal";
        return Err(Refusal::new(why, Some(example(args))).into());
    }
    let helper = stores::helper(machine)?;
    let (auths, is_all) = gather(args, &helper, report)?;
    let text = match &args.k8s {
        None => auths.docker_config(),
        Some(name) => {
            let (namespace, labels) = (args.namespace.clone(), args.label.clone());
            let manifest = Manifest { name: name.clone(), namespace, labels };
            kubernetes::secret(&manifest, &auths, format).ok_or_else(|| {
                Refusal::new(
                    "that is more than a Secret may hold (1 MiB): name fewer registries",
                    None,
                )
            })?
        }
    };
    say(args, auths.len(), report);
    report.door(text.as_bytes())?;
    Ok(if is_all { Outcome::Done } else { Outcome::Partly })
}

fn example(args: &Export) -> &'static str {
    if args.k8s.is_some() {
        "imgsec-cred export ghcr.io --k8s NAME | kubectl apply --server-side -f -"
    } else {
        "imgsec-cred export ghcr.io --docker-config | ssh HOST 'umask 077; cat > config.json'"
    }
}

/// The credentials asked for, or all of them; and whether none was left out.
fn gather(args: &Export, helper: &Helper, report: &Report) -> anyhow::Result<(Auths, bool)> {
    let mut auths = Auths::default();
    let mut is_all = true;
    for server in servers(args, helper)? {
        let credential = helper.get(&server).map_err(|e| said(e, &server))?;
        let about = about::of(&credential, SystemTime::now());
        let name = registry(server.as_str());
        let key = args.r#as.clone().unwrap_or_else(|| key_of(&server).to_owned());
        match auths.add(&key, credential) {
            Ok(()) => warn_of_its_end(name, &about, report),
            Err(why) if args.registry.is_empty() => {
                report.warning(&format!("{name} is left out: {why}"));
                is_all = false;
            }
            Err(why) => {
                return Err(Refusal::new(format!("{name} cannot be exported: {why}"), None).into());
            }
        }
    }
    if auths.is_empty() {
        let why = if is_all { "no credentials are kept" } else { "nothing is left to export" };
        return Err(Error::new(ErrorKind::NotFound, why).with_hint("imgsec-cred list").into());
    }
    Ok((auths, is_all))
}

/// The servers that are named, or all that are kept.
fn servers(args: &Export, helper: &Helper) -> anyhow::Result<Vec<ServerKey>> {
    let named: Vec<String> = match args.registry.is_empty() {
        true => helper.list_keys()?.into_iter().map(|(key, _)| key).collect(),
        false => args.registry.clone(),
    };
    if args.r#as.is_some() && named.len() != 1 {
        return Err(Refusal::new("--as is for exactly one registry", None).into());
    }
    let parse = |name: &String| {
        ServerKey::parse(name).map_err(|e| Refusal::new(e.to_string(), Some("imgsec-cred list")))
    };
    Ok(named.iter().map(parse).collect::<Result<_, _>>()?)
}

fn said(error: Error, server: &ServerKey) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    let what = format!("no credential is kept for {}", registry(server.as_str()));
    Error::new(ErrorKind::NotFound, what).with_hint("imgsec-cred list")
}

/// A copy of what ends soon is of use for as long only.
fn warn_of_its_end(name: &str, about: &about::About, report: &Report) {
    let revoke = revoke::of(&about.token);
    let end = about.token.expires_at.map(humantime::format_rfc3339_seconds);
    match (about.token.state, end) {
        (State::Expired, Some(end)) => {
            report.warning(&format!("{name} has expired at {end}"));
        }
        (_, Some(end)) if revoke.ends_by_itself => {
            report.warning(&format!(
                "{name} is short-lived: it ends at {end}; export it anew before"
            ));
        }
        _ if revoke.ends_by_itself => {
            report
                .warning(&format!("{name} is short-lived: {}; export it anew before", revoke.how));
        }
        _ => {}
    }
}

fn say(args: &Export, count: usize, report: &Report) {
    let secrets = if count == 1 { "1 secret" } else { &format!("{count} secrets") };
    report.note(&format!("contains {secrets}"));
    if args.k8s.is_some() {
        report.note(
            "give it to: kubectl apply --server-side -f -  (without --server-side, apply copies the \
             secret into an annotation)",
        );
    }
}
