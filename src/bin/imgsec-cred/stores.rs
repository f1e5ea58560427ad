//! What the verbs use behind them: our helper as a store, and which store it will open.

use std::path::Path;
use std::time::Duration;

use imgsec_cred::choice::Why;
use imgsec_cred::clients::credential_helpers;
use imgsec_cred::credential::Credential;
use imgsec_cred::ledger::Ledger;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::HELPER;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::settings::{self, StoreKind};
use imgsec_cred::store::{Error, ErrorKind};

use crate::report::Report;

/// Longer than the helper's own deadlines, so that its words arrive: by this much, and where nobody
/// named a limit.
const LONGER: Duration = Duration::from_secs(15);
const LIMIT: Duration = Duration::from_secs(75);

fn limit(machine: &Machine) -> Duration {
    machine.timeout.map_or(LIMIT, |own| LIMIT.min(own + LONGER))
}

/// Our helper: the one beside this program, or else the one on the path.
pub(crate) fn helper(machine: &Machine) -> Result<Helper, Error> {
    let beside = machine.program.as_ref().and_then(|p| Some(p.parent()?.join(file_name())));
    let program = beside.filter(|p| p.is_file()).or_else(|| machine.find_program(HELPER));
    program.map(|p| Helper::new(p, limit(machine))).ok_or_else(no_helper)
}

/// How long another helper may take for one request.
const OTHERS_LIMIT: Duration = Duration::from_secs(20);

/// Another helper by the name Docker's settings give it; none where it cannot be started.
pub(crate) fn other_helper(machine: &Machine, name: &str) -> Option<Helper> {
    let helper = named_helper(machine, name)?;
    let starts =
        |helper: &Helper| !helper.version().is_err_and(|e| e.kind() == ErrorKind::Unavailable);
    (!credential_helpers::is_of_windows(name) || starts(&helper)).then_some(helper)
}

/// Another helper that is on the `PATH`, whether it can be started or not: a program of Windows can
/// be only in WSL.
pub(crate) fn named_helper(machine: &Machine, name: &str) -> Option<Helper> {
    let program = machine.find_program(&format!("docker-credential-{name}"))?;
    Some(Helper::new(program, machine.timeout.unwrap_or(OTHERS_LIMIT)))
}

/// Our helper where Docker finds it.
pub(crate) fn helper_on_path(machine: &Machine) -> Result<Helper, Error> {
    let found = machine.find_program(HELPER).map(|p| Helper::new(p, limit(machine)));
    found.ok_or_else(|| {
        let beside = machine.program.as_ref().and_then(|p| p.parent());
        let Some(folder) = beside.filter(|folder| folder.join(file_name()).is_file()) else {
            return no_helper();
        };
        Error::new(
            ErrorKind::Unavailable,
            format!("{HELPER} is not on the PATH, so Docker cannot find it"),
        )
        .with_hint(if cfg!(windows) {
            format!("add {} to the PATH of your account", folder.display())
        } else {
            format!("export PATH=\"{}:$PATH\"", folder.display())
        })
    })
}

/// Our folder of state, where what can be undone is noted.
pub(crate) fn state(machine: &Machine) -> Result<&Path, Error> {
    machine.state.as_deref().ok_or_else(|| {
        Error::new(ErrorKind::Unavailable, "there is no folder for state: HOME is not set")
    })
}

/// Notes in the ledger what was brought from elsewhere. The move stands without it.
pub(crate) fn note_imported<'a>(
    machine: &Machine,
    credentials: impl Iterator<Item = &'a Credential>,
    report: &Report,
) {
    let noted = state(machine).and_then(|state| Ledger::new(state).imported(credentials));
    if let Err(e) = noted {
        report.note(&format!("the ages of what was moved are not noted: {e}"));
    }
}

fn no_helper() -> Error {
    Error::new(ErrorKind::Unavailable, format!("{HELPER} is not installed"))
        .with_hint("cargo install --locked --path . installs both programs")
}

fn file_name() -> String {
    format!("{HELPER}{}", std::env::consts::EXE_SUFFIX)
}

/// The store the helper will open, without opening the keychain in this process.
pub(crate) fn in_use(machine: &Machine) -> Result<Option<(StoreKind, Why)>, Error> {
    if let Some(word) = &machine.store {
        return Ok(Some((word.parse()?, Why::Named)));
    }
    Ok(settings::chosen(machine)?.map(|kind| (kind, Why::Chosen)))
}

/// Whether it is the store on Windows.
pub(crate) fn is_on_windows(machine: &Machine) -> bool {
    matches!(in_use(machine), Ok(Some((StoreKind::Windows, _))))
}
