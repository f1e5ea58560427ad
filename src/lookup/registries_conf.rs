//! `registries.conf` of Podman and its kin: which helpers they ask, where they look for a short
//! name, and for which registries they skip the TLS checks (containers-registries.conf(5); containers/image `pkg/sysregistriesv2`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike};

use super::Places;
use super::podman::FILES;
use super::podman_age::Age;
use crate::files::{self, View};
use crate::registry::podman::{Insecure, Rule};

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
    /// For which registries the TLS checks are skipped.
    pub(super) insecure: Insecure,
    /// The file that is read first.
    pub(super) first: PathBuf,
}

impl RegistriesConf {
    /// The helpers, in their order; where none is named, the files.
    pub(super) fn helpers(&self) -> Vec<&str> {
        match self.helpers[..] {
            [] => vec![FILES],
            _ => self.helpers.iter().map(String::as_str).collect(),
        }
    }
}

/// Reads the user's file or else the system's, and what is dropped in beside it; later ones win.
///
/// # Errors
/// The file that is broken or cannot be read, and why.
pub(super) fn read(
    places: &Places,
    view: &View,
    age: Age,
) -> Result<RegistriesConf, (PathBuf, String)> {
    let mut conf = RegistriesConf::default();
    let is_six = age >= Age::Podman6;
    let mut paths = if is_six { newer_paths(places, view) } else { paths(places, view) };
    conf.first = paths.first().cloned().unwrap_or_default();
    // What Podman noted when it asked a person.
    let cache = match places.uid {
        0 => places.root.join("var/cache"),
        _ => places.cache_home.clone(),
    };
    paths.push(cache.join("containers/short-name-aliases.conf"));
    let named = [&places.registries_conf, &places.registries_conf_override];
    for (number, path) in paths.into_iter().enumerate() {
        let must_be_there = named.contains(&&Some(path.clone()));
        let is_dropped_in = number > 0 && !must_be_there;
        let rank = Rank { is_six, is_dropped_in, must_be_there };
        add(&mut conf, view, &path, rank).map_err(|why| (path, why))?;
    }
    Ok(conf)
}

fn paths(places: &Places, view: &View) -> Vec<PathBuf> {
    // Not the XDG folder: the path is fixed there.
    let own = places.home.join(".config/containers/registries.conf");
    let system = places.root.join("etc/containers/registries.conf");
    let has_own = places.registries_conf.is_none() && view.exists(&own);
    let first = match &places.registries_conf {
        Some(named) => named.clone(),
        None if has_own => own.clone(),
        None => system.clone(),
    };
    let mut paths = vec![first];
    let folders = if has_own { vec![own] } else { vec![system, own] };
    for folder in folders {
        paths.extend(dropped_in(view, &folder.with_extension("conf.d")));
    }
    paths
}

/// As containers/storage `pkg/configfile` looks for it: the first of three, then what is dropped in
/// anywhere, by name, where one of the same name takes the place of another.
fn newer_paths(places: &Places, view: &View) -> Vec<PathBuf> {
    let last = places.registries_conf_override.iter().cloned();
    if let Some(named) = &places.registries_conf {
        return [named.clone()].into_iter().chain(last).collect();
    }
    let user = places.config_home.join("containers");
    let system = places.root.join("etc/containers");
    let shipped = places.root.join("usr/share/containers");
    let mut folders = vec![user.join("registries.conf.d")];
    for folder in [&system, &shipped] {
        let special = match places.uid {
            0 => folder.join("registries.rootful.conf.d"),
            uid => {
                let special = folder.join("registries.rootless.conf.d");
                folders.push(special.join(uid.to_string()));
                special
            }
        };
        folders.extend([special, folder.join("registries.conf.d")]);
    }
    let mut by_name = BTreeMap::new();
    for folder in folders.iter().rev() {
        for path in dropped_in(view, folder) {
            by_name.insert(path.file_name().map(ToOwned::to_owned), path);
        }
    }
    let main = [user, system, shipped].map(|folder| folder.join("registries.conf"));
    let main = main.into_iter().find(|path| view.exists(path));
    main.into_iter().chain(by_name.into_values()).chain(last).collect()
}

fn dropped_in(view: &View, folder: &Path) -> Vec<PathBuf> {
    let found = view.files_in(folder).into_iter();
    found.filter(|path| path.extension().is_some_and(|e| e == "conf")).collect()
}

/// What a file of `registries.conf` may be.
#[derive(Debug, Clone, Copy)]
struct Rank {
    is_six: bool,
    is_dropped_in: bool,
    must_be_there: bool,
}

