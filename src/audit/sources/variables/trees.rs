//! Variables in the maps and lists of a structured file.

use super::assignments::{Assignment, MAX_VARIABLES};
use crate::audit::document::{Here, Node, Step, Value};
use crate::audit::sources::k8s_values::is_secret;
use crate::audit::sources::podman_secrets::decoded;

/// The variables of these names in the trees of a file, in its order.
pub(super) fn read(trees: &[Node], is_wanted: &dyn Fn(&str) -> bool) -> Vec<Assignment> {
    let mut all = Vec::new();
    for node in trees {
        visit(&Here { node, step: Step::Root, up: None }, is_wanted, &mut all);
    }
    all
}

fn visit(here: &Here<'_>, is_wanted: &dyn Fn(&str) -> bool, all: &mut Vec<Assignment>) {
    match &here.node.value {
        _ if all.len() >= MAX_VARIABLES => {}
        Value::Map(entries) => {
            item(here, is_wanted, all);
            for (name, node) in entries {
                let at = Here { node, step: Step::Name(name), up: Some(here) };
                if is_wanted(name) {
                    entry(name, &at, all);
                }
                visit(&at, is_wanted, all);
            }
        }
        Value::List(items) => {
            for (number, node) in items.iter().enumerate() {
                let at = Here { node, step: Step::Item(number), up: Some(here) };
                if let Some((name, value)) = node.text().and_then(|text| text.split_once('='))
                    && is_wanted(name.trim())
                {
                    all.push(assignment(name.trim(), value, &at));
                }
                visit(&at, is_wanted, all);
            }
        }
        Value::Text(_) | Value::Null => {}
    }
}

/// `NAME: value`, and `NAME: {value: …}` as GitLab has it.
fn entry(name: &str, at: &Here<'_>, all: &mut Vec<Assignment>) {
    if let Some(value) = at.node.text() {
        let plain = is_encoded(at).then(|| decoded(value)).flatten();
        all.push(assignment(name, plain.as_deref().unwrap_or(value).trim_end(), at));
    } else if let Some(node) = at.get("value")
        && let Some(value) = node.text()
    {
        all.push(assignment(name, value, &Here { node, step: Step::Name("value"), up: Some(at) }));
    }
}

/// Whether a value is one of `data` of a Kubernetes Secret, in base64.
fn is_encoded(at: &Here<'_>) -> bool {
    let Some(data) = at.up else { return false };
    data.name() == Some("data") && data.map_above().is_some_and(|above| is_secret(above))
}

/// `{name: NAME, value: …}`.
fn item(here: &Here<'_>, is_wanted: &dyn Fn(&str) -> bool, all: &mut Vec<Assignment>) {
    let Some(name) = here.text(&["name", "key"]).filter(|name| is_wanted(name)) else { return };
    if let Some(node) = here.get("value")
        && let Some(value) = node.text()
    {
        all.push(assignment(
            name,
            value,
            &Here { node, step: Step::Name("value"), up: Some(here) },
        ));
    }
}

fn assignment(name: &str, value: &str, at: &Here<'_>) -> Assignment {
    let (name, value) = (name.to_owned(), value.to_owned());
    Assignment { name, value, line: at.line(), ends: 0, pointer: at.pointer() }
}
