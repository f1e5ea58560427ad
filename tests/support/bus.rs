//! A D-Bus session of a test's own, with gnome-keyring as its Secret Service: the keychain of a
//! Linux desktop, in each of the states in which a person may meet it.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::process::{self, Ran, Service};

const PASSWORD: &str = "the-password-of-the-desktop";
const SECRETS: &str = "org.freedesktop.secrets";
const SERVICE: &str = "/org/freedesktop/secrets";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

/// Those of a real session bus (`session.conf`); what dbus-daemon has built in is for the system's.
const LIMITS: &str = "<limit name=\"max_incoming_bytes\">1000000000</limit>\
<limit name=\"max_outgoing_bytes\">1000000000</limit>\
<limit name=\"max_message_size\">1000000000</limit>\
<limit name=\"auth_timeout\">240000</limit>\
<limit name=\"max_completed_connections\">100000</limit>\
<limit name=\"max_incomplete_connections\">10000</limit>\
<limit name=\"max_connections_per_user\">100000</limit>\
<limit name=\"max_replies_per_connection\">50000</limit>";

/// gnome-keyring 42.1 aborts now and then when it is asked for a property while it starts, and says
/// this; a desktop starts it again.
const ABORTED: &str = "Bail out! GLib-GIO:ERROR";
const STARTS: usize = 3;

/// A private session bus. Its keyring lives in `home`, its sockets in `runtime`.
#[derive(Debug)]
pub(crate) struct Bus {
    keyring: Option<Service>,
    _daemon: Service,
    home: PathBuf,
    runtime: PathBuf,
}

impl Bus {
    /// A desktop after login: gnome-keyring runs and its login collection is open.
    pub(crate) fn unlocked(home: &Path, runtime: &Path) -> Self {
        let mut bus = Self::without_secrets(home, runtime);
        bus.unlock();
        bus
    }

    /// A bus on which nobody keeps secrets, as in a container or on a small desktop.
    pub(crate) fn without_secrets(home: &Path, runtime: &Path) -> Self {
        Self::start(home, runtime, "")
    }

    /// gnome-keyring is installed and would be started by the first call, but no login has ever
    /// unlocked it: the login collection does not exist. So it is on servers and in WSL.
    pub(crate) fn never_unlocked(home: &Path, runtime: &Path) -> Self {
        let services = runtime.join("services");
        fs::create_dir_all(&services).unwrap();
        let program = process::need("gnome-keyring-daemon");
        let start = format!(
            "[D-BUS Service]\nName={SECRETS}\nExec={} --start --foreground --components=secrets\n",
            program.display()
        );
        fs::write(services.join(format!("{SECRETS}.service")), start).unwrap();
        Self::start(home, runtime, &format!("<servicedir>{}</servicedir>", services.display()))
    }

