//! Which store a process uses: the one named for it, the one chosen, or the best one here.
//!
//! A store that is named or chosen is law: where it cannot be reached there is an error, and never
//! another store in its place.

use std::path::{Path, PathBuf};

use crate::credential::Credential;
use crate::files;
use crate::machine::Machine;
use crate::server::ServerKey;
use crate::settings::{self, StoreKind};
use crate::store::keychain::Keychain;
use crate::store::sealed::{KeySources, Sealed};
use crate::store::{Contents, Error, ErrorKind, Listed, Store};

pub mod windows;

/// Why a store is the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// `IMGSEC_STORE` names it for this process.
    Named,
    /// `settings.json` names it.
    Chosen,
    /// Nothing names one, and this one is here.
    Found,
}

/// The store in use and why.
///
/// # Errors
/// Where the named or chosen store is no store, or where there may be one that cannot be reached.
pub fn choose(machine: &Machine) -> Result<Option<(StoreKind, Why)>, Error> {
    if let Some(word) = &machine.store {
        return Ok(Some((word.parse()?, Why::Named)));
    }
    if let Some(kind) = settings::chosen(machine)? {
        return Ok(Some((kind, Why::Chosen)));
    }
    Ok(find(machine)?.map(|kind| (kind, Why::Found)))
}

/// The store in use in words, for when it does not answer.
#[must_use]
pub fn in_words(machine: &Machine) -> &'static str {
    let named = machine.store.as_deref().and_then(|word| word.parse().ok());
    match named.or_else(|| settings::chosen(machine).ok().flatten()) {
        Some(StoreKind::Keychain) => "the keychain",
        Some(StoreKind::Sealed | StoreKind::Session) => "the sealed store",
        Some(StoreKind::Windows) => "the store on Windows",
        None => "the credential store",
    }
}

/// Opens the store in use.
///
/// # Errors
/// Those of [`choose`] and of the store.
pub fn open(machine: &Machine) -> Result<Box<dyn Store>, Error> {
    match choose(machine)? {
        None => Ok(Box::new(Nowhere)),
        Some((kind, Why::Found)) => Ok(Box::new(ChosenByUse {
            store: open_kind(machine, kind)?,
            kind,
            machine: machine.clone(),
        })),
        Some((kind, _)) => open_kind(machine, kind),
    }
}

fn open_kind(machine: &Machine, kind: StoreKind) -> Result<Box<dyn Store>, Error> {
    match kind {
        StoreKind::Keychain => Ok(Box::new(Keychain::open(machine.has_display)?)),
        StoreKind::Sealed | StoreKind::Session => Ok(Box::new(open_sealed(machine, kind)?)),
        StoreKind::Windows => Ok(Box::new(windows::OnWindows::open(machine)?)),
    }
}

/// Opens the sealed store, or that of the session.
///
/// # Errors
/// Those of [`Sealed::open`].
pub fn open_sealed(machine: &Machine, kind: StoreKind) -> Result<Sealed, Error> {
    let root = sealed_root(machine, kind)?;
    let state = machine.state.clone();
    let sources = match kind {
        StoreKind::Session => KeySources { kernel_cache: true, state, ..KeySources::default() },
        _ => KeySources {
            credentials_directory: machine.credentials_directory.clone(),
            identity_file: machine.identity_file.clone(),
            kernel_cache: true,
            state,
        },
    };
    Sealed::open(&root, sources)
}

/// Where the sealed store of this kind lies, whether it is there or not.
///
/// # Errors
/// [`ErrorKind::Unavailable`] where the user has no home.
pub fn sealed_root(machine: &Machine, kind: StoreKind) -> Result<PathBuf, Error> {
    let data = machine.data.as_ref().ok_or_else(settings::no_home)?;
    Ok(data.join(kind.name()))
}

/// The best store here where none is chosen; `None` where nothing was ever kept.
fn find(machine: &Machine) -> Result<Option<StoreKind>, Error> {
    let keychain = Keychain::open(machine.has_display);
    let ready = match &keychain {
        Ok(keychain) => keychain.probe(),
        Err(e) => Err(e.clone()),
    };
    match ready {
        Ok(()) => return Ok(Some(StoreKind::Keychain)),
        Err(e) if e.kind() == ErrorKind::Locked && machine.has_display => {
            return Ok(Some(StoreKind::Keychain));
        }
        Err(_) => {}
    }
    if exists(&sealed_root(machine, StoreKind::Sealed)?)? {
        return Ok(Some(StoreKind::Sealed));
    }
    let mut has_traces = false;
    for folder in [&machine.config, &machine.data, &machine.state].into_iter().flatten() {
        has_traces |= exists(folder)?;
    }
    // A keychain that cannot be reached, or one of an earlier day, may hold what is asked for.
    match ready {
        Err(e) if has_traces || keychain.is_ok_and(|k| k.is_provided()) => Err(e),
        _ => Ok(None),
    }
}

/// Whether something is there. Where that cannot be told, nothing is certainly absent.
fn exists(path: &Path) -> Result<bool, Error> {
    path.try_exists().map_err(|e| files::Error::io(path, e).into())
}

/// No store at all, and no trace that there ever was one.
struct Nowhere;

impl Store for Nowhere {
    fn get(&self, _: &ServerKey) -> Result<Credential, Error> {
        Err(Error::not_found())
    }

    fn put(&self, _: &Credential) -> Result<(), Error> {
        Err(Error::new(ErrorKind::Unavailable, "no keychain here, and no sealed store yet")
            .with_hint("imgsec-cred setup"))
    }

    fn remove(&self, _: &ServerKey) -> Result<(), Error> {
        Ok(())
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        Ok(Vec::new())
    }
}

/// A store that was found: the first credential kept in it makes it the chosen one.
struct ChosenByUse {
    store: Box<dyn Store>,
    kind: StoreKind,
    machine: Machine,
}

impl Store for ChosenByUse {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        self.store.get(server)
    }

    fn put(&self, credential: &Credential) -> Result<(), Error> {
        self.store.put(credential)?;
        // Where settings cannot be written the store is found again the next time.
        let _ = settings::choose(&self.machine, Some(self.kind));
        Ok(())
    }

    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        self.store.remove(server)
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        self.store.list()
    }

    fn contents(&self) -> Result<Contents, Error> {
        self.store.contents()
    }
}
