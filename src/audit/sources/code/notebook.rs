//! The texts of a program that are read as its source: the file, or the cells of a notebook
//! (<https://nbformat.readthedocs.io/en/latest/format_description.html#code-cells>).

use crate::audit::document::{Format, Lines, Node};
use crate::audit::sources::File;

/// Calls with each text of source in a file, and with what tells the line of a byte of it. Files of
/// settings have none.
pub(super) fn each_source(file: &File<'_>, mut take: impl FnMut(&str, &dyn Fn(usize) -> usize)) {
    let document = file.document;
    match document.format {
        Format::Lines => {
            let lines = Lines::of(document.text);
            take(document.text, &|at| lines.line(at));
        }
        Format::Json if file.name().ends_with(".ipynb") => {
            let cells = document.trees.first().and_then(|root| root.get("cells"));
            for source in cells.map_or(&[][..], Node::items).iter().filter_map(|c| c.get("source"))
            {
                cell(source, &mut take);
            }
        }
        _ => {}
    }
}

/// The source of a cell: a text, or a list of its lines.
fn cell(source: &Node, take: &mut impl FnMut(&str, &dyn Fn(usize) -> usize)) {
    if let Some(text) = source.text() {
        take(text, &|_| source.line);
        return;
    }
    let (mut text, mut begins) = (String::new(), Vec::new());
    for line in source.items() {
        begins.push((text.len(), line.line));
        text.push_str(line.text().unwrap_or_default());
    }
    take(&text, &|at| {
        let next = begins.partition_point(|(begin, _)| *begin <= at);
        next.checked_sub(1).and_then(|at| begins.get(at)).map_or(source.line, |(_, line)| *line)
    });
}
