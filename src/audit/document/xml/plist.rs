//! Property lists of macOS, as XML (plist(5)): a dictionary is a map though its names and its values
//! stand beside each other, and a launchd agent's variables and arguments are what those of any other
//! service are.

use crate::audit::document::{Lines, MAX_DEPTH, Node, Value};

/// What begins the declaration of their type, which says nothing that is read.
const TYPE: &str = "<!DOCTYPE plist ";

/// A text with blanks for that declaration, which XML is not read with.
pub(super) fn undeclared(text: &str) -> Option<String> {
    let begin = text.get(..text.len().min(1024)).unwrap_or(text).find(TYPE)?;
    let length = text[begin..].find('>')? + 1;
    let declared = &text[begin..begin + length];
    let blanks = declared.replace(|c: char| !c.is_ascii_whitespace(), " ");
    // What declares entities is refused.
    (!declared.contains('[')).then(|| text.replacen(declared, &blanks, 1))
}

/// The value of a list; nothing where it is none.
pub(super) fn root(found: roxmltree::Node<'_, '_>, lines: &Lines<'_>) -> Option<Node> {
    let is_list = found.tag_name().name() == "plist";
    let inside = found.children().find(roxmltree::Node::is_element).filter(|_| is_list)?;
    value(inside, lines, 0)
}

fn value(found: roxmltree::Node<'_, '_>, lines: &Lines<'_>, depth: usize) -> Option<Node> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut children = found.children().filter(roxmltree::Node::is_element);
    let text = |node: roxmltree::Node<'_, '_>| node.text().unwrap_or_default().trim().to_owned();
    let value = match found.tag_name().name() {
        "dict" => {
            let mut entries = Vec::new();
            while let (Some(name), Some(at)) = (children.next(), children.next()) {
                entries.push((text(name), value(at, lines, depth + 1)?));
            }
            Value::Map(entries)
        }
        "array" => {
            Value::List(children.map(|at| value(at, lines, depth + 1)).collect::<Option<_>>()?)
        }
        name @ ("true" | "false") => Value::Text(name.to_owned()),
        _ => Value::Text(text(found)),
    };
    Some(Node { value, line: lines.line(found.range().start) })
}

#[cfg(test)]
mod tests {
    use crate::audit::document::{Format, parse};
    use crate::audit::sources::testing::{Login, clean, logins};

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\"\n \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n";

    #[test]
    fn lists_are_maps_and_lists() {
        let text = format!(
            "{HEAD}<dict>\n<key>a</key><array><string>x &amp; y</string><true/></array>\n<key>b</key>\n<integer>7</integer></dict></plist>"
        );
        let tree = parse(Format::Xml, &text).unwrap().remove(0);
        let items = tree.get("a").unwrap().items();
        assert_eq!((items[0].text(), items[1].text()), (Some("x & y"), Some("true")));
        assert_eq!((tree.get("b").unwrap().text(), tree.get("b").unwrap().line), (Some("7"), 8));
    }

    #[test]
    fn variables_and_arguments_of_an_agent_are_found() {
        let text = format!(
            "{HEAD}<dict>\n<key>EnvironmentVariables</key>\n<dict>\n<key>DOCKER_USERNAME</key><string>ada</string>\n<key>DOCKER_PASSWORD</key>\n<string>s3cret-word</string>\n</dict>\n<key>ProgramArguments</key>\n<array><string>/usr/local/bin/docker</string>\n<string>login</string><string>-u</string><string>bob</string>\n<string>-p</string><string>0ther-word</string><string>ghcr.io</string></array>\n</dict></plist>\n"
        );
        let expected = [
            Login::of("variable", "", "ada", "s3cret-word", 10),
            Login::of("command", "ghcr.io", "bob", "0ther-word", 15),
        ];
        assert_eq!(logins("dev.acme.plist", &text), expected);
    }

    #[test]
    fn broken_deep_and_exploding_lists_are_none() {
        let bomb = "<!DOCTYPE plist [<!ENTITY x \"xx\">]><plist><string>&x;</string></plist>";
        let deep = format!("<plist>{}{}</plist>", "<array>".repeat(500), "</array>".repeat(500));
        for text in [bomb, &deep, "<!DOCTYPE plist ", "<plist></plist>"] {
            let trees = parse(Format::Xml, text).unwrap_or_default();
            assert!(trees.iter().all(|tree| tree.get("x").is_none()), "{text}");
        }
        clean("a.plist", &[&format!("{HEAD}<dict><key>DOCKER_PASSWORD</key></dict></plist>")]);
    }
}
