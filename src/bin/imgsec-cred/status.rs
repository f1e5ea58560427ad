//! `imgsec-cred status`: what is in use and why, what is wrong, and the line that fixes it.
//!
//! It asks nobody, changes nothing, and shows no secret and no user name: it can be pasted.

use std::time::{Duration, Instant, SystemTime};

use imgsec_cred::choice::{self, Why, windows};
use imgsec_cred::machine::Machine;
use imgsec_cred::settings::StoreKind;
use imgsec_cred::store::sealed::OpenedBy;
use imgsec_cred::store::{Error, ErrorKind, Store};
use serde_json::{Value, json};

use crate::report::{Mark, Report};
use crate::{Outcome, stores};

mod clients;
mod other_helper;
mod rotations;

/// One thing looked at. Its id is for programs and does not change.
struct Check {
    id: &'static str,
    mark: Mark,
    message: String,
    fix: Option<String>,
}

#[derive(Default)]
struct Checks {
    all: Vec<Check>,
    has_no_store: bool,
}

impl Checks {
    fn add(&mut self, id: &'static str, mark: Mark, message: impl Into<String>, fix: Option<&str>) {
        self.all.push(Check { id, mark, message: message.into(), fix: fix.map(str::to_owned) });
    }

    fn fail(&mut self, id: &'static str, error: &Error) {
        self.add(id, Mark::Fail, error.to_string(), error.hint());
        if matches!(error.kind(), ErrorKind::Locked | ErrorKind::Unavailable | ErrorKind::TimedOut)
        {
            self.has_no_store = true;
        }
    }

    fn count(&self, mark: Mark) -> usize {
        self.all.iter().filter(|c| c.mark == mark).count()
    }
}

pub(crate) fn run(machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    let mut checks = Checks::default();
    check_store(machine, &mut checks);
    check_helper(machine, &mut checks);
    clients::check(machine, &mut checks);
    rotations::check(machine, &mut checks);
    show(&checks, report)?;
    Ok(match (checks.has_no_store, checks.count(Mark::Fail)) {
        (_, 0) => Outcome::Done,
        (true, _) => Outcome::NoStore,
        (false, _) => Outcome::Attention,
    })
}

fn check_store(machine: &Machine, checks: &mut Checks) {
    let (kind, why) = match stores::in_use(machine) {
        Err(e) => return checks.fail("store.choice", &e),
        Ok(Some(chosen)) => chosen,
        Ok(None)
            if choice::sealed_root(machine, StoreKind::Sealed).is_ok_and(|root| root.exists()) =>
        {
            (StoreKind::Sealed, Why::Found)
        }
        Ok(None) => {
            let message = "none chosen yet: the first login takes the keychain, if there is one";
            return checks.add("store.choice", Mark::Warn, message, Some("imgsec-cred setup"));
        }
    };
    let why = match why {
        Why::Named => "IMGSEC_STORE names it",
        Why::Chosen => "chosen by setup or by the first login",
        Why::Found => "found here",
    };
    if kind == StoreKind::Keychain {
        return checks.add("store.choice", Mark::Ok, format!("the OS keychain ({why})"), None);
    }
    if kind == StoreKind::Windows {
        return check_windows(why, machine, checks);
    }
    let name = if kind == StoreKind::Session { "the session store" } else { "the sealed store" };
    match choice::open_sealed(machine, kind).and_then(|store| Ok((store.state()?, store))) {
        Err(e) => checks.fail("store.sealed", &e),
        Ok((state, store)) => {
            checks.add(
                "store.choice",
                Mark::Ok,
                format!("{name} ({why}), {}", entries(state.entries)),
                None,
            );
            match &state.opened_by {
                Some(by) => checks.add("store.open", Mark::Ok, opened(by, machine), None),
                None => {
                    let fix = if kind == StoreKind::Session {
                        "imgsec-cred setup --store session"
                    } else {
                        "imgsec-cred unlock"
                    };
                    let message = if state.is_proven {
                        "it is locked: logins can be saved but not read"
                    } else {
                        "it is locked and was not unlocked on this machine yet: logins can be \
                         neither saved nor read"
                    };
                    let locked = Error::new(ErrorKind::Locked, message);
                    checks.fail("store.open", &locked.with_hint(fix));
                }
            }
            for slot in store.slots() {
                let message = format!("key by {}: {}", slot.kind.name(), slot.kind.protects());
                checks.add("store.slot", Mark::Ok, message, None);
            }
        }
    }
}

