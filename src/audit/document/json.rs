//! JSON, also with comments and trailing commas, as editors' and CI systems' files have it. Built from
//! the words of the text: a tree of the parser's own would take a hundred bytes for each of them.

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::{Lines, MAX_DEPTH, MAX_VALUES, Node, Refused, Value};

/// How many numbers in a row a list keeps: nobody writes a login in numbers alone.
const MAX_NUMBERS: usize = 64;

/// The tree of a text.
///
/// # Errors
/// [`Refused`], where it is no JSON or has too many values.
pub(super) fn parse(text: &str) -> Result<Node, Refused> {
    let scanner = Scanner::new(text, &ScannerOptions::default());
    let mut reader = Reader { scanner, lines: Lines::of(text), values: 0 };
    let first = reader.word()?;
    let (node, _) = reader.value(first, 0)?;
    match reader.next()? {
        None => Ok(node),
        Some(_) => Err(Refused::Broken),
    }
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    lines: Lines<'t>,
    values: usize,
}

impl<'t> Reader<'t> {
    /// The next word that is no comment; `None` at the end.
    fn next(&mut self) -> Result<Option<Token<'t>>, Refused> {
        loop {
            match self.scanner.scan().map_err(|_| Refused::Broken)? {
                Some(Token::CommentLine(_) | Token::CommentBlock(_)) => {}
                token => return Ok(token),
            }
        }
    }

    fn word(&mut self) -> Result<Token<'t>, Refused> {
        self.next()?.ok_or(Refused::Broken)
    }

    /// The word after a value: behind the comma, if there is one.
    fn after_value(&mut self) -> Result<Token<'t>, Refused> {
        match self.word()? {
            Token::Comma => self.word(),
            token => Ok(token),
        }
    }

    fn count(&mut self) -> Result<(), Refused> {
        self.values += 1;
        if self.values > MAX_VALUES { Err(Refused::TooLarge) } else { Ok(()) }
    }

    /// A value, and whether there is nothing but numbers in it.
    fn value(&mut self, token: Token<'t>, depth: usize) -> Result<(Node, bool), Refused> {
        self.count()?;
        if depth > MAX_DEPTH {
            return Err(Refused::Broken);
        }
        let line = self.lines.line(self.scanner.token_start());
        let (value, is_number) = match token {
            Token::OpenBrace => (Value::Map(self.map(depth)?), false),
            Token::OpenBracket => {
                let (items, is_number) = self.list(depth)?;
                (Value::List(items), is_number)
            }
            Token::String(text) => (Value::Text(text.into_owned()), false),
            Token::Null => (Value::Null, true),
            Token::Boolean(truth) => (Value::Text(truth.to_string()), true),
            Token::Number(number) => (Value::Text(number.to_owned()), true),
            _ => return Err(Refused::Broken),
        };
        Ok((Node { value, line }, is_number))
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(String, Node)>, Refused> {
        let mut entries = Vec::new();
        let mut token = self.word()?;
        loop {
            let name = match token {
                Token::CloseBrace => break,
                Token::String(name) => name.into_owned(),
                Token::Word(name) | Token::Number(name) => name.to_owned(),
                Token::Boolean(_) | Token::Null => token.as_str().to_owned(),
                _ => return Err(Refused::Broken),
            };
            if self.word()? != Token::Colon {
                return Err(Refused::Broken);
            }
            let begin = self.word()?;
            entries.push((name, self.value(begin, depth + 1)?.0));
            token = self.after_value()?;
        }
        entries.shrink_to_fit();
        Ok(entries)
    }

    /// The items of a list. Of many numbers in a row only the first are kept, none where there is
    /// nothing else.
    fn list(&mut self, depth: usize) -> Result<(Vec<Node>, bool), Refused> {
        let (mut items, mut numbers, mut is_number) = (Vec::new(), 0, true);
        let mut token = self.word()?;
        while token != Token::CloseBracket {
            let (node, is_one) = self.value(token, depth + 1)?;
            if is_one {
                numbers += 1;
            } else {
                // The places of those that follow stay what they are.
                for _ in MAX_NUMBERS..numbers {
                    self.count()?;
                    items.push(Node { value: Value::Null, line: node.line });
                }
                (numbers, is_number) = (0, false);
            }
            if numbers <= MAX_NUMBERS {
                items.push(node);
            } else {
                self.values -= 1;
            }
            token = self.after_value()?;
        }
        if is_number {
            self.values -= items.len();
            items = Vec::new();
        }
        items.shrink_to_fit();
        Ok((items, is_number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_and_people_write_is_read() {
        let text = "// c\n{\n  a: 1, 'b': [\"x\", 2,], /* c */\n  \"c\" : {\"d\": null, true: \"\\u0041\"}\n}\n";
        let tree = parse(text).unwrap();
        let c = tree.get("c").unwrap();
        assert_eq!((c.line, c.get("true").unwrap().text()), (4, Some("A")));
        assert_eq!(tree.get("a").unwrap().text(), Some("1"));
        assert_eq!(tree.get("b").unwrap().items()[1].text(), Some("2"));
        for broken in ["", "{", "[", "[,]", "{,}", "{\"a\"}", "{} {}", "{\"a\":}", "x"] {
            assert_eq!(parse(broken).unwrap_err(), Refused::Broken, "{broken}");
        }
    }

    #[test]
    fn numbers_take_no_room_and_move_nothing() {
        let many = "1,[2,3],".repeat(MAX_VALUES);
        assert!(parse(&format!("[{many}1]")).unwrap().items().is_empty());
        let mixed = parse(&format!("[{}\"x\"]", "1,".repeat(1000))).unwrap();
        assert_eq!(mixed.items()[1000].text(), Some("x"));
        let texts = "\"\",".repeat(MAX_VALUES);
        assert_eq!(parse(&format!("[{texts}1]")).unwrap_err(), Refused::TooLarge);
        assert_eq!(parse(&"[".repeat(100_000)).unwrap_err(), Refused::Broken);
    }
}
