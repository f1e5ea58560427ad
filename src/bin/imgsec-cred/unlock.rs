//! `imgsec-cred unlock` and `lock`: the key of the sealed store goes into the kernel's memory for
//! some hours, or out of it.

use imgsec_cred::choice;
use imgsec_cred::machine::Machine;
use imgsec_cred::settings::StoreKind;
use imgsec_cred::store::sealed::{OpenedBy, Sealed, probe_kernel_cache};
use imgsec_cred::store::{Error, ErrorKind};
use serde_json::json;

use crate::args::{Shared, Unlock};
use crate::report::{Mark, Report};
use crate::{Outcome, Refusal, ask, stores};

pub(crate) fn unlock(
    args: &Unlock,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let (store, kind) = sealed(machine)?;
    if kind == StoreKind::Session {
        return Err(Refusal::new(
            "the key of a session store is gone when it is locked",
            Some("imgsec-cred setup --store session makes a new store"),
        )
        .into());
    }
    probe_kernel_cache()?;
    let passphrase = match args.passphrase_fd {
        Some(descriptor) => ask::passphrase_from(descriptor)?,
        None if ask::can_ask(shared) => ask::passphrase("Passphrase of the sealed store: ")?,
        None => {
            return Err(Refusal::new(
                "unlock needs a terminal for the passphrase",
                Some("imgsec-cred unlock --passphrase-fd 3 3<FILE"),
            )
            .into());
        }
    };
    let identity = store.unlock_with_passphrase(&passphrase)?;
    store.keep_unlocked(&identity, Some(args.time))?;
    let time = humantime::format_duration(args.time);
    report.marked(Mark::Ok, &format!("the sealed store is open for {time}"))?;
    report.json(
        &json!({"schema": "imgsec.unlock/1", "ok": true, "complete": true, "for_seconds": args.time.as_secs()}),
    )?;
    Ok(Outcome::Done)
}

pub(crate) fn lock(machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    let (store, kind) = sealed(machine)?;
    store.lock()?;
    let still_opens = match store.state()?.opened_by {
        Some(OpenedBy::KeyFile(path) | OpenedBy::IdentityFile(path)) => Some(machine.short(&path)),
        Some(OpenedBy::Kernel(_)) => Some("the kernel's memory".to_owned()),
        None => None,
    };
    let is_locked = still_opens.is_none();
    report.json(&json!({"schema": "imgsec.lock/1", "ok": is_locked, "complete": true,
        "locked": is_locked, "still_opens": still_opens}))?;
    if let Some(path) = still_opens {
        report.marked(Mark::Warn, &format!("the key in {path} still opens the store"))?;
        return Ok(Outcome::Attention);
    }
    let name = if kind == StoreKind::Session { "session" } else { "sealed" };
    report.marked(Mark::Ok, &format!("the {name} store is locked"))?;
    if kind == StoreKind::Session {
        report.note("its key was only in the kernel: what was in it cannot be read again");
    }
    Ok(Outcome::Done)
}

/// The sealed store in use.
fn sealed(machine: &Machine) -> anyhow::Result<(Sealed, StoreKind)> {
    match stores::in_use(machine)? {
        Some((StoreKind::Keychain, _)) => {
            let message = "the store in use is the OS keychain, which is unlocked by your login";
            Err(Refusal::new(message, Some("imgsec-cred status")).into())
        }
        Some((StoreKind::Windows, _)) => {
            let message = "the store in use is that on Windows, which is locked and unlocked there";
            Err(Refusal::new(message, Some("imgsec-cred status")).into())
        }
        chosen => {
            let kind = chosen.map_or(StoreKind::Sealed, |(kind, _)| kind);
            if chosen.is_none()
                && !imgsec_cred::store::sealed::exists(&choice::sealed_root(machine, kind)?)
            {
                return Err(Error::new(ErrorKind::Unavailable, "there is no sealed store")
                    .with_hint("imgsec-cred setup")
                    .into());
            }
            Ok((choice::open_sealed(machine, kind)?, kind))
        }
    }
}