/// The store on Windows: which program reaches it, and whether it is of the same version.
fn check_windows(why: &str, machine: &Machine, checks: &mut Checks) {
    let helper = windows::helper(machine);
    match helper.and_then(|helper| Ok((windows::check(&helper)?, helper))) {
        Err(e) => checks.fail("store.windows", &e),
        Ok((version, helper)) => {
            let program = helper.program().display();
            let message = format!("the store on Windows ({why}), by {program} {version}");
            checks.add("store.choice", Mark::Ok, message, None);
            if version != env!("CARGO_PKG_VERSION") {
                let message = format!(
                    "imgsec-cred is {version} on Windows, and this is {}",
                    env!("CARGO_PKG_VERSION")
                );
                let fix = "install the same version on both sides";
                checks.add("store.windows-version", Mark::Warn, message, Some(fix));
            }
        }
    }
}

fn entries(count: usize) -> String {
    format!("{count} {}", if count == 1 { "entry" } else { "entries" })
}

fn registries(count: usize) -> String {
    format!("{count} {}", if count == 1 { "registry" } else { "registries" })
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn opened(by: &OpenedBy, machine: &Machine) -> String {
    match by {
        OpenedBy::KeyFile(path) => format!("open by the key file {}", machine.short(path)),
        OpenedBy::IdentityFile(path) => format!("open by the identity in {}", machine.short(path)),
        OpenedBy::Kernel(None) => "open until the next start".to_owned(),
        OpenedBy::Kernel(Some(end)) => {
            let left = end.duration_since(SystemTime::now()).unwrap_or_default();
            let minutes = Duration::from_secs(left.as_secs().div_ceil(60) * 60);
            format!("open for {} more", humantime::format_duration(minutes))
        }
    }
}

fn check_helper(machine: &Machine, checks: &mut Checks) {
    let helper = match stores::helper_on_path(machine) {
        Err(e) => return checks.add("helper.path", Mark::Fail, e.to_string(), e.hint()),
        Ok(helper) => helper,
    };
    let words = machine.short(helper.program());
    let ours = env!("CARGO_PKG_VERSION");
    match helper.version() {
        Err(e) => return checks.add("helper.version", Mark::Fail, e.to_string(), e.hint()),
        Ok(version) if !version.ends_with(&format!(" {ours}")) => {
            let message = format!("{words} is {version}, and this is imgsec-cred {ours}");
            checks.add(
                "helper.version",
                Mark::Warn,
                message,
                Some("install both programs together"),
            );
        }
        Ok(_) => {}
    }
    let contents = helper.whole_store().contents();
    for one in contents.map(|contents| contents.unusable).unwrap_or_default() {
        checks.add("store.entry", Mark::Fail, one.error.to_string(), one.error.hint());
    }
    let start = Instant::now();
    match helper.list_keys() {
        Err(e) => checks.fail("helper.list", &e),
        Ok(listed) => {
            let took = start.elapsed().as_millis();
            let message = format!("{words} {ours}, {} listed in {took} ms", entries(listed.len()));
            checks.add("helper.list", Mark::Ok, message, None);
        }
    }
}

fn show(checks: &Checks, report: &Report) -> anyhow::Result<()> {
    let mut heading = "";
    for check in &checks.all {
        let topic = check.id.split('.').next().unwrap_or_default();
        report.row(
            if topic == heading { "           " } else { topic },
            check.mark,
            &check.message,
        )?;
        heading = topic;
        if let Some(fix) = &check.fix {
            report.line(&format!("                 fix: {fix}"))?;
        }
    }
    let (fails, warns) = (checks.count(Mark::Fail), checks.count(Mark::Warn));
    report.line(&format!(
        "{}, {}. No secrets here: this is safe to paste.",
        count(fails, "problem"),
        count(warns, "warning")
    ))?;
    let list: Vec<Value> = checks
        .all
        .iter()
        .map(|c| json!({"id": c.id, "level": c.mark.word().to_ascii_lowercase(), "message": c.message, "fix": c.fix}))
        .collect();
    report.json(&json!({"schema": "imgsec.status/1", "ok": fails == 0, "complete": true, "version": env!("CARGO_PKG_VERSION"),
        "checks": list, "summary": {"ok": checks.count(Mark::Ok), "warn": warns, "fail": fails}}))?;
    Ok(())
}
