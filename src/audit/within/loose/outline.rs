//! What can be read of YAML that has an error: maps and lists by their indent, line by line. A line
//! that is none of theirs is left out, and what stands above and below it counts.

use crate::audit::document::{self, Format, MAX_DEPTH, Node, Value};

/// How many lines are read.
const MAX_LINES: usize = 20_000;

/// How long a name may be.
const MAX_NAME: usize = 256;

/// What a line says, or a part of it: `- a: b` has two.
struct Part<'t> {
    indent: usize,
    line: usize,
    kind: Kind<'t>,
}

enum Kind<'t> {
    /// `- `: what follows is an item.
    Item,
    /// `name:`, and what stands behind it.
    Field(&'t str, Value),
    /// A text in a list.
    Text(Value),
}

/// The trees of a stream.
#[must_use]
pub(super) fn trees(text: &str) -> Vec<Node> {
    let mut streams = vec![Vec::new()];
    let mut lines = text.lines().enumerate().take(MAX_LINES).peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim_end() == "---" {
            streams.push(Vec::new());
            continue;
        }
        let parts = streams.last_mut().map_or(0, |parts| read(line, number + 1, parts));
        let last = streams.last_mut().and_then(|parts| parts.last_mut()).filter(|_| parts > 0);
        let Some(Part { indent, kind: Kind::Field(_, value) | Kind::Text(value), .. }) = last
        else {
            continue;
        };
        if is_block(value) {
            let mut block = String::new();
            while let Some((_, line)) = lines.next_if(|(_, line)| is_inside(line, *indent)) {
                block.push_str(line);
                block.push('\n');
            }
            *value = Value::Text(dedented(&block));
        }
    }
    let nodes = streams.into_iter().flat_map(|parts| {
        let mut parts = parts.into_iter().peekable();
        // Where the first lines are too deep there are several.
        std::iter::from_fn(move || children(&mut parts, None, 0))
    });
    nodes.collect()
}

type Parts<'t> = std::iter::Peekable<std::vec::IntoIter<Part<'t>>>;

/// The parts of a line; how many there are.
fn read<'t>(line: &'t str, number: usize, parts: &mut Vec<Part<'t>>) -> usize {
    let before = parts.len();
    let mut rest = line.trim_start();
    let mut indent = line.len() - rest.len();
    while let Some(item) = rest.strip_prefix("- ").filter(|_| parts.len() - before < 8) {
        parts.push(Part { indent, line: number, kind: Kind::Item });
        let inside = item.trim_start();
        indent += rest.len() - inside.len();
        rest = inside;
    }
    let rest = rest.trim_end();
    let kind = match field(rest) {
        Some((name, value)) => Some(Kind::Field(name, scalar(value, number))),
        None if rest == "-" => Some(Kind::Item),
        None if parts.len() > before => Some(Kind::Text(scalar(rest, number))),
        None => None,
    };
    parts.extend(kind.map(|kind| Part { indent, line: number, kind }));
    parts.len() - before
}

/// Name and value of a line.
fn field(line: &str) -> Option<(&str, &str)> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (name, value) = match quote {
        Some(quote) => {
            let (name, after) = line[1..].split_once(quote)?;
            (name, after.strip_prefix(':')?)
        }
        None => match line.split_once(": ") {
            Some(said) => said,
            None => (line.strip_suffix(':')?, ""),
        },
    };
    let is_name = quote.is_some() || !name.starts_with(['{', '[', '#', '%', '&', '*', '!', '|']);
    (is_name && !name.is_empty() && name.len() <= MAX_NAME).then_some((name, value.trim()))
}

/// What stands behind a name. Nothing, where that cannot be read.
fn scalar(text: &str, line: usize) -> Value {
    if text.is_empty() || text.starts_with(['#', '&', '*', '!']) {
        return Value::Null;
    }
    if !text.starts_with(['"', '\'', '{', '[']) || text.starts_with("{{") {
        let end = text.find(" #").unwrap_or(text.len());
        return Value::Text(text[..end].trim_end().to_owned());
    }
    let trees = document::parse(Format::Yaml, &format!("v: {text}")).unwrap_or_default();
    let node = trees.first().and_then(|tree| tree.get("v")).cloned();
    node.map_or(Value::Null, |node| node.placed(&|_| line).value)
}

/// Whether lines with a text follow: `|`, `>-`.
fn is_block(value: &Value) -> bool {
    let Value::Text(text) = value else { return false };
    text.starts_with(['|', '>']) && text[1..].bytes().all(|b| b"+-123456789".contains(&b))
}

/// Whether a line is one of such a text.
fn is_inside(line: &str, indent: usize) -> bool {
    let said = line.trim_start();
    said.is_empty() || line.len() - said.len() > indent
}

