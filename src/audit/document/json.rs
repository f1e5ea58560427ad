//! JSON, also with comments and trailing commas, as editors' and CI systems' files have it.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Lines, Node, Value};

/// The tree of a text; `None` where it is no JSON.
pub(super) fn parse(text: &str) -> Option<Node> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    let lines = Lines::of(text);
    Some(node(parsed.value?, &lines))
}

fn node(value: ast::Value<'_>, lines: &Lines) -> Node {
    let line = lines.line(value.range().start);
    let value = match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::StringLit(text) => Value::Text(text.value.into_owned()),
        ast::Value::NumberLit(number) => Value::Text(number.value.to_owned()),
        ast::Value::BooleanLit(truth) => Value::Text(truth.value.to_string()),
        ast::Value::Array(array) => {
            Value::List(array.elements.into_iter().map(|item| node(item, lines)).collect())
        }
        ast::Value::Object(object) => {
            let entries = object.properties.into_iter();
            Value::Map(entries.map(|e| (e.name.into_string(), node(e.value, lines))).collect())
        }
    };
    Node { value, line }
}
