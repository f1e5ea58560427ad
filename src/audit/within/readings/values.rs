//! Texts of JSON that are files themselves: of several lines, or JSON once more; also those that are
//! lists of their lines, as notebooks have them.

use super::Reading;
use crate::audit::document::{self, Format, Node, Value};
use crate::audit::prefilter;

/// The texts of a document.
pub(super) fn of_trees(path: &str, trees: &[Node]) -> Vec<Reading> {
    let mut all = Vec::new();
    trees.iter().for_each(|node| visit(path, node, None, &mut all));
    all
}

/// The texts of the documents that are a line each, as sessions of agents are written.
pub(super) fn of_lines(path: &str, text: &str) -> Vec<Reading> {
    let mut all = Vec::new();
    // Nearly all files have no such line.
    if !text.starts_with('{') && memchr::memmem::find(text.as_bytes(), b"\n{").is_none() {
        return all;
    }
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('{') && prefilter::may_hold_credentials(line.as_bytes()) {
            let trees = document::parse(Format::Json, line).unwrap_or_default();
            trees.iter().for_each(|node| visit(path, node, Some(at + 1), &mut all));
        }
    }
    all
}

/// Gathers the texts of a value; the line is that of all of them, where it is known.
fn visit(path: &str, node: &Node, line: Option<usize>, all: &mut Vec<Reading>) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|(_, node)| visit(path, node, line, all)),
        Value::List(items) => {
            all.extend(of_list(path, items, line));
            items.iter().for_each(|node| visit(path, node, line, all));
        }
        Value::Text(text) => {
            let is_file = text.trim_end().contains('\n') || text.starts_with(['{', '[']);
            if is_file || text.starts_with("machine ") {
                let mut reading = Reading::of(path);
                text.lines().for_each(|part| reading.push(part, line.unwrap_or(node.line)));
                all.push(reading);
            }
        }
        Value::Null => {}
    }
}

/// A list of lines, each with its end.
fn of_list(path: &str, items: &[Node], line: Option<usize>) -> Option<Reading> {
    let (last, before) = items.split_last()?;
    let mut reading = Reading::of(path);
    for node in before {
        let part = node.text()?.strip_suffix('\n').filter(|part| !part.contains('\n'))?;
        reading.push(part, line.unwrap_or(node.line));
    }
    reading.push(last.text()?.trim_end(), line.unwrap_or(last.line));
    Some(reading).filter(|_| !before.is_empty())
}
