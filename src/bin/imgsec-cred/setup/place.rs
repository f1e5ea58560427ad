//! Where `setup` puts the credentials: the store asked for, the one chosen before, or the best here.

use std::path::{Path, PathBuf};

use imgsec_cred::choice::{self, windows};
use imgsec_cred::machine::Machine;
use imgsec_cred::settings::{self, StoreKind};
use imgsec_cred::store::sealed::{self, NewSlot, Sealed};
use imgsec_cred::store::{Error, ErrorKind};
use imgsec_cred::text;
use secrecy::{ExposeSecret, SecretString};

use crate::args::{Setup, Shared};
use crate::report::Report;
use crate::{ask, stores};

/// The store that setup uses.
pub(super) struct Place {
    pub(super) kind: StoreKind,
    pub(super) why: &'static str,
    /// The store that was chosen before, where that is another one.
    pub(super) from: Option<StoreKind>,
    /// Whether it is there already.
    pub(super) exists: bool,
    /// Whether what it keeps can be read now.
    pub(super) is_readable: bool,
    /// The folder of a sealed store.
    root: Option<PathBuf>,
}

impl Place {
    pub(super) fn words(&self) -> &'static str {
        words_of(self.kind)
    }
}

/// A store as a person calls it.
pub(super) fn words_of(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Keychain => "the OS keychain",
        StoreKind::Sealed => "the sealed store",
        StoreKind::Session => "the session store",
        StoreKind::Windows => "the store on Windows",
    }
}

/// Chooses, and changes nothing yet.
pub(super) fn choose(args: &Setup, machine: &Machine) -> anyhow::Result<Place> {
    let (kind, why) = if let Some(kind) = args.store {
        (kind, "asked for")
    } else if args.key_file.is_some() {
        (StoreKind::Sealed, "a key file was given")
    } else if let Some(kind) = settings::chosen(machine)? {
        (kind, "chosen before")
    } else {
        match probe_keychain(machine) {
            Ok(()) => (StoreKind::Keychain, "found here"),
            Err(e) if e.kind() == ErrorKind::Locked && machine.has_display => return Err(e.into()),
            Err(_) => (StoreKind::Sealed, "there is no keychain here"),
        }
    };
    let from = settings::chosen(machine)?.filter(|before| *before != kind);
    if kind == StoreKind::Keychain {
        probe_keychain(machine).map_err(|e| unreachable(e, why))?;
        return Ok(Place { kind, why, from, exists: true, is_readable: true, root: None });
    }
    if kind == StoreKind::Windows {
        windows::check(&windows::helper(machine)?)?;
        return Ok(Place { kind, why, from, exists: true, is_readable: true, root: None });
    }
    let root = choice::sealed_root(machine, kind)?;
    let exists = sealed::exists(&root);
    let state = || choice::open_sealed(machine, kind)?.state();
    if !exists && args.key_file.is_none() {
        can_remember(kind)?;
    }
    let is_readable = exists && state().is_ok_and(|state| state.opened_by.is_some());
    Ok(Place { kind, why, from, exists, is_readable, root: Some(root) })
}

/// Whether the key of a new store can be kept by the kernel.
fn can_remember(kind: StoreKind) -> Result<(), Error> {
    sealed::probe_kernel_cache().map_err(|e| match kind {
        StoreKind::Session => e,
        _ => Error::new(e.kind(), format!("an unlocked store cannot be remembered here: {e}"))
            .with_hint("imgsec-cred setup --key-file PATH keeps the key in a file, best on another disk or a secret mount"),
    })
}

/// A keychain that was chosen and cannot be reached: what works instead.
fn unreachable(error: Error, why: &str) -> Error {
    if error.kind() == ErrorKind::Locked {
        return error;
    }
    let what = format!("the OS keychain ({why}) cannot be reached: {error}");
    Error::new(error.kind(), what).with_hint("imgsec-cred setup --store sealed")
}

/// Asks the helper: only its process opens the keychain.
fn probe_keychain(machine: &Machine) -> Result<(), Error> {
    let helper = stores::helper(machine)?.with_variable("IMGSEC_STORE", StoreKind::Keychain.name());
    helper.list_keys().map(|_| ())
}

