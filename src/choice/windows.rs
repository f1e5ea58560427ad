//! The store of the Windows that this WSL runs in: what imgsec-cred keeps there, reached through its
//! helper, a program of Windows that Linux starts by name. So both have one store.

use std::time::Duration;

use crate::credential::Credential;
use crate::machine::Machine;
use crate::protocol::client::Helper;
use crate::server::ServerKey;
use crate::store::{Contents, Error, ErrorKind, Listed, Store};

/// The helper on Windows.
pub const PROGRAM: &str = "docker-credential-imgsec.exe";

/// What makes it known to be ours.
const OURS: &str = "(imgsec-cred)";

/// Shorter than our own helper's deadlines, with a display and without one, so that its words arrive.
const LIMITS: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(4)];

/// The helper on Windows, as a program of this Linux.
///
/// # Errors
/// [`ErrorKind::Refused`] where this is no WSL, [`ErrorKind::Unavailable`] where its programs of
/// Windows cannot be started, or where the helper is not found.
pub fn helper(machine: &Machine) -> Result<Helper, Error> {
    let Some(wsl) = machine.wsl() else {
        let what = "the store on Windows can be used only in WSL, and this is not WSL";
        return Err(Error::new(ErrorKind::Refused, what)
            .with_hint("imgsec-cred setup --store keychain, or --store sealed"));
    };
    if !wsl.interop {
        let what = "WSL does not start programs of Windows here, so the store on Windows cannot be reached";
        return Err(Error::new(ErrorKind::Unavailable, what).with_hint(
            "set enabled=true below [interop] in /etc/wsl.conf, then run on Windows: wsl --shutdown",
        ));
    }
    let program = machine.find_program(PROGRAM).ok_or_else(missing)?;
    let usual = LIMITS[usize::from(!machine.has_display)];
    let limit = machine.timeout.map_or(usual, |limit| limit.mul_f32(0.9));
    // Which store is used on Windows is chosen there.
    Ok(Helper::new(program, limit).with_variable("IMGSEC_STORE", ""))
}

fn missing() -> Error {
    Error::new(ErrorKind::Unavailable, format!("{PROGRAM} is not on the PATH"))
        .with_hint("install imgsec-cred on Windows, in a folder of its PATH, and open WSL again")
}

/// The version of the helper on Windows, where it is ours and can say what it keeps.
///
/// # Errors
/// As [`helper`], and those of the helper.
pub fn check(helper: &Helper) -> Result<String, Error> {
    let version = helper.version().map_err(there)?;
    if !version.contains(OURS) {
        let what = format!("{PROGRAM} is not the helper of imgsec-cred: it says {version:?}");
        return Err(Error::new(ErrorKind::Failed, what).with_hint("install imgsec-cred on Windows"));
    }
    helper.whole_store().contents().map_err(there)?;
    Ok(version.rsplit(' ').next().unwrap_or_default().to_owned())
}

/// See [`helper`].
pub(super) struct OnWindows(Helper);

impl OnWindows {
    pub(super) fn open(machine: &Machine) -> Result<Self, Error> {
        helper(machine).map(Self)
    }
}

/// What helps against a failure there is to be done there.
fn there(error: Error) -> Error {
    match error.hint().map(|hint| format!("on Windows: {hint}")) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

impl Store for OnWindows {
    fn get(&self, server: &ServerKey) -> Result<Credential, Error> {
        self.0.whole_store().get(server).map_err(there)
    }

    fn put(&self, credential: &Credential) -> Result<(), Error> {
        self.0.whole_store().put(credential).map_err(there)
    }

    fn remove(&self, server: &ServerKey) -> Result<(), Error> {
        self.0.whole_store().remove(server).map_err(there)
    }

    fn list(&self) -> Result<Vec<Listed>, Error> {
        self.0.whole_store().list().map_err(there)
    }

    fn contents(&self) -> Result<Contents, Error> {
        self.0.whole_store().contents().map_err(there)
    }
}
