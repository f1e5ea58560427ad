//! YAML, of one document or several, read event by event: aliases are followed once each, and a
//! file of aliases ends at [`MAX_VALUES`] and [`MAX_REPEATED`].

use std::cell::Cell;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::limits::{MAX_MARKS, MAX_REPEATED};
use super::{MAX_DEPTH, MAX_VALUES, Node, Refused, Value};

/// The trees of a stream.
///
/// # Errors
/// [`Refused`], where it is no YAML, nothing but one text, too deep or too large.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, Refused> {
    match parse_strictly(text) {
        // Editors put tabs where the parser wants blanks.
        Err(Refused::Broken) if text.contains('\t') => {
            parse_strictly(&text.replace('\t', "  ")).map_err(|_| Refused::Broken)
        }
        read => read,
    }
}

fn parse_strictly(text: &str) -> Result<Vec<Node>, Refused> {
    let marks = Cell::new(0);
    if text.len() <= MAX_MARKS {
        return build(Parser::new_from_str(text), &marks);
    }
    // A list in braces may be a name: the parser keeps all its words until it knows.
    let is_mark = |c: char| c.is_ascii_punctuation() && !matches!(c, '/' | '.' | '+' | '=' | '_');
    let watched = text.chars().map_while(|c| {
        marks.set(marks.get() + usize::from(is_mark(c)));
        (marks.get() <= MAX_MARKS).then_some(c)
    });
    build(Parser::new_from_iter(watched), &marks)
}

/// The trees of a stream's events. `marks` counts what the parser has read since the last one.
fn build<'t>(
    events: impl Iterator<Item = Result<(Event<'t>, Span), ScanError>>,
    marks: &Cell<usize>,
) -> Result<Vec<Node>, Refused> {
    let mut builder = Builder::default();
    for event in events {
        if marks.get() > MAX_MARKS {
            return Err(Refused::TooLarge);
        }
        let (event, span) = event.map_err(|_| Refused::Broken)?;
        marks.set(0);
        builder.take(event, span.start.line()).ok_or_else(|| builder.refusal())?;
    }
    let has_structure = |node: &Node| !matches!(node.value, Value::Text(_) | Value::Null);
    let is_one = builder.roots.iter().any(has_structure);
    if is_one { Ok(builder.roots) } else { Err(Refused::Broken) }
}

/// What is being built: the open lists and maps, innermost last.
#[derive(Default)]
struct Builder {
    roots: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    values: usize,
    /// How many bytes of texts are there more than once.
    repeated: usize,
}

struct Open {
    node: Node,
    anchor: usize,
    /// The name whose value comes next.
    name: Option<String>,
}