/// Makes the store where it is missing, and opens it. Returns whether it was made.
pub(super) fn prepare(
    place: &Place,
    args: &Setup,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<bool> {
    let Some(root) = &place.root else { return Ok(false) };
    let is_new = match place.kind {
        StoreKind::Session => make_session(root, machine, args)?,
        _ if sealed::exists(root) => false,
        _ => make_sealed(root, args, shared, machine, report)?,
    };
    open(place.kind, args, shared, machine)?;
    Ok(is_new)
}

/// A store whose key nothing but the kernel keeps. One whose key is gone is made anew: nothing in
/// it can ever be read again.
fn make_session(root: &Path, machine: &Machine, args: &Setup) -> anyhow::Result<bool> {
    sealed::probe_kernel_cache()?;
    if sealed::exists(root) {
        if choice::open_sealed(machine, StoreKind::Session)?.state()?.opened_by.is_some() {
            return Ok(false);
        }
        sealed::discard(root)?;
    }
    let prepared = sealed::prepare(root, &[], machine.state.as_deref())?;
    prepared.keep_unlocked(Some(args.time))?;
    prepared.place()?;
    Ok(true)
}

fn make_sealed(
    root: &Path,
    args: &Setup,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<bool> {
    let state = machine.state.as_deref();
    if let Some(key_file) = &args.key_file {
        let key_file = std::path::absolute(key_file)?;
        sealed::create(root, &[NewSlot::KeyFile(&key_file)], state)?;
        return Ok(true);
    }
    let chosen = match args.passphrase_fd {
        Some(descriptor) => Some(ask::passphrase_from(descriptor)?),
        None if !args.yes && ask::can_ask(shared) => ask::new_passphrase()?,
        None => None,
    };
    let slot = chosen.as_ref().map_or(NewSlot::Recovery, NewSlot::Passphrase);
    let prepared = sealed::prepare(root, &[slot], state)?;
    if let Some(recovery) = prepared.recovery() {
        // Before the store is there: one whose passphrase nobody was told could never be opened.
        report.tell_once(&[
            "Recovery passphrase of the sealed store, shown only now. Keep it somewhere else:",
            "",
            &format!("    {}", recovery.expose_secret()),
            "",
            &format!(
                "The store is open for {}; then: imgsec-cred unlock",
                humantime::format_duration(args.time)
            ),
        ])?;
    }
    prepared.keep_unlocked(Some(args.time))?;
    prepared.place()?;
    Ok(true)
}

/// Opens a store that is there, so that what is moved into it can be read back.
fn open(kind: StoreKind, args: &Setup, shared: &Shared, machine: &Machine) -> anyhow::Result<()> {
    let mut store = choice::open_sealed(machine, kind)?;
    if let Some(key_file) = &args.key_file {
        return add_key_file(&mut store, &std::path::absolute(key_file)?, shared);
    }
    if store.state()?.opened_by.is_some() {
        return Ok(());
    }
    let passphrase = match args.passphrase_fd {
        Some(descriptor) => ask::passphrase_from(descriptor)?,
        None if ask::can_ask(shared) => ask::passphrase("Passphrase of the sealed store: ")?,
        None => {
            let locked = Error::new(ErrorKind::Locked, "the sealed store is there and locked");
            return Err(locked.with_hint("imgsec-cred unlock").into());
        }
    };
    let identity = store.unlock_with_passphrase(&passphrase)?;
    Ok(store.keep_unlocked(&identity, Some(args.time))?)
}

/// Makes sure that this key file opens the store.
fn add_key_file(store: &mut Sealed, key_file: &Path, shared: &Shared) -> anyhow::Result<()> {
    let is_slot = |slot: &sealed::Slot| matches!(&slot.kind, sealed::SlotKind::KeyFile(path) if path == key_file);
    if store.slots().iter().any(is_slot) {
        return store.state()?.opened_by.map(|_| ()).ok_or_else(|| {
            let file = text::plain(&key_file.display().to_string());
            Error::new(ErrorKind::Locked, format!("the key file {file} does not open the store"))
                .into()
        });
    }
    let passphrase: SecretString = if ask::can_ask(shared) {
        ask::passphrase("Passphrase of the sealed store: ")?
    } else {
        let message = "the sealed store is there already, and this key file is none of its slots";
        return Err(Error::new(ErrorKind::Locked, message)
            .with_hint("run it on a terminal, where the store's passphrase can be asked for")
            .into());
    };
    let identity = store.unlock_with_passphrase(&passphrase)?;
    store.add_slot(&identity, &NewSlot::KeyFile(key_file))?;
    Ok(())
}
