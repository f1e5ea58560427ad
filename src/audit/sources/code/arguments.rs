//! What a program writes between two brackets: the arguments of a call, the fields of an object, in
//! Python, JavaScript, Go, Java, C#, Rust and Ruby. Only texts that stand there as they are count: no
//! variable, no call that fetches one, nothing that is put together.

use super::literal::{Text, literal, quoted};

/// How many bytes are read after a bracket, and how many arguments.
const MAX_BYTES: usize = 4096;
const MAX_ARGUMENTS: usize = 40;

/// An argument or a field: its name in lower case and without separators, its value where that is a
/// text, and the name that stands for it where it is one.
struct Argument {
    name: Option<String>,
    value: Option<Text>,
    constant: Option<String>,
}

/// All that is between two brackets.
pub(in crate::audit::sources) struct Arguments(Vec<Argument>);

impl Arguments {
    /// Reads from an opening bracket on; `None` where no bracket is at this byte.
    pub(in crate::audit::sources) fn read(text: &str, open: usize) -> Option<Self> {
        text.get(open..)?.starts_with(['(', '{', '[']).then_some(())?;
        let text = near(text, open);
        let (mut all, mut at) = (Vec::new(), open + 1);
        while all.len() < MAX_ARGUMENTS {
            at = after_blanks(text, at);
            if at >= text.len() || text[at..].starts_with([')', '}', ']']) {
                break;
            }
            let end = item_end(text, at);
            all.push(argument(text, at, end));
            at = end + 1;
            if !text[end..].starts_with(',') {
                break;
            }
        }
        Some(Self(all))
    }

    /// The byte after the bracket that closes the one at this byte.
    pub(in crate::audit::sources) fn end(text: &str, open: usize) -> Option<usize> {
        let text = near(text, open);
        let mut at = open + 1;
        loop {
            at = item_end(text, at);
            match text.as_bytes().get(at)? {
                b',' => at += 1,
                _ => return Some(at + 1),
            }
        }
    }

    /// The text with one of these names.
    pub(in crate::audit::sources) fn text(&self, names: &[&str]) -> Option<&Text> {
        let named = |wanted: &&str| self.0.iter().find(|a| a.name.as_deref() == Some(*wanted));
        names.iter().find_map(named)?.value.as_ref()
    }

    /// The name that is given for one of these names, or in this place.
    pub(super) fn constant(&self, names: &[&str], place: usize) -> Option<&str> {
        let is_named = |a: &&Argument| a.name.as_deref().is_some_and(|name| names.contains(&name));
        let of_place = || self.0.get(place).filter(|a| a.name.is_none());
        self.0.iter().find(is_named).or_else(of_place)?.constant.as_deref()
    }

    /// Whether one of these names is given, a text or anything else.
    pub(in crate::audit::sources) fn has(&self, names: &[&str]) -> bool {
        self.0.iter().filter_map(|a| a.name.as_deref()).any(|name| names.contains(&name))
    }

    /// The text in this place among those without a name, counted from 0.
    pub(in crate::audit::sources) fn place(&self, place: usize) -> Option<&Text> {
        self.0.get(place).filter(|a| a.name.is_none())?.value.as_ref()
    }

    /// How many arguments without a name there are.
    pub(in crate::audit::sources) fn places(&self) -> usize {
        self.0.iter().take_while(|a| a.name.is_none()).count()
    }
}

/// As much of a text as is read from a bracket on.
fn near(text: &str, open: usize) -> &str {
    let end = (0..=text.len().min(open + MAX_BYTES)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The next byte that is neither white space nor of a comment.
fn after_blanks(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let blanks = rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        at += blanks;
        if !rest.starts_with('#') && !rest.starts_with("//") {
            return at;
        }
        at += rest.find('\n').unwrap_or(rest.len());
    }
}

/// Where an argument ends: at its comma, at the bracket that closes, or with the text.
pub(super) fn item_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end);
    let (mut at, mut depth) = (from, 0usize);
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b')' | b'}' | b']' | b',' if depth == 0 => return at,
            // A quote that nothing closes: of a comment, of a lifetime.
            b'\'' | b'"' => quoted(text, at).map_or_else(|| line_end(at), |(_, end)| end),
            b'`' => quoted(text, at).map_or(text.len(), |(_, end)| end),
            b'#' => line_end(at),
            b'/' if text[at..].starts_with("//") => line_end(at),
            b'(' | b'{' | b'[' => {
                depth += 1;
                at + 1
            }
            b')' | b'}' | b']' => {
                depth -= 1;
                at + 1
            }
            _ => at + 1,
        };
    }
    text.len()
}

