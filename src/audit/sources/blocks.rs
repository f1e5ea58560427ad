//! Scripts that are settings: Gradle's, Ruby's, Puppet's, JavaScript's and Bicep's. Not their languages, only
//! what their blocks and plain assignments look like: names before a bracket, and in it
//! `name = 'text'`, `name 'text'`, `name: 'text'`, `name => 'text'`, `name.set("text")`.

use crate::audit::finding::{Found, Kind};

/// How many words of a statement are kept; longer ones are no settings.
const MAX_WORDS: usize = 12;

/// How many blocks and assignments of a text are read: more than a person writes, not all of a bundle.
const MAX_VALUES: usize = 50_000;

/// What is between two brackets.
#[derive(Default)]
pub(in crate::audit) struct Block {
    /// The names and texts before the bracket.
    pub(in crate::audit) names: Vec<String>,
    /// The block around it, by its place in the list; the first one is the whole text.
    pub(in crate::audit) up: Option<usize>,
    /// `'title':` at its begin, as Puppet has it.
    pub(in crate::audit) title: Option<String>,
    /// Its assignments.
    pub(in crate::audit) fields: Vec<Field>,
    /// Whether its brackets are those of a list.
    pub(in crate::audit) is_list: bool,
    is_do: bool,
}

/// An assignment of a text.
pub(in crate::audit) struct Field {
    pub(in crate::audit) name: String,
    pub(in crate::audit) value: String,
    /// Its line, counted from 1.
    pub(in crate::audit) line: usize,
}

impl Field {
    /// Its text, as the password of this user at this registry.
    pub(super) fn found(&self, registry: Option<&str>, username: Option<&str>) -> Found {
        Found::on_line(self.line, Kind::UserPass, &*self.value).of(registry, username)
    }
}

impl Block {
    /// The assignment of one of these names.
    pub(super) fn field(&self, names: &[&str]) -> Option<&Field> {
        names.iter().find_map(|name| self.fields.iter().rev().find(|field| field.name == *name))
    }

    /// The text of one of these names.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        self.field(names).map(|field| field.value.as_str())
    }

    /// Whether the first name before its bracket is this.
    pub(super) fn is(&self, name: &str) -> bool {
        self.names.first().is_some_and(|first| first == name)
    }
}

/// The blocks of a text, outer ones first; of a very long one those at its begin. Where `is_ruby`, `do … end` are brackets.
pub(in crate::audit) fn read(text: &str, is_ruby: bool) -> Vec<Block> {
    let mut reader = Reader {
        blocks: vec![Block::default()],
        open: vec![0],
        words: Vec::new(),
        count: 0,
        values: 0,
        is_ruby,
    };
    let mut rest = text;
    let mut line = 1;
    while let Some((word, length)) = next(rest).filter(|_| reader.values < MAX_VALUES) {
        reader.take(word, line);
        let (taken, left) = rest.split_at(length);
        line += taken.bytes().filter(|b| *b == b'\n').count();
        rest = left;
    }
    reader.end_statement();
    reader.blocks
}

#[derive(Clone, PartialEq, Eq)]
enum Word {
    Name(String),
    Text(String),
    Mark(char),
    Nothing,
}

/// The first word of a text, and how long it is.
fn next(text: &str) -> Option<(Word, usize)> {
    let first = text.chars().next()?;
    let line = || text.find('\n').unwrap_or(text.len());
    let word = match first {
        '#' => (Word::Nothing, line()),
        '/' if text.starts_with("//") => (Word::Nothing, line()),
        '/' if text.starts_with("/*") => {
            (Word::Nothing, text.find("*/").map_or(text.len(), |end| end + 2))
        }
        '\'' | '"' | '`' => quoted(text, first),
        '=' if text.starts_with("=>") => (Word::Mark('='), 2),
        _ if is_of_name(first) => {
            let end = text.find(|c| !is_of_name(c) && c != '.').unwrap_or(text.len());
            // `docker::registry`, but `name:` without its colon.
            let mut end = end;
            while text[end..].starts_with("::") {
                let more = &text[end + 2..];
                end += 2 + more.find(|c| !is_of_name(c)).unwrap_or(more.len());
            }
            (Word::Name(text[..end].to_owned()), end)
        }
        _ if first != '\n' && first.is_whitespace() => (Word::Nothing, first.len_utf8()),
        _ => (Word::Mark(first), first.len_utf8()),
    };
    Some(word)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '@'
}

/// A quoted text, which ends at its quote or with its line.
fn quoted(text: &str, quote: char) -> (Word, usize) {
    let mut said = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => said.extend(chars.next().map(|(_, c)| c)),
            '\n' => return (Word::Nothing, at),
            _ if c == quote => return (Word::Text(said), at + 1),
            _ => said.push(c),
        }
    }
    (Word::Nothing, text.len())
}

struct Reader {
    blocks: Vec<Block>,
    open: Vec<usize>,
    /// The statement so far, each word with its line.
    words: Vec<(Word, usize)>,
    /// How many words it has, also those that are not kept.
    count: usize,
    /// How many blocks and assignments there are so far.
    values: usize,
    is_ruby: bool,
}

