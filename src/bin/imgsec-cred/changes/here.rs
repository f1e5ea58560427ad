//! This machine as the engine of settings sees it: where clients look, which are installed, and what
//! the store lists.

use std::path::{Path, PathBuf};

use imgsec_cred::audit::known;
use imgsec_cred::audit::places::Places as KnownPlaces;
use imgsec_cred::lookup::{self, Places};
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::setup::scene::Kept;
use imgsec_cred::store::{Error, ErrorKind, Store};

/// Where clients look: in this shell, in one without its variables, and where a file that was named
/// would be read.
pub(crate) fn contexts(machine: &Machine, named: &[PathBuf]) -> Result<Vec<Places>, Error> {
    let here = Places::of(machine).ok_or_else(|| {
        Error::new(ErrorKind::Unavailable, "there is no home folder: HOME is not set")
    })?;
    let bare = here.without_variables();
    let mut contexts = vec![here.clone(), bare.clone()];
    let known = known_files(machine);
    for path in named.iter().filter(|path| !known.contains(path)) {
        let mut reading = bare.clone();
        if path.file_name().is_some_and(|name| name == "config.json") {
            reading.docker_config = path.parent().map(Path::to_owned);
        } else if path.file_name().is_none_or(|name| name != ".dockercfg") {
            reading.registry_auth_file = Some(path.clone());
        }
        contexts.push(reading);
    }
    Ok(contexts)
}

/// The settings of this user's programs that can ask a helper.
pub(crate) fn known_files(machine: &Machine) -> Vec<PathBuf> {
    let home = machine.home.as_ref();
    home.map(|home| known::settings(&KnownPlaces::ours(home, &|name| machine.path_in(name))))
        .unwrap_or_default()
}

/// Whether a client is installed, by one of its programs.
pub(crate) fn is_installed(machine: &Machine, program: &str) -> bool {
    let client = lookup::ALL.iter().find(|client| client.programs.contains(&program));
    client.is_some_and(|c| c.programs.iter().any(|name| machine.find_program(name).is_some()))
}

/// What the store lists; nothing where it is not there yet.
pub(crate) fn kept(helper: &Helper) -> Result<Kept, Error> {
    match helper.list() {
        Err(e) if e.kind() == ErrorKind::Unavailable => Ok(Kept::default()),
        listed => Ok(Kept::of(listed?)),
    }
}
