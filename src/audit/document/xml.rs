//! XML: Maven's settings and projects. An element is a map of its attributes and children, repeated
//! children are a list, and an element with nothing but text is the text. Documents that declare
//! types, and with them entities, are refused, but for property lists.

use std::collections::HashMap;

use roxmltree::{Document, ParsingOptions};

use super::{Lines, MAX_DEPTH, MAX_VALUES, Node, Value};

mod plist;

/// The tree of a text: a map of the root element; `None` where it is no XML.
pub(super) fn parse(text: &str) -> Option<Node> {
    let nodes_limit = u32::try_from(MAX_VALUES).ok()?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit, ..ParsingOptions::default() };
    let plain = plist::undeclared(text);
    let document = Document::parse_with_options(plain.as_deref().unwrap_or(text), options).ok()?;
    let root = document.root_element();
    if let Some(list) = plist::root(root, &Lines::of(text)) {
        return Some(list);
    }
    let tree = element(root, &Lines::of(text), 0)?;
    let line = tree.line;
    Some(Node { value: Value::Map(vec![(root.tag_name().name().to_owned(), tree)]), line })
}

fn element(found: roxmltree::Node<'_, '_>, lines: &Lines<'_>, depth: usize) -> Option<Node> {
    if depth > MAX_DEPTH {
        return None;
    }
    let line = lines.line(found.range().start);
    if !found.children().any(|child| child.is_element()) {
        let said: String =
            found.children().filter(roxmltree::Node::is_text).filter_map(|t| t.text()).collect();
        if !said.trim().is_empty() {
            return Some(Node { value: Value::Text(said.trim().to_owned()), line });
        }
    }
    let mut entries = Entries::default();
    for attribute in found.attributes() {
        let value = Value::Text(attribute.value().to_owned());
        entries.push(attribute.name(), Node { value, line });
    }
    for child in found.children().filter(roxmltree::Node::is_element) {
        entries.push(child.tag_name().name(), element(child, lines, depth + 1)?);
    }
    let list = entries.list;
    Some(Node { value: if list.is_empty() { Value::Null } else { Value::Map(list) }, line })
}

/// Values by name, several of one name as a list.
#[derive(Default)]
struct Entries {
    list: Vec<(String, Node)>,
    /// Where a name is, and whether its value is already a list of several.
    places: HashMap<String, (usize, bool)>,
}

impl Entries {
    fn push(&mut self, name: &str, node: Node) {
        let Some((place, is_list)) = self.places.get_mut(name) else {
            self.places.insert(name.to_owned(), (self.list.len(), false));
            self.list.push((name.to_owned(), node));
            return;
        };
        let there = &mut self.list[*place].1;
        if !*is_list {
            *is_list = true;
            let line = there.line;
            let first = std::mem::replace(there, Node { value: Value::Null, line });
            there.value = Value::List(vec![first]);
        }
        if let Value::List(items) = &mut there.value {
            items.push(node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_maps_and_repeated_ones_lists() {
        let tree = parse(
            "<?xml version=\"1.0\"?>\n<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\">\n  <!-- c -->\n  <servers>\n    <server>\n      <id>ghcr.io</id>\n      <password> a&amp;b<!-- x --></password>\n    </server>\n    <server id=\"two\"/>\n    <server/>\n  </servers>\n</settings>\n",
        )
        .unwrap();
        let servers = tree.get("settings").unwrap().get("servers").unwrap().get("server").unwrap();
        let password = servers.items()[0].get("password").unwrap();
        assert_eq!((password.text(), password.line), (Some("a&b"), 7));
        assert_eq!(servers.items()[1].get("id").unwrap().text(), Some("two"));
        assert_eq!(servers.items()[2].value, Value::Null);
    }

    #[test]
    fn sections_of_characters_are_text() {
        let tree = parse("<a><b><![CDATA[p<w>]]></b></a>").unwrap();
        assert_eq!(tree.get("a").unwrap().get("b").unwrap().text(), Some("p<w>"));
    }

    #[test]
    fn broken_deep_and_exploding_documents_are_no_trees() {
        assert!(parse("<a><b></a>").is_none());
        assert!(parse("no").is_none());
        assert!(parse(&"<a>".repeat(100_000)).is_none());
        assert!(parse(&format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000))).is_none());
        let bomb =
            "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;&x;\">]><a>&y;</a>";
        assert!(parse(bomb).is_none());
        let wide = format!("<a>{}</a>", "<b>1</b>".repeat(40_000));
        assert_eq!(parse(&wide).unwrap().get("a").unwrap().get("b").unwrap().items().len(), 40_000);
    }
}
