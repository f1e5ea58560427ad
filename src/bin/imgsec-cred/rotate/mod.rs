//! `imgsec-cred rotate`: a new secret in the place of an old one, checked first, the old one kept.
//!
//! `plan` makes one of what a person says, `targets` finds the credentials it is about, `words` says
//! what came of it; the steps themselves are in the library.

use std::thread;

use imgsec_cred::ledger::Ledger;
use imgsec_cred::machine::Machine;
use imgsec_cred::rotate::ending::{Ending, State};
use imgsec_cred::rotate::plan::Method;
use imgsec_cred::rotate::provider::Provider;
use imgsec_cred::rotate::steps::{self, Context};
use imgsec_cred::rotate::supplied::Supplied;
use imgsec_cred::rotate::{command, due, retire, supplied, undo};
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::Error;
use secrecy::SecretString;
use serde_json::json;

use crate::args::{Rotate, Shared};
use crate::interrupt::Interrupt;
use crate::registries::{self, Registries};
use crate::report::Report;
use crate::{Outcome, Refusal, ask, secrets, stores};

mod plan;
mod providers;
mod targets;
mod verifier;
mod words;

use providers::Providers;
use targets::Target;

pub(crate) fn run(
    args: &Rotate,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    if let Some(limit) = args.jitter {
        thread::sleep(due::jitter(limit)?);
    }
    let helper = stores::helper(machine)?;
    let state = stores::state(machine)?;
    let ledger = Ledger::new(state);
    let registries = Registries::new(&args.asking, shared, machine)?;
    let tell = |line: &str| report.note(line);
    let client = registries.client();
    let providers = Providers { store: &helper, ledger: &ledger, client, tell: &tell };
    let provider = |method: &Method, server: &ServerKey, username: &str| {
        providers.of(method, server, username)
    };
    let cx = Context {
        store: &helper,
        ledger: &ledger,
        state,
        verify: &|credential| verifier::ask(&registries, credential),
        expiry: &|credential| registries::expiry(credential).or_else(|| args.expires()),
        provider: &provider,
        is_program: &|program| is_program(program, machine),
        tell: &tell,
        pause: &thread::sleep,
        wait_lock: args.wait_lock,
        skips_hooks: args.skip_hooks,
    };
    let targets = targets::find(args, &cx, &helper)?;
    let given = new_secret(args, shared, &targets)?;
    confirm(args, shared, &targets, report)?;
    carry_out(args, &cx, &providers, &targets, given, report)
}

fn carry_out<'p>(
    args: &Rotate,
    cx: &Context<'p>,
    providers: &Providers<'p>,
    targets: &[Target],
    given: Option<SecretString>,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let interrupt = args.all.then(Interrupt::heed).transpose()?;
    let is_over = || interrupt.as_ref().is_some_and(Interrupt::came);
    let endings = each(args, cx, providers, targets, given, &is_over)?;
    let is_over =
        endings.iter().any(|(_, ending)| ending.stop.state == State::NotReached) && is_over();
    let leaves_rest = args.dry_run || is_over;
    let warnings = if leaves_rest { Vec::new() } else { retire::everything(cx) };
    let outcome = answer(args, &endings, &warnings, report)?;
    Ok(if is_over { Outcome::Interrupted } else { outcome })
}

/// A program by its path, or by its name on the `PATH`.
fn is_program(program: &str, machine: &Machine) -> bool {
    let path = std::path::Path::new(program);
    if path.components().count() > 1 {
        path.is_file()
    } else {
        machine.find_program(program).is_some()
    }
}

/// The secret on standard input, or typed by a person who says nothing else.
fn new_secret(
    args: &Rotate,
    shared: &Shared,
    targets: &[Target],
) -> anyhow::Result<Option<SecretString>> {
    if args.password_stdin {
        return secrets::from_stdin().map(Some);
    }
    let is_by_hand = |target: &Target| !providers::needs_nobody(&target.plan.method);
    if args.is_action() || args.all || !targets.iter().any(is_by_hand) {
        return Ok(None);
    }
    if !ask::can_ask(shared) || args.dry_run {
        let hint = "--password-stdin, --from-command CMD, --exec CMD or --provider NAME";
        return Err(Refusal::new("how is the new secret made?", Some(hint)).into());
    }
    let question = format!("New password or token for {} (hidden): ", targets[0].server);
    let typed = ask::passphrase(&question)?;
    Ok(Some(command::bare_secret(secrecy::ExposeSecret::expose_secret(&typed).as_bytes())?))
}

