//! Variables in the maps and lists of a structured file.

use std::borrow::Cow;

use super::assignments::{Assignment, MAX_VARIABLES};
use crate::audit::document::{Here, Node, Value};
use crate::audit::sources::kubernetes::values::is_secret;
use crate::audit::within::inner::decoded;

/// The variables of these names in the trees of a file, in its order.
pub(super) fn read(trees: &[Node], is_wanted: &dyn Fn(&str) -> bool) -> Vec<Assignment> {
    let mut all = Vec::new();
    for node in trees {
        visit(&Here::root(node), is_wanted, &mut all);
    }
    all
}

fn visit(here: &Here<'_>, is_wanted: &dyn Fn(&str) -> bool, all: &mut Vec<Assignment>) {
    match &here.node.value {
        Value::Map(_) => {
            item(here, is_wanted, all);
            for (name, at) in here.fields() {
                if all.len() >= MAX_VARIABLES {
                    return;
                }
                if is_wanted(name) {
                    entry(name, &at, all);
                }
                visit(&at, is_wanted, all);
            }
        }
        Value::List(_) => {
            for at in here.items() {
                if all.len() >= MAX_VARIABLES {
                    return;
                }
                if let Some((name, value)) = at.node.text().and_then(set)
                    && is_wanted(&name)
                {
                    all.push(assignment(&name, value, &at));
                }
                visit(&at, is_wanted, all);
            }
        }
        Value::Text(_) | Value::Null => {}
    }
}

/// `NAME=value`, also as an option of a container; other options go by the names of variables.
fn set(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let long = ["--env=", "--build-arg="].iter().find_map(|option| text.strip_prefix(option));
    let short = || text.strip_prefix("-e").filter(|name| name.starts_with(char::is_uppercase));
    let text = long.or_else(short).unwrap_or(text);
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    match name.strip_prefix("--") {
        Some(option) => Some((option.replace('-', "_").into(), value)),
        None => Some((name.into(), value)),
    }
}

/// `NAME: value`, and `NAME: {value: …}` as GitLab has it.
fn entry(name: &str, at: &Here<'_>, all: &mut Vec<Assignment>) {
    if let Some(value) = at.node.text() {
        let plain = is_encoded(at).then(|| decoded(value)).flatten();
        all.push(assignment(name, plain.as_deref().unwrap_or(value).trim_end(), at));
    } else {
        value(name, at, all);
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
    value(name, here, all);
}

/// The `value` of a map that stands for a variable.
fn value(name: &str, here: &Here<'_>, all: &mut Vec<Assignment>) {
    if let Some(at) = here.field("value")
        && let Some(value) = at.node.text()
    {
        all.push(assignment(name, value, &at));
    }
}

fn assignment(name: &str, value: &str, at: &Here<'_>) -> Assignment {
    let (name, value) = (name.to_owned(), value.to_owned());
    Assignment { name, value, line: at.line(), ends: 0, pointer: at.pointer(), is_text: true }
}
