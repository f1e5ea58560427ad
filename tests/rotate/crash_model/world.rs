//! A registry with one credential, a store, and a fault in the place of any of their steps.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::Duration;

use imgsec_cred::credential::Credential;
use imgsec_cred::ledger::Ledger;
use imgsec_cred::registry::verdict::{Finding, Level, Verdict};
use imgsec_cred::rotate::ending::Ending;
use imgsec_cred::rotate::plan::{Method, Plan};
use imgsec_cred::rotate::provider::{Class, Provider};
use imgsec_cred::rotate::steps::Context;
use imgsec_cred::server::{Reserved, ServerKey};
use imgsec_cred::store::{Error, ErrorKind, Listed, Store};
use secrecy::ExposeSecret;

/// What happens to the one request that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    None,
    Request,
    Response,
}

/// What happens at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The program is gone.
    Dies,
    /// The store fails, once.
    Fails,
    /// The store fails, and goes on failing.
    Full,
    /// The store is locked, and stays so.
    Locks,
}

/// Thrown where the program is killed.
struct Died;

pub(crate) struct World {
    pub(crate) class: Class,
    /// Of class B: there are always two secrets, and the idle one makes way for the new one.
    pub(super) is_pair: bool,
    /// What a lost answer made is told by what was there before, and by no label.
    pub(crate) has_no_labels: Cell<bool>,
    pub(crate) loss: Cell<Loss>,
    /// The secrets that the registry accepts, by its names for them, and what made them.
    pub(crate) accepted: RefCell<BTreeMap<String, (String, String)>>,
    /// Everything that the registry ever accepted.
    pub(super) made: Cell<u32>,
    items: RefCell<BTreeMap<String, (String, String)>>,
    steps: Cell<u32>,
    fault: Cell<Option<(u32, Fault)>>,
    /// What the registry says instead of the truth.
    pub(crate) says: Cell<Option<Verdict>>,
    /// Runs once, right before the n-th `get` of the credential in use.
    pub(crate) meanwhile: Cell<Option<(u32, &'static str)>>,
    gets: Cell<u32>,
    pub(crate) revocations_fail: Cell<bool>,
    pub(crate) skips_hooks: Cell<bool>,
    pub(crate) calls: RefCell<Vec<String>>,
    dir: tempfile::TempDir,
}

pub(crate) fn server() -> ServerKey {
    ServerKey::parse("registry.example").unwrap()
}

impl World {
    pub(crate) fn new(class: Class) -> Self {
        let world = Self {
            class,
            is_pair: false,
            has_no_labels: Cell::new(false),
            loss: Cell::new(Loss::None),
            accepted: RefCell::default(),
            made: Cell::new(0),
            items: RefCell::default(),
            steps: Cell::new(0),
            fault: Cell::new(None),
            says: Cell::new(None),
            meanwhile: Cell::new(None),
            gets: Cell::new(0),
            revocations_fail: Cell::new(false),
            skips_hooks: Cell::new(false),
            calls: RefCell::default(),
            dir: tempfile::tempdir().unwrap(),
        };
        world.accept("old", "by hand");
        world.put_item(&server(), "old");
        world
    }

    /// A pair that takes turns, of which one is idle.
    pub(crate) fn pair() -> Self {
        let world = Self { is_pair: true, ..Self::new(Class::Additive) };
        world.accept("idle", "by hand");
        world
    }

    pub(crate) fn plan(&self) -> Plan {
        let method = Method { provider: "fake".to_owned(), ..Method::default() };
        Plan { method, grace: 0, ..Plan::default() }
    }

    /// The n-th step from now on meets this fault.
    pub(crate) fn set_fault(&self, at: u32, fault: Option<Fault>) {
        self.steps.set(0);
        self.fault.set(fault.map(|fault| (at, fault)));
    }

    pub(crate) fn steps(&self) -> u32 {
        self.steps.get()
    }

    /// Does something as a process of its own; `None` where it died.
    pub(crate) fn process(&self, work: impl FnOnce(&Context) -> Ending) -> Option<Ending> {
        let ledger = Ledger::new(self.dir.path());
        let provider = |method: &Method, _: &ServerKey, _: &str| {
            assert_eq!(method.provider, "fake");
            Ok(Box::new(self) as Box<dyn Provider>)
        };
        let cx = Context {
            store: self,
            ledger: &ledger,
            state: self.dir.path(),
            verify: &|credential| self.verify(credential),
            expiry: &|_| None,
            provider: &provider,
            is_program: &|program| program.is_empty() || Path::new(program).is_file(),
            tell: &|_| {},
            pause: &|_| {},
            // A program that another test is just starting holds every lock for a moment.
            wait_lock: Duration::from_secs(10),
            skips_hooks: self.skips_hooks.get(),
        };
        match catch_unwind(AssertUnwindSafe(|| work(&cx))) {
            Ok(ending) => Some(ending),
            Err(thrown) if thrown.is::<Died>() => None,
            Err(thrown) => resume_unwind(thrown),
        }
    }

