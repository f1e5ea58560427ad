//! What `setup` changed, so that `--undo` can put it back. No secrets.
//!
//! `setup-undo.json` in our folder of state. A second setup adds to it: what was before the first
//! one stays what `--undo` goes back to.

use std::fs;
use std::path::{Path, PathBuf};

use imgsec_cred::files;
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::NAME as OURS;
use imgsec_cred::settings::StoreKind;
use imgsec_cred::store::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use super::plan::Plan;
use crate::stores;

const MAX_BYTES: u64 = 1024 * 1024;

/// The state before the first setup that is not undone.
pub(super) struct Journal {
    path: PathBuf,
    map: Map<String, Value>,
}

impl Journal {
    /// Adds what `plan` is about to change.
    pub(super) fn keep(
        machine: &Machine,
        plan: &Plan,
        was_chosen: Option<StoreKind>,
    ) -> Result<(), Error> {
        let path = path(machine)?;
        let config = plan.config.path().display().to_string();
        let mut map = match Self::read(machine)? {
            Some(journal) if journal.config() == plan.config.path() => journal.map,
            _ => json!({"format": 1, "config": config, "store": was_chosen.map(StoreKind::name), "helpers": {}, "moved": {}})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        };
        if plan.registries.is_empty() && plan.config.store() != Some(OURS) {
            map.entry("credsStore").or_insert_with(|| json!(plan.config.store()));
        }
        for (registry, _) in plan.helpers() {
            let before = plan.config.helper(registry);
            object(&mut map, "helpers").entry(registry).or_insert_with(|| json!(before));
        }
        for m in &plan.moves {
            if let Some(key) = &m.key {
                object(&mut map, "moved").insert(key.clone(), json!(m.credential.server.as_str()));
            }
        }
        let text = format!("{:#}\n", Value::Object(map));
        files::create_private_folder(path.parent().unwrap_or(Path::new(".")))?;
        Ok(files::replace(&path, text.as_bytes(), None)?)
    }

    /// The journal, if there is something to undo.
    pub(super) fn read(machine: &Machine) -> Result<Option<Self>, Error> {
        let path = path(machine)?;
        let bytes = match files::read_limited(&path, MAX_BYTES) {
            Err(files::Error::Missing(_)) => return Ok(None),
            bytes => bytes?,
        };
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => Ok(Some(Self { path, map })),
            _ => Err(Error::new(ErrorKind::Damaged, format!("{} is broken", path.display()))),
        }
    }

    /// Docker's settings file that was changed.
    pub(super) fn config(&self) -> &Path {
        Path::new(self.map.get("config").and_then(Value::as_str).unwrap_or_default())
    }

    /// The store that was chosen before.
    pub(super) fn store(&self) -> Option<StoreKind> {
        self.map.get("store")?.as_str()?.parse().ok()
    }

    /// The helper for every registry before, if setup changed it.
    pub(super) fn creds_store(&self) -> Option<Option<&str>> {
        self.map.get("credsStore").map(Value::as_str)
    }

    /// The helper before of each registry that setup gave one.
    pub(super) fn helpers(&self) -> Vec<(&str, Option<&str>)> {
        self.pairs("helpers").map(|(k, v)| (k, v.as_str())).collect()
    }

    /// Each entry of `auths` whose secret was moved, and the server it is kept under.
    pub(super) fn moved(&self) -> Vec<(&str, &str)> {
        self.pairs("moved").filter_map(|(k, v)| Some((k, v.as_str()?))).collect()
    }

    /// There is nothing left to undo.
    pub(super) fn close(self) -> Result<(), Error> {
        fs::remove_file(&self.path).map_err(|e| Error::from(files::Error::io(&self.path, e)))
    }

    fn pairs(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.map
            .get(name)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.as_str(), v))
    }
}

fn object<'a>(map: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let value = map.entry(name).or_insert_with(|| json!({}));
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("just made one"),
    }
}

fn path(machine: &Machine) -> Result<PathBuf, Error> {
    Ok(stores::state(machine)?.join("setup-undo.json"))
}
