//! Who plays the table: our helper on each of its stores, and Docker's own helpers.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use super::row::Who;
use super::wine::{WINDOWS_HELPER, Wine};
use crate::support::person::{Person, Store};
use crate::support::process::{self, Ran};

pub(crate) const HELPER: &str = env!("CARGO_BIN_EXE_docker-credential-imgsec");
pub(crate) const CONTAINERS_HELPER: &str =
    env!("CARGO_BIN_EXE_docker-credential-imgsec-containers");

/// A helper with an empty store of its own.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) who: Who,
    /// The helper in its surroundings, without a verb: for a Windows build, Wine and the program.
    command: Box<dyn Fn() -> Command>,
    /// Empties the store, where that is faster than to erase what is in it.
    wipe: Option<Box<dyn Fn()>>,
    /// Lists all that is in the store, where the helper itself leaves some of it out.
    lister: Option<Box<dyn Fn() -> Command>>,
}

impl Subject {
    pub(crate) fn new(
        name: &'static str,
        who: Who,
        command: impl Fn() -> Command + 'static,
    ) -> Self {
        Self { name, who, command: Box::new(command), wipe: None, lister: None }
    }

    /// All that is in the store, as a `list`.
    pub(crate) fn list_all(&self) -> Ran {
        let lister = self.lister.as_ref().unwrap_or(&self.command);
        process::run(lister().arg("list"), b"")
    }

    pub(crate) fn run(&self, arguments: &[OsString], stdin: &[u8]) -> Ran {
        let mut ran = process::run((self.command)().args(arguments), stdin);
        if self.who == Who::Windows && is_of_wine(&ran) {
            // What was asked for may be asked for again.
            ran = process::run((self.command)().args(arguments), stdin);
        }
        // Wine's own words, now and then, at the end of a process; not our program's.
        let is_ours = |line: &&str| !line.starts_with("wine client error:");
        ran.stderr = ran.stderr.split_inclusive('\n').filter(is_ours).collect();
        ran
    }

    /// Whether the store is certainly empty now.
    pub(crate) fn wipe(&self) -> bool {
        self.wipe.as_ref().map(|wipe| wipe()).is_some()
    }
}

/// Whether it is Wine that failed: Windows has no signals, by which it kills a program at its end now
/// and then; and our program never fails without a word.
fn is_of_wine(ran: &Ran) -> bool {
    ran.status.signal().is_some() || !ran.status.success() && ran.said().is_empty()
}

/// Our helper, which may take its time on a busy machine: the table is not about time.
fn ours(name: &'static str, store: Store) -> Subject {
    let me = Person::new(store);
    Subject::new(name, Who::Ours, move || patient(&me, HELPER))
}

fn patient(me: &Person, program: &str) -> Command {
    let mut helper = me.command(program);
    helper.env("IMGSEC_TIMEOUT", "60");
    helper
}

/// Ours for Podman's family.
pub(crate) fn ours_for_containers() -> Subject {
    let me = Rc::new(Person::new(Store::Sealed));
    let person = Rc::clone(&me);
    let name = "ours for Podman's family";
    let subject = Subject::new(name, Who::Containers, move || patient(&me, CONTAINERS_HELPER));
    Subject { lister: Some(Box::new(move || patient(&person, HELPER))), ..subject }
}

pub(crate) fn ours_on_the_keychain() -> Subject {
    ours("ours on gnome-keyring", Store::Keychain)
}

pub(crate) fn ours_on_the_sealed_store() -> Subject {
    ours("ours on the sealed store", Store::Sealed)
}

pub(crate) fn docker_on_the_keychain() -> Subject {
    let program = process::need("docker-credential-secretservice");
    let me = Person::new(Store::Keychain);
    Subject::new("docker-credential-secretservice", Who::SecretService, move || {
        me.command(&program)
    })
}

pub(crate) fn docker_on_pass() -> Subject {
    let program = process::need("docker-credential-pass");
    let pass = Pass::new();
    let kept = pass.me.home().join(".password-store/docker-credential-helpers");
    let wipe = move || {
        // Nothing was kept yet where the folder is missing.
        let _ = fs::remove_dir_all(&kept);
    };
    let name = "docker-credential-pass";
    let subject = Subject::new(name, Who::Pass, move || pass.command(&program));
    Subject { wipe: Some(Box::new(wipe)), ..subject }
}

pub(crate) fn ours_on_windows() -> Subject {
    let wine = Wine::shared();
    Subject::new("ours on Credential Manager", Who::Windows, move || {
        let mut helper = wine.command("wine");
        helper.arg(WINDOWS_HELPER).env("IMGSEC_TIMEOUT", "60");
        helper
    })
}

/// A password store with a GnuPG key that asks for no passphrase.
struct Pass {
    me: Person,
    gnupg: PathBuf,
}

impl Pass {
    fn new() -> Self {
        let me = Person::without_keychain(Store::Sealed);
        let gnupg = me.folder().join("gpg");
        fs::DirBuilder::new().mode(0o700).create(&gnupg).unwrap();
        let pass = Self { me, gnupg };
        let mut key = pass.command(&process::need("gpg"));
        key.args(["--batch", "--passphrase", "", "--quick-gen-key", "amy", "future-default"]);
        process::run(&mut key, b"").ok();
        process::run(pass.command(&process::need("pass")).args(["init", "amy"]), b"").ok();
        pass
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = self.me.command(program);
        command.env("GNUPGHOME", &self.gnupg);
        command
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut stop = self.command(Path::new("gpgconf"));
        // The agent ends by itself, too, once its folder is gone.
        let _ = stop.args(["--kill", "gpg-agent"]).status();
    }
}
