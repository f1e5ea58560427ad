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

mod generation;

use self::generation::{Generation, Taken};

/// The annotations of a Secret.
const EXPIRES_AT: &str = "imgsec.dev/expires-at";
const GENERATION: &str = "imgsec.dev/generation";

pub(crate) fn run(
    args: &Export,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let format = args.format(shared.json);
    if let (true, false, Some(name)) = (args.pod, args.immutable_suffix, &args.k8s) {
        report.door(kubernetes::pod_lines(name, format).as_bytes())?;
        return Ok(Outcome::Done);
    }
    if report::is_to_terminal() && !args.reveal && !args.pod {
        let why = "a terminal is no place for secrets: pipe this into a program, or add --reveal";
        return Err(Refusal::new(why, Some(example(args))).into());
    }
    let helper = stores::helper(machine)?;
    let Gathered { auths, taken, is_all } = gather(args, &helper, report)?;
    let outcome = if is_all { Outcome::Done } else { Outcome::Partly };
    let Some(name) = &args.k8s else {
        say(args, auths.len(), report);
        report.door(auths.docker_config().as_bytes())?;
        return Ok(outcome);
    };
    let generation = match args.needs_generation() {
        true => Some(generation::of(&taken, &helper, machine)?),
        false => None,
    };
    let manifest = manifest(args, name, generation)?;
    if args.pod {
        report.door(kubernetes::pod_lines(&manifest.name, format).as_bytes())?;
        return Ok(outcome);
    }
    let text = kubernetes::secret(&manifest, &auths, format).ok_or_else(|| {
        Refusal::new("that is more than a Secret may hold (1 MiB): name fewer registries", None)
    })?;
    say(args, auths.len(), report);
    if args.immutable_suffix {
        report.note(&format!("the Secret is named {}", manifest.name));
    }
    report.door(text.as_bytes())?;
    Ok(outcome)
}

/// The Secret without what it holds.
fn manifest(args: &Export, name: &str, generation: Option<Generation>) -> anyhow::Result<Manifest> {
    let mut manifest = Manifest {
        name: name.to_owned(),
        namespace: args.namespace.clone(),
        labels: args.label.clone(),
        ..Manifest::default()
    };
    let Some(Generation { name: hash, expires_at }) = generation else { return Ok(manifest) };
    if args.immutable_suffix {
        manifest.name = format!("{name}-{hash}");
        manifest.is_immutable = true;
    }
    if !kubernetes::is_name(&manifest.name) {
        let why = "with its hash the name has more than 253 characters";
        return Err(Refusal::new(why, Some("give a shorter one: --k8s NAME")).into());
    }
    if args.annotate_expiry {
        let expires = expires_at.map(|at| (EXPIRES_AT.to_owned(), at));
        manifest.annotations.extend(expires);
        manifest.annotations.push((GENERATION.to_owned(), hash));
    }
    Ok(manifest)
}

fn example(args: &Export) -> &'static str {
    if args.k8s.is_some() {
        "imgsec-cred export ghcr.io --k8s NAME | kubectl apply --server-side -f -"
    } else {
        "imgsec-cred export ghcr.io --docker-config | ssh HOST 'umask 077; cat > config.json'"
    }
}

/// The credentials asked for, or all of them.
struct Gathered {
    auths: Auths,
    taken: Vec<Taken>,
    /// None was left out.
    is_all: bool,
}

fn gather(args: &Export, helper: &Helper, report: &Report) -> anyhow::Result<Gathered> {
    let (mut auths, mut taken) = (Auths::default(), Vec::new());
    let mut is_all = true;
    for server in servers(args, helper)? {
        let credential = helper.get(&server).map_err(|e| said(e, &server))?;
        let about = about::of(&credential, SystemTime::now());
        let name = registry(server.as_str());
        let key = args.r#as.clone().unwrap_or_else(|| key_of(&server).to_owned());
        let one = Taken::new(&key, &server, &credential);
        match auths.add(&key, credential) {
            Ok(()) => {
                warn_of_its_end(name, &about, report);
                taken.push(one);
            }
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
    Ok(Gathered { auths, taken, is_all })
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