    fn start(home: &Path, runtime: &Path, services: &str) -> Self {
        let _ = fs::DirBuilder::new().recursive(true).mode(0o700).create(runtime);
        let config = runtime.join("bus.conf");
        fs::write(
            &config,
            format!(
                "<busconfig><type>session</type><listen>unix:path={}</listen>{services}\
                 <auth>EXTERNAL</auth><policy context=\"default\"><allow send_destination=\"*\"/>\
                 <allow receive_sender=\"*\"/><allow own=\"*\"/></policy>{LIMITS}</busconfig>",
                runtime.join("bus").display()
            ),
        )
        .unwrap();
        let program = process::need("dbus-daemon");
        let mut daemon = Service::start(&program, &runtime.join("bus.log"), |command| {
            command.args(["--nofork", "--nopidfile"]);
            command.arg(format!("--config-file={}", config.display()));
            at_home(command, home, runtime);
        });
        daemon.until(|_| std::os::unix::net::UnixStream::connect(runtime.join("bus")).ok());
        Self { keyring: None, _daemon: daemon, home: home.to_owned(), runtime: runtime.to_owned() }
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` is set to.
    pub(crate) fn address(&self) -> String {
        address(&self.runtime)
    }

    /// Locks the login collection, as when the screen is locked or the time limit is over.
    pub(crate) fn lock(&self) {
        let lock = "org.freedesktop.Secret.Service.Lock";
        // A keyring that has just been opened may be opened once more behind this.
        process::until("the collection is locked", Duration::from_secs(10), || {
            self.call(SERVICE, lock, &[&format!("array:objpath:{LOGIN}")]).ok();
            self.is_locked().then_some(())
        });
    }

    /// Opens the login collection with the person's password, as logging in to the desktop does.
    pub(crate) fn unlock(&mut self) {
        for _ in 0..STARTS {
            self.keyring = None;
            let mut keyring = self.start_keyring();
            let is_open = keyring.until(|keyring| {
                let is_open = self.has_login_collection() && !self.is_locked();
                (is_open || keyring.log().contains(ABORTED)).then_some(is_open)
            });
            self.keyring = Some(keyring);
            if is_open {
                return;
            }
        }
        panic!("gnome-keyring aborted {STARTS} times");
    }

    fn start_keyring(&self) -> Service {
        let program = process::need("gnome-keyring-daemon");
        let log = self.runtime.join("keyring.log");
        let mut keyring = Service::start(&program, &log, |command| {
            command.args(["--foreground", "--unlock", "--components=secrets"]);
            command.stdin(Stdio::piped());
            at_home(command, &self.home, &self.runtime);
        });
        keyring.tell(PASSWORD);
        keyring
    }

    pub(crate) fn is_locked(&self) -> bool {
        let interface = "string:org.freedesktop.Secret.Collection";
        let get = "org.freedesktop.DBus.Properties.Get";
        let answer = self.call(LOGIN, get, &[interface, "string:Locked"]);
        !answer.said().contains("boolean false")
    }

    fn has_login_collection(&self) -> bool {
        let read = "org.freedesktop.Secret.Service.ReadAlias";
        self.call(SERVICE, read, &["string:default"]).stdout.contains(LOGIN)
    }

    /// Stops the Secret Service and leaves the bus, as when gnome-keyring crashed.
    pub(crate) fn stop_secrets(&mut self) {
        self.keyring = None;
    }

    /// Suspends the Secret Service: it owns its name and answers nothing.
    pub(crate) fn hang_secrets(&self) -> Hanging {
        use rustix::process::{Pid, Signal, kill_process};
        let find = "org.freedesktop.DBus.GetConnectionUnixProcessID";
        let name = format!("string:{SECRETS}");
        let mut command = self.dbus_send("org.freedesktop.DBus", "/org/freedesktop/DBus", find);
        let answer = process::run(command.arg(name), b"").ok().stdout;
        let pid = answer.split_whitespace().last().unwrap().parse().unwrap();
        let pid = Pid::from_raw(pid).unwrap();
        kill_process(pid, Signal::STOP).unwrap();
        Hanging(pid)
    }

    fn call(&self, object: &str, method: &str, arguments: &[&str]) -> Ran {
        process::run(self.dbus_send(SECRETS, object, method).args(arguments), b"")
    }

    fn dbus_send(&self, to: &str, object: &str, method: &str) -> Command {
        let mut command = Command::new(process::need("dbus-send"));
        command.args(["--session", "--print-reply=literal", "--reply-timeout=5000"]);
        command.arg(format!("--dest={to}")).args([object, method]);
        at_home(&mut command, &self.home, &self.runtime);
        command
    }
}

/// A suspended Secret Service; it goes on when this is dropped.
#[derive(Debug)]
pub(crate) struct Hanging(rustix::process::Pid);

impl Drop for Hanging {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(self.0, rustix::process::Signal::CONT);
    }
}

fn address(runtime: &Path) -> String {
    format!("unix:path={}", runtime.join("bus").display())
}

fn at_home(command: &mut Command, home: &Path, runtime: &Path) {
    command.env_clear().env("PATH", process::path_with(&[]));
    command.env("HOME", home).env("XDG_RUNTIME_DIR", runtime);
    command.env("DBUS_SESSION_BUS_ADDRESS", address(runtime));
}

/// How long a call that meets a dead or locked keychain may take before the helper gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
