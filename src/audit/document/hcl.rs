//! HashiCorp's language, as far as blocks, attributes and literals go: Terraform, Nomad, Packer.
//! Labels of blocks are maps in maps, repeated blocks a list. What only a run of the program could
//! tell (`var.x`, a condition) is nothing.

use std::collections::HashMap;
use std::vec::IntoIter;

use base64ct::{Base64, Encoding};

use self::tokens::{Token, Tokens};
use super::{MAX_DEPTH, MAX_VALUES, Node, Refused, Value};

mod tokens;

/// How many labels a block may have; the languages have two.
const MAX_LABELS: usize = 4;

/// Functions that say what their argument says, in another form.
const SAME: &[&str] = &[
    "",
    "chomp",
    "jsondecode",
    "jsonencode",
    "nonsensitive",
    "sensitive",
    "tolist",
    "tomap",
    "toset",
    "tostring",
    "trimspace",
    "yamldecode",
    "yamlencode",
];

/// The tree of a text.
///
/// # Errors
/// [`Refused`], where it is not of this language, too deep or too large.
pub(super) fn parse(text: &str) -> Result<Node, Refused> {
    let mut tokens = Tokens::of(text);
    let (next, line) = tokens.next().ok_or(Refused::Broken)?;
    let mut reader = Reader { tokens, next, line, values: 0 };
    let tree = reader.body(0, false);
    tree.ok_or(if reader.values > MAX_BLOCKS { Refused::TooLarge } else { Refused::Broken })
}

/// How many values a text may have: while they are gathered, they take more room than elsewhere.
const MAX_BLOCKS: usize = MAX_VALUES / 2;

/// One value under its names: that of an attribute, then labels of a block.
type Part = (IntoIter<String>, Node);

struct Reader<'t> {
    tokens: Tokens<'t>,
    next: Token<'t>,
    /// The line of the next word.
    line: usize,
    values: usize,
}

