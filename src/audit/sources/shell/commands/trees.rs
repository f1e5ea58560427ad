//! Commands in the texts and lists of a structured file that no line of it shows: folded scalars,
//! and lists with a word on each line.

use super::marks::may_hold;
use super::scan::{Place, Scan};
use super::words::Word;
use crate::audit::document::{Node, Value};

impl Scan<'_> {
    /// Reads all texts and lists that may hold a command; what its line showed already is left out.
    pub(super) fn trees(&mut self, trees: &[Node]) {
        self.is_second_look = true;
        trees.iter().for_each(|node| self.node(node));
    }

    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::Text(text) if may_hold(text) => self.text(text, Place::Line(node.line), 1),
            Value::Text(_) | Value::Null => {}
            Value::Map(entries) => {
                self.parts(node);
                entries.iter().for_each(|(_, node)| self.node(node));
            }
            Value::List(items) => {
                self.list(items);
                items.iter().for_each(|node| self.node(node));
            }
        }
    }

    fn list(&mut self, items: &[Node]) {
        let is_part = |text: &str| text == "login" || text.starts_with("--");
        if !items.iter().any(|node| node.text().is_some_and(is_part)) {
            return;
        }
        let words: Vec<Word> = items.iter().filter_map(word).collect();
        self.command(&words, None, Place::Listed);
    }

    /// A program, and beside it what it is told: tasks of editors, containers of pods.
    fn parts(&mut self, map: &Node) {
        let list = |name: &str| {
            let node = map.get(name)?;
            match &node.value {
                Value::List(items) => Some(items.iter().filter_map(word).collect::<Vec<_>>()),
                _ => word(node).map(|word| vec![word]),
            }
        };
        let (Some(mut words), Some(args)) = (list("command"), list("args")) else { return };
        if args.len() > 1 {
            words.extend(args);
            self.command(&words, None, Place::Listed);
        }
    }
}

fn word(node: &Node) -> Option<Word> {
    let text = node.text()?.to_owned();
    Some(Word { text, at: node.line, is_quoted: true })
}
