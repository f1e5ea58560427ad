//! What an undo answers in JSON: what came back, what would, and what did not.

use imgsec_cred::machine::Machine;
use imgsec_cred::setup::journal::{Run, Verb};
use imgsec_cred::setup::undo::Undo;
use serde_json::{Value, json};

use super::{Item, Manner, unique};
use crate::list::registry;

pub(super) fn preview(runs: &[Run], undo: &Undo, manner: &Manner, machine: &Machine) -> Value {
    let mut items: Vec<Item> = Vec::new();
    for file in runs.iter().flat_map(|run| &run.files) {
        items.extend(file.moved.iter().map(|moved| Item {
            place: machine.short(&file.path),
            key: moved.key.clone(),
            server: moved.server.clone(),
            failure: None,
        }));
    }
    for helper in runs.iter().flat_map(|run| &run.helpers) {
        items.extend(helper.moved.iter().map(|moved| Item {
            place: format!("docker-credential-{}", helper.name),
            key: moved.key.clone(),
            server: moved.server.clone(),
            failure: None,
        }));
    }
    let left = undo.left.iter().map(|(path, why)| (machine.short(path), why.clone()));
    answer(runs, &items, &left.collect::<Vec<_>>(), manner)
}

pub(super) fn answer(
    runs: &[Run],
    items: &[Item],
    left: &[(String, String)],
    manner: &Manner,
) -> Value {
    let is_ok = left.is_empty() && items.iter().all(|item| item.failure.is_none());
    if manner.verb == Verb::Setup {
        let back = items.iter().filter(|i| i.failure.is_none() && manner.insecure_plaintext);
        let restored: Vec<_> = back.map(|item| registry(&item.server)).collect();
        let kept: Vec<_> = runs.iter().flat_map(Run::moved).map(|m| registry(&m.server)).collect();
        return json!({"schema": "imgsec.setup/1", "ok": is_ok, "complete": is_ok,
            "dry_run": manner.dry_run, "undo": true,
            "restored": if manner.dry_run { Vec::new() } else { unique(&restored) },
            "still_kept": unique(&kept)});
    }
    let word = match (manner.dry_run, manner.insecure_plaintext) {
        (true, _) => "restore",
        (false, true) => "restored",
        (false, false) => "stays",
    };
    let items: Vec<_> = items
        .iter()
        .map(|item| {
            let action = if item.failure.is_some() { "failed" } else { word };
            json!({"from": item.place, "registry": registry(&item.key), "username": null,
                "action": action, "source_removed": false, "message": item.failure})
        })
        .collect();
    let unread: Vec<_> =
        left.iter().map(|(place, why)| json!({"from": place, "message": why})).collect();
    json!({"schema": "imgsec.migrate/1", "undo": true, "ok": is_ok, "complete": is_ok,
        "dry_run": manner.dry_run, "items": items, "changes": [], "clients": [],
        "unread": unread, "rotate": []})
}