impl Builder {
    /// Takes one event; `None` where the stream is too deep or too large.
    fn take(&mut self, event: Event<'_>, line: usize) -> Option<()> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_null = style == ScalarStyle::Plain
                    && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null { Value::Null } else { Value::Text(text.into_owned()) };
                self.put(Node { value, line }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.begin(Value::List(Vec::new()), anchor, line),
            Event::MappingStart(anchor, _) => self.begin(Value::Map(Vec::new()), anchor, line),
            Event::SequenceEnd | Event::MappingEnd => {
                let done = self.open.pop()?;
                self.put(done.node, done.anchor)
            }
            Event::Alias(anchor) => {
                let Some(size) = self.anchors.get(&anchor).map(size) else {
                    return self.put(Node { value: Value::Null, line }, 0);
                };
                self.repeat(size)?;
                let node = self.anchors.get(&anchor)?.clone();
                self.put(node, 0)
            }
            _ => Some(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, line: usize) -> Option<()> {
        self.open.push(Open { node: Node { value, line }, anchor, name: None });
        (self.open.len() <= MAX_DEPTH).then_some(())
    }

    /// Makes room for one more of the same; `None` where there is none.
    fn repeat(&mut self, (values, bytes): (usize, usize)) -> Option<()> {
        self.values += values;
        self.repeated += bytes;
        (!self.is_full()).then_some(())
    }

    fn is_full(&self) -> bool {
        self.values > MAX_VALUES || self.repeated > MAX_REPEATED
    }

    fn refusal(&self) -> Refused {
        if self.is_full() { Refused::TooLarge } else { Refused::Broken }
    }

    /// Puts a value that is complete where it belongs.
    fn put(&mut self, node: Node, anchor: usize) -> Option<()> {
        self.values += 1;
        if self.is_full() {
            return None;
        }
        if anchor != 0 {
            self.repeat(size(&node))?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.roots.push(node);
            return Some(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match open.name.take() {
                // A map merged into this one (`<<: *anchor`).
                Some(name) if name == "<<" => entries.extend(merged(node)),
                Some(name) => entries.push((name, node)),
                // A name that is no text is nobody's.
                None => open.name = Some(node.text().unwrap_or_default().to_owned()),
            },
            _ => {}
        }
        Some(())
    }
}

fn merged(node: Node) -> Vec<(String, Node)> {
    match node.value {
        Value::Map(entries) => entries,
        Value::List(items) => items.into_iter().flat_map(merged).collect(),
        _ => Vec::new(),
    }
}

/// How many values a tree has, and how many bytes of text.
fn size(node: &Node) -> (usize, usize) {
    let sum = |all: (usize, usize), more: (usize, usize)| (all.0 + more.0, all.1 + more.1);
    match &node.value {
        Value::List(items) => items.iter().map(size).fold((1, 0), sum),
        Value::Map(entries) => entries
            .iter()
            .fold((1, 0), |all, (name, node)| sum(sum(all, (0, name.len())), size(node))),
        Value::Text(text) => (1, text.len()),
        Value::Null => (1, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_its_line_and_a_folded_text_is_one() {
        let trees =
            parse("a: 1\nb:\n  - x\n  - c: >-\n      one\n      two\n---\nd: [~]\n").unwrap();
        assert_eq!(trees.len(), 2);
        let item = &trees[0].get("b").unwrap().items()[1];
        let folded = item.get("c").unwrap();
        assert_eq!((folded.text(), folded.line), (Some("one two"), 5));
        assert_eq!(trees[1].get("D").unwrap().items()[0].value, Value::Null);
    }

    #[test]
    fn tabs_are_blanks() {
        let trees = parse("auth:\n\tusername:\tada\n\tpassword:\ts3cret\n").unwrap();
        let password = trees[0].get("auth").unwrap().get("password").unwrap();
        assert_eq!((password.text(), password.line), (Some("s3cret"), 3));
        let trees = parse("a: 'x\ty'\n").unwrap();
        assert_eq!(trees[0].get("a").unwrap().text(), Some("x\ty"));
        assert!(parse("a:\t[\n").is_err());
    }

    #[test]
    fn aliases_are_followed_and_do_not_grow_without_end() {
        let trees = parse("x: &x {u: a}\ny:\n  <<: *x\n  v: b\n").unwrap();
        assert_eq!(trees[0].get("y").unwrap().get("u").unwrap().text(), Some("a"));
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for n in 1..12 {
            bomb.push_str(&format!(
                "a{n}: &a{n} [{}]\n",
                vec![format!("*a{}", n - 1); 10].join(",")
            ));
        }
        assert_eq!(parse(&bomb), Err(Refused::TooLarge));
        let long = format!("x: &x {}\n{}", "x".repeat(100_000), "y: *x\n".repeat(1000));
        assert_eq!(parse(&long), Err(Refused::TooLarge));
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"a:\n".repeat(3)).is_ok());
        assert!(parse("just words").is_err());
        for open in ["a: {", "{a: [", "- [", "? ["] {
            let _ = parse(&format!("{open}{}", "1,".repeat(MAX_MARKS)));
        }
    }
}