impl<'t> Reader<'t> {
    /// The next word, which is taken.
    fn take(&mut self) -> Option<Token<'t>> {
        let (next, line) = self.tokens.next()?;
        self.line = line;
        Some(std::mem::replace(&mut self.next, next))
    }

    /// Blocks and attributes, of a file or between braces; an object is written alike.
    fn body(&mut self, depth: usize, is_inside: bool) -> Option<Node> {
        self.count(depth)?;
        let line = self.line;
        let mut parts = Vec::new();
        loop {
            let token = if self.next == Token::End { Token::End } else { self.take()? };
            match token {
                Token::Line | Token::Mark(',' | ';') => {}
                Token::End if !is_inside => break,
                Token::Mark('}') if is_inside => break,
                Token::Name("for") if matches!(self.next, Token::Name(_)) => {
                    self.close()?;
                    return Some(Node { value: Value::Null, line });
                }
                Token::Name(name) | Token::Number(name) => {
                    parts.push(self.part(name.to_owned(), depth)?);
                }
                Token::Text(name) => parts.push(self.part(name, depth)?),
                // A name that is an expression.
                Token::Mark('(') if is_inside => {
                    self.close()?;
                    parts.push(self.part(String::new(), depth)?);
                }
                _ => return None,
            }
        }
        Some(Node { value: Value::Map(gather(parts)), line })
    }

    /// What comes after a name: `= value`, or labels and a block.
    fn part(&mut self, name: String, depth: usize) -> Option<Part> {
        let mut names = vec![name];
        let node = loop {
            match self.take()? {
                Token::Mark('=' | ':') if names.len() == 1 => {
                    break self.expression(depth + 1, true)?;
                }
                Token::Mark('{') => break self.body(depth + names.len(), true)?,
                Token::Name(label) if names.len() <= MAX_LABELS => names.push(label.to_owned()),
                Token::Text(label) if names.len() <= MAX_LABELS => names.push(label),
                _ => return None,
            }
        };
        Some((names.into_iter(), node))
    }

    /// A value, to the comma or bracket after it, or where `by_line`, to the end of the line.
    fn expression(&mut self, depth: usize, by_line: bool) -> Option<Node> {
        self.count(depth)?;
        let line = self.line;
        let mut node = match self.take()? {
            Token::Mark('{') => self.body(depth + 1, true)?,
            Token::Mark('[') => Node { value: Value::List(self.list(']', depth + 1)?), line },
            Token::Mark('(') => self.call("", depth + 1, line)?,
            Token::Name(function) if self.next == Token::Mark('(') => {
                self.take()?;
                self.call(function, depth + 1, line)?
            }
            Token::Text(text) => Node { value: Value::Text(text), line },
            Token::Number(text) | Token::Name(text @ ("true" | "false")) => {
                Node { value: Value::Text(text.to_owned()), line }
            }
            Token::Mark('}' | ']' | ')' | ',') | Token::Line | Token::End => return None,
            _ => Node { value: Value::Null, line },
        };
        // A text that is only a part of an expression is not what the expression says.
        if self.skip_rest(by_line)? && matches!(node.value, Value::Text(_)) {
            node.value = Value::Null;
        }
        Some(node)
    }

    /// Goes to the end of an expression that has begun; tells whether there was more of it.
    fn skip_rest(&mut self, by_line: bool) -> Option<bool> {
        let (mut open, mut is_more, mut is_operand) = (0_usize, false, true);
        loop {
            match self.next {
                Token::End => return (open == 0).then_some(is_more),
                Token::Line if open == 0 && by_line => return Some(is_more),
                Token::Line => {
                    self.take()?;
                    continue;
                }
                Token::Mark(',' | ';' | '}' | ']' | ')') if open == 0 => return Some(is_more),
                // No operator is a name: here the next attribute begins, on the same line.
                Token::Name(_) | Token::Text(_) if open == 0 && is_operand => return Some(is_more),
                Token::Mark('(' | '[' | '{') => open += 1,
                Token::Mark('}' | ']' | ')') => open -= 1,
                _ => {}
            }
            is_operand = !matches!(self.next, Token::Mark(mark) if !"}])".contains(mark));
            is_more = true;
            self.take()?;
        }
    }

    /// The values of a list or of a call, after its bracket.
    fn list(&mut self, end: char, depth: usize) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        loop {
            match self.next {
                Token::Line | Token::Mark(',') => drop(self.take()?),
                Token::Mark(mark) if mark == end => {
                    self.take()?;
                    return Some(items);
                }
                Token::Name("for") => {
                    self.close()?;
                    return Some(items);
                }
                _ => items.push(self.expression(depth, false)?),
            }
        }
    }

    /// A call, after its bracket: what it says of its arguments.
    fn call(&mut self, function: &str, depth: usize, line: usize) -> Option<Node> {
        let mut arguments = self.list(')', depth)?;
        let is_single = arguments.len() == 1;
        if is_single && SAME.contains(&function) {
            return arguments.pop();
        }
        if let [Node { value: Value::Text(text), .. }] = arguments.as_slice()
            && function == "base64encode"
        {
            return Some(Node { value: Value::Text(Base64::encode_string(text.as_bytes())), line });
        }
        // Texts are not what an unknown function says (`file("…")`), but maps are what it is told.
        arguments.retain(|node| matches!(node.value, Value::Map(_) | Value::List(_)));
        match arguments.len() {
            0 => Some(Node { value: Value::Null, line }),
            1 => arguments.pop(),
            _ => Some(Node { value: Value::List(arguments), line }),
        }
    }

    /// Goes behind the bracket that ends what is open.
    fn close(&mut self) -> Option<()> {
        let mut open = 1_usize;
        while open > 0 {
            match self.next {
                Token::End => return None,
                Token::Mark('(' | '[' | '{') => open += 1,
                Token::Mark(')' | ']' | '}') => open -= 1,
                _ => {}
            }
            self.take()?;
        }
        Some(())
    }

    fn count(&mut self, depth: usize) -> Option<()> {
        self.values += 1;
        (depth <= MAX_DEPTH && self.values <= MAX_BLOCKS).then_some(())
    }
}

/// Puts what has the same name together, in the order of the first of each.
fn gather(parts: Vec<Part>) -> Vec<(String, Node)> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<(String, Vec<Part>)> = Vec::new();
    for (mut names, node) in parts {
        let name = names.next().unwrap_or_default();
        let place = *places.entry(name.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((name, Vec::new()));
        }
        groups[place].1.push((names, node));
    }
    groups.into_iter().filter_map(|(name, group)| Some((name, merge(group)?))).collect()
}

/// One value, or a list of several; those with labels left are one map.
fn merge(group: Vec<Part>) -> Option<Node> {
    let (labelled, plain): (Vec<Part>, Vec<Part>) =
        group.into_iter().partition(|(names, _)| names.len() > 0);
    let mut nodes: Vec<Node> = plain.into_iter().map(|(_, node)| node).collect();
    if let Some(line) = labelled.first().map(|(_, node)| node.line) {
        nodes.push(Node { value: Value::Map(gather(labelled)), line });
    }
    let line = nodes.first()?.line;
    if nodes.len() == 1 { nodes.pop() } else { Some(Node { value: Value::List(nodes), line }) }
}

#[cfg(test)]
mod tests;
