//! `registries.conf` of Podman and its kin: which helpers they ask, and where they look for a short
//! name (containers-registries.conf(5); containers/image `pkg/sysregistriesv2`).

use std::path::{Path, PathBuf};

use toml_edit::{Document, Item};

use super::Places;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// What counts here of all the files together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RegistriesConf {
    /// The helpers, in their order; none, where only files are read.
    pub(super) helpers: Vec<String>,
    /// The file that names them.
    pub(super) helpers_in: Option<PathBuf>,
    /// The registries for a name without one.
    pub(super) search: Vec<String>,
    /// Short names and what they stand for; of two the later counts, and an empty one is none.
    pub(super) aliases: Vec<(String, String)>,
    /// The file that is read first.
    pub(super) first: PathBuf,
}

/// Reads the user's file or else the system's, and what is dropped in beside it; later ones win.
///
/// # Errors
/// The file that is broken or cannot be read, and why.
pub(super) fn read(places: &Places) -> Result<RegistriesConf, (PathBuf, String)> {
    let mut conf = RegistriesConf::default();
    let mut paths = paths(places);
    conf.first = paths.first().cloned().unwrap_or_default();
    // What Podman noted when it asked a person.
    let cache = match places.uid {
        0 => places.root.join("var/cache"),
        _ => places.cache_home.clone(),
    };
    paths.push(cache.join("containers/short-name-aliases.conf"));
    for path in paths {
        add(&mut conf, &path).map_err(|why| (path, why))?;
    }
    Ok(conf)
}

fn paths(places: &Places) -> Vec<PathBuf> {
    // Not the XDG folder: the path is fixed there.
    let own = places.home.join(".config/containers/registries.conf");
    let system = places.root.join("etc/containers/registries.conf");
    let has_own = places.registries_conf.is_none() && own.exists();
    let first = match &places.registries_conf {
        Some(named) => named.clone(),
        None if has_own => own.clone(),
        None => system.clone(),
    };
    let mut paths = vec![first];
    let folders = if has_own { vec![own] } else { vec![system, own] };
    for folder in folders {
        let entries = std::fs::read_dir(folder.with_extension("conf.d")).into_iter().flatten();
        let mut found: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        found.retain(|path| path.extension().is_some_and(|e| e == "conf") && path.is_file());
        found.sort();
        paths.extend(found);
    }
    paths
}

fn add(conf: &mut RegistriesConf, path: &Path) -> Result<(), String> {
    let Ok(about) = path.metadata() else { return Ok(()) };
    if about.len() > MAX_BYTES {
        return Err("it is too large".to_owned());
    }
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    // The parser's own text could quote the file.
    let document = Document::parse(text).map_err(|_| "it is no TOML".to_owned())?;
    if let Some(helpers) = texts(document.get("credential-helpers")).filter(|h| !h.is_empty()) {
        conf.helpers = helpers;
        conf.helpers_in = Some(path.to_owned());
    }
    if let Some(search) = texts(document.get("unqualified-search-registries")) {
        conf.search = search;
    }
    let aliases = document.get("aliases").and_then(Item::as_table_like);
    let aliases = aliases.into_iter().flat_map(|table| table.iter());
    conf.aliases.extend(
        aliases.filter_map(|(name, full)| Some((name.to_owned(), full.as_str()?.to_owned()))),
    );
    Ok(())
}

fn texts(item: Option<&Item>) -> Option<Vec<String>> {
    let array = item?.as_array()?;
    Some(array.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
}