    /// The secret in use, pending, previous.
    pub(crate) fn current(&self) -> Option<String> {
        self.item(&server())
    }

    pub(crate) fn beside(&self, what: Reserved) -> Option<String> {
        self.item(&server().reserved(what))
    }

    pub(crate) fn is_accepted(&self, secret: Option<&String>) -> bool {
        secret.is_some_and(|secret| self.accepted.borrow().values().any(|(s, _)| s == secret))
    }

    /// What another program does.
    pub(crate) fn put_item(&self, key: &ServerKey, secret: &str) {
        let login = ("ada".to_owned(), secret.to_owned());
        self.items.borrow_mut().insert(key.canonical().to_owned(), login);
    }

    pub(crate) fn accept(&self, secret: &str, label: &str) -> String {
        self.made.set(self.made.get() + 1);
        let handle = format!("h{}", self.made.get());
        let entry = (secret.to_owned(), label.to_owned());
        self.accepted.borrow_mut().insert(handle.clone(), entry);
        handle
    }

    pub(crate) fn files(&self) -> String {
        let mut all = String::new();
        for folder in [self.dir.path().to_owned(), self.dir.path().join("rotations")] {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                all += &std::fs::read_to_string(entry.path()).unwrap_or_default();
            }
        }
        all
    }

    fn item(&self, key: &ServerKey) -> Option<String> {
        self.items.borrow().get(key.canonical()).map(|(_, secret)| secret.clone())
    }

    fn verify(&self, credential: &Credential) -> Finding {
        let is_good = self.is_accepted(Some(&credential.secret.expose_secret().to_owned()));
        let truth = if is_good { Verdict::Verified(Level::Strong) } else { Verdict::Rejected };
        // A silent registry says nothing of the old secret either, but is asked for it first.
        let verdict = match self.says.get() {
            Some(said) if credential.secret.expose_secret() != "old" => said,
            _ => truth,
        };
        Finding::new(verdict, "fake", "says the registry")
    }

    /// A step at which a fault may be met.
    pub(super) fn step(&self, can_fail: bool) -> Result<(), Error> {
        self.steps.set(self.steps.get() + 1);
        let Some((at, fault)) = self.fault.get() else { return Ok(()) };
        let is_here = self.steps.get() == at;
        let is_after = self.steps.get() > at;
        match fault {
            Fault::Dies if is_here => resume_unwind(Box::new(Died)),
            Fault::Fails if is_here && can_fail => {
                Err(Error::new(ErrorKind::Failed, "the disk has a bad day"))
            }
            Fault::Full if (is_here || is_after) && can_fail => {
                Err(Error::new(ErrorKind::Failed, "no space is left on its disk"))
            }
            Fault::Locks if (is_here || is_after) && can_fail => {
                Err(Error::new(ErrorKind::Locked, "the store is locked"))
            }
            _ => Ok(()),
        }
    }
}

impl Store for World {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        // A full disk can be read.
        self.step(!matches!(self.fault.get(), Some((_, Fault::Full))))?;
        if *server == self::server() {
            self.gets.set(self.gets.get() + 1);
            if let Some((at, secret)) = self.meanwhile.get()
                && at == self.gets.get()
            {
                self.put_item(server, secret);
            }
        }
        let items = self.items.borrow();
        let (user, secret) = items.get(server.canonical()).ok_or_else(Error::not_found)?;
        Ok(Credential::new(server.clone(), user.clone(), secret.as_str().into()))
    }

    fn put(&self, credential: &Credential) -> Result<(), Error> {
        self.step(true)?;
        let login = (credential.username.clone(), credential.secret.expose_secret().to_owned());
        self.items.borrow_mut().insert(credential.server.canonical().to_owned(), login);
        self.step(false)
    }

    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        self.step(!matches!(self.fault.get(), Some((_, Fault::Full))))?;
        self.items.borrow_mut().remove(server.canonical());
        self.step(false)
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        unreachable!("a rotation lists nothing")
    }
}