/// Such a text without its indent.
fn dedented(block: &str) -> String {
    let first = block.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let indent = first.len() - first.trim_start().len();
    let lines = block.lines().map(|line| line.get(indent..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The map or the list that is deeper than this; `None` where there is nothing.
fn children(parts: &mut Parts<'_>, above: Option<usize>, depth: usize) -> Option<Node> {
    let is_deeper = |part: &Part<'_>| above.is_none_or(|above| part.indent > above);
    let first = parts.peek().filter(|part| is_deeper(part) && depth < MAX_DEPTH)?;
    let line = first.line;
    let value = match first.kind {
        Kind::Item => {
            let indent = first.indent;
            let mut items = Vec::new();
            let is_item =
                |part: &Part<'_>| matches!(part.kind, Kind::Item) && part.indent == indent;
            while let Some(part) = parts.next_if(|part| is_item(part) || part.indent > indent) {
                if is_item(&part) {
                    items.extend(children(parts, Some(indent), depth + 1));
                }
            }
            Value::List(items)
        }
        Kind::Field(..) => Value::Map(fields(parts, above, depth)),
        Kind::Text(_) => match parts.next()?.kind {
            Kind::Text(value) => value,
            _ => Value::Null,
        },
    };
    Some(Node { value, line })
}

/// The names and values that are deeper than this.
fn fields(parts: &mut Parts<'_>, above: Option<usize>, depth: usize) -> Vec<(String, Node)> {
    let mut entries = Vec::new();
    while let Some(part) = parts.next_if(|part| above.is_none_or(|above| part.indent > above)) {
        let Kind::Field(name, value) = part.kind else { continue };
        // A list may be no deeper than its name.
        let is_list =
            |next: &Part<'_>| matches!(next.kind, Kind::Item) && next.indent == part.indent;
        let is_level = parts.peek().is_some_and(is_list);
        let above = if is_level { part.indent.checked_sub(1) } else { Some(part.indent) };
        let below = match value {
            Value::Null => children(parts, above, depth + 1),
            value => Some(Node { value, line: part.line }),
        };
        entries.extend(below.map(|node| (name.to_owned(), node)));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::sources::testing::{Login, clean, logins};

    const LOGIN: &str = "configs:\n  \"r.lan:5000\":\n    auth:\n      username: ada # hers\n      password: 's3cret-word'\n";

    #[test]
    fn a_login_is_read_above_and_below_an_error() {
        for error in ["  x: [1,\n", "a: \"b\n", "  - c\n d: e: f\n", "<<<<<<< HEAD\n", "{{ x }\n"] {
            let found =
                |line| [Login::of("k3s-registries", "r.lan:5000", "ada", "s3cret-word", line)];
            let below = 5 + error.lines().count();
            assert_eq!(
                logins("registries.yaml", &format!("{error}{LOGIN}")),
                found(below),
                "{error}"
            );
            let above = format!("{LOGIN}mirrors:\n{error}");
            assert_eq!(logins("registries.yaml.bak", &above), found(5), "{error}");
        }
    }

    #[test]
    fn lists_texts_and_streams_are_read() {
        let text = "a:\n- b: 1\n  c: {d: [e]}\n-\n  f: g\nh:\n  - i\n  - |\n    x: y\nj: >-\n  k\n   l\nm: \"\n---\nn: o\n";
        let trees = trees(text);
        let tree = &trees[0];
        let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
        let [one, two] = tree.get("a").unwrap().items() else { panic!("no two items") };
        assert_eq!(text(one.get("b")), Some("1".to_owned()));
        assert_eq!(
            text(one.get("c").unwrap().get("d").unwrap().items().first()),
            Some("e".to_owned())
        );
        assert_eq!(text(two.get("f")), Some("g".to_owned()));
        assert_eq!(tree.get("h").unwrap().items().len(), 2);
        assert_eq!(text(tree.get("j")), Some("k\n l".to_owned()));
        assert_eq!((text(trees[1].get("n")), trees[1].line), (Some("o".to_owned()), 15));
    }

    #[test]
    fn what_no_yaml_is_named_is_not_read_so() {
        clean("registries.txt", &[&format!("a: \"b\n{LOGIN}")]);
        clean("registries.yaml", &[&format!("a: \"b\n{}", LOGIN.replace("password", "secret"))]);
    }

    #[test]
    fn hostile_texts_end_soon() {
        let deep: String = (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        let _ = trees(&deep);
        for unit in [
            "- - - - - - - - - - - - a\n",
            "a: |\n",
            "a: [\n",
            "---\n",
            "-\n",
            "\t- é: |9\n",
            "'é': |\n é\n",
        ] {
            let _ = trees(&unit.repeat(20_000));
        }
    }
}