/// The argument between two bytes.
fn argument(text: &str, begin: usize, end: usize) -> Argument {
    let item = &text[begin..end];
    let (name, from) = name_and_value(item).map_or((None, 0), |(name, from)| (Some(name), from));
    let value = &item[from..];
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let constant = Some(value.trim());
    let constant = constant.filter(|value| !value.is_empty() && value.chars().all(is_name));
    let value = literal(value, begin + from);
    Argument { name, value, constant: constant.map(str::to_owned) }
}

/// The name of an argument (`name=`, `name:`, `"name":`, `:name =>`), and where its value begins.
fn name_and_value(item: &str) -> Option<(String, usize)> {
    let bare = item.strip_prefix(':').unwrap_or(item);
    let (name, rest) = match bare.chars().next()? {
        '\'' | '"' => {
            let (name, end) = quoted(bare, 0)?;
            (name, &bare[end..])
        }
        _ => {
            let end = bare.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(bare.len());
            (bare[..end].to_owned(), &bare[end..])
        }
    };
    let rest = rest.trim_start();
    let value = rest.strip_prefix("=>").or_else(|| {
        let value = rest.strip_prefix([':', '='])?;
        (!value.starts_with([':', '='])).then_some(value)
    })?;
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    (!name.is_empty()).then(|| (name.to_ascii_lowercase(), item.len() - value.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, names: &[&str]) -> Option<String> {
        let open = text.find(['(', '{', '[']).unwrap();
        Arguments::read(text, open).unwrap().text(names).map(|text| text.said.clone())
    }

    #[test]
    fn a_constant_has_a_name() {
        let constant = |text: &str| {
            let all = Arguments::read(text, 0).unwrap();
            all.constant(&["a"], 0).map(str::to_owned)
        };
        assert_eq!(constant("(a=WORD, b=1)").as_deref(), Some("WORD"));
        for text in ["(a=)", "(a= , b=1)", "( ,b)", "(a=\"x\")", "(a=f(x))"] {
            assert_eq!(constant(text), None, "{text}");
        }
    }

    #[test]
    fn texts_are_read_in_every_language() {
        for text in [
            "f(a, pass_word=\"x\")",
            "f(\n  b=1,  # it's\n  pass_word='x',  # here's\n)",
            "{passWord: `x`}",
            "{ \"passWord\": \"x\" }",
            "T{PassWord: p.String(\"x\"), A: 1}",
            "T { password: Some(\"x\".to_string()), ..d() }",
            "f('password' => 'x')",
            "f(:password => \"x\")",
            "{ a: { b: 'c, d' }, Password = @\"x\" }",
            "{ password: d.setSecret(\"name\", \"x\") }",
            "(password=\"\"\"x\"\"\")",
        ] {
            assert_eq!(said(text, &["password"]).as_deref(), Some("x"), "{text}");
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        for value in [
            "f\"x\"",
            "x",
            "\"a\" + b",
            "\"a\" \"b\"",
            "os.environ[\"X\"]",
            "get(\"x\")",
            "$\"x\"",
            "c.requireSecret(\"x\")",
            "secret(env.X)",
            "\"\"",
            "\"x",
            "a == \"b\"",
            "{a: \"b\"}",
        ] {
            assert_eq!(said(&format!("f(p={value})"), &["p"]), None, "{value}");
        }
    }

    #[test]
    fn places_are_counted_and_bytes_are_told() {
        let text = "é.login(user, \"pw\", x='y')";
        let all = Arguments::read(text, text.find('(').unwrap()).unwrap();
        assert_eq!((all.places(), all.has(&["x"]), all.place(0).is_none()), (2, true, true));
        let word = all.place(1).unwrap();
        assert!(text[word.at..].starts_with("\"pw\""));
        assert!(all.place(2).is_none());
    }

    #[test]
    fn hostile_texts_end_soon() {
        for unit in "( ) ' \" ` (a= # \\ é Some( , ''' => \\'".split(' ') {
            let _ = Arguments::read(&format!("({}", unit.repeat(100_000)), 0);
        }
    }
}