impl Reader {
    fn take(&mut self, word: Word, line: usize) {
        match &word {
            Word::Nothing => {}
            Word::Mark(open @ ('{' | '[')) => self.begin(*open == '[', false),
            Word::Mark('}' | ']') => {
                self.end_statement();
                self.end(false);
            }
            Word::Mark('\n' | ';' | ',') => self.end_statement(),
            Word::Name(name) if self.is_ruby && name == "do" => self.begin(false, true),
            Word::Name(name) if self.is_ruby && self.count == 0 && begins(name) => {
                self.begin(false, true);
            }
            Word::Name(name) if self.is_ruby && self.count == 0 && name == "end" => self.end(true),
            _ => {
                self.count += 1;
                if self.words.len() < MAX_WORDS {
                    self.words.push((word, line));
                }
            }
        }
    }

    fn begin(&mut self, is_list: bool, is_do: bool) {
        let names = self.words.drain(..).filter_map(|(word, _)| match word {
            Word::Name(text) | Word::Text(text) => Some(text),
            _ => None,
        });
        let block = Block {
            names: names.collect(),
            up: self.open.last().copied(),
            is_list,
            is_do,
            ..Block::default()
        };
        self.count = 0;
        self.open.push(self.blocks.len());
        self.blocks.push(block);
        self.values += 1;
    }

    /// Ends the innermost block, if it is of this kind.
    fn end(&mut self, is_do: bool) {
        let innermost = self.open.last().and_then(|place| self.blocks.get(*place));
        if self.open.len() > 1 && innermost.is_some_and(|block| block.is_do == is_do) {
            self.open.pop();
        }
    }

    fn end_statement(&mut self) {
        let is_whole = self.count == self.words.len();
        self.count = 0;
        let mut words = std::mem::take(&mut self.words);
        let block = self.open.last().copied().and_then(|place| self.blocks.get_mut(place));
        let Some(block) = block.filter(|_| is_whole) else { return };
        if let [(Word::Text(title), _), (Word::Mark(':'), _), rest @ ..] = words.as_slice()
            && !matches!(rest.first(), Some((Word::Text(_), _)))
        {
            block.title = Some(title.clone());
            words.drain(..2);
        }
        if let Some(field) = field(&words) {
            block.fields.push(field);
            self.values += 1;
        }
    }
}

/// Words of Ruby that an `end` belongs to.
fn begins(name: &str) -> bool {
    ["if", "unless", "case", "def", "class", "module", "begin", "while", "until"].contains(&name)
}

/// The assignment that a statement is.
fn field(words: &[(Word, usize)]) -> Option<Field> {
    let (words, is_declared) = match words {
        [(Word::Name(name), _), rest @ ..] if KEYWORDS.contains(&name.as_str()) => (rest, true),
        _ => (words, false),
    };
    let ((Word::Name(name) | Word::Text(name), line), rest) = words.split_first()? else {
        return None;
    };
    // The type of what is declared.
    let rest = match rest {
        [(Word::Mark(':'), _), (Word::Name(_), _), rest @ ..] | [(Word::Name(_), _), rest @ ..]
            if is_declared =>
        {
            rest
        }
        _ => rest,
    };
    let rest: Vec<&Word> = rest.iter().map(|(word, _)| word).collect();
    let value = match rest.as_slice() {
        [Word::Text(value)] if matches!(words[0].0, Word::Name(_)) => value,
        [Word::Mark('=' | ':'), Word::Text(value)] => value,
        [Word::Mark('('), Word::Text(value), Word::Mark(')')] => value,
        // Puppet keeps such a text out of its reports.
        [
            Word::Mark('='),
            Word::Name(kind),
            Word::Mark('('),
            Word::Text(value),
            Word::Mark(')'),
        ] if matches!(kind.as_str(), "Sensitive" | "Sensitive.new") => value,
        _ => return None,
    };
    let name = name.strip_suffix(".set").unwrap_or(name).to_owned();
    Some(Field { name, value: value.clone(), line: *line })
}

/// What may stand before a name that is given a text.
const KEYWORDS: &[&str] = &["def", "val", "var", "const", "let", "param"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_read_in_every_spelling() {
        let text = "a = 'x' // c\nb \"y\\\"z\"; c: 'u', d => 'v'\ne.set(\"w\")\n'f': 's'\nval g: String = \"t\"\nh = System.getenv('X')\ni = 'x' + y\n";
        let blocks = read(text, false);
        let fields = blocks[0].fields.iter().map(|f| format!("{}={} {}", f.name, f.value, f.line));
        let expected = ["a=x 1", "b=y\"z 2", "c=u 2", "d=v 2", "e=w 3", "f=s 4", "g=t 5"];
        assert_eq!(fields.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn blocks_know_what_is_around_them() {
        let blocks = read(
            "jib {\n  to { image = 'i'\n auth { u = 'x' } }\n}\nz 'h' do\n p 'q'\n if x\n end\n r 's'\nend\n",
            true,
        );
        let auth = blocks.iter().find(|block| block.is("auth")).unwrap();
        let to = &blocks[auth.up.unwrap()];
        assert_eq!((to.names[0].as_str(), to.text(&["image"])), ("to", Some("i")));
        let z = blocks.iter().find(|block| block.is("z")).unwrap();
        assert_eq!((z.names[1].as_str(), z.text(&["r"])), ("h", Some("s")));
        let titled = read("docker::registry { 'h':\n  a => 'b',\n}\n", false);
        assert_eq!(titled[1].title.as_deref(), Some("h"));
        assert_eq!(titled[1].text(&["a"]), Some("b"));
    }

    #[test]
    fn hostile_texts_end_soon() {
        for unit in ["{", "}", "a b ", "'", "a do\n", "/*", "a::", "\\", "\"x\" ", "é'"] {
            let _ = read(&unit.repeat(100_000), true);
        }
    }
}
