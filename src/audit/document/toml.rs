//! TOML, as containerd, GitLab's runner and k3d have it.

use toml_edit::{Document, Item, Table, Value as Toml};

use super::{Lines, Node, Value};

/// The tree of a text; `None` where it is no TOML.
pub(super) fn parse(text: &str) -> Option<Node> {
    let document = Document::parse(text).ok()?;
    let lines = Lines::of(text);
    table(document.as_table(), &lines, 1)
}

fn table(table: &Table, lines: &Lines<'_>, above: usize) -> Option<Node> {
    let line = table.span().map_or(above, |span| lines.line(span.start));
    let mut entries = Vec::new();
    for (name, item) in table.iter() {
        entries.push((name.to_owned(), node(item, lines, line)?));
    }
    Some(Node { value: Value::Map(entries), line })
}

fn node(item: &Item, lines: &Lines<'_>, above: usize) -> Option<Node> {
    match item {
        Item::None => Some(Node { value: Value::Null, line: above }),
        Item::Value(found) => value(found, lines, above),
        Item::Table(found) => table(found, lines, above),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|found| table(found, lines, above));
            Some(Node { value: Value::List(items.collect::<Option<_>>()?), line: above })
        }
    }
}

fn value(found: &Toml, lines: &Lines<'_>, above: usize) -> Option<Node> {
    let line = found.span().map_or(above, |span| lines.line(span.start));
    let value = match found {
        Toml::String(text) => Value::Text(text.value().clone()),
        Toml::Integer(number) => Value::Text(number.value().to_string()),
        Toml::Float(number) => Value::Text(number.value().to_string()),
        Toml::Boolean(truth) => Value::Text(truth.value().to_string()),
        Toml::Datetime(time) => Value::Text(time.value().to_string()),
        Toml::Array(array) => {
            let items = array.iter().map(|item| value(item, lines, line));
            Value::List(items.collect::<Option<_>>()?)
        }
        Toml::InlineTable(inline) => {
            let mut entries = Vec::new();
            for (name, item) in inline.iter() {
                entries.push((name.to_owned(), value(item, lines, line)?));
            }
            Value::Map(entries)
        }
    };
    Some(Node { value, line })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_dotted_names_and_arrays_of_tables_are_one_tree() {
        let tree = parse("version = 2\n[a.\"x.y\".auth]\nusername = 'u'\n[[runners]]\nenvironment = [\n  \"A=1\",\n]\n").unwrap();
        let auth = tree.get("a").unwrap().get("x.y").unwrap().get("auth").unwrap();
        let user = auth.get("username").unwrap();
        assert_eq!((user.text(), user.line), (Some("u"), 3));
        let environment = tree.get("runners").unwrap().items()[0].get("environment").unwrap();
        assert_eq!(environment.items()[0].line, 6);
        assert!(parse("a = ").is_none());
        assert!(parse(&"a=[".repeat(100_000)).is_none());
    }
}