fn add(conf: &mut RegistriesConf, view: &View, path: &Path, rank: Rank) -> Result<(), String> {
    let bytes = match view.read(path, MAX_BYTES) {
        Err(files::Error::Missing(_)) if !rank.must_be_there => return Ok(()),
        bytes => bytes.map_err(|e| e.reason())?,
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    // The parser's own text could quote the file.
    let document = Document::parse(text).map_err(|_| "it is not valid TOML".to_owned())?;
    let table: &dyn TableLike = document.as_table();
    check_version(table, rank)?;
    // An empty list takes the place of another, too.
    if let Some(helpers) = list(table, "credential-helpers")? {
        conf.helpers = helpers;
        conf.helpers_in = Some(path.to_owned());
    }
    if let Some(search) = list(table, "unqualified-search-registries")? {
        conf.search = search;
    }
    if get(table, "short-name-mode").is_some_and(|mode| mode.as_str().is_none()) {
        return Err("short-name-mode is not a string".to_owned());
    }
    rules(table, path).into_iter().for_each(|rule| conf.insecure.add(rule));
    let aliases = get(table, "aliases").and_then(Item::as_table_like);
    let aliases = aliases.into_iter().flat_map(|table| table.iter());
    conf.aliases.extend(
        aliases.filter_map(|(name, full)| Some((name.to_owned(), full.as_str()?.to_owned()))),
    );
    Ok(())
}

/// The form of version 1 is not taken in a drop-in, not beside that of version 2, and not at all by
/// Podman 6.
fn check_version(table: &dyn TableLike, rank: Rank) -> Result<(), String> {
    if get(table, "registries").is_none() {
        return Ok(());
    }
    let newer = ["registry", "credential-helpers", "unqualified-search-registries", "aliases"];
    match rank {
        Rank { is_six: true, .. } => {
            Err("it has the form of version 1, which Podman 6 does not read".to_owned())
        }
        Rank { is_dropped_in: true, .. } => Err("a drop-in in the form of version 1".to_owned()),
        _ if newer.iter().any(|name| get(table, name).is_some()) => {
            Err("it mixes the forms of version 1 and 2".to_owned())
        }
        _ => Ok(()),
    }
}

/// An item by its name, as it is written or in another case.
fn get<'a>(table: &'a dyn TableLike, name: &str) -> Option<&'a Item> {
    let in_any_case = || table.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    table.get(name).or_else(|| in_any_case().map(|(_, item)| item))
}

fn list(table: &dyn TableLike, name: &str) -> Result<Option<Vec<String>>, String> {
    let Some(item) = get(table, name) else { return Ok(None) };
    let length = item.as_array().map(toml_edit::Array::len);
    match texts(Some(item)).filter(|texts| Some(texts.len()) == length) {
        Some(texts) => Ok(Some(texts)),
        None => Err(format!("{name} is not a list of strings")),
    }
}

/// What a file says of registries, in its newer form and in the one before.
fn rules(document: &dyn TableLike, path: &Path) -> Vec<Rule> {
    let file = || path.to_owned();
    let before = get(document, "registries");
    let before = before.and_then(|old| old.get("insecure")?.get("registries"));
    let before = texts(before).unwrap_or_default().into_iter().map(|prefix| Rule {
        prefix: location(&prefix),
        is_insecure: true,
        insecure_locations: Vec::new(),
        file: file(),
    });
    let newer = tables(get(document, "registry")).filter_map(|table| {
        let place = text(table, "location");
        let prefix = text(table, "prefix").or_else(|| place.clone())?;
        let is_insecure = is_insecure(table);
        let mirrors: Vec<_> = tables(table.get("mirror")).collect();
        let mirrors = mirrors.into_iter().filter(|&mirror| self::is_insecure(mirror));
        let mirrors = mirrors.filter_map(|mirror| text(mirror, "location"));
        let insecure_locations = place.filter(|_| is_insecure).into_iter().chain(mirrors).collect();
        Some(Rule { prefix, is_insecure, insecure_locations, file: file() })
    });
    before.chain(newer).collect()
}

/// The tables of an array, however it is written.
fn tables<'a>(item: Option<&'a Item>) -> Box<dyn Iterator<Item = &'a dyn TableLike> + 'a> {
    match item {
        Some(Item::ArrayOfTables(tables)) => {
            Box::new(tables.iter().map(|table| table as &dyn TableLike))
        }
        Some(item) => {
            let values = item.as_array().into_iter().flatten();
            Box::new(values.filter_map(|value| Some(value.as_inline_table()? as &dyn TableLike)))
        }
        None => Box::new(std::iter::empty()),
    }
}

fn is_insecure(table: &dyn TableLike) -> bool {
    table.get("insecure").and_then(Item::as_bool).unwrap_or(false)
}

fn text(table: &dyn TableLike, key: &str) -> Option<String> {
    let text = table.get(key)?.as_str().map(location)?;
    (!text.is_empty()).then_some(text)
}

/// Without the slashes at its end, as there.
fn location(text: &str) -> String {
    text.trim_end_matches('/').to_owned()
}

fn texts(item: Option<&Item>) -> Option<Vec<String>> {
    let array = item?.as_array()?;
    Some(array.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
}
