//! This machine as the engine of settings sees it: where clients look, which are installed, and what
//! the store lists.

use std::path::{Path, PathBuf};

use imgsec_cred::audit::known;
use imgsec_cred::audit::places::Places as KnownPlaces;
use imgsec_cred::files::View;
use imgsec_cred::lookup::{self, Client, Found, Places, Programs, World};
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::setup::scene::Kept;
use imgsec_cred::store::{Error, ErrorKind, Store};

/// Where clients look: in this shell, in one without its variables, and where a file that was named
/// would be read.
pub(crate) fn contexts(machine: &Machine, named: &[PathBuf]) -> Result<Vec<Places>, Error> {
    let mut here = Places::of(machine).ok_or_else(|| {
        Error::new(ErrorKind::Unavailable, "there is no home folder: HOME is not set")
    })?;
    here.programs = Programs::ask(machine);
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

/// Whether a client is in use here: its program is installed, or its settings are there.
pub(crate) fn is_used(places: &Places, is_it: impl Fn(&Client) -> bool) -> bool {
    let (view, ask) = (View::default(), |_: &str, _: &str| Found::Nothing);
    let world = World::new(places, &view, &ask);
    lookup::ALL.iter().filter(|client| is_it(client)).any(|client| client.is_here(&world))
}

/// What the store lists; nothing where it is not there yet.
pub(crate) fn kept(helper: &Helper) -> Result<Kept, Error> {
    match helper.list() {
        Err(e) if e.kind() == ErrorKind::Unavailable => Ok(Kept::default()),
        listed => Ok(Kept::of(listed?)),
    }
}
