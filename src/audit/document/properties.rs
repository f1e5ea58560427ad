//! Java's properties: a name and a value on each line
//! (<https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)>).

use super::{MAX_VALUES, Node, Value};

/// The names and values of a text as one map; `None` where there are too many.
pub(super) fn parse(text: &str) -> Option<Node> {
    let mut entries = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let mut line = line.trim_start().to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while goes_on(&line) {
            line.pop();
            let Some((_, next)) = lines.next() else { break };
            line.push_str(next.trim_start());
        }
        let (name, value) = split(&line);
        let value = Value::Text(unescaped(value.trim_end()));
        entries.push((unescaped(name), Node { value, line: number + 1 }));
        if entries.len() > MAX_VALUES {
            return None;
        }
    }
    Some(Node { value: Value::Map(entries), line: 1 })
}

/// Whether a line ends in a backslash that is none of a pair.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Name and value: between them is `=`, `:`, or nothing but blanks.
fn split(line: &str) -> (&str, &str) {
    let mut is_escaped = false;
    let ends = |c: char| {
        let is_end = !is_escaped && (c == '=' || c == ':' || c.is_whitespace());
        is_escaped = c == '\\' && !is_escaped;
        is_end
    };
    let (name, rest) = line.split_at(line.find(ends).unwrap_or(line.len()));
    let rest = rest.trim_start();
    (name, rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start())
}

/// A text without its escapes.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut chars = after.chars();
        let code = after.strip_prefix('u').and_then(|code| code.get(..4));
        let coded = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        rest = match (coded, chars.next()) {
            (Some(c), _) => {
                plain.push(c);
                &after[5..]
            }
            (None, Some(c)) => {
                plain.push(match c {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    'f' => '\u{c}',
                    other => other,
                });
                chars.as_str()
            }
            (None, None) => "",
        };
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_read_in_every_spelling() {
        let text = "# a=b\n ! c\na.b=c d \n  e : f\\:g\nh\\=i j=k\nl\n\nm = \\\n   n\\\n o\np=\\u0041\\\\\\t\\";
        let tree = parse(text).unwrap();
        let Value::Map(entries) = &tree.value else { panic!("no map") };
        let read: Vec<_> = entries
            .iter()
            .map(|(name, node)| (name.as_str(), node.text().unwrap_or_default(), node.line))
            .collect();
        let expected = [
            ("a.b", "c d", 3),
            ("e", "f:g", 4),
            ("h=i", "j=k", 5),
            ("l", "", 6),
            ("m", "no", 8),
            ("p", "A\\\t", 11),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn hostile_texts_are_read() {
        for text in ["\\", "=", "\\u12", "\\u00e9é=\\uD800", ":::", "a\\\n\\\n\\"] {
            assert!(parse(&text.repeat(1_000)).is_some());
        }
    }
}
