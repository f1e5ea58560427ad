//! Windows as far as Wine is one: the Windows build on a Credential Manager of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::support::person::{Person, Store};
use crate::support::process;

/// Made by `tests/support/windows-build build --release --bins`.
pub(crate) const WINDOWS_HELPER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/windows/x86_64-pc-windows-gnu/release/docker-credential-imgsec.exe"
);

/// The time zones that Windows knows.
const TIME_ZONES: &str = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Time Zones";

/// A Windows that runs; the last one that uses it stops it.
pub(crate) struct Wine {
    me: Person,
}

impl Wine {
    /// The one of this process: it takes long to make.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Wine>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wine) = shared.upgrade() {
            return wine;
        }
        let wine = Arc::new(Self::new());
        *shared = Arc::downgrade(&wine);
        wine
    }

    /// One whose Credential Manager no other test uses.
    pub(crate) fn new() -> Self {
        let is_built = Path::new(WINDOWS_HELPER).exists();
        assert!(is_built, "{WINDOWS_HELPER} does not exist: tests/support/windows-build makes it");
        let wine = Self { me: Person::without_keychain(Store::Keychain) };
        fs::create_dir(wine.prefix()).unwrap();
        // Without a server that stays, Windows would be started anew for each program. It ends by
        // itself a minute after the last one.
        assert!(wine.silent("wineserver", &["-p60"]));
        assert!(wine.silent("wineboot", &["--init"]));
        // Every program looks through them all when it starts: half of the time it takes.
        assert!(wine.silent("wine", &["reg", "delete", TIME_ZONES, "/f"]));
        wine
    }

    fn prefix(&self) -> PathBuf {
        self.me.folder().join("wine")
    }

    /// One of Wine's programs, in this Windows.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = self.me.command(process::need(program));
        command.env("WINEPREFIX", self.prefix()).env("WINEDEBUG", "-all");
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml=;winemenubuilder.exe=d");
        command
    }

    /// Runs what goes on behind our back, and so must hold none of our streams.
    fn silent(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = self.command(program);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.args(arguments).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.silent("wineserver", &["--kill"]);
        self.silent("wineserver", &["--wait"]);
    }
}