/// Asks where a command or an API is about to act, and nobody said yes before.
fn confirm(
    args: &Rotate,
    shared: &Shared,
    targets: &[Target],
    report: &Report,
) -> anyhow::Result<()> {
    let acts =
        |target: &&Target| !target.is_remembered && !supplied::is_supplied(&target.plan.method);
    let is_timer = args.all && args.if_due;
    let asks = args.retire_previous || args.all && !is_timer;
    if args.dry_run || args.undo || args.resume || targets.is_empty() {
        return Ok(());
    }
    if !asks && targets.iter().find(acts).is_none() {
        return Ok(());
    }
    for target in targets {
        let by = &target.plan.method.provider;
        report.line(&if args.retire_previous {
            format!("end the previous secret for {}", target.server)
        } else {
            format!("rotate {} by {by}", target.server)
        })?;
    }
    let hint = "the same with --yes";
    ask::go_ahead(shared, args.yes, "this changes a secret at the registry and needs a yes", hint)
}

/// One after the other, each with what came of it; a store that gives no answer ends it, and so does
/// a wish to stop.
fn each<'t, 'p>(
    args: &Rotate,
    cx: &Context<'p>,
    providers: &Providers<'p>,
    targets: &'t [Target],
    given: Option<SecretString>,
    is_interrupted: &dyn Fn() -> bool,
) -> anyhow::Result<Vec<(&'t Target, Ending)>> {
    let mut endings: Vec<(&Target, Ending)> = Vec::new();
    let mut ended = None;
    for target in targets {
        let is_locked = |(_, last): &(_, Ending)| last.stop.state == State::StoreLocked;
        if endings.last().is_some_and(is_locked) {
            ended = Some("the store gave no answer");
        } else if ended.is_none() && is_interrupted() {
            ended = Some("interrupted");
        }
        if let Some(why) = ended {
            endings.push((target, target.not_reached(why)));
            continue;
        }
        let ending = match one(args, cx, providers, target, given.as_ref()) {
            Err(why) if args.all => target.not_begun(why),
            ending => ending.map_err(Refusal::or_error)?,
        };
        endings.push((target, ending));
    }
    Ok(endings)
}

fn one<'p>(
    args: &Rotate,
    cx: &Context<'p>,
    providers: &Providers<'p>,
    target: &Target,
    given: Option<&SecretString>,
) -> Result<Ending, Error> {
    let (server, plan) = (&target.server, &target.plan);
    if target.is_not_due {
        return Ok(target.not_due());
    }
    if args.undo {
        return Ok(undo::undo(cx, server, args.need()));
    }
    if args.resume {
        return Ok(steps::resume(cx, server, args.need()));
    }
    if args.retire_previous {
        return Ok(retire::now(cx, server));
    }
    let provider = provider(args, cx, providers, target, given)?;
    Ok(if args.dry_run {
        steps::preview(cx, server, plan, &*provider)
    } else {
        steps::rotate(cx, server, plan, &*provider)
    })
}

fn provider<'p>(
    args: &Rotate,
    cx: &Context<'p>,
    providers: &Providers<'p>,
    target: &Target,
    given: Option<&SecretString>,
) -> Result<Box<dyn Provider + 'p>, Error> {
    let (plan, expires) = (&target.plan, args.expires());
    if let Some(secret) = given {
        return Ok(Box::new(Supplied::given(secret.clone(), expires)));
    }
    if plan.method.provider == supplied::COMMAND {
        return Ok(Box::new(Supplied::command(plan.method.command.clone(), expires, cx.tell)));
    }
    let (server, username) = (&target.server, &target.username);
    providers.of(&plan.method, server, username)
}

fn answer(
    args: &Rotate,
    endings: &[(&Target, Ending)],
    warnings: &[String],
    report: &Report,
) -> anyhow::Result<Outcome> {
    for (target, ending) in endings.iter().filter(|(target, _)| !target.is_not_due) {
        words::say(&target.server, ending, report)?;
    }
    for warning in warnings {
        report.note(warning);
    }
    // A timer says nothing where there is nothing to do.
    let is_timer = args.if_due && !args.dry_run;
    if !is_timer && endings.is_empty() {
        report.note("no credential was rotated by a command or a provider before");
    } else if !is_timer && endings.iter().all(|(target, _)| target.is_not_due) {
        report.note("nothing is due");
    }
    let outcome = endings.iter().map(|(_, ending)| words::outcome(ending.stop.state));
    let outcome = outcome.min_by_key(|&outcome| rank(outcome)).unwrap_or(Outcome::Done);
    let is_complete =
        endings.iter().all(|(_, e)| e.about.warnings.is_empty() && !e.about.is_staged);
    let items = endings.iter().map(|(target, ending)| {
        let mut item = words::item(&target.server, ending);
        item["due"] = json!(target.due.map(due::Due::word));
        item
    });
    report.json(&json!({"schema": "imgsec.rotate/1", "ok": outcome == Outcome::Done,
        "complete": outcome == Outcome::Done && is_complete && warnings.is_empty(),
        "dry_run": args.dry_run, "items": items.collect::<Vec<_>>(), "warnings": warnings}))?;
    Ok(outcome)
}

/// Which of several endings decides the exit status.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Attention => 0,
        Outcome::Partly => 1,
        Outcome::NoStore => 2,
        Outcome::NoVerdict => 3,
        Outcome::Refused => 4,
        Outcome::Done | Outcome::Interrupted => 5,
    }
}
